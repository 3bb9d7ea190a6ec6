// The options of dbi-ratelimit as a configuration gives them.
// SPDX-License-Identifier: Apache-2.0
#include "limit/limit_options.hpp"

#include <gtest/gtest.h>

#include "cli/review.hpp"
#include "config/apply.hpp"
#include "config/yaml.hpp"

namespace dbi::limit {
namespace {

std::vector<Error> read(LimitOptions& options, const std::string& text) {
  cli::Tree tree("DBI_RATELIMIT_");
  describe_limit_options(tree, options);
  EXPECT_EQ(cli::review(tree), std::vector<std::string>{});
  const auto document = config::parse_yaml(text, "dbi.yaml");
  EXPECT_TRUE(document);
  auto errors = config::apply(*document, tree, [](const std::string&) { return std::nullopt; });
  if (!errors.empty()) return errors;
  if (auto checked = tree.run_checks(); !checked) errors.push_back(checked.error());
  return errors;
}

std::string message(const std::string& text) {
  LimitOptions options;
  const auto errors = read(options, text);
  return errors.size() == 1 ? errors.front().message : "errors: " + std::to_string(errors.size());
}

TEST(LimitOptions, TheDefaultsTakeAWholeCycle) {
  LimitOptions options;
  EXPECT_TRUE(read(options, "").empty());
  const auto settings = settings_of(options);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->fallback.burst, 10'000);
  EXPECT_FALSE(settings->global);
  EXPECT_FALSE(settings->adaptive);
}

TEST(LimitOptions, AreReadFromTheSection) {
  LimitOptions options;
  const auto errors = read(options, R"(
rate_limiter:
  default_rps: 250
  default_burst: 20000
  global_max_rps: 5000
  time_zone: Europe/Berlin
  schedule:
    - {days: [mon-fri], from: "08:00", to: "18:00", rps: 100}
  database_limits:
    billing: {rps: 1e9}
    "main/app.*":
      burst: 5
      schedule:
        - {days: [sat, sun], from: "22:00", to: "06:00", rps: 0.5, burst: 1, time_zone: America/New_York}
)");
  ASSERT_TRUE(errors.empty()) << errors.front().message;
  const auto settings = settings_of(options);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->fallback.rate, Rate::per_second(250));
  ASSERT_EQ(settings->fallback.timetable.windows().size(), 1U);
  EXPECT_EQ(settings->fallback.timetable.windows()[0].rate, Rate::per_second(100));
  ASSERT_EQ(settings->named.size(), 2U);
  EXPECT_EQ(settings->find({"x", "billing"}).rate, Rate::per_second(1e9));
  EXPECT_EQ(settings->find({"x", "billing"}).burst, 20000);
  const Limit& app = settings->find({"main", "app.one"});
  EXPECT_EQ(app.rate, Rate::per_second(250));
  EXPECT_EQ(app.burst, 5);
  EXPECT_EQ(app.timetable.windows().at(0).burst, 1);
  EXPECT_EQ(&settings->find({"main", "other"}), &settings->fallback);
  EXPECT_EQ(settings->global->rate, Rate::per_second(5000));
}

TEST(LimitOptions, FaultsAreToldWhereTheyStand) {
  EXPECT_EQ(message("rate_limiter:\n  schedule:\n    - {from: \"8:00\", rps: 1}\n"),
            "dbi.yaml:3:7: rate_limiter.schedule[0]: not a time of day: '8:00'");
  EXPECT_EQ(message("rate_limiter:\n  schedule:\n    - {from: \"08:00\"}\n"),
            "dbi.yaml:3:7: rate_limiter.schedule[0]: rps is missing");
  EXPECT_EQ(message("rate_limiter:\n  schedule:\n    - {days: [someday], rps: 1}\n"),
            "dbi.yaml:3:7: rate_limiter.schedule[0]: not a day of the week: 'someday'");
  EXPECT_EQ(message("rate_limiter:\n  time_zone: Mars/Olympus\n"),
            "dbi.yaml:2:14: rate_limiter.time_zone: no such time zone: 'Mars/Olympus'");
  // No files, and nothing that another machine takes otherwise.
  EXPECT_EQ(message("rate_limiter: {time_zone: /etc/localtime}"),
            "dbi.yaml:1:27: rate_limiter.time_zone: no such time zone: '/etc/localtime'");
  for (const std::string name : {"localtime", "../zoneinfo/UTC", "", ":UTC"}) {
    EXPECT_NE(message("rate_limiter: {time_zone: \"" + name + "\"}"), "errors: 0") << name;
  }
  EXPECT_EQ(message("rate_limiter: {time_zone: Etc/GMT+5}"), "errors: 0");
  EXPECT_EQ(message("rate_limiter:\n  database_limits: {app: {rps: -1}}\n"),
            "dbi.yaml:2:32: rate_limiter.database_limits.app.rps: out of range: '-1'");
}

TEST(LimitOptions, AdaptiveRatesHaveToHaveRoom) {
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true}"), "errors: 0");
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true, default_rps: 5000}"),
            "dbi.yaml:1:52: rate_limiter.default_rps: 5000 a second is not within min_rps 100 and max_rps 2000");
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true, database_limits: {\"a*\": {rps: 5}}}"),
            "dbi.yaml:1:57: rate_limiter.database_limits.a*: 5 a second is not within min_rps 100 and max_rps 2000");
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true, schedule: [{rps: 0}]}"),
            "dbi.yaml:1:49: rate_limiter.schedule: 0 a second is not within min_rps 100 and max_rps 2000");
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true, min_rps: 500, max_rps: 400}"),
            "dbi.yaml:1:48: rate_limiter.min_rps is above max_rps");
  // The first key that the message names and the document gives says where.
  EXPECT_EQ(message("rate_limiter: {enable_adaptive: true,\n  max_rps: 400}"),
            "dbi.yaml:2:12: rate_limiter.default_rps: 500 a second is not within min_rps 100 and max_rps 400");
  EXPECT_EQ(message("rate_limiter: {default_rps: 5000}"), "errors: 0") << "they mean nothing without";
}

TEST(LimitOptions, ADivertedRecordNeedsAFile) {
  EXPECT_EQ(message("rate_limiter: {over: divert}"), "--over divert without a file");
  EXPECT_EQ(message("rate_limiter: {divert: late.ndjson}"), "--divert without --over divert");
  EXPECT_EQ(message("rate_limiter: {over: divert, divert: late.ndjson}"), "errors: 0");
}

}  // namespace
}  // namespace dbi::limit
