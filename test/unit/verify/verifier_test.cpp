// The whole decision: shape, times, silence, quality, events, ledger, state.
// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.hpp"

#include <gmock/gmock.h>

#include "verify/verifier_run.hpp"

namespace dbi::verify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::string_view kStats = R"(,"query_id":"1","quality":"exact","calls":3,"total_ms":1.5)";
constexpr std::string_view kWrong = R"(,"query_id":1,"quality":"exact")";

TEST(Verifier, KeepsTheBytesOfWhatIsAsItShouldBe) {
  VerifierRun run("");
  const std::string odd =
      R"( { "v" : 1,"kind":"session","ts":"2026-01-01T00:00:00Z","tool":"x", "pid" : "\u0031", "new":[1e2] } )";
  run.feed({odd, record_at(0, "query_stats", kStats),
            record_at(0, "scrape", R"(,"outcome":"ok","cycle_ms":1,"records":1)")});
  run.end();
  const auto lines = lines_of(run.written());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], odd);
}

TEST(Verifier, DropsAndCountsWhatIsInvalidButNoControlRecord) {
  VerifierRun run("quality_rules: {invalid: drop}");
  run.feed({record_at(0, "query_stats", R"(,"query_id":1,"quality":"exact","calls":3,"total_ms":1.5,"weight":2)"),
            record_at(0, "scrape")});
  run.end();
  const auto lines = lines_of(run.written());
  EXPECT_THAT(lines, testing::Contains(HasSubstr(R"("reason":"invalid","count":1,"weight":2,"calls":6,"total_ms":3)")));
  EXPECT_THAT(lines, testing::Contains(record_at(0, "scrape")));
  EXPECT_THAT(lines, testing::Not(testing::Contains(HasSubstr("query_stats\",\"ts"))));
}

TEST(Verifier, TagsWithTheMemberAndTheCheck) {
  VerifierRun run("quality_rules: {invalid: tag}");
  run.feed(record_at(0, "query_stats", kWrong));
  EXPECT_THAT(run.passed(), ElementsAre(HasSubstr(R"("invalid":["query_id:wrong_type"]})")));
}

TEST(Verifier, SaysNothingOfShapesWithoutValidation) {
  VerifierRun run("quality_rules: {enable_schema_validation: false, invalid: drop}");
  run.feed(record_at(0, "query_stats"));
  EXPECT_THAT(run.events(), IsEmpty());
}

TEST(Verifier, TellsOfFindingsThatAreAlikeOnceInAnInterval) {
  VerifierRun run("verification_interval: 60s");
  for (int i = 0; i < 10; ++i) run.feed(record_at(i, "query_stats", kWrong));
  auto lines = run.own();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("records":1,)"));
  run.feed(record_at(61, "query_stats", kWrong));
  lines = run.own();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("records":10,)"));
  run.feed({record_at(62, "query_stats", kWrong), record_at(63, "query_stats", kWrong)});
  EXPECT_THAT(run.own(), IsEmpty());
  run.end();
  EXPECT_THAT(run.own(), ElementsAre(HasSubstr(R"("records":2,)")));
}

TEST(Verifier, FindsWhatComesBehindANewerCycle) {
  VerifierRun run("");
  run.feed({record_at(0, "query_stats", kStats), record_at(20, "query_stats", kStats),
            record_at(10, "query_stats", kStats)});
  EXPECT_THAT(run.events(), ElementsAre("out_of_order"));
  EXPECT_EQ(run.verifier().figures().out_of_order.value(), 1U);
}

TEST(Verifier, FindsClocksThatDiffer) {
  FakeClock now;
  VerifierRun run("max_skew: 60s", false);
  std::string line = record_at(0, "query_stats", kStats);
  line.replace(line.find("\"ts\":\"") + 6, 4, "2020");
  run.feed(line);
  EXPECT_THAT(run.events(), ElementsAre("clock_skew server_clock"));
  run.feed(record_at(120, "session"));
  EXPECT_THAT(run.events(), ElementsAre("clock_skew ahead"));
  run.feed(record_at(59, "session", "", "u"));
  EXPECT_THAT(run.events(), IsEmpty());
}

