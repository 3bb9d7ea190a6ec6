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
  EXPECT_EQ(run.verifier().watch_figures().out_of_order.value(), 1U);
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

TEST(Verifier, TakesWhatALogTellsForOld) {
  VerifierRun run("");
  std::string line = record_at(0, "query_sample", R"(,"duration_ms":1)");
  line.replace(line.find("\"ts\":\"") + 6, 4, "2020");
  run.feed({record_at(0, "session"), line});
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
  EXPECT_EQ(run.verifier().watch_figures().stale_targets.value(), 0);  // published at the next deadline
  at(63s);
  EXPECT_THAT(run.events(), IsEmpty());
  EXPECT_EQ(run.verifier().watch_figures().stale_targets.value(), 1);
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

TEST(Verifier, TellsOfSilenceOverAGapWithReplay) {
  VerifierRun run("data_freshness_threshold: 60s");
  run.feed({record_at(0, "session", "", "a"), record_at(0, "session", "", "b"), record_at(3600, "session", "", "b")});
  EXPECT_THAT(run.events(), IsEmpty());  // the time of one record alone is not believed yet
  run.feed(record_at(3601, "session", "", "b"));
  EXPECT_THAT(run.events(), ElementsAre("target_stale", "target_stale"));
  run.feed(record_at(3610, "session", "", "b"));
  EXPECT_THAT(run.own(), ElementsAre(testing::AllOf(HasSubstr(R"("target":"b")"), HasSubstr("target_fresh"))));
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
  EXPECT_DOUBLE_EQ(run.verifier().watch_figures().quality_score.value(), 0.85);
}

constexpr std::string_view kMail = R"(,"query":"select 'ann@example.com'")";

TEST(Verifier, RedactsPersonalDataAndTellsOfIt) {
  VerifierRun run("");
  run.feed(record_at(0, "session", kMail));
  const auto lines = lines_of(run.written());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(R"("event":"personal_data")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("member":"query","check":"email")"));
  EXPECT_THAT(lines[0], testing::Not(HasSubstr("ann@")));
  std::string expected = record_at(0, "session", kMail);
  expected.replace(expected.find("ann@example.com"), 15, "[REDACTED:email]");
  EXPECT_EQ(lines[1], expected);
}

TEST(Verifier, NeverTouchesIdsHashesAndNamesOfMachines) {
  VerifierRun run("");
  const std::string line = record_at(
      0, "plan",
      R"(,"query_id":"4111111111111111","query_signature":"4111111111111111","plan_hash":"4012888888881881",)"
      R"("plan_shape":"ann@example.com","host":"ann@example.com","client":"415-555-2671","user":"ann@example.com")");
  run.feed(line);
  EXPECT_THAT(run.passed(), ElementsAre(line));
  for (const auto* member : {"query_id", "queryid", "plan_hash", "query_signature", "host", "client", "cycle"}) {
    EXPECT_FALSE(options_of(std::string("pii_detection: {members: [") + member + "]}").has_value()) << member;
  }
}

