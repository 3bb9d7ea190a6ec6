// Arguments into options.
// SPDX-License-Identifier: Apache-2.0
#include "cli/parser.hpp"

#include <gmock/gmock.h>

#include "cli/example_tree.hpp"

namespace dbi::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ParserTest = ExampleTree;

TEST_F(ParserTest, ReadsEveryFormOfFlag) {
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

TEST_F(ParserTest, TheLastOfTwoCounts) {
  ASSERT_TRUE(read({"--top", "1", "--top", "2", "--quiet", "--no-quiet"}).has_value());
  EXPECT_EQ(options_.top, 2);
  EXPECT_FALSE(options_.quiet);
}

TEST_F(ParserTest, RefusesMisuseWithTheNextStep) {
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

TEST_F(ParserTest, HelpWinsOverMisuse) {
  EXPECT_EQ(read({"--nonsense", "--help"}), Request::FullHelp);
  EXPECT_EQ(read({"--top", "x", "-h"}), Request::BriefHelp);
  EXPECT_EQ(read({"--version"}), Request::Version);
}

}  // namespace
}  // namespace dbi::cli
