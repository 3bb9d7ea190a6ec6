// Reading a real MariaDB or MySQL server: guards, limits, values, errors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "db/row_recorder.hpp"
#include "mysql_server.hpp"
#include "shell.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::db::test {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

class MysqlLive : public testing::Test {
 protected:
  void SetUp() override {
    if (!server().runs()) GTEST_SKIP() << "no MariaDB server";
  }

  static const MysqlServer& server() { return mysql_server(); }

  static MysqlConnection connect(const std::string& user = "dbi_monitor", Guards guards = {}, Limits limits = {}) {
    auto opened = open_mysql(server().local(user), {}, guards, limits);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

  static Outcome<ResultSet> read_from(MysqlConnection& connection, const std::string& sql,
                                      const std::vector<Parameter>& parameters = {}) {
    return connection.read("test", OwnStatement("marker", sql), parameters);
  }

  static std::string one_value(MysqlConnection& connection, const std::string& sql) {
    auto rows = read_from(connection, sql);
    if (!rows) return "error: " + rows.error().message;
    return std::string(rows->value(0, 0).value_or("NULL"));
  }

  // Statements other than ours that hold this text, as the server shows them.
  static std::string running(const std::string& marker) {
    return server().sql("select count(*) from information_schema.processlist where info like '%" + marker +
                        "%' and info not like '%processlist%'");
  }
};

// Takes minutes where nobody stops it. (BENCHMARK and SLEEP return a row when they are stopped.)
constexpr const char* kLong =
    "SELECT COUNT(*) AS marker_long FROM (WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 "
    "FROM n WHERE i < 900) SELECT a.i + b.i * c.i AS x FROM n a, n b, n c, n d) AS m WHERE m.x = -1";

TEST_F(MysqlLive, KnowsWhomItTalksTo) {
  const auto connection = connect();
  const auto& info = connection.info();
  EXPECT_EQ(info.system, server().is_mysql() ? sql::System::MySql : sql::System::MariaDb);
  EXPECT_EQ(info.server_version, server().sql("select version()"));
  EXPECT_GE(info.version_number, 90000);
  EXPECT_EQ(info.guards, GuardForm::Session);
  EXPECT_FALSE(info.pooled);
  EXPECT_TRUE(info.performance_schema);
  EXPECT_FALSE(info.read_only);
  EXPECT_EQ(info.tls, "off");
  EXPECT_EQ(info.host, "");
  EXPECT_EQ(info.database, "");
  EXPECT_THAT(info.user, HasSubstr("dbi_monitor@"));
  EXPECT_EQ(std::to_string(info.server_port), server().port());
  EXPECT_EQ(info.hostname, server().sql("select @@hostname"));
  EXPECT_EQ(info.time_zone, "SYSTEM");
  EXPECT_EQ(info.system_time_zone, server().sql("select @@system_time_zone"));
  EXPECT_EQ(info.sql_mode, server().sql("select @@global.sql_mode"));
  EXPECT_GT(info.max_digest_length, 0);
  EXPECT_GT(info.performance_schema_max_digest_length, 0);
  EXPECT_GT(info.performance_schema_digests_size, 0);
  EXPECT_EQ(dialect_of(info).ansi_quotes, false);
  EXPECT_EQ(dialect_of(info).version, info.version_number);
}

TEST_F(MysqlLive, ReadsValuesAsText) {
  auto connection = connect();
  const auto rows =
      read_from(connection,
                "SELECT 1 AS dbi_collect, NULL, '', 'gr\u00fc\u00df', 1.50, X'610062', CAST('2024-01-02' AS DATE) "
                "UNION ALL SELECT 2, 1, 'x', 'y', 2, 'z', NULL");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->rows(), 2);
  EXPECT_EQ(rows->columns(), 7);
  EXPECT_EQ(rows->column(0).name, "dbi_collect");
  EXPECT_EQ(rows->value(0, 0), "1");
  EXPECT_EQ(rows->value(0, 1), std::nullopt);
  EXPECT_EQ(rows->value(0, 2), "");
  EXPECT_EQ(rows->value(0, 3), "gr\u00fc\u00df");
  EXPECT_EQ(rows->value(0, 4), "1.50");
  EXPECT_EQ(rows->value(0, 5), std::string_view("a\0b", 3));
  EXPECT_EQ(rows->value(0, 6), "2024-01-02");
  EXPECT_EQ(rows->value(1, 6), std::nullopt);
  EXPECT_EQ(rows->cost().rows, 2);
  EXPECT_EQ(rows->cost().bytes, 1 + 0 + 6 + 4 + 3 + 10 + 1 + 1 + 1 + 1 + 4 + 1);
  EXPECT_GT(rows->cost().ms, 0);
}

