// The statements of a file, explained by a server that answers what a test says: what is sent, what is refused, and
// what becomes of an answer.
// SPDX-License-Identifier: Apache-2.0
#include "collect/explain.hpp"

#include <gmock/gmock.h>

#include <map>

#include "collect/fake_rows.hpp"

namespace dbi::collect {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kPlan =
    R"x([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "t", "Filter": "(a = 'SECRET'::text)", "Total Cost": 1},
  "Query Identifier": -42}])x";

class StillClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::seconds{1'700'000'000}); }
  [[nodiscard]] MonotonicTime monotonic() const override { return moment; }
  MonotonicTime moment;
};

class Answering final : public ServerReader {
 public:
  explicit Answering(sql::System system) {
    facts_.own_dialect.system = system;
    facts_.own_dialect.version = 90700;
    facts_.own_dialect.standard_conforming_strings = true;
    facts_.own_dialect.ansi_quotes = false;
    facts_.own_dialect.no_backslash_escapes = false;
  }

  ReadResult read(std::string_view, const OwnStatement&, Parameters) override { return fake_rows(0, {}); }
  ReadResult explain(std::string_view statement, std::size_t) override {
    sent.emplace_back(statement);
    clock->moment += takes;
    const auto fault = faults.find(sent.back());
    if (fault != faults.end()) {
      usable_ = fault->second.kind != ErrorKind::Connection;
      return tl::unexpected(fault->second);
    }
    return fake_rows(1, {{plan}});
  }
  void begin_cycle(std::string_view, std::size_t) override {}
  void end_cycle() override {}
  [[nodiscard]] bool usable() const override { return usable_; }
  [[nodiscard]] ConnectionFacts facts() const override { return facts_; }

  std::vector<std::string> sent;
  std::map<std::string, SourceError> faults;
  std::string plan = kPlan;
  StillClock* clock = nullptr;
  microseconds takes{0};

 private:
  ConnectionFacts facts_;
  bool usable_ = true;
};

class ExplainTest : public ::testing::Test {
 protected:
  std::vector<ExplainedStatement> run(const std::string& script, sql::System system = sql::System::PostgreSql) {
    settings.file = "file.sql";
    settings.script = std::make_shared<const std::string>(script);
    explain.emplace(settings);
    return again(system);
  }
  std::vector<ExplainedStatement> again(sql::System system = sql::System::PostgreSql) {
    server.emplace(system);
    server->clock = &clock;
    server->faults = faults;
    server->plan = plan;
    server->takes = takes;
    account = {};
    const auto connect = [&]() -> ServerReader* { return server->usable() ? &*server : nullptr; };
    return explain->run(connect, left_out, clock, account);
  }
  static SourceError fault(ErrorKind kind, std::string sqlstate, std::string message) {
    return {
        .source = "explain", .kind = kind, .sqlstate = std::move(sqlstate), .message = std::move(message), .hint = {}};
  }

  ExplainSettings settings;
  StillClock clock;
  std::map<std::string, SourceError> faults;
  std::string plan = kPlan;
  microseconds takes{0};
  std::string left_out;
  std::optional<Explain> explain;
  std::optional<Answering> server;
  CycleAccount account;
};

TEST_F(ExplainTest, APlanHasItsStatementsNameIdAndSourceAndNoLiteral) {
  const auto explained = run("-- name: mine\nselect * from t where a = 'SECRET';\nselect $1");
  ASSERT_EQ(explained.size(), 2U);
  EXPECT_EQ(explained[0].name, "mine");
  EXPECT_EQ(explained[0].query, "select * from t where a = ?");
  EXPECT_EQ(explained[0].query_id, "-42");
  EXPECT_FALSE(explained[0].generic);
  EXPECT_THAT(explained[0].plan, StartsWith(R"({"Plan":)"));
  EXPECT_THAT(explained[0].plan, Not(HasSubstr("SECRET")));
  EXPECT_THAT(explained[0].reason, IsEmpty());
  EXPECT_TRUE(explained[1].generic);
  EXPECT_TRUE(account.read);
  EXPECT_EQ(account.cost["explain"].rows, 2U);
}

TEST_F(ExplainTest, LiteralsThatAreKeptAreMarkedAndStandOnOneLine) {
  settings.keeps_literals = true;
  const auto explained = run("select * from t where a = 'SECRET'");
  EXPECT_TRUE(explained[0].literals);
  EXPECT_THAT(explained[0].query, HasSubstr("SECRET"));
  EXPECT_EQ(explained[0].plan,
            R"x({"Plan":{"Node Type":"Seq Scan","Relation Name":"t","Filter":"(a = 'SECRET'::text)","Total Cost":1},)x"
            R"x("Query Identifier":-42})x");
}

// What does not begin like a statement that has a plan is not sent, whatever stands before, in or behind it.
TEST_F(ExplainTest, OnlyStatementsThatHaveAPlanAreSent) {
  run("drop table t; explain select 1; (explain analyze delete from t); do $$ select $$; call f(); copy t to 'x';"
      "set a = 1; create table x as select 1; declare c cursor for select 1; execute p; begin; 'select'; 1; truncate t;"
      "analyze t; /* select */ vacuum; \"select\" 1; lock t; table t; ((values (1))); delete from t");
  EXPECT_THAT(server->sent, ElementsAre("table t", "((values (1)))", "delete from t"));
  EXPECT_THAT(account.errors, IsEmpty());
}

