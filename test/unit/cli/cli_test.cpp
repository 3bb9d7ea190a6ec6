// The option tree: parser, environment, help, manual, completions, review.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "cli/parser.hpp"
#include "cli/print.hpp"
#include "cli/review.hpp"

namespace dbi::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

enum class Colour : std::uint8_t { Auto, Never };

struct Options {
  std::chrono::microseconds interval = 10s;
  int top = 500;
  bool quiet = false;
  Colour colour = Colour::Auto;
  std::vector<std::string> kinds;
  std::vector<std::string> sinks;
  std::vector<std::string> targets;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() : tree_("DBI_TEST_") {
    tree_.duration("--interval", &options_.interval, "read every DURATION").key("collector.interval").range(100ms, 24h);
    tree_.integer("--top", &options_.top, "how many").at_least(1);
    tree_.toggle("-q, --quiet", &options_.quiet, "don't tell [much]");
    tree_.choice("--colour", &options_.colour, {{"auto", Colour::Auto, "on a terminal"}, {"never", Colour::Never}},
                 "when to colour");
    tree_.texts("--kinds", &options_.kinds, "what to read").choices({{"session", ""}, {"error", ""}});
    tree_.texts("--to", &options_.sinks, "where to").value("SINK").repeatable();
    tree_.positional("TARGET", &options_.targets, "what to read");
    declare_help(tree_);
  }

  Result<Request> read(const std::vector<std::string>& arguments) { return parse(tree_, arguments); }
  Error refusal(const std::vector<std::string>& arguments) {
    const auto request = read(arguments);
    return request ? Error{} : request.error();
  }

  Options options_;
  Tree tree_;
  static constexpr Program kProgram{"dbi-test", "for tests"};
};

TEST_F(CliTest, ReadsEveryFormOfFlag) {
  ASSERT_EQ(read({"--interval", "5s", "--top=7", "-q", "--kinds", "session,error", "--to", "a,b", "--to=c", "x", "--",
                  "--y"}),
            Request::Run);
  EXPECT_EQ(options_.interval, 5s);
  EXPECT_EQ(options_.top, 7);
  EXPECT_TRUE(options_.quiet);
  EXPECT_THAT(options_.kinds, ElementsAre("session", "error"));
  EXPECT_THAT(options_.sinks, ElementsAre("a,b", "c"));
  EXPECT_THAT(options_.targets, ElementsAre("x", "--y"));
}

TEST_F(CliTest, TheLastOfTwoCounts) {
  ASSERT_TRUE(read({"--top", "1", "--top", "2", "--quiet", "--no-quiet"}).has_value());
  EXPECT_EQ(options_.top, 2);
  EXPECT_FALSE(options_.quiet);
}

TEST_F(CliTest, RefusesMisuseWithTheNextStep) {
  EXPECT_EQ(refusal({"--colr", "never"}).hint, "Did you mean --colour?");
  EXPECT_EQ(refusal({"--top", "x"}).message, "--top: not a whole number: 'x'");
  EXPECT_EQ(refusal({"--top", "0"}).message, "--top: out of range: '0'");
  EXPECT_THAT(refusal({"--top", "99999999999"}).message, HasSubstr("out of range"));
  EXPECT_EQ(refusal({"--interval", "1ms"}).hint, "Write a value from 100ms to 1d.");
  EXPECT_EQ(refusal({"--colour", "nevr"}).hint, "Did you mean never?");
  EXPECT_EQ(refusal({"--kinds", "session,eror"}).hint, "Did you mean error?");
  EXPECT_EQ(refusal({"--to"}).message, "--to needs a value");
  EXPECT_EQ(refusal({"--int", "5s"}).kind, ErrorKind::Usage);  // no abbreviations
}

TEST_F(CliTest, HelpWinsOverMisuse) {
  EXPECT_EQ(read({"--nonsense", "--help"}), Request::FullHelp);
  EXPECT_EQ(read({"--top", "x", "-h"}), Request::BriefHelp);
  EXPECT_EQ(read({"--version"}), Request::Version);
}

TEST_F(CliTest, AVariableIsWeakerThanAFlagAndAnEmptyOneIsNone) {
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "DBI_TEST_TOP") return "3";
    if (name == "DBI_TEST_INTERVAL") return "";
    if (name == "DBI_TEST_KINDS") return "session, error";
    return std::nullopt;
  };
  ASSERT_THAT(read_environment(tree_, lookup), IsEmpty());
  EXPECT_EQ(options_.top, 3);
  EXPECT_EQ(options_.interval, 10s);
  EXPECT_THAT(options_.kinds, ElementsAre("session", "error"));
  ASSERT_TRUE(read({"--top", "4"}).has_value());
  ASSERT_THAT(read_environment(tree_, lookup), IsEmpty());
  EXPECT_EQ(options_.top, 4);
}

TEST_F(CliTest, AllFaultsOfTheEnvironmentAreTold) {
  const auto errors = read_environment(tree_, [](const std::string&) { return std::optional<std::string>("?"); });
  ASSERT_GE(errors.size(), 4U);
  EXPECT_THAT(errors[0].message, HasSubstr("$DBI_TEST_INTERVAL: not a duration: '?'"));
}

TEST_F(CliTest, PrintsDefaultRangeVariableAndKey) {
  EXPECT_THAT(brief_help(kProgram, tree_), HasSubstr("read every DURATION (default 10s)"));
  const auto help = full_help(kProgram, tree_);
  EXPECT_THAT(help, HasSubstr("A value from 100ms to 1d. Default: 10s. Environment:"));
  EXPECT_THAT(help, HasSubstr("auto: on a terminal"));
  EXPECT_THAT(help, HasSubstr("--no-quiet"));
  EXPECT_THAT(manual_options(tree_), HasSubstr("*--interval* _DURATION_\n\tRead every DURATION.++\n"));
}

TEST_F(CliTest, ShellsParseTheCompletions) {
  const std::pair<Shell, std::string> shells[] = {{Shell::Bash, "bash"}, {Shell::Zsh, "zsh"}, {Shell::Fish, "fish"}};
  for (const auto& [shell, name] : shells) {
    const std::string text = completion(kProgram, tree_, shell);
    EXPECT_THAT(text, HasSubstr("colour"));
    if (std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) != 0) continue;
    const std::string path = ::testing::TempDir() + "dbi-completion." + name;
    std::ofstream(path) << text;
    EXPECT_EQ(std::system((name + " -n " + path).c_str()), 0) << text;
  }
}

TEST_F(CliTest, AGoodTreePassesTheReview) {
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
