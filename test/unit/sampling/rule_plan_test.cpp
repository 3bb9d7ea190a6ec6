// Rules, compiled: every operator, nesting, priorities, and which rules are looked at for which kind.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/rule_plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "sampling/lines.hpp"
#include "sampling/options_of.hpp"

namespace dbi::sampling {
namespace {

class Rules {
 public:
  explicit Rules(std::string_view yaml) {
    auto options = options_of(yaml);
    EXPECT_TRUE(options.has_value()) << (options ? "" : options.error().message);
    if (!options) return;
    auto plan = RulePlan::compile(*options);
    EXPECT_TRUE(plan.has_value());
    plan_ = std::move(plan).value();
  }

  // The name of the rule that decides about the record, "-" for none.
  std::string decides(std::string line) {
    const auto& record = lines_.parse(std::move(line));
    std::string scratch;
    const auto match = plan_.look_up(plan_.kind_of(record.text("kind", scratch).value_or("")), record);
    return match.rule ? plan_.rules().at(*match.rule).name : "-";
  }

 private:
  RulePlan plan_;
  Lines lines_;
};

// Whether a session with these members meets the conditions.
bool meets(std::string_view conditions, std::string_view members) {
  Rules rules("adaptive_sampler:\n  rules:\n    - name: r\n      conditions: " + std::string(conditions) + "\n");
  const std::string rest = members.empty() ? "" : "," + std::string(members);
  return rules.decides("{\"v\":1,\"kind\":\"session\"" + rest + "}") == "r";
}

struct Case {
  std::string_view comparison;  // operator and value, of the member m
  std::string_view members;
  bool met;
};

TEST(Operators, CompareAsTheyShould) {
  constexpr Case kCases[] = {
      {"eq, value: 5", R"("m":5)", true},
      {"eq, value: 5", R"("m":5.0)", true},
      {"eq, value: 5", R"("m":"5")", true},
      {"eq, value: 5", R"("m":"5 ")", false},
      {"eq, value: 5", R"("m":"5x")", false},
      {"eq, value: 5", R"("m":null)", false},
      {"eq, value: 5", "", false},
      {"eq, value: \"5\"", R"("m":5)", true},
      {"eq, value: \"5\"", R"("m":5.0)", false},
      {"eq, value: 0.5", R"("m":5e-1)", true},
      {"eq, value: 9007199254740993", R"("m":"9007199254740993")", true},
      {"eq, value: 9007199254740993", R"("m":"9007199254740992")", false},
      {"eq, value: true", R"("m":true)", true},
      {"eq, value: true", R"("m":"true")", true},
      {"eq, value: true", R"("m":1)", false},
      {"eq, value: false", "", false},
      {"eq, value: app", R"("m":"\u0061pp")", true},
      {"eq, value: app", R"("m":"App")", false},
      {"ne, value: app", R"("m":"App")", true},
      {"ne, value: app", R"("m":"app")", false},
      {"ne, value: app", "", true},
      {"ne, value: 5", R"("m":null)", true},
      {"gt, value: 1000", R"("m":1000.5)", true},
      {"gt, value: 1000", R"("m":1000)", false},
      {"gt, value: 1000", R"("m":"1001")", true},
      {"gt, value: 1000", R"("m":"inf")", false},
      {"gt, value: 1000", R"("m":123456789012345678901234567890)", true},
      {"gt, value: 1000", R"("m":1e999)", true},
      {"gt, value: 1000", R"("m":[2000])", false},
      {"gt, value: 1000", "", false},
      {"gt, value: \"1000\"", R"("m":1000.5)", true},
      {"gte, value: 1000", R"("m":1000)", true},
      {"lt, value: -1.5", R"("m":-2)", true},
      {"lt, value: 1", "", false},
      {"lte, value: 1", R"("m":1)", true},
      {"lte, value: 1", R"("m":1.0000001)", false},
      {"contains, value: orders", R"("m":"select from orders o")", true},
      {"contains, value: Orders", R"("m":"select from orders o")", false},
      {"contains, value: \"42\"", R"("m":["41","42"])", true},
      {"contains, value: a", "", false},
      {"starts_with, value: sel", R"("m":"select")", true},
      {"starts_with, value: lect", R"("m":"select")", false},
      {"matches, value: \"(?i)^SELECT .* from (orders|stock)\"", R"("m":"select 1 from stock")", true},
      {"matches, value: \"^from\"", R"("m":"select 1 from stock")", false},
      {"matches, value: \"^5\"", R"("m":5.25)", true},
      {"matches, value: \"\"", "", false},
      {"exists", R"("m":0)", true},
      {"exists", R"("m":null)", false},
      {"exists", "", false},
      {"exists, value: true", R"("m":"")", true},
      {"exists, value: false", "", true},
      {"exists, value: false", R"("m":false)", false},
      {"in, value: [a, 2, true]", R"("m":"a")", true},
      {"in, value: [a, 2, true]", R"("m":2.0)", true},
      {"in, value: [a, 2, true]", R"("m":true)", true},
      {"in, value: [a, 2, true]", R"("m":"b")", false},
      {"in, value: a", R"("m":"a")", true},
  };
  for (const auto& [comparison, members, met] : kCases) {
    EXPECT_EQ(meets("[{attribute: m, operator: " + std::string(comparison) + "}]", members), met)
        << comparison << " of " << members;
  }
}

TEST(Operators, NamesAreComparedUnescapedAndByTheirAliases) {
  EXPECT_TRUE(meets("[{attribute: avg_duration_ms, operator: gt, value: 5}]", R"("duration_ms":6)"));
  EXPECT_TRUE(meets("[{attribute: calls, operator: eq, value: 5}]", R"("c\u0061lls":5)"));
  EXPECT_FALSE(meets("[{attribute: avg_duration_ms, operator: exists}]", R"("avg_duration_ms":6)"));
}

TEST(Nesting, FollowsTheTruthTable) {
  constexpr std::string_view kNested =
      "[{any: [{attribute: a, operator: exists}, {all: [{attribute: b, operator: exists}, {attribute: c, operator: "
      "exists}]}]}, {not: [{attribute: d, operator: exists}, {all: [{attribute: a, operator: exists}, {attribute: c, "
      "operator: exists}]}]}]";
  for (unsigned bits = 0; bits < 16; ++bits) {
    const bool a = (bits & 1U) != 0;
    const bool b = (bits & 2U) != 0;
    const bool c = (bits & 4U) != 0;
    const bool d = (bits & 8U) != 0;
    std::string members = "\"x\":1";
    if (a) members += ",\"a\":1";
    if (b) members += ",\"b\":1";
    if (c) members += ",\"c\":1";
    if (d) members += ",\"d\":1";
    EXPECT_EQ(meets(kNested, members), (a || (b && c)) && !d && !(a && c)) << members;
  }
}

// ---- Random rules against a direct evaluation of the same conditions ----

class RandomConditions {
 public:
  explicit RandomConditions(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  Condition condition(int depth) {
    Condition out;
    const auto form = depth == 0 ? 0 : below(5);
    if (form < 2) {
      constexpr std::string_view kMembers[] = {"kind", "a", "b", "c"};
      constexpr std::string_view kValues[] = {"session", "plan", "setting", "1", "2"};
      out.attribute = kMembers[below(4)];
      const bool exists = below(4) == 0;
      out.comparison = exists ? Operator::Exists : below(3) == 0 ? Operator::Ne : Operator::Eq;
      if (!exists) out.value = std::string(kValues[below(5)]);
      return out;
    }
    auto& inner = form == 2 ? out.any : form == 3 ? out.all : out.negated;
    for (auto n = 1 + below(3); n > 0; --n) inner.push_back(condition(depth - 1));
    return out;
  }

  std::map<std::string, std::string> members() {
    constexpr std::string_view kKinds[] = {"session", "plan", "setting", "unknown"};
    std::map<std::string, std::string> out = {{"kind", std::string(kKinds[below(4)])}};
    for (const auto* name : {"a", "b", "c"}) {
      if (below(2) == 0) out[name] = std::to_string(1 + below(2));
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

bool holds(const Condition& condition, const std::map<std::string, std::string>& members) {
  const auto one = [&](const Condition& inner) { return holds(inner, members); };
  if (!condition.any.empty()) return std::ranges::any_of(condition.any, one);
  if (!condition.all.empty()) return std::ranges::all_of(condition.all, one);
  if (!condition.negated.empty()) return std::ranges::none_of(condition.negated, one);
  const auto found = members.find(condition.attribute);
  if (condition.comparison == Operator::Exists) return found != members.end();
  const bool equal = found != members.end() && found->second == std::get<std::string>(condition.value);
  return equal == (condition.comparison == Operator::Eq);
}

TEST(Nesting, CompiledRulesDecideLikeTheirConditions) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomConditions random(seed);
    SamplerOptions options;
    options.rules.clear();
    for (int i = 0; i < 4; ++i) {
      Rule& rule = options.rules.emplace_back();
      rule.name = std::to_string(i);
      rule.priority = static_cast<std::int64_t>(random.below(3));
      for (auto n = random.below(3); n > 0; --n) rule.conditions.push_back(random.condition(3));
    }
    auto plan = RulePlan::compile(options).value();
    Lines lines;
    for (int i = 0; i < 20; ++i) {
      const auto members = random.members();
      std::string line;
      for (const auto& [name, value] : members) line += (line.empty() ? "{\"" : ",\"") + name + "\":\"" + value + "\"";
      const auto& record = lines.parse(line + "}");
      const bool sampled = members.at("kind") == "session" || members.at("kind") == "plan";
      std::string expected = "-";
      for (const Rule& rule : plan.rules()) {
        const auto kinds = named_kinds(rule.conditions);
        if (!sampled && (!kinds || !kinds->contains(members.at("kind")))) continue;
        if (!std::ranges::all_of(rule.conditions, [&](const auto& one) { return holds(one, members); })) continue;
        expected = rule.name;
        break;
      }
      const auto match = plan.look_up(plan.kind_of(members.at("kind")), record);
      EXPECT_EQ(match.rule ? plan.rules().at(*match.rule).name : "-", expected) << "seed " << seed << ": " << line;
    }
  }
}

// ---- Order and kinds ----

TEST(Order, TheHighestPriorityDecidesThenTheFirstInTheFile) {
  Rules rules(R"(
adaptive_sampler:
  rules:
    - {name: low, priority: -5}
    - {name: first, priority: 7, conditions: [{attribute: calls, operator: gt, value: 10}]}
    - {name: second, priority: 7, conditions: [{attribute: calls, operator: gt, value: 5}]}
    - {name: top, priority: 9, conditions: [{attribute: calls, operator: gt, value: 100}]}
)");
  EXPECT_EQ(rules.decides(R"({"kind":"session","calls":200})"), "top");
  EXPECT_EQ(rules.decides(R"({"kind":"session","calls":20})"), "first");
  EXPECT_EQ(rules.decides(R"({"kind":"session","calls":6})"), "second");
  EXPECT_EQ(rules.decides(R"({"kind":"session"})"), "low");
}

TEST(Kinds, OthersThanTheSampledOnesAreForRulesThatNameThem) {
  Rules rules(R"(
adaptive_sampler:
  rules:
    - {name: stats, priority: 3, conditions: [{attribute: kind, operator: eq, value: query_stats}, {attribute: calls, operator: gt, value: 10}]}
    - {name: settings, priority: 2, sample_rate: 0, conditions: [{attribute: kind, operator: in, value: [setting, mine]}]}
    - {name: negative, priority: 1, conditions: [{attribute: kind, operator: ne, value: plan}, {attribute: x, operator: exists}]}
    - {name: all}
)");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","calls":11})"), "stats");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","calls":9,"x":1})"), "-");
  EXPECT_EQ(rules.decides(R"({"kind":"setting"})"), "settings");
  EXPECT_EQ(rules.decides(R"({"kind":"mine"})"), "settings");
  EXPECT_EQ(rules.decides(R"({"kind":"lock_wait","x":1})"), "-");
  EXPECT_EQ(rules.decides(R"({"kind":"never heard of","x":1})"), "-");
  EXPECT_EQ(rules.decides(R"({"x":1})"), "-");
  EXPECT_EQ(rules.decides(R"({"kind":"session","x":1})"), "negative");
  EXPECT_EQ(rules.decides(R"({"kind":"plan","x":1})"), "all");
}

