// SPDX-License-Identifier: Apache-2.0
#include "circuit/timeout_advice.hpp"

#include <gmock/gmock.h>

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;

TEST(TimeoutAdvice, RisesNearTheLimitFallsFarFromItAndStaysWithin) {
  const TimeoutBounds bounds{.base = 5s, .highest = 30s};
  struct Case {
    microseconds current, spent, next;
  };
  for (const Case& each : {Case{5s, 1s, 5s}, Case{5s, 3999ms, 5s}, Case{5s, 4s, 6250ms}, Case{5s, 6s, 6250ms},
                           Case{10s, 5s, 10s}, Case{10s, 4999ms, 9s}, Case{10s, 8s, 12500ms}, Case{28s, 27s, 30s},
                           Case{30s, 29s, 30s}, Case{5100ms, 0s, 5s}, Case{1s, 3s, 5s}, Case{90s, 20s, 30s}}) {
    EXPECT_EQ(advise_timeout(bounds, each.current, each.spent), each.next)
        << each.current.count() << " " << each.spent.count();
  }
}

}  // namespace
}  // namespace dbi::circuit
