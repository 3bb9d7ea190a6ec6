// A tree with every shape of node, fed from documents.
// SPDX-License-Identifier: Apache-2.0
#include "config/apply.hpp"

#include <gmock/gmock.h>

#include <map>

#include "config/yaml.hpp"

namespace dbi::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Rule {
  std::string name;
  double rate = 1;
  cli::Any value;
};

struct Target {
  std::string host;
  std::string password;
};

struct Options {
  std::chrono::microseconds interval = 10s;
  std::uint64_t limit = 0;
  std::vector<std::string> kinds = {"session"};
  std::vector<Rule> rules;
  std::map<std::string, Target> targets;
  bool enabled = false;
  std::vector<std::string> names;
};

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() {
    tree_.duration("--interval", &options_.interval, "read every DURATION").key("collector.interval");
    tree_.size("collector.guards.limit", &options_.limit, "most bytes");
    tree_.texts("--kinds", &options_.kinds, "what to read").key("collector.kinds");
    tree_.list("collector.rules", &options_.rules, "rules", [](cli::Tree& tree, Rule& rule) {
      tree.text("name", &rule.name, "its name");
      tree.number("rate", &rule.rate, "how much is kept").range(0, 1);
      tree.any("value", &rule.value, "what to compare with");
      tree.check([&rule]() -> Status {
        if (rule.name.empty()) return fail(ErrorKind::Usage, "a rule without name");
        return {};
      });
    });
    tree_.map("targets", &options_.targets, "by name", [](cli::Tree& tree, Target& target) {
      tree.text("host", &target.host, "where it is");
      tree.text("password", &target.password, "how to get in").secret();
    });
    tree_.one_of("collector.explain", "whether, or of what", [this](cli::Tree& tree) {
      tree.toggle("enabled", &options_.enabled, "yes or no");
      tree.texts("names", &options_.names, "of these");
    });
  }

  std::vector<std::string> apply(std::string_view text) {
    const auto document = parse_yaml(text, "dbi.yaml");
    EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
    hints_.clear();
    std::vector<std::string> messages;
    if (!document) return {document.error().message};
    for (const auto& error :
         config::apply(*document, tree_, [this](const std::string& name) { return look_up(name); })) {
      EXPECT_EQ(error.kind, ErrorKind::Configuration);
      messages.push_back(error.message);
      hints_.push_back(error.hint);
    }
    return messages;
  }

  std::optional<std::string> look_up(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::string, std::string> variables_;
  std::vector<std::string> hints_;
  Options options_;
  cli::Tree tree_;
};

TEST_F(ApplyTest, PutsValuesOfEveryShape) {
  ASSERT_THAT(apply(R"(
collector:
  interval: 5s
  guards: {limit: 16MiB}
  kinds: [session, query_stats]
  rules:
    - {name: a, rate: 0.5, value: 7}
    - name: b
      value: "7"
  explain: [x, y]
targets:
  first: {host: db1, password: "${PASSWORD}"}
)"),
              SizeIs(1));  // PASSWORD is not set
  variables_["PASSWORD"] = "hidden";
  ASSERT_THAT(apply("targets:\n  first: {host: db1, password: \"${PASSWORD}\"}\n"), IsEmpty());
  EXPECT_EQ(options_.interval, 5s);
  EXPECT_EQ(options_.limit, std::uint64_t{16} << 20U);
  EXPECT_THAT(options_.kinds, ElementsAre("session", "query_stats"));
  EXPECT_EQ(options_.targets.at("first").host, "db1");
  EXPECT_EQ(options_.targets.at("first").password, "hidden");
  EXPECT_THAT(options_.names, ElementsAre("x", "y"));
}

TEST_F(ApplyTest, ConfiguredEntriesReplaceTheDefaultOnes) {
  options_.rules = {{"default", 1, {}}};
  ASSERT_THAT(apply("collector: {kinds: [x]}\n"), IsEmpty());
  EXPECT_THAT(options_.rules, SizeIs(1));
  ASSERT_THAT(apply("collector: {rules: []}\n"), IsEmpty());
  EXPECT_THAT(options_.rules, IsEmpty());
}

