// max_per_minute: at most so many records in any minute.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/clock.hpp"
#include "record/record.hpp"

namespace dbi::sampling {

/// Counts over the minute that ends now, not from minute to minute, in which twice as many could pass around a turn.
/// Holds an entry for each moment of that minute at which something passed. Not shared between threads.
class MinuteWindow {
 public:
  /// Counts one more where fewer than `most` passed in the minute before `now`. Times may be equal; where one is before
  /// those of earlier calls, what passed after it does not count any more.
  bool admit(Timestamp now, std::uint32_t most);

  /// Appends a line of kind `minute_window` with the rule's name; nothing while nothing passed.
  void save(std::string_view rule, std::string& lines) const;
  /// Takes back what save wrote into such a line.
  void load(const record::Record& line);

  static constexpr std::string_view kKind = "minute_window";

 private:
  struct Moment {
    Timestamp time;
    std::uint32_t count = 0;
  };
  void forget_before(Timestamp now);

  std::deque<Moment> moments_;
  std::uint64_t total_ = 0;
};

}  // namespace dbi::sampling
