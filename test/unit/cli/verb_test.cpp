// A first argument that asks for other work than the tool's usual one.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/option.hpp"
#include "cli/parser.hpp"
#include "cli/print.hpp"
#include "cli/review.hpp"

namespace dbi::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum class Verb : std::uint8_t { Status, Open };

class VerbTest : public ::testing::Test {
 protected:
  VerbTest() : tree_("DBI_TEST_") {
    tree_.verb("status", &verb_, Verb::Status, "", "print how things are");
    tree_.verb("open", &verb_, Verb::Open, "KEY", "open what KEY names");
    tree_.positional("FILE", &files_, "what to read").completes(Completion::File);
    tree_.toggle("-q, --quiet", &quiet_, "don't tell");
    declare_help(tree_);
  }

  Status read(const std::vector<std::string>& arguments) {
    DBI_TRY_ASSIGN(const Request request, parse(tree_, arguments));
    static_cast<void>(request);
    return {};
  }

  std::optional<Verb> verb_;
  std::vector<std::string> files_;
  bool quiet_ = false;
  Tree tree_;
  static constexpr Program kProgram{"dbi-test", "for tests"};
};

TEST_F(VerbTest, IsTheFirstArgumentAndLeavesTheOthers) {
  ASSERT_TRUE(read({"-q", "open", "main/app", "--quiet", "status"}));
  EXPECT_EQ(verb_, Verb::Open);
  EXPECT_THAT(files_, ElementsAre("main/app", "status"));
}

TEST_F(VerbTest, MayStandAlone) {
  ASSERT_TRUE(read({"status"}));
  EXPECT_EQ(verb_, Verb::Status);
  EXPECT_THAT(files_, IsEmpty());
}

TEST_F(VerbTest, IsAFileWhereItIsNotFirstOrBehindTwoDashes) {
  ASSERT_TRUE(read({"a.ndjson", "status"}));
  EXPECT_EQ(verb_, std::nullopt);
  EXPECT_THAT(files_, ElementsAre("a.ndjson", "status"));
  ASSERT_TRUE(read({"--", "status"}));
  EXPECT_EQ(verb_, std::nullopt);
  EXPECT_THAT(files_, ElementsAre("status"));
  ASSERT_TRUE(read({"./status"}));
  EXPECT_EQ(verb_, std::nullopt);
}

TEST_F(VerbTest, IsInTheHelpTheManualAndTheCompletions) {
  for (const auto& help : {brief_help(kProgram, tree_), full_help(kProgram, tree_)}) {
    EXPECT_THAT(help, HasSubstr("usage: dbi-test [OPTIONS] [FILE ...]\n       dbi-test [OPTIONS] status\n"
                                "       dbi-test [OPTIONS] open KEY\n"));
    EXPECT_THAT(help, HasSubstr("\nCommands:\n"));
  }
  EXPECT_THAT(manual_options(tree_), HasSubstr("## Commands\n\n*status*\n\tPrint how things are.\n\n*open* _KEY_\n"));
  EXPECT_THAT(completion(kProgram, tree_, Shell::Bash), HasSubstr("compgen -W 'status open' -- \"$current\"; compgen"));
  EXPECT_THAT(completion(kProgram, tree_, Shell::Zsh), HasSubstr("compadd status open"));
  EXPECT_THAT(completion(kProgram, tree_, Shell::Fish), HasSubstr("-a open -d 'open what KEY names'"));
}

TEST_F(VerbTest, PassesTheReview) {
  EXPECT_THAT(review(tree_), IsEmpty());
}

}  // namespace
}  // namespace dbi::cli
