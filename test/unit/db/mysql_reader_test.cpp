// The collector's seam over a MySQL or MariaDB connection.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "collect/database_reader.hpp"
#include "mysql_server.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::db::test {
namespace {

collect::ConnectionSettings settings_of(const std::string& url) {
  return {.target = MysqlTarget::parse(url).value(), .guards = {}, .limits = {}, .record = {}, .tell = {}};
}

TEST(MysqlReader, ReadsRecordsAndKeepsToTheCyclesBytes) {
  if (!mysql_server().runs()) GTEST_SKIP() << "no MariaDB server";
  const state::ScratchFolder folder;
  auto settings = settings_of(mysql_server().local());
  settings.record = folder.path();
  EXPECT_EQ(settings.name(), "local:" + mysql_server().port());
  const auto opened = collect::open_database(settings, {})({});
  ASSERT_TRUE(opened) << opened.error().message;
  auto& reader = **opened;
  EXPECT_EQ(reader.facts().guards, "session");
  EXPECT_EQ(reader.facts().tls, "off");
  EXPECT_EQ(reader.facts().dialect.system, mysql_server().is_mysql() ? sql::System::MySql : sql::System::MariaDb);
  EXPECT_GE(reader.facts().dialect.version, 90000);
  reader.begin_cycle("c1", 100000);
  const std::vector<std::optional<std::string>> parameters{"7", std::nullopt};
  const auto reading = reader.read("statements", OwnStatement::select("rows", "? + 1, ?, 'x'"), parameters);
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->cells.rows(), 1);
  EXPECT_EQ(reading->cells.row(0)[1], "8");
  EXPECT_EQ(reading->cells.row(0)[2], std::nullopt);
  EXPECT_EQ(reading->cost.rows, 1);
  EXPECT_GT(reading->cost.ms, 0);
  const auto large = reader.read("texts", OwnStatement::select("large", "REPEAT('x', 200000)"), {});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().source, "texts");
  EXPECT_THAT(large.error().hint, testing::HasSubstr("--max-cycle-bytes"));
  EXPECT_FALSE(reader.usable());
  reader.end_cycle();
  EXPECT_TRUE(std::filesystem::exists(folder.path() / settings.name() / "c1.ndjson.lz4"));
}

TEST(MysqlReader, SaysWhyThereIsNone) {
  const auto opened = collect::open_database(settings_of("mysql://x@127.0.0.1:1"), {})({});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
  EXPECT_EQ(opened.error().source, "server");
}

}  // namespace
}  // namespace dbi::db::test