TEST(Verifier, TellsOnceOfATargetThatFallsSilentAndOnceOfItsReturn) {
  VerifierRun run("data_freshness_threshold: 60s", false);
  const auto at = [&run](std::chrono::seconds time) {
    run.clock.passed = time;
    run.deadline();
  };
  run.feed({record_at(0, "session", "", "a"), record_at(0, "session", "", "b")});
  at(1s);
  at(50s);
  run.feed(record_at(50, "session", "", "b"));
  at(59s);
  EXPECT_THAT(run.events(), IsEmpty());
  at(62s);
  EXPECT_THAT(run.own(), ElementsAre(testing::AllOf(HasSubstr(R"("target":"a")"), HasSubstr("target_stale"))));
  EXPECT_EQ(run.verifier().figures().stale_targets.value(), 0);  // published at the next deadline
  at(63s);
  EXPECT_THAT(run.events(), IsEmpty());
  EXPECT_EQ(run.verifier().figures().stale_targets.value(), 1);
  run.feed(record_at(63, "session", "", "a"));
  at(64s);
  EXPECT_THAT(run.events(), ElementsAre("target_fresh"));
}

TEST(Verifier, TakesAScrapeThatReadNothingForSilence) {
  VerifierRun run("data_freshness_threshold: 60s", false);
  run.feed(record_at(0, "session"));
  run.deadline();
  run.feed(record_at(61, "scrape", R"(,"outcome":"failed","cycle_ms":1,"records":0)"));
  run.clock.passed = 61s;
  run.deadline();
  EXPECT_THAT(run.events(), ElementsAre("target_stale"));
  run.feed(record_at(62, "scrape", R"(,"outcome":"ok","cycle_ms":1,"records":0)"));
  run.deadline();
  EXPECT_THAT(run.events(), ElementsAre("target_fresh"));
}

TEST(Verifier, TellsOfSilenceByTheRecordsTimeWithReplay) {
  VerifierRun run("data_freshness_threshold: 60s");
  run.feed(record_at(0, "session", "", "a"));
  for (int i = 0; i < 100; i += 2) run.feed(record_at(i, "session", "", "b"));
  EXPECT_THAT(run.own(), ElementsAre(testing::AllOf(HasSubstr(R"("target":"a")"), HasSubstr("target_stale"))));
}

TEST(Verifier, ScoresTheRecordsOfACycle) {
  VerifierRun run("quality_rules: {min_quality: 0.9}");
  const std::string scrape = R"(,"outcome":"ok","cycle_ms":1,"records":1)";
  run.feed({record_at(0, "query_stats", kStats), record_at(0, "scrape", scrape)});
  EXPECT_THAT(run.events(), IsEmpty());
  run.feed({record_at(10, "query_stats", kWrong), record_at(10, "scrape", scrape)});
  const auto lines = run.own();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], HasSubstr("quality_low"));
  EXPECT_THAT(lines[1], HasSubstr(R"("quality_score":0.85)"));  // of 0.7 and 1
  run.end();
  EXPECT_DOUBLE_EQ(run.verifier().figures().quality_score.value(), 0.85);
}

TEST(Verifier, GoesOnAfterAResumeAsIfItHadNotStopped) {
  const std::string section =
      "quality_rules: {invalid: drop}, verification_interval: 60s, data_freshness_threshold: 30s";
  std::vector<std::string> lines;
  for (int i = 0; i < 120; ++i) {
    lines.push_back(record_at(i, "query_stats", i % 3 == 0 ? kWrong : kStats, i % 7 == 0 ? "a" : "b"));
    if (i % 50 == 10) lines.push_back(record_at(i - 5, "session", "", "a"));
  }
  VerifierRun whole(section);
  whole.feed(lines);
  whole.end();
  const std::string expected = whole.written();
  for (const std::size_t cut : {1U, 40U, 90U}) {
    VerifierRun first(section);
    first.feed(std::vector<std::string>(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(cut)));
    VerifierRun second(section);
    second.load(first.save());
    second.feed(std::vector<std::string>(lines.begin() + static_cast<std::ptrdiff_t>(cut), lines.end()));
    second.end();
    EXPECT_EQ(first.written() + second.written(), expected) << cut;
  }
}

TEST(Verifier, TakesANewConfiguration) {
  VerifierRun run("");
  run.configure("quality_rules: {invalid: drop}");
  ASSERT_TRUE(run.verifier().on_reload().has_value());
  run.feed(record_at(0, "query_stats", kWrong));
  EXPECT_THAT(run.passed(), IsEmpty());
  run.configure("quality_rules: {invalid: often}");
  ASSERT_FALSE(run.verifier().on_reload().has_value());
  run.feed(record_at(1, "query_stats", kWrong));
  EXPECT_THAT(run.passed(), IsEmpty());
}

}  // namespace
}  // namespace dbi::verify