TEST_F(ExplainTest, OfMySqlNothingIsSentThatWritesHasPlaceholdersOrCodeInFrontOfItsVerb) {
  const auto explained = run(
      "insert into t values (1); replace into t values (1); delete from t; select 1 into @a;"
      "select 1 /*!50000 into outfile 'x' */; table t into outfile 'x'; select ?; for connection 5; into @a select 1;"
      "/*! analyze */ select 1; format = json select 1; t; desc t; select 2",
      sql::System::MySql);
  EXPECT_THAT(server->sent, ElementsAre("select 2"));
  EXPECT_THAT(explained[6].reason, StartsWith("placeholders: "));
}

TEST_F(ExplainTest, ARefusalIsTheStatementsReasonAndAnErrorWithItsLine) {
  faults.emplace("select 1", fault(ErrorKind::Privilege, "42501", "permission denied"));
  const auto explained = run("\n-- name: a\nselect 1; select 2");
  EXPECT_EQ(explained[0].reason, "refused by the server: permission denied (42501)");
  EXPECT_THAT(explained[0].plan, IsEmpty());
  EXPECT_THAT(explained[1].reason, IsEmpty());
  ASSERT_EQ(account.errors.size(), 1U);
  EXPECT_EQ(account.errors[0].message, "file.sql line 3, statement a: permission denied");
  EXPECT_THAT(account.errors[0].hint, HasSubstr("GRANT SELECT"));
}

TEST_F(ExplainTest, AdvisesTheLimitThatWasReached) {
  faults.emplace("select 1", fault(ErrorKind::Timeout, "57014", "canceled"));
  faults.emplace("select 2", fault(ErrorKind::Timeout, "55P03", "lock timeout"));
  faults.emplace("select 3", fault(ErrorKind::Timeout, "HY000", "Lock wait timeout exceeded (1205)"));
  faults.emplace("select 4", fault(ErrorKind::Timeout, "HY000", "maximum statement execution time exceeded (3024)"));
  faults.emplace("select 5", fault(ErrorKind::Timeout, "", "no answer within 3000 ms"));
  const auto explained = run("select 1; select 2; select 3; select 4; select 5");
  std::vector<bool> of_lock;
  for (const auto& error : account.errors) of_lock.push_back(error.hint.find("--lock-timeout") != std::string::npos);
  EXPECT_THAT(of_lock, ElementsAre(false, true, true, false, false));
  for (const auto& one : explained) EXPECT_THAT(one.reason, StartsWith("over the time limit: "));
  EXPECT_FALSE(account.read);
}

TEST_F(ExplainTest, WithoutAConnectionTheRestIsNotAsked) {
  faults.emplace("select 1", fault(ErrorKind::Connection, "", "gone"));
  const auto explained = run("select 1; select 2; drop table t");
  EXPECT_EQ(explained[1].reason, "no connection to the server");
  EXPECT_THAT(explained[2].reason, StartsWith("not explainable"));
  EXPECT_THAT(server->sent, ElementsAre("select 1"));
  EXPECT_FALSE(account.read);
}

TEST_F(ExplainTest, TheBudgetIsByNumberByLikenessAndByTimeAndTheNextCycleGoesOn) {
  settings.most = 2;
  run("select 1 from a; select 1 from b; select 1 from c");
  EXPECT_THAT(server->sent, ElementsAre("select 1 from a", "select 1 from b"));
  again();
  EXPECT_THAT(server->sent, ElementsAre("select 1 from c", "select 1 from a"));
  settings.most = 1000;
  settings.most_alike = 1;
  const auto alike = run("select 1 from a; select 2 from a; select 2 from b");
  EXPECT_THAT(server->sent, ElementsAre("select 1 from a", "select 2 from b"));
  EXPECT_THAT(alike[1].reason, StartsWith("over budget: 1 statements that differ in their values only"));
  settings.most_alike = 10;
  takes = settings.time / 2;
  const auto late = run("select 1 from a; select 1 from b; select 1 from c");
  EXPECT_EQ(server->sent.size(), 2U);
  EXPECT_THAT(late[2].reason, HasSubstr("--explain-time"));
}

TEST_F(ExplainTest, NearAnOpenCircuitNothingIsSent) {
  left_out = "left out: a circuit is near opening";
  const auto explained = run("select 1");
  EXPECT_THAT(server->sent, IsEmpty());
  EXPECT_EQ(explained[0].reason, left_out);
}

TEST_F(ExplainTest, APlanThatCannotBeReadIsItsLengthAndHash) {
  plan = "SECRET { no plan";
  const auto explained = run("select 1");
  EXPECT_THAT(explained[0].plan, StartsWith("\"<16 bytes, xxh3 "));
  EXPECT_THAT(explained[0].reason, StartsWith("the plan cannot be read: "));
  EXPECT_THAT(explained[0].reason, Not(HasSubstr("SECRET")));
}

// The id of a query stands as a member; a name of the user's that looks like one is a text with quotes escaped.
TEST_F(ExplainTest, AForgedQueryIdIsNone) {
  plan = R"([{"Plan": {"Node Type": "Seq Scan", "Alias": "x\"Query Identifier\": 7", "Total Cost": 1}}])";
  EXPECT_THAT(run("select 1")[0].query_id, IsEmpty());
}

TEST_F(ExplainTest, WhatIsNoRecordWithItsPlanIsOneWithout) {
  ExplainedStatement statement;
  statement.name = "a";
  statement.query = "select ?";
  statement.plan = "{\"a\": SECRET}";
  Routing routing;
  routing.target = "t";
  std::string out;
  write_plan(out, routing, Timestamp(std::chrono::seconds{1'700'000'000}), "app", statement);
  EXPECT_THAT(out, HasSubstr("the plan passes the limits of a record"));
  EXPECT_THAT(out, Not(HasSubstr("SECRET")));
  EXPECT_EQ(out.find('\n'), out.size() - 1);
}

}  // namespace
}  // namespace dbi::collect