TEST_F(MysqlLive, ReadsNoRowsAndManyRows) {
  auto connection = connect();
  const auto none = read_from(connection, "SELECT 1 FROM information_schema.schemata WHERE 1 = 0");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->rows(), 0);
  EXPECT_EQ(none->columns(), 1);
  const auto many = read_from(connection,
                              "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                              "SELECT i, REPEAT('x', 300) FROM n");
  ASSERT_TRUE(many) << many.error().message;
  ASSERT_EQ(many->rows(), 1000);
  EXPECT_EQ(many->value(999, 0), "1000");
  EXPECT_EQ(many->value(0, 1), std::string(300, 'x'));
  EXPECT_EQ(one_value(connection, "SELECT 7"), "7");
}

TEST_F(MysqlLive, TakesParameters) {
  auto connection = connect();
  const auto rows =
      read_from(connection, "SELECT ? + 1, ?, ?, LENGTH(?)", {"42", std::nullopt, "it's \\ \u00fc", "abc"});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->value(0, 0), "43");
  EXPECT_EQ(rows->value(0, 1), std::nullopt);
  EXPECT_EQ(rows->value(0, 2), "it's \\ \u00fc");
  EXPECT_EQ(rows->value(0, 3), "3");
  EXPECT_FALSE(read_from(connection, "SELECT ?"));
}

TEST_F(MysqlLive, ChangesNothing) {
  server().sql("create table if not exists app.t (a int) engine=innodb; grant all on app.* to dbi_monitor");
  auto connection = connect();
  for (const auto* sql : {"INSERT INTO app.t VALUES (1)", "CREATE TABLE app.u (a int)", "DELETE FROM app.t",
                          "TRUNCATE TABLE app.t", "SELECT 1 INTO @a; DELETE FROM app.t"}) {
    EXPECT_FALSE(read_from(connection, sql)) << sql;
  }
  server().sql("revoke all on app.* from dbi_monitor");
  EXPECT_TRUE(connection.usable());
  EXPECT_EQ(server().sql("select count(*) from app.t"), "0");
}

TEST_F(MysqlLive, EndsAtTheServersLimit) {
  auto connection = connect("dbi_monitor", {.statement_timeout = milliseconds{200}});
  const auto rows = read_from(connection, kLong);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_FALSE(rows.error().sqlstate.empty());
  EXPECT_TRUE(connection.usable());
  EXPECT_EQ(one_value(connection, "SELECT 1"), "1");
}

TEST_F(MysqlLive, DoesNotWaitLongForALock) {
  server().sql("create table if not exists app.locked (a int) engine=innodb");
  std::thread holder([] { server().sql("lock tables app.locked write; do sleep(60)"); });
  while (running("do sleep") == "0") std::this_thread::yield();
  auto connection = connect("app");
  const auto begin = steady_clock::now();
  const auto rows = read_from(connection, "SELECT count(*) FROM app.locked");
  EXPECT_LT(steady_clock::now() - begin, milliseconds{30000});
  server().sql("kill " + server().sql("select id from information_schema.processlist where info like 'do sleep%'"));
  holder.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
}