TEST_F(ApplyTest, RetypesPlainScalarsWhereAnyTypeIsAllowed) {
  variables_["N"] = "2000";
  ASSERT_THAT(apply(R"(
collector:
  rules:
    - {name: a, value: 7}
    - {name: b, value: "7"}
    - name: c
      value: ${N}
    - {name: d, value: "${N}"}
)"),
              IsEmpty());
  ASSERT_THAT(options_.rules, SizeIs(4));
  EXPECT_EQ(options_.rules[0].value, cli::Any(std::int64_t{7}));
  EXPECT_EQ(options_.rules[1].value, cli::Any(std::string("7")));
  EXPECT_EQ(options_.rules[2].value, cli::Any(std::int64_t{2000}));
  EXPECT_EQ(options_.rules[3].value, cli::Any(std::string("2000")));
}

TEST_F(ApplyTest, AQuotedVariableTakesTheTypeOfTheOption) {
  variables_["I"] = "3s";
  ASSERT_THAT(apply("collector: {interval: \"${I}\"}\n"), IsEmpty());
  EXPECT_EQ(options_.interval, 3s);
}

TEST_F(ApplyTest, NamesUnknownKeysWithTheNearest) {
  EXPECT_THAT(
      apply("colector:\n  interval: 1s\ncollector:\n  guards: {limits: 1}\n  rules: [{name: x, rat: 1}]\n"),
      ElementsAre("dbi.yaml:1:1: colector: unknown section", "dbi.yaml:4:12: collector.guards.limits: unknown key",
                  "dbi.yaml:5:21: collector.rules[0].rat: unknown key"));
  EXPECT_THAT(hints_, ElementsAre("Did you mean collector?", "Did you mean limit?", "Did you mean rate?"));
}

TEST_F(ApplyTest, AcceptsTheSectionsOfOtherTools) {
  EXPECT_THAT(apply("adaptive_sampler: {anything: [1, \"${UNSET}\"]}\nexporter:\nhealth: x\n"), IsEmpty());
}

TEST_F(ApplyTest, AFlagsNameIsNoKey) {
  EXPECT_THAT(apply("--interval: 1s\ninterval: 1s\ncollector.interval: 1s\n"), SizeIs(3));
}

TEST_F(ApplyTest, TellsWrongShapes) {
  EXPECT_THAT(apply("collector:\n  interval: [1s]\n  kinds: {a: b}\n  rules: 7\n  guards: 7\ntargets: [a]\n"),
              ElementsAre("dbi.yaml:2:13: collector.interval: a list where a single value is wanted",
                          "dbi.yaml:3:10: collector.kinds: a map where a list is wanted",
                          "dbi.yaml:4:10: collector.rules: a single value where a list is wanted",
                          "dbi.yaml:5:11: collector.guards: a single value where a map is wanted",
                          "dbi.yaml:6:10: targets: a list where a map is wanted"));
  EXPECT_THAT(apply("collector:\n  interval:\n"), ElementsAre(HasSubstr("the value is missing")));
}

TEST_F(ApplyTest, ShowsHowAListIsWritten) {
  EXPECT_THAT(apply("collector:\n  kinds: {a: b}\n  rules: {slow: {rate: 1}}\n"), SizeIs(2));
  EXPECT_EQ(hints_[0], "Write a list, for instance [one, another].");
  EXPECT_EQ(hints_[1], "Write a list whose entries begin with a hyphen (\"- \") and have the keys name, rate, value.");
}

TEST_F(ApplyTest, RunsTheRulesOfEntries) {
  EXPECT_THAT(apply("collector:\n  rules:\n    - {rate: 1}\n"),
              ElementsAre("dbi.yaml:3:7: collector.rules[0]: a rule without name"));
}

