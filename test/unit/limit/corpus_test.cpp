// SPDX-License-Identifier: Apache-2.0
#include "support/corpus.hpp"

namespace dbi {
namespace {

TEST(Corpus, EverySeedHolds) {
  EXPECT_GE(run_corpus(DBI_CORPUS), 3U);
}

}  // namespace
}  // namespace dbi