TEST_F(MysqlLive, EndsAtOurLimitAndTellsTheServer) {
  auto connection = connect("dbi_monitor", {.statement_timeout = milliseconds{60000}}, {.read = milliseconds{150}});
  const auto begin = steady_clock::now();
  const auto rows = read_from(connection, kLong);
  ASSERT_FALSE(rows);
  EXPECT_LT(steady_clock::now() - begin, milliseconds{5000});
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_EQ(rows.error().message, "no answer within 150 ms");
  EXPECT_FALSE(connection.usable());
  EXPECT_FALSE(read_from(connection, "SELECT 1"));
  const auto deadline = steady_clock::now() + std::chrono::seconds{20};
  while (running("marker_long") != "0" && steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(running("marker_long"), "0");
}

TEST_F(MysqlLive, EndsAtAStopRequest) {
  std::stop_source stop;
  auto connection = open_mysql(server().local(), {}, {.statement_timeout = milliseconds{60000}},
                               {.read = milliseconds{60000}}, stop.get_token());
  ASSERT_TRUE(connection);
  std::thread stopper([&] {
    while (running("marker_long") == "0") std::this_thread::yield();
    stop.request_stop();
  });
  const auto begin = steady_clock::now();
  const auto rows = read_from(*connection, kLong);
  stopper.join();
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().stopped);
  EXPECT_LT(steady_clock::now() - begin, milliseconds{20000});
  EXPECT_FALSE(connection->usable());
}

TEST_F(MysqlLive, KeepsNothingOfAResultThatIsTooLarge) {
  auto connection = connect();
  const OwnStatement statement({},
                               "SELECT REPEAT('x', 1000) FROM (WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT "
                               "i + 1 FROM n WHERE i < 900) SELECT i FROM n) AS m");
  const auto rows = connection.read("test", statement, {}, 100000);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Other);
  EXPECT_TRUE(rows.error().too_large);
  EXPECT_FALSE(connection.usable());
  auto other = connect();
  EXPECT_TRUE(other.read("test", statement, {}, 1000000));
}

TEST_F(MysqlLive, SaysWhatWentWrongWithoutValues) {
  auto connection = connect();
  const auto error = [&](const std::string& sql) {
    auto rows = read_from(connection, sql);
    return rows ? Failure{} : rows.error();
  };
  const auto syntax = error("SELEKT 'canary4242'");
  EXPECT_EQ(syntax.kind, ErrorKind::Unsupported);
  EXPECT_EQ(syntax.sqlstate, "42000");
  EXPECT_THAT(syntax.message, Not(HasSubstr("canary")));
  EXPECT_THAT(error("SELECT EXTRACTVALUE('<a/>', 'canary4242\\'(x')").message, Not(HasSubstr("canary")));
  EXPECT_EQ(error("SELECT * FROM performance_schema.no_such_table").kind, ErrorKind::MissingFeature);
  EXPECT_EQ(error("SELECT no_such_column FROM performance_schema.threads").kind, ErrorKind::MissingFeature);
  EXPECT_EQ(error("SELECT user FROM mysql.db").kind, ErrorKind::Privilege);
  EXPECT_TRUE(connection.usable());
}

TEST_F(MysqlLive, LosesAConnectionThatIsKilled) {
  auto connection = connect();
  server().sql("kill connection " + std::to_string(connection.info().thread_id));
  const auto rows = read_from(connection, "SELECT 1");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Connection);
  EXPECT_THAT(rows.error().message, HasSubstr("the connection to the server is lost"));
  EXPECT_FALSE(connection.usable());
}

TEST(MysqlCrash, EndsAReadAndTheNextConnectionWorks) {
  const MysqlServer mortal;
  if (!mortal.runs()) GTEST_SKIP() << "no MariaDB server";
  auto connection =
      open_mysql(mortal.local(), {}, {.statement_timeout = milliseconds{60000}}, {.read = milliseconds{60000}});
  ASSERT_TRUE(connection) << connection.error().message;
  std::thread killer([&] {
    while (mortal.sql("select count(*) from information_schema.processlist where info like '%marker_long%' and info "
                      "not like '%processlist%'") == "0") {
      std::this_thread::yield();
    }
    EXPECT_TRUE(mortal.control("crash"));
  });
  const auto rows = connection->read("test", OwnStatement({}, kLong));
  killer.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Connection);
  EXPECT_FALSE(connection->usable());
  const auto gone = open_mysql(mortal.local());
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::Connection);
  ASSERT_TRUE(mortal.control("start"));
  EXPECT_TRUE(open_mysql(mortal.local()));
}

TEST_F(MysqlLive, LeavesItsNameInTheDigestTable) {
  connect();
  EXPECT_NE(
      server().sql("select count(*) from performance_schema.events_statements_summary_by_digest where digest_text "
                   "like 'SELECT ? AS %dbi_collect%'"),
      "0");
}