TEST_F(ApplyTest, SecretsAreVariablesAndNeverShown) {
  const auto messages = apply("targets:\n  first: {password: hunter2}\n");
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_THAT(messages[0], HasSubstr("targets.first.password: a secret stands in the document"));
  EXPECT_THAT(messages[0] + hints_[0], ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(apply("targets:\n  first: {password: \"${P:hunter2}\"}\n"), SizeIs(1));
}

constexpr std::string_view kOverridden = R"(
environment: staging
collector:
  interval: 1s
  guards: {limit: 1}
  environment_overrides:
    production: {interval: 2s, kinds: [a]}
    staging: {interval: 3s}
)";

TEST_F(ApplyTest, TheDocumentChoosesTheEnvironment) {
  ASSERT_THAT(apply(kOverridden), IsEmpty());
  EXPECT_EQ(options_.interval, 3s);
  EXPECT_EQ(options_.limit, 1U);
  EXPECT_THAT(options_.kinds, ElementsAre("session"));
}

TEST_F(ApplyTest, TheVariableChoosesBeforeTheDocument) {
  variables_["DBI_ENV"] = "production";
  ASSERT_THAT(apply(kOverridden), IsEmpty());
  EXPECT_EQ(options_.interval, 2s);
  EXPECT_THAT(options_.kinds, ElementsAre("a"));
}

TEST_F(ApplyTest, OverridesOfOtherEnvironmentsAreChecked) {
  EXPECT_THAT(apply("collector:\n  environment_overrides:\n    production: {intervall: 2s, interval: never, "
                    "kinds: \"${UNSET}\"}\n"),
              ElementsAre(HasSubstr("collector.environment_overrides.production.intervall: unknown key"),
                          HasSubstr("not a duration: 'never'")));
  EXPECT_EQ(options_.interval, 10s);
}

TEST_F(ApplyTest, OverridesOfTheChosenEnvironmentAreCalledByWhereTheyStand) {
  variables_["DBI_ENV"] = "production";
  EXPECT_THAT(
      apply("collector:\n  interval: 1s\n  guards: {limit: 1}\n  environment_overrides:\n    production: {interval: "
            "never, guards: {limits: 2}, kind: a}\n"),
      testing::UnorderedElementsAre(
          HasSubstr("dbi.yaml:5:28: collector.environment_overrides.production.interval: not a duration"),
          HasSubstr("dbi.yaml:5:44: collector.environment_overrides.production.guards.limits: unknown key"),
          HasSubstr("collector.environment_overrides.production.kind: unknown key")));
}

TEST_F(ApplyTest, AStrongerSourceStaysButTheValueIsChecked) {
  const cli::Word word{"9s"};
  ASSERT_TRUE(cli::offer(*tree_.find("--interval"), {&word, 1}, cli::Source::Flag).has_value());
  EXPECT_THAT(apply("collector: {interval: 1s}\n"), IsEmpty());
  EXPECT_EQ(options_.interval, 9s);
  EXPECT_THAT(apply("collector: {interval: x}\n"), SizeIs(1));
}

TEST_F(ApplyTest, AUnionTakesTheFormThatFits) {
  ASSERT_THAT(apply("collector: {explain: true}\n"), IsEmpty());
  EXPECT_TRUE(options_.enabled);
  EXPECT_THAT(apply("collector: {explain: maybe}\n"), ElementsAre(HasSubstr("not a boolean: 'maybe'")));
  EXPECT_THAT(apply("collector: {explain: {a: b}}\n"), ElementsAre(HasSubstr("a map is none of the forms")));
}

// A form whose entries hold entries of the same form.
struct Condition {
  std::string name;
  std::vector<cli::Any> values;
  std::vector<Condition> inner;
};