TEST(Kinds, TheRestOfAllStatementsIsForRulesThatNameItsKind) {
  constexpr std::string_view kSampled =
      "adaptive_sampler:\n  sampled_kinds: [query_stats]\n  rules:\n    - {name: all}\n";
  Rules rules(kSampled);
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","query_id":"1"})"), "all");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","query_id":"other"})"), "-");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","query_id":"o\u0074her"})"), "-");
  Rules named(std::string(kSampled) +
              "    - {name: named, conditions: [{attribute: kind, operator: eq, value: query_stats}]}\n");
  EXPECT_EQ(named.decides(R"({"kind":"query_stats","query_id":"1"})"), "all");
  EXPECT_EQ(named.decides(R"({"kind":"query_stats","query_id":"other"})"), "named");
}

TEST(DefaultRules, MatchTheMembersOfRecords) {
  Rules rules("");
  EXPECT_EQ(rules.decides(R"({"kind":"session","duration_ms":1000.5})"), "critical_queries");
  EXPECT_EQ(rules.decides(R"({"kind":"plan","plan_has_seq_scan":true,"plan_rows":10001})"), "missing_indexes");
  EXPECT_EQ(rules.decides(R"({"kind":"plan","plan_has_seq_scan":false,"plan_rows":10001})"), "default");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","query_id":"1","calls":1001})"), "high_frequency");
  EXPECT_EQ(rules.decides(R"({"kind":"query_stats","query_id":"1","calls":1000,"duration_ms":5000})"), "-");
}

}  // namespace
}  // namespace dbi::sampling
