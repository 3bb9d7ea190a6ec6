// The checks over a whole tree.
// SPDX-License-Identifier: Apache-2.0
#include "cli/review.hpp"

#include <gmock/gmock.h>

#include "cli/example_tree.hpp"

namespace dbi::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ReviewTest = ExampleTree;

TEST_F(ReviewTest, AGoodTreePassesTheReview) {
  EXPECT_THAT(review(tree_), IsEmpty());
}

TEST(Review, FindsWhatAReviewerWould) {
  bool a = false;
  int n = 0;
  std::string secret;
  Tree tree("DBI_TEST_");
  tree.toggle("--same", &a, "one").key("a.b");
  tree.toggle("--same", &a, "Two.").key("a.b.c");
  tree.integer("--zero", &n, "").at_least(1);
  tree.text("--password", &secret, "a password").secret();
  const auto findings = testing::PrintToString(review(tree));
  for (const auto* finding :
       {"--same is used twice", "a.b is in its way", "summary ends with a full stop",
        "summary does not start in lower case", "refuses its default 0", "has no summary", "is a secret and a flag"}) {
    EXPECT_THAT(findings, HasSubstr(finding));
  }
}

struct Nested {
  std::vector<Nested> inner;
};
void describe_nested(Tree& tree, Nested& nested) {
  tree.list("inner", &nested.inner, "More of it.", describe_nested);
}

TEST(Review, EndsWhereEntriesHoldTheirOwnForm) {
  Nested nested;
  Tree tree;
  describe_nested(tree, nested);
  EXPECT_THAT(testing::PrintToString(review(tree)), HasSubstr("summary ends with a full stop"));
}

}  // namespace
}  // namespace dbi::cli