void describe_condition(cli::Tree& tree, Condition& condition) {
  tree.text("name", &condition.name, "its name");
  tree.any_list("values", &condition.values, "what it may be");
  tree.list("not", &condition.inner, "what must not hold", describe_condition).or_one();
  tree.check([&condition]() -> Status {
    if (condition.name.empty()) return fail(ErrorKind::Usage, "a condition without name");
    return {};
  });
}

class NestedTest : public ApplyTest {
 protected:
  NestedTest() {
    tree_.list("collector.conditions", &conditions_, "conditions", describe_condition);
    tree_.map("collector.rates", &rates_, "rates by name",
              [](cli::Tree& tree, double& rate) { tree.number("=", &rate, "the rate").range(0, 1); });
  }
  std::vector<Condition> conditions_;
  std::map<std::string, double> rates_;
};

TEST_F(NestedTest, ALoneEntryMayStandWithoutItsList) {
  ASSERT_THAT(apply("collector:\n  conditions:\n    - {name: a, not: {name: b, not: [{name: c}, {name: d}]}}\n"),
              IsEmpty());
  ASSERT_THAT(conditions_, SizeIs(1));
  ASSERT_THAT(conditions_[0].inner, SizeIs(1));
  EXPECT_EQ(conditions_[0].inner[0].name, "b");
  ASSERT_THAT(conditions_[0].inner[0].inner, SizeIs(2));
  EXPECT_EQ(conditions_[0].inner[0].inner[1].name, "d");
  EXPECT_THAT(apply("collector: {conditions: {name: a}}\n"), SizeIs(1));  // only where it is said
}

TEST_F(NestedTest, RulesOfInnerEntriesNameTheirPlace) {
  EXPECT_THAT(apply("collector:\n  conditions:\n    - {name: a, not: {values: []}}\n"),
              ElementsAre("dbi.yaml:3:22: collector.conditions[0].not: a condition without name"));
}

TEST_F(NestedTest, AListOfAnyScalarsRetypesEach) {
  ASSERT_THAT(apply("collector: {conditions: [{name: a, values: [7, \"7\", x, true]}]}\n"), IsEmpty());
  EXPECT_THAT(conditions_.at(0).values, ElementsAre(cli::Any(std::int64_t{7}), cli::Any(std::string("7")),
                                                    cli::Any(std::string("x")), cli::Any(true)));
}

TEST_F(NestedTest, AnEntryOfAMapMayBeAValue) {
  ASSERT_THAT(apply("collector: {rates: {a: 0.5, b: 1}}\n"), IsEmpty());
  EXPECT_EQ(rates_, (std::map<std::string, double>{{"a", 0.5}, {"b", 1}}));
  EXPECT_THAT(apply("collector: {rates: {a: 2}}\n"), ElementsAre(HasSubstr("collector.rates.a: out of range: '2'")));
  EXPECT_THAT(apply("collector: {rates: {a: {}}}\n"),
              ElementsAre(HasSubstr("collector.rates.a: a map where a single value is wanted")));
}

TEST_F(ApplyTest, ANameOfTheOriginalIsToldTheNameHere) {
  EXPECT_THAT(apply("circuitbreaker: {}\ncollector:\n  collection_interval: 60s\n"),
              ElementsAre("dbi.yaml:1:1: circuitbreaker: unknown section",
                          "dbi.yaml:3:3: collector.collection_interval: unknown key"));
  EXPECT_THAT(hints_, ElementsAre("It is called circuit_breaker here.", "It is called interval here."));
}

TEST_F(ApplyTest, FaultsOfTheReaderAndOfTheOptionsAreToldTogether) {
  EXPECT_THAT(apply("collector:\n  interval: 1s\n  interval: 2s\n  kinds: !list [a]\n  intervall: 3s\n"),
              ElementsAre("dbi.yaml:3:3: the key interval stands here a second time", "dbi.yaml:4:10: a tag: '!list'",
                          "dbi.yaml:5:3: collector.intervall: unknown key"));
}

}  // namespace
}  // namespace dbi::config
