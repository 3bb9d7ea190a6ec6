// `event` records: something that an operator wants to know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace dbi::record {

class Builder;

/// How much an event matters.
enum class Severity : std::uint8_t { Info, Warning, Error };

/// What an event says. A text that is empty does not apply and is left out; none is owned.
struct Event {
  std::string_view tool{};      ///< the program: "dbi-breaker"
  std::string_view name{};      ///< its instance; written where it is not the tool's name
  std::string_view target{};    ///< whom it is about
  std::string_view database{};  ///< the same
  std::string_view cycle{};     ///< the collection cycle in which it happened
  std::string_view event{};     ///< one word: "state_corrupt"; never empty
  Severity severity = Severity::Info;
  std::string_view message{};  ///< the same for people, without literals of a statement; never empty
};

/// Appends the record. `now` is its `ts` and `observed_ts`. `more` may add members of this kind of event; may be empty.
void write_event(std::string& out, const Event& event, Timestamp now, const std::function<void(Builder&)>& more = {});

}  // namespace dbi::record