TEST(Verifier, TagsOrDropsPersonalDataButDropsNoControlRecord) {
  VerifierRun tag("pii_detection: {action: tag}");
  tag.feed(record_at(0, "session", std::string(kMail) + R"(,"application":"4111 1111 1111 1111")"));
  EXPECT_THAT(tag.passed(),
              ElementsAre(HasSubstr(
                  R"('ann@example.com'","application":"4111 1111 1111 1111","personal_data":["email","card"]})")));
  VerifierRun drop("pii_detection: {action: drop}");
  drop.feed({record_at(0, "session", kMail),
             record_at(0, "error", R"(,"error_class":"other","message":"to ann@example.com")")});
  drop.end();
  EXPECT_THAT(drop.written(), testing::AllOf(HasSubstr(R"("reason":"personal_data","count":1)"),
                                             HasSubstr(R"("message":"to [REDACTED:email]")"),
                                             testing::Not(HasSubstr("ann@example.com"))));
}

TEST(Verifier, LeavesExcludedMembersAndPatternsAlone) {
  VerifierRun run(
      "pii_detection: {exclude_fields: [query_text], custom_patterns: {badge: 'B[0-9]{4}'}, patterns: [ssn]}");
  run.feed(record_at(0, "session", R"(,"query":"B1234","application":"B1234 ann@example.com")"));
  EXPECT_THAT(run.passed(),
              ElementsAre(HasSubstr(R"("query":"B1234","application":"[REDACTED:badge] ann@example.com")")));
  VerifierRun off("pii_detection: {enabled: false}");
  off.feed(record_at(0, "session", kMail));
  EXPECT_THAT(off.passed(), ElementsAre(record_at(0, "session", kMail)));
  EXPECT_FALSE(options_of("pii_detection: {custom_patterns: {badge: '('}}").has_value());
  EXPECT_FALSE(options_of("pii_detection: {custom_patterns: {email: 'x'}}").has_value());
}

TEST(Verifier, RefusesOptionsThatItCannotKeep) {
  std::string names = "a";
  for (int i = 0; i < 31; ++i) names += fmt::format(", m{}", i);
  EXPECT_TRUE(options_of("quality_rules: {required_fields: [" + names + "]}").has_value());
  EXPECT_FALSE(options_of("quality_rules: {required_fields: [" + names + ", z]}").has_value());
  EXPECT_FALSE(options_of("quality_rules: {required_fields: [scrape.outcome]}").has_value());
  EXPECT_FALSE(options_of("quality_rules: {cardinality_limits: {query_id: 1000001}}").has_value());
  EXPECT_FALSE(options_of("quality_rules: {min_quality: 2}").has_value());
  EXPECT_FALSE(options_of("pii_detection: {patterns: [emails]}").has_value());
  EXPECT_FALSE(options_of("identity: salt").has_value());
}

TEST(Verifier, HashesOrDropsIdentities) {
  const std::string line = record_at(0, "session", R"(,"user":"ann","client":"10.0.0.1","host":"db1","pid":"1")");
  VerifierRun hash("identity: hash");
  hash.feed(line);
  const auto hashed = hash.passed();
  ASSERT_EQ(hashed.size(), 1U);
  EXPECT_THAT(hashed[0], testing::ContainsRegex(
                             R"(,"user":"[0-9a-f]{16}","client":"[0-9a-f]{16}","host":"[0-9a-f]{16}","pid":"1"\}$)"));
  hash.feed(record_at(0, "session", R"(,"user":null,"pid":"1")"));
  EXPECT_THAT(hash.passed(), ElementsAre(HasSubstr(R"(,"user":null,"pid":"1"})")));
  VerifierRun drop("identity: drop");
  drop.feed(line);
  EXPECT_THAT(drop.passed(), ElementsAre(record_at(0, "session", R"(,"pid":"1")")));
}

TEST(Verifier, CountsCanariesThatGetThrough) {
  VerifierRun run("pii_detection: {action: redact}");
  EXPECT_EQ(run.got_through, 0U);
  VerifyOptions options;
  options.canaries = {"canary-1"};
  std::uint64_t got_through = 0;
  FakeClock clock;
  auto verifier = Verifier::make(options, {.tool = "dbi-verify",
                                           .name = "dbi-verify",
                                           .replay = true,
                                           .clock = &clock,
                                           .max_record_bytes = 1000,
                                           .report = false,
                                           .got_through = &got_through,
                                           .reread = {}})
                      .value();
  const Descriptor file(::memfd_create("out", MFD_CLOEXEC));
  stream::Writer out(file.get());
  Parsed parsed;
  const auto feed = [&](std::string_view more) {
    EXPECT_TRUE(verifier->on_record(parsed.parse(record_at(0, "session", more)), out).has_value());
    return got_through;
  };
  EXPECT_EQ(feed(R"(,"query":"select 'canary-2'")"), 0U);
  EXPECT_EQ(feed(R"(,"query":"mail canary-1@example.com")"), 0U);  // taken out
  EXPECT_EQ(feed(R"(,"query":"select 'canary-1'")"), 1U);
  EXPECT_EQ(feed(R"(,"new":["canar\u0079-1"])"), 2U);
}

TEST(Verifier, ReportsCollapsesOrDropsValuesBeyondTheLimit) {
  const auto record = [](int i) {
    return record_at(0, "query_stats", fmt::format(R"(,"query_id":"{}","quality":"exact","calls":1)", i));
  };
  std::vector<std::string> lines;
  for (int i = 0; i < 6; ++i) lines.push_back(record(i % 4));
  lines.push_back(record_at(0, "query_stats", R"(,"query_id":"other","quality":"exact")"));
  const auto run = [&lines](std::string_view action) {
    VerifierRun verifier("quality_rules: {cardinality_limits: {queryid: 2}, over_cardinality: " + std::string(action) +
                         "}");
    verifier.feed(lines);
    verifier.end();
    return lines_of(verifier.written());
  };
  const auto reported = run("report");
  ASSERT_EQ(reported.size(), lines.size() + 2);  // at once, and at the end for the others
  EXPECT_THAT(reported[2], testing::AllOf(HasSubstr(R"("event":"cardinality_limit")"),
                                          HasSubstr(R"("member":"query_id")"), HasSubstr(R"("distinct_values":3)")));
  const auto collapsed = run("collapse");
  EXPECT_EQ(std::ranges::count_if(
                collapsed, [](const auto& line) { return line.find(R"("query_id":"other")") != std::string::npos; }),
            3);
  const auto dropped = run("drop");
  EXPECT_THAT(dropped.back(), HasSubstr(R"("reason":"cardinality","count":2,"weight":2,"calls":2)"));
  EXPECT_FALSE(options_of("quality_rules: {cardinality_limits: {target: 2}}").has_value());
}

TEST(Verifier, DropsRatherThanRenamesADatabaseBeyondTheLimit) {
  VerifierRun run("quality_rules: {cardinality_limits: {database_name: 1}, over_cardinality: collapse}");
  run.feed(record_at(0, "session"));
  std::string other = record_at(0, "session");
  other.replace(other.find(R"("database":"d")"), 14, R"("database":"e")");
  run.feed(other);
  run.end();
  EXPECT_THAT(
      run.own(),
      testing::Contains(HasSubstr(
          R"("database":"e","cycle":"000000000000000000000000000003e8","tool":"dbi-verify","reason":"cardinality","count":1)")));
}

TEST(Verifier, DropsWhatRedactionMakesTooLong) {
  const std::string line = record_at(0, "session", R"(,"query":"a@b.cd a@b.cd a@b.cd")");
  VerifierRun run("", true, line.size());
  run.feed(line);
  run.end();
  EXPECT_THAT(run.passed(), IsEmpty());
  VerifierRun tags("pii_detection: {action: tag}", true, line.size());
  tags.feed(line);
  EXPECT_THAT(tags.passed(), ElementsAre(line));
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
