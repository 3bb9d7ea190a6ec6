// The whole decision: rules, floor, goal, coin, limit, deduplication, weights, ledger, state.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "base/time_text.hpp"
#include "sampling/lines.hpp"
#include "sampling/sampler_run.hpp"

namespace dbi::sampling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A record of the kind, at second `at`.
std::string record_at(int at, std::string_view kind, std::string_view members = {}) {
  const auto time = format_timestamp(Timestamp(std::chrono::hours(500'000) + std::chrono::seconds(at)));
  return fmt::format(R"({{"v":1,"kind":"{}","ts":"{}","target":"t","database":"d","cycle":"c"{}{}}})", kind, time,
                     members.empty() ? "" : ",", members);
}

// Sums over `dropped` records, by reason.
struct Amounts {
  double count = 0;
  double weight = 0;
};
std::map<std::string, Amounts> dropped(std::string_view text) {
  std::map<std::string, Amounts> out;
  Lines lines;
  std::string scratch;
  for (const auto& line : lines_of(text)) {
    const auto& record = lines.parse(line);
    if (record.text("kind", scratch) != "dropped") continue;
    auto& amounts = out[std::string(record.text("reason", scratch).value())];
    amounts.count += record.number("count").value();
    amounts.weight += record.number("weight").value();
  }
  return out;
}

std::size_t kept(std::string_view text) {
  const auto lines = lines_of(text);
  return static_cast<std::size_t>(std::ranges::count_if(
      lines, [](const auto& line) { return line.find(R"("kind":"dropped")") == std::string::npos; }));
}

TEST(Sampler, KeepsTheBytesOfWhatItDoesNotThrowFor) {
  SamplerRun run("adaptive_sampler: {default_sample_rate: 1, rules: []}\n");
  const std::string odd = R"( { "kind" : "session" , "pid":"1", "x":1e2 } )";
  run.feed(odd);
  run.feed(record_at(0, "query_stats"));
  EXPECT_EQ(run.written(), odd + "\n" + record_at(0, "query_stats") + "\n");
}

TEST(Sampler, SurvivorsCarryTheWeightOfAll) {
  SamplerRun run("adaptive_sampler: {default_sample_rate: 0.25, rules: []}\n");
  for (int i = 0; i < 1000; ++i) run.feed(record_at(0, "session", fmt::format("\"pid\":\"{}\"", i)));
  for (int i = 0; i < 1000; ++i) run.feed(record_at(0, "session", fmt::format("\"weight\":2.5,\"pid\":\"{}\"", i)));
  run.end();
  const std::string text = run.written();
  EXPECT_THAT(text, HasSubstr(R"(,"weight":4})"));
  EXPECT_THAT(text, HasSubstr(R"("weight":10,"pid")"));
  const auto lost = dropped(text);
  EXPECT_EQ(lost.at("sampled").weight, 0);
  EXPECT_EQ(static_cast<double>(kept(text)) + lost.at("sampled").count, 2000);
  EXPECT_NEAR(static_cast<double>(kept(text)), 500, 80);
}

TEST(Sampler, ControlRecordsAndUnsampledKindsPassUntouched) {
  SamplerRun run(
      "adaptive_sampler: {default_sample_rate: 0, rules: [{name: none, sample_rate: 0}], explain_decision: true}\n");
  for (const auto* kind : {"error", "event", "scrape", "dropped"}) {
    run.feed(record_at(0, kind));
    EXPECT_EQ(run.written(), record_at(0, kind) + "\n");
  }
  run.feed(record_at(0, "setting"));
  EXPECT_THAT(run.written(), HasSubstr(R"("sample_rule":"sampled_kinds","sample_rate":1)"));
  run.feed(record_at(0, "session"));
  EXPECT_EQ(run.written(), "");
}

TEST(Sampler, ARateOfNothingIsARulesDropWithItsWeight) {
  SamplerRun run(
      R"(adaptive_sampler: {rules: [{name: none, sample_rate: 0, conditions: [{attribute: kind, operator: in, value: [session, table_stats]}]}]})");
  run.feed(record_at(0, "session", R"("weight":3)"));
  run.feed(record_at(0, "table_stats"));
  run.end();
  EXPECT_EQ(dropped(run.written()).at("rule").weight, 4);
}

constexpr std::string_view kFloor = R"(
adaptive_sampler:
  slow_query_threshold_ms: 500
  explain_decision: true
  default_sample_rate: 1
  rules:
    - {name: none, priority: 9, sample_rate: 0, conditions: [{attribute: user, operator: eq, value: x}]}
    - {name: few, max_per_minute: 1, conditions: [{attribute: kind, operator: eq, value: plan}]}
)";

TEST(Sampler, SlowQueriesAreKeptWhateverTheRulesSay) {
  SamplerRun run(kFloor);
  run.feed(record_at(0, "session", R"("user":"x","duration_ms":500)"));
  EXPECT_THAT(run.written(), HasSubstr(R"("sample_rule":"slow_queries","sample_rate":1})"));
  run.feed(record_at(0, "session", R"("user":"x","duration_ms":499.9)"));
  run.feed(record_at(0, "session", R"("user":"x","duration_ms":"600")"));
  EXPECT_EQ(run.written(), "");
  EXPECT_EQ(run.sampler().rule_matches().at("none").value(), 3U);
  // Neither the limit nor deduplication looks at a slow one.
  run.feed(record_at(0, "plan", R"("plan_hash":"1")"));
  for (int i = 0; i < 3; ++i) run.feed(record_at(0, "plan", R"("plan_hash":"1","duration_ms":900)"));
  EXPECT_EQ(kept(run.written()), 4U);
  EXPECT_EQ(run.sampler().figures().slow.value(), 4U);
}

TEST(Sampler, ExplainsWhatDecided) {
  SamplerRun run(R"(
adaptive_sampler:
  default_sample_rate: 0.999999
  explain_decision: true
  rules:
    - {name: mine, conditions: [{attribute: user, operator: eq, value: x}]}
)");
  run.feed(record_at(0, "session", R"("user":"x")"));
  EXPECT_THAT(run.written(), HasSubstr(R"("sample_rule":"mine","sample_rate":1})"));
  run.feed(record_at(0, "session", R"("user":"y","sample_rate":5)"));
  EXPECT_THAT(run.written(),
              HasSubstr(R"("sample_rate":0.999999,"weight":1.000001000001,"sample_rule":"default_sample_rate"})"));
}

TEST(Sampler, AtMostSoManyPerMinuteOfWhatTheCoinKept) {
  SamplerRun run(R"(
adaptive_sampler:
  rules:
    - {name: few, sample_rate: 0.5, max_per_minute: 3, conditions: [{attribute: kind, operator: eq, value: query_stats}]}
)");
  for (int i = 0; i < 100; ++i)
    run.feed(record_at(i / 50, "query_stats", fmt::format("\"query_id\":\"{}\",\"calls\":2", i)));
  run.end();
  const std::string text = run.written();
  EXPECT_EQ(kept(text), 3U);
  const auto lost = dropped(text);
  EXPECT_EQ(lost.at("limit").count + lost.at("sampled").count, 97);
  EXPECT_EQ(lost.at("limit").weight, 2 * lost.at("limit").count);
  EXPECT_GT(lost.at("sampled").count, 20);
}

TEST(Sampler, DropsWhatItKeptAShortWhileAgo) {
  SamplerRun run("adaptive_sampler: {default_sample_rate: 1, rules: []}\n");
  run.feed(record_at(0, "plan", R"("plan_hash":"1","query_signature":"s")"));
  run.feed(record_at(10, "plan", R"("plan_hash":"1","query_signature":"s","weight":2)"));
  run.feed(record_at(20, "plan", R"("plan_hash":"2","query_signature":"s")"));
  run.feed(record_at(20, "plan", R"("query_signature":"s")"));
  run.feed(record_at(20, "plan", R"("query_signature":"s")"));
  run.feed(record_at(300, "plan", R"("plan_hash":"1","query_signature":"s")"));
  run.end();
  const std::string text = run.written();
  EXPECT_EQ(kept(text), 5U);
  EXPECT_EQ(dropped(text).at("dedup").weight, 2);
  EXPECT_EQ(run.sampler().figures().cache_hits.value(), 1U);
  EXPECT_EQ(run.sampler().figures().cache_size.value(), 2);
}

TEST(Sampler, WhatTheCoinDropsSuppressesNothing) {
  // With a rate this small the first of a kind is hardly ever kept: were it remembered, its kin would be `dedup`.
  SamplerRun run("adaptive_sampler: {default_sample_rate: 0.000001, rules: []}\n");
  for (int i = 0; i < 100; ++i) run.feed(record_at(0, "plan", fmt::format(R"("plan_hash":"1","pid":"{}")", i)));
  run.end();
  EXPECT_EQ(dropped(run.written()).size(), 1U);
}

TEST(Sampler, NeverDeduplicatesQueryStats) {
  SamplerRun run("adaptive_sampler: {default_sample_rate: 1, rules: [], sampled_kinds: [query_stats]}\n");
  for (int i = 0; i < 3; ++i) run.feed(record_at(0, "query_stats", R"("plan_hash":"1","query_id":"1")"));
  EXPECT_EQ(kept(run.written()), 3U);
}

TEST(Sampler, TheGoalLowersRatesAndLeavesSlowOnes) {
  SamplerRun run(R"(adaptive_sampler: {default_sample_rate: 1, rules: [], max_records_per_second: 10})");
  for (int i = 0; i < 200 * 100; ++i) {
    const std::string members = fmt::format("\"pid\":\"{}\"{}", i, i % 100 == 0 ? ",\"duration_ms\":2000" : "");
    run.feed(record_at(i / 100, "session", members));
  }
  const std::string text = run.written();
  std::size_t slow = 0;
  double weights = 0;
  Lines lines;
  for (const auto& line : lines_of(text)) {
    const auto& record = lines.parse(line);
    if (line.find("\"dropped\"") != std::string::npos) continue;
    weights += record.number("weight").value_or(1);
    if (record.number("duration_ms") == 2000) {
      ++slow;
      EXPECT_FALSE(record.number("weight").has_value());
    }
  }
  EXPECT_EQ(slow, 200U);
  EXPECT_NEAR(weights, 20'000, 3000);
  EXPECT_LT(kept(text), 3500U);
  EXPECT_LT(run.sampler().figures().sample_rate.value(), 0.2);
}

TEST(Sampler, AWeightThatIsNoneCountsAsOne) {
  SamplerRun run("adaptive_sampler: {default_sample_rate: 0.5, rules: []}\n");
  for (const auto* weight : {"0", "-3", "1e999", "\"7\"", "null", "[]"}) {
    for (int i = 0; i < 20; ++i)
      run.feed(record_at(0, "session", fmt::format("\"weight\":{},\"pid\":\"{}\"", weight, i)));
    const std::string text = run.written();
    EXPECT_THAT(text, HasSubstr("\"weight\":2,")) << weight;
    EXPECT_THAT(text, Not(HasSubstr("null,\"pid\"")));
  }
  // A weight beyond all numbers cannot be written: the record stays as it is.
  run.feed(record_at(0, "session", "\"weight\":1.7e308"));
  EXPECT_EQ(run.written(), record_at(0, "session", "\"weight\":1.7e308") + "\n");
}

// The line end behind a long record would make the buffer twice as large.
TEST(Sampler, ALongRecordThatIsChangedIsHeldOnce) {
  constexpr std::size_t kBytes = 3'000'000;
  SamplerRun run("adaptive_sampler: {default_sample_rate: 0.999999, rules: []}\n");
  run.feed(R"({"kind":"session","query":")" + std::string(kBytes, 'x') + R"("})");
  EXPECT_GT(run.written().size(), kBytes);
  EXPECT_LT(run.output_capacity(), kBytes * 3 / 2);
}

TEST(Sampler, NoRecordGrowsBeyondTheLongest) {
  const std::string line = record_at(0, "session", "\"query\":\"" + std::string(1000, 'x') + "\"");
  SamplerRun run("adaptive_sampler: {default_sample_rate: 0.01, rules: [], explain_decision: true}\n", "dbi-sample",
                 line.size() + 100);
  for (int i = 0; i < 10; ++i) run.feed(line);
  EXPECT_EQ(lines_of(run.written()), std::vector<std::string>(10, line));
}

constexpr std::string_view kEverything = R"(
adaptive_sampler:
  default_sample_rate: 0.5
  max_records_per_second: 5
  sampled_kinds: [session, plan, query_stats]
  deduplication: {window_seconds: 20, cache_size: 5}
  rules:
    - {name: none, priority: 9, sample_rate: 0, conditions: [{attribute: pid, operator: matches, value: "7$"}]}
    - {name: few, priority: 5, max_per_minute: 9, conditions: [{attribute: kind, operator: eq, value: query_stats}]}
    - {name: plans, priority: 1, sample_rate: 0.8, conditions: [{attribute: kind, operator: eq, value: plan}]}
)";

std::vector<std::string> mixed_stream(int records) {
  std::vector<std::string> out;
  for (int i = 0; i < records; ++i) {
    constexpr std::string_view kKinds[] = {"session", "query_stats", "plan", "session", "plan"};
    const int at = i / 12;
    out.push_back(record_at(at, kKinds[i % 5],
                            fmt::format(R"("pid":"{}","plan_hash":"{}","calls":{},"total_ms":{}{})", i, i % 9, i % 7,
                                        i % 11, i % 40 == 0 ? ",\"duration_ms\":5000" : "")));
    if (i % 100 == 99) out.push_back(record_at(at, "scrape"));
  }
  return out;
}

TEST(Sampler, CountsEveryRecordOnce) {
  SamplerRun run(kEverything);
  const auto input = mixed_stream(3000);
  run.feed(input);
  run.end();
  const std::string text = run.written();
  double out = static_cast<double>(kept(text));
  const auto lost = dropped(text);
  for (const auto* reason : {"sampled", "rule", "limit", "dedup"}) {
    EXPECT_GT(lost.at(reason).count, 0) << reason;
    out += lost.at(reason).count;
  }
  EXPECT_EQ(out, static_cast<double>(input.size()));
}

TEST(Sampler, GoesOnFromEveryRecordAsIfItHadNotStopped) {
  const auto input = mixed_stream(400);
  SamplerRun whole(kEverything);
  whole.feed(input);
  whole.end();
  const std::string expected = whole.written();
  for (std::size_t cut = 0; cut <= input.size(); cut += 7) {
    SamplerRun first(kEverything);
    first.feed({input.begin(), input.begin() + static_cast<std::ptrdiff_t>(cut)});
    SamplerRun second(kEverything);
    second.load(first.save());
    second.feed({input.begin() + static_cast<std::ptrdiff_t>(cut), input.end()});
    second.end();
    ASSERT_EQ(first.written() + second.written(), expected) << "stopped before record " << cut;
  }
}

TEST(Sampler, RemembersBetweenRunsWhatItKeptAndItsRates) {
  SamplerRun first(kEverything);
  first.feed(mixed_stream(1000));
  std::string memory;
  stream::append_lines(memory, [&first](stream::Lines& all) { first.sampler().save_memory(all); });
  EXPECT_THAT(memory, HasSubstr("recently_seen"));
  EXPECT_THAT(memory, HasSubstr("minute_window"));
  EXPECT_THAT(memory, HasSubstr("sampling_goal"));
  EXPECT_THAT(memory, Not(HasSubstr("record_clock")));
  EXPECT_THAT(memory, Not(HasSubstr("ledger")));
  SamplerRun second(kEverything);
  second.load(memory);
  std::string again;
  stream::append_lines(again, [&second](stream::Lines& all) { second.sampler().save_memory(all); });
  EXPECT_EQ(again, memory);
}

class MachineClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::hours(500'000)); }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

TEST(Sampler, ARecordWithoutATimeForgetsNothingOfAnEarlierRun) {
  constexpr std::string_view kYaml =
      "adaptive_sampler: {default_sample_rate: 1, "
      "rules: [{name: few, max_per_minute: 1, "
      "conditions: [{attribute: kind, operator: eq, value: session}]}]}\n";
  const MachineClock machine;
  const std::string plan = record_at(0, "plan", R"("plan_hash":"1","query_signature":"s")");
  SamplerRun first(kYaml, "dbi-sample", record::kMaxRecordBytes, &machine);
  first.feed({plan, record_at(0, "session")});
  std::string memory;
  stream::append_lines(memory, [&first](stream::Lines& all) { first.sampler().save_memory(all); });
  SamplerRun second(kYaml, "dbi-sample", record::kMaxRecordBytes, &machine);
  second.load(memory);
  const std::string same = R"("kind":"plan","target":"t","database":"d","plan_hash":"1","query_signature":"s"})";
  second.feed("{" + same);
  second.feed(R"({"kind":"session","target":"t","database":"d"})");
  second.feed({plan, record_at(0, "session")});
  second.end();
  const std::string text = second.written();
  EXPECT_EQ(kept(text), 0U) << text;
  EXPECT_EQ(dropped(text).at("dedup").count, 2);
  EXPECT_EQ(dropped(text).at("limit").count, 2);
}

TEST(Sampler, AReloadTakesNewRulesAndKeepsWhatIsKnown) {
  SamplerRun run("adaptive_sampler: {rules: [{name: a}]}\n");
  run.feed(record_at(0, "plan", R"("plan_hash":"1")"));
  run.configure("adaptive_sampler: {rules: [{name: a, sample_rate: 2}]}\n");
  EXPECT_FALSE(run.sampler().on_reload().has_value());
  run.feed(record_at(0, "plan", R"("plan_hash":"2")"));
  run.configure(
      "adaptive_sampler: {rules: [{name: a, conditions: [{attribute: x, operator: exists}]}, {name: b, sample_rate: 0, "
      "priority: -1}]}\n");
  ASSERT_TRUE(run.sampler().on_reload().has_value());
  run.feed(record_at(1, "plan", R"("plan_hash":"3")"));
  run.feed(record_at(1, "plan", R"("plan_hash":"1","x":1)"));
  run.end();
  const std::string text = run.written();
  EXPECT_EQ(kept(text), 2U);
  const auto lost = dropped(text);
  EXPECT_EQ(lost.at("rule").count, 1);
  EXPECT_EQ(lost.at("dedup").count, 1);
  EXPECT_EQ(run.sampler().rule_matches().at("a").value(), 3U);
  EXPECT_EQ(run.sampler().rule_matches().at("b").value(), 1U);
}

}  // namespace
}  // namespace dbi::sampling
