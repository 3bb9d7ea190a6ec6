// The hot path does not allocate: once warm, no record does in which nothing is found.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bench/record_generator.hpp"
#include "support/count_allocations.hpp"
#include "verify/verifier_run.hpp"

namespace dbi::verify {
namespace {

TEST(Allocation, NoneOnceWarm) {
  VerifierRun run("pii_detection: {action: redact}", false);
  bench::RecordGenerator generator(1);
  std::string text;
  for (int i = 0; i < 5000; ++i) generator.append(text);
  const auto lines = lines_of(text);
  run.feed(lines);
  const std::size_t before = allocations;
  run.feed(lines);
  // The output's own buffer is written out and reused; the record's line is held by the test.
  EXPECT_LT(allocations - before, 4U);
  EXPECT_EQ(run.verifier().figures().personal.value(), 0U);
}

}  // namespace
}  // namespace dbi::verify
