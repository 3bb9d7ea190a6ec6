// SPDX-License-Identifier: Apache-2.0
#include "support/corpus.hpp"

namespace dbi {
namespace {

TEST(PlanCorpus, HasNoFinding) {
  EXPECT_GE(run_corpus(DBI_CORPUS), 20U);
}

}  // namespace
}  // namespace dbi
