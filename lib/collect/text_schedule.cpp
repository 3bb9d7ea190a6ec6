// SPDX-License-Identifier: Apache-2.0
#include "collect/text_schedule.hpp"

#include <algorithm>

namespace dbi::collect {

namespace {

// DESIGN.md section 6: a read may cost 1 % of the interval.
constexpr int kShare = 100;

// However dear a read is, and whatever a file says that it was: texts are read once a day.
constexpr std::chrono::microseconds kLongest = std::chrono::hours{24};

}  // namespace

bool TextSchedule::due(Timestamp now) const {
  return !last_read_ || now < *last_read_ || now - *last_read_ >= interval();
}

void TextSchedule::record_read(Timestamp now, std::chrono::microseconds cost) {
  last_read_ = now;
  last_cost_ = cost;
}

std::chrono::microseconds TextSchedule::interval() const {
  auto interval = base_;
  while (last_cost_ > interval / kShare && interval < kLongest) interval *= 2;
  return std::max(base_, std::min(interval, kLongest));
}

}  // namespace dbi::collect
