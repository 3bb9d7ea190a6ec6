// -h, --help and OPTIONS of the manual.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cli/example_tree.hpp"

namespace dbi::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using HelpTest = ExampleTree;

TEST_F(HelpTest, PrintsDefaultRangeVariableAndKey) {
  EXPECT_THAT(brief_help(kProgram, tree_), HasSubstr("read every DURATION (default 10s)"));
  const auto help = full_help(kProgram, tree_);
  EXPECT_THAT(help, HasSubstr("A value from 100ms to 1d. Default: 10s. Environment:"));
  EXPECT_THAT(help, HasSubstr("auto: on a terminal"));
  EXPECT_THAT(help, HasSubstr("--no-quiet"));
  EXPECT_THAT(manual_options(tree_), HasSubstr("*--interval* _DURATION_\n\tRead every DURATION.++\n"));
}

TEST(Maintenance, FlagsAreInTheFullHelpOnly) {
  bool print = false;
  Tree tree;
  tree.toggle("--print-it", &print, "print it").maintenance();
  const Program program{"dbi-test", "for tests"};
  EXPECT_THAT(full_help(program, tree), HasSubstr("--print-it"));
  EXPECT_THAT(brief_help(program, tree) + manual_options(tree) + completion(program, tree, Shell::Bash),
              Not(HasSubstr("--print-it ")));
}

}  // namespace
}  // namespace dbi::cli
