// The plans of a log are found whatever the log's format and whatever the statements hold.
// SPDX-License-Identifier: Apache-2.0
#include "planread/auto_explain.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "planread/plan_reader.hpp"

namespace dbi::planread {
namespace {

constexpr std::string_view kPlanText = "Result  (cost=0.00..0.01 rows=1 width=4)";

TEST(AutoExplain, TakesTheStatementOff) {
  const std::string message = "duration: 29.983 ms  plan:\nQuery Text: select 1\n  from t;\n" + std::string(kPlanText);
  const auto logged = parse_auto_explain(message);
  ASSERT_TRUE(logged);
  EXPECT_DOUBLE_EQ(logged->duration_ms, 29.983);
  EXPECT_EQ(logged->query, "select 1\n  from t;");
  EXPECT_EQ(logged->plan, kPlanText);
}

TEST(AutoExplain, TakesAPlaceInTheStatementOffThePlan) {
  EXPECT_EQ(parse_auto_explain("duration: 1 ms  plan:\n{\"Plan\": {}} at character 13")->plan, "{\"Plan\": {}}");
  EXPECT_EQ(parse_auto_explain("duration: 1 ms  plan:\n{} at character x")->plan, "{} at character x");
}

TEST(AutoExplain, IsNotDeceivedByLinesOfAStatement) {
  const std::string plan(kPlanText);
  for (const std::string& query :
       {"select '\n" + plan + "\n'", "select /*\n" + plan + "\n*/ 1", "select $x$\n" + plan + "\n$x$",
        "select 1 as \"\n" + plan + "\n\"", "select 'it''s\n" + plan + "\n' -- '"}) {
    const std::string message = "duration: 1 ms  plan:\nQuery Text: " + query + "\n" + plan + "\n  Output: 1";
    const auto logged = parse_auto_explain(message);
    ASSERT_TRUE(logged) << query;
    EXPECT_EQ(logged->query, query);
  }
}

TEST(AutoExplain, IsNothingElse) {
  EXPECT_FALSE(parse_auto_explain("duration: 1.2 ms  statement: select 1"));
  EXPECT_FALSE(parse_auto_explain("duration: x ms  plan:\nResult"));
  EXPECT_FALSE(parse_auto_explain(""));
}

TEST(AutoExplain, KnowsALiteralByEitherSettingAndGuessesNothing) {
  const std::string plan(kPlanText);
  const auto plan_of = [&plan](std::string_view query) {
    const std::string message = "duration: 1 ms  plan:\nQuery Text: " + std::string(query) + "\n" + plan;
    const auto logged = parse_auto_explain(message);
    return logged ? std::string(logged->plan) : "no entry";
  };
  EXPECT_EQ(plan_of(R"(select 'C:\' -- standard)"), plan);
  EXPECT_EQ(plan_of(R"(select 'it\'s escaped')"), plan);
  EXPECT_EQ(plan_of("select 'a\\'\nSeq Scan on canary  (cost=0.00..1.00 rows=1 width=4)\n'"), "");  // one setting each
  EXPECT_EQ(plan_of("select '"), "");
}

TEST(AutoExplain, TakesTheParametersOffTheStatement) {
  const auto query_of = [](std::string_view query) {
    const std::string message =
        "duration: 1 ms  plan:\nQuery Text: " + std::string(query) + "\n" + std::string(kPlanText);
    return std::string(parse_auto_explain(message)->query);
  };
  EXPECT_EQ(query_of("select $1,\n $2\nQuery Parameters: $1 = 'two\nlines', $2 = NULL"), "select $1,\n $2");
  EXPECT_EQ(query_of("select '\nQuery Parameters: $1 = ' || $1\nQuery Parameters: $1 = '1'"),
            "select '\nQuery Parameters: $1 = ' || $1");
}

TEST(AutoExplain, IsNotSlowedDownByForgedLines) {
  std::string message = "duration: 1 ms  plan:\nQuery Text: select /* ";
  for (int i = 0; i < 200'000; ++i) message += std::string(kPlanText) + "\n";
  EXPECT_TRUE(parse_auto_explain(message)->plan.empty());
}

struct Read {
  std::size_t plans = 0;
  std::map<PlanFormat, std::size_t> formats;  // how many of each
};

Read read_log(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string log{std::istreambuf_iterator<char>(file), {}};
  LogMessages messages(log, recognise_log(log));
  PlanReader reader;
  Read read;
  for (std::string_view message; messages.next(message);) {
    const auto logged = parse_auto_explain(message);
    if (!logged) {
      EXPECT_EQ(message.find("  plan:"), std::string_view::npos) << message;
      continue;
    }
    const Status opened = reader.open(logged->plan);
    EXPECT_TRUE(opened) << opened.error().message << "\n" << message;
    if (!opened) continue;
    const Status made = reader.read(0);
    EXPECT_TRUE(made) << message;
    for (const Node& node : reader.plan().nodes()) {
      EXPECT_EQ(reader.plan().text(node, PlanKey::RelationName).find("forged"), std::string_view::npos) << message;
    }
    std::string redacted;
    RedactionFaults faults;
    reader.redact(redacted, faults);
    // The cursor's name is one, too.
    std::size_t canary = redacted.find("canary");
    if (canary != std::string::npos && redacted.find("declare canary_cursor cursor") == canary - 8)
      canary = redacted.find("canary", canary + 1);
    EXPECT_EQ(canary, std::string::npos) << redacted;
    ++read.plans;
    ++read.formats[reader.format()];
  }
  EXPECT_EQ(messages.skipped(), 0U) << path;
  return read;
}

TEST(AutoExplain, ReadsRealLogsAlikeInAllTheirFormats) {
  std::map<std::string, Read> versions;
  for (const auto& file : std::filesystem::directory_iterator(DBI_PLANS)) {
    const std::string name = file.path().filename().string();
    if (!name.starts_with("auto_explain-")) continue;
    const Read read = read_log(file.path());
    EXPECT_GT(read.plans, 20U) << name;
    const auto [known, fresh] = versions.emplace(file.path().stem().string(), read);
    // YAML and XML are not in every file.
    for (const PlanFormat format : {PlanFormat::Json, PlanFormat::Text}) {
      EXPECT_EQ(read.formats.at(format), known->second.formats.at(format)) << name;
    }
  }
  EXPECT_GE(versions.size(), 2U);
}

}  // namespace
}  // namespace dbi::planread