TEST_F(MysqlLive, TellsItsProgramName) {
  const auto connection = connect();
  EXPECT_EQ(server().sql("select attr_value from performance_schema.session_connect_attrs where attr_name = "
                         "'program_name' and processlist_id = " +
                         std::to_string(connection.info().thread_id)),
            "dbi-collect");
}

TEST_F(MysqlLive, ReadsSetsOfBytesAndModesAsItsOwnWhateverTheServersAre) {
  server().sql("set global sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; set global time_zone='+05:00'");
  auto connection = connect();
  server().sql("set global sql_mode=default; set global time_zone='SYSTEM'");
  EXPECT_THAT(connection.info().sql_mode, HasSubstr("ANSI_QUOTES"));
  EXPECT_EQ(dialect_of(connection.info()).ansi_quotes, true);
  EXPECT_EQ(dialect_of(connection.info()).no_backslash_escapes, true);
  EXPECT_EQ(connection.info().time_zone, "+05:00");
  EXPECT_EQ(one_value(connection, "SELECT \"text\""), "text");
  EXPECT_EQ(one_value(connection, "SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())"), "00:00:00");
}

TEST_F(MysqlLive, RecordsItsRows) {
  const state::ScratchFolder folder;
  sql::Dialect dialect;
  dialect.system = sql::System::MariaDb;
  auto recorder = RowRecorder::open(folder.path(), "t", "c", dialect);
  ASSERT_TRUE(recorder);
  auto connection = connect();
  connection.set_recorder(&*recorder);
  const OwnStatement statement("recorded", "SELECT 1 AS a, NULL AS b, 'select ''canary''' AS c, 'name' AS d", {3});
  ASSERT_TRUE(connection.read("statements", statement));
  connection.set_recorder(nullptr);
  ASSERT_TRUE(recorder->close());
  const auto text = output_of("lz4 -dc " + (folder.path() / "t" / "c.ndjson.lz4").string());
  EXPECT_THAT(text, HasSubstr(R"({"read":"statements",)"));
  EXPECT_THAT(text, HasSubstr(R"("columns":["a","b","c","d"],"rows":[["1",null,"select ?","name"]]})"));
  EXPECT_THAT(text.substr(text.find("rows")), Not(HasSubstr("canary")));
}

// --- Behind a proxy: the id in the greeting is not that of the session that answers. ---

class MysqlProxy : public MysqlLive {
 protected:
  FakeServer proxy_{[](int client) { relay_as_proxy(client, server().port()); }};
};

TEST_F(MysqlProxy, CarriesTheGuardsInEachStatement) {
  auto connection = open_mysql(proxy_.url("tls=off", "dbi_monitor"), {}, {.statement_timeout = milliseconds{300}});
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_TRUE(connection->info().pooled);
  EXPECT_EQ(connection->info().guards, GuardForm::Transaction);
  EXPECT_EQ(one_value(*connection, "SELECT 5"), "5");
  const auto late = read_from(*connection, kLong);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::Timeout);
  EXPECT_EQ(one_value(*connection, "SELECT \"x\""), "x");
  // Nothing stays set, and no transaction open, for the next client of that session.
  const auto own = std::to_string(connection->info().thread_id);
  EXPECT_EQ(server().sql("select count(*) from information_schema.innodb_trx where trx_mysql_thread_id = " + own), "0");
  if (server().is_mysql()) {
    EXPECT_EQ(server().sql("select variable_value from performance_schema.variables_by_thread join "
                           "performance_schema.threads using (thread_id) where variable_name = 'max_execution_time' "
                           "and processlist_id = " +
                           own),
              "0");
  }
}

TEST_F(MysqlProxy, ChangesNothing) {
  server().sql("create table if not exists app.t (a int) engine=innodb");
  auto connection = open_mysql(proxy_.url("tls=off", "app"));
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_FALSE(read_from(*connection, "INSERT INTO app.t VALUES (1)"));
  EXPECT_EQ(server().sql("select count(*) from app.t"), "0");
}

}  // namespace
}  // namespace dbi::db::test
