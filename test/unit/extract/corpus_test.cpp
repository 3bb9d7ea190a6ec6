// SPDX-License-Identifier: Apache-2.0
#include "support/corpus.hpp"

namespace dbi {
namespace {

TEST(BareCorpus, HasNoFinding) {
  EXPECT_GE(run_corpus(DBI_CORPUS), 9U);
}

}  // namespace
}  // namespace dbi
