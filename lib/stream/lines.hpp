// Lines of state that go to a file piece by piece, so that a table of a million keys is never held as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace dbi::stream {

/// Collects NDJSON lines and hands them on once there are kPiece bytes. Used by one thread.
class Lines {
 public:
  static constexpr std::size_t kPiece = std::size_t{64} << 10U;
  /// Takes whole lines, LF included, which are valid during the call.
  using Take = std::function<Status(std::string_view lines)>;

  explicit Lines(Take take) : take_(std::move(take)) {}

  /// For record::Builder: append whole lines, LF included, and call commit() after each or a few.
  [[nodiscard]] std::string& text() { return text_; }
  void commit() {
    if (text_.size() >= kPiece) hand_on();
  }

  /// Hands on the rest. Gives the first fault of `take`, after which nothing was handed on.
  Status end() {
    hand_on();
    return status_;
  }

 private:
  void hand_on() {
    if (status_ && !text_.empty()) status_ = take_(text_);
    text_.clear();
  }

  Take take_;
  std::string text_;
  Status status_;
};

/// Appends to `text` what `save(Lines&)` has to say.
template <typename Save>
void append_lines(std::string& text, const Save& save) {
  Lines lines([&text](std::string_view piece) -> Status {
    text.append(piece);
    return {};
  });
  save(lines);
  static_cast<void>(lines.end());  // an append does not fail
}

}  // namespace dbi::stream
