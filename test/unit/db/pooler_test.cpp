// Behind a real PgBouncer in transaction mode the guards take the transaction form and leave nothing behind.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "server.hpp"

namespace dbi::db::test {
namespace {

class Behind : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
  }
};

std::string value(Connection& connection, std::string_view sql) {
  const auto rows = connection.read("server", own(sql));
  return rows ? std::string(rows->value(0, 0).value_or("NULL")) : "error: " + rows.error().message;
}

std::string write_through(const std::string& port) {
  const auto command =
      "psql -XqAt -h 127.0.0.1 -p " + port +
      " -U app -d app -c 'create table if not exists written (a int)' -c 'insert into written values (1) "
      "returning a' -c 'show statement_timeout' -c 'show default_transaction_read_only' 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text(256, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe));
  pclose(pipe);
  return text;
}

TEST_P(Behind, TheGuardsTakeTheTransactionForm) {
  const Pooler pooler(GetParam());
  if (!pooler.answers()) GTEST_SKIP() << "no pgbouncer";
  auto opened = open(loopback(pooler.port()));
  ASSERT_TRUE(opened) << opened.error().message;
  auto& connection = *opened;
  EXPECT_EQ(connection.info().guards, GuardForm::Transaction);
  EXPECT_TRUE(connection.info().pooled);
  EXPECT_EQ(value(connection, "show statement_timeout"), "5s");
  EXPECT_EQ(value(connection, "show lock_timeout"), "100ms");
  EXPECT_EQ(value(connection, "show transaction_read_only"), "on");
  EXPECT_EQ(value(connection, "show search_path"), "pg_catalog");
  EXPECT_EQ(connection.read("server", own("create table must_not_be (a int)")).error().sqlstate, "25006");
  EXPECT_EQ(write_through(pooler.port()), "1\n0\noff\n");
  EXPECT_EQ(value(connection, "select 7"), "7");
}

TEST_P(Behind, AStatementTimeoutLeavesNothingBehind) {
  const Pooler pooler(GetParam());
  if (!pooler.answers()) GTEST_SKIP() << "no pgbouncer";
  auto opened = open(loopback(pooler.port()), Guards{.statement_timeout = milliseconds{50}});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->read("server", own("select pg_sleep(4)")).error().kind, ErrorKind::Timeout);
  EXPECT_TRUE(opened->usable());
  EXPECT_EQ(write_through(pooler.port()), "1\n0\noff\n");
}

TEST(BehindAPooler, InStatementModeNothingIsAskedWithoutGuards) {
  if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
  const Pooler pooler("options", "statement");
  if (!pooler.answers()) GTEST_SKIP() << "no pgbouncer";
  const auto opened = open(loopback(pooler.port()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Unsupported) << opened.error().message;
}

INSTANTIATE_TEST_SUITE_P(APooler, Behind, testing::Values("", "options"), [](const auto& parameter) {
  return parameter.param.empty() ? "ThatRefusesOptions" : "ThatIgnoresOptions";
});

}  // namespace
}  // namespace dbi::db::test
