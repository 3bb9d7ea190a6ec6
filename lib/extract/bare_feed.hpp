// Brings plans that stand in no record to a filter: what its LineTaker is, and when to look at a log that rests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "extract/bare_input.hpp"
#include "extract/extract_options.hpp"
#include "stream/line_taker.hpp"

namespace dbi::extract {

class BareFeed final : public stream::LineTaker {
 public:
  /// Takes a plan and writes what becomes of it. ErrorKind::Malformed where it cannot be read.
  using Give = std::function<Status(const BarePlan& bare, stream::Writer& out)>;

  /// `max_bytes`: see BareInput. Options and clock outlive it.
  BareFeed(const ExtractOptions& options, std::size_t max_bytes, const Clock& clock, Give give);

  void begin_input(std::string_view name) override;
  Result<bool> take(std::string_view line, stream::Writer& out) override;
  Status end_input(stream::Writer& out) override;

  /// For the filter's own.
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const;
  Status on_deadline(stream::Writer& out);

  /// What the plan at hand is called: --plan-name, else its input, with ":2" for the second plan of that; nothing for
  /// an entry of a log, which has a statement that says which is meant.
  [[nodiscard]] std::string name_of(const BarePlan& bare) const;

 private:
  const ExtractOptions& options_;
  const Clock& clock_;
  BareInput bare_;
  std::string input_;
  std::size_t plans_of_input_ = 0;
  // Set where the loop asks for it: a look at the clock for each line would take a tenth of the time.
  mutable std::optional<MonotonicTime> idle_at_;
  bool rested_ = false;            // since the last line; what is incomplete waits for more
  stream::Writer* out_ = nullptr;  // during a call
};

}  // namespace dbi::extract
