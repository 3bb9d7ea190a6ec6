// Tells records from plans and logs, by the beginning of each input, and gathers what the latter two have.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "extract/bare_plan.hpp"
#include "planread/auto_explain.hpp"
#include "record/record.hpp"

namespace dbi::extract {

/// What an input holds.
enum class InputKind : std::uint8_t { Unknown, Records, Plans, Log };

/// What the first line says of an input; Unknown where it says nothing, as an empty one, or one that is neither. At
/// least record::kPadding bytes behind the line are readable.
[[nodiscard]] InputKind recognise_input(std::string_view line);

/// Gathers the lines of one input after the other. Plans are given once it ends, entries of a log as they are complete.
/// Not shared between threads.
class BareInput {
 public:
  /// `kind`: what all inputs hold; Unknown to recognise it. `max_bytes`: of the plans of an input in sum, and of a log
  /// entry. `take` gets the plans.
  BareInput(InputKind kind, std::size_t max_bytes, TakePlan take)
      : asked_(kind), max_bytes_(max_bytes), take_(std::move(take)) {}

  void begin();
  /// True where the line is taken. ErrorKind::Malformed for what cannot be read.
  Result<bool> add(std::string_view line);
  /// The input has ended.
  Status end();
  /// No more lines came for a while: what is complete of a log is given. True where something waits for that.
  [[nodiscard]] bool waits() const { return kind_ == InputKind::Log && !text_.empty(); }
  Status idle();

 private:
  Status add_log_line(std::string_view line);
  Status give_entries(std::size_t size);
  Status too_large(std::string_view what);

  InputKind asked_;
  std::size_t max_bytes_;
  TakePlan take_;
  InputKind kind_ = InputKind::Unknown;
  std::optional<planread::LogFormat> format_;
  std::string text_;
  std::size_t complete_ = 0;  // of text_: whole entries of a log
  bool in_quotes_ = false;    // of a CSV log, at the end of text_
  bool given_up_ = false;     // more came than can be held
};

}  // namespace dbi::extract
