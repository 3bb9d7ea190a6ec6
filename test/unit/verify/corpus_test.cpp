// SPDX-License-Identifier: Apache-2.0
#include "support/corpus.hpp"

namespace dbi {
namespace {

TEST(VerifyCorpus, HasNoFinding) {
  EXPECT_GE(run_corpus(DBI_CORPUS), 4U);
}

}  // namespace
}  // namespace dbi
