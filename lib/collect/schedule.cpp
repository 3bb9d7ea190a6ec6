// SPDX-License-Identifier: Apache-2.0
#include "collect/schedule.hpp"

namespace dbi::collect {

microseconds Schedule::start(MonotonicTime now) {
  if (now < due_) return microseconds{0};
  const microseconds late = now - due_;
  due_ += interval_ * (late / interval_ + 1);
  return late;
}

}  // namespace dbi::collect
