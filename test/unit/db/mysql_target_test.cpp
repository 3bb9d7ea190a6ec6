// TARGET arguments for MySQL and MariaDB, and the option files that fill them up.
// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_target.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "db/option_file.hpp"

namespace dbi::db {
namespace {

using testing::HasSubstr;
using testing::Not;

// A home without option files of the machine's user; variables unset.
class MysqlTargetTest : public testing::Test {
 protected:
  MysqlTargetTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dbi-target-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::setenv("HOME", folder_.c_str(), 1);
    for (const auto* name : {"MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT", "MYSQL_PWD"}) ::unsetenv(name);
  }
  ~MysqlTargetTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto path = folder_ + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  static MysqlLogin login(const std::string& url) { return MysqlTarget::parse(url).value().login().value(); }

  std::string folder_;
};

TEST_F(MysqlTargetTest, TellsItsUrls) {
  EXPECT_TRUE(is_mysql_target("mysql://db1"));
  EXPECT_TRUE(is_mysql_target("mariadb://"));
  EXPECT_FALSE(is_mysql_target("postgresql://db1"));
  EXPECT_FALSE(is_mysql_target("service=x"));
  EXPECT_FALSE(is_mysql_target("db1"));
  EXPECT_EQ(MysqlTarget::parse("mysql://db1").value().system(), sql::System::MySql);
  EXPECT_EQ(MysqlTarget::parse("mariadb://db1").value().system(), sql::System::MariaDb);
}

TEST_F(MysqlTargetTest, ReadsAWholeUrl) {
  const auto whole =
      login("mysql://dbi%40mon@db1.example:3307/app%20one?tls=verify&tls_ca=/ca.pem&tls_key=/k&tls_cert=/c");
  EXPECT_EQ(whole.user, "dbi@mon");
  EXPECT_EQ(whole.host, "db1.example");
  EXPECT_EQ(whole.port, 3307);
  EXPECT_EQ(whole.database, "app one");
  EXPECT_EQ(whole.tls, TlsMode::Verify);
  EXPECT_EQ(whole.tls_ca, "/ca.pem");
  EXPECT_EQ(whole.tls_key, "/k");
  EXPECT_EQ(whole.tls_cert, "/c");
}

TEST_F(MysqlTargetTest, NamesByHostAndPort) {
  const auto name = [](const char* url) { return MysqlTarget::parse(url).value().name(); };
  EXPECT_EQ(name("mysql://db1"), "db1:3306");
  EXPECT_EQ(name("mariadb://u@db1:3307/app"), "db1:3307");
  EXPECT_EQ(name("mysql://[::1]:3307"), "::1:3307");
  EXPECT_EQ(name("mysql://"), "local:3306");
  EXPECT_EQ(name("mysql:///app?socket=/run/a.sock"), "local:3306");
  EXPECT_EQ(name("mysql://u@%2Frun%2Fa.sock:3308/app"), "local:3308");
  EXPECT_EQ(name("mysql://localhost/"), "localhost:3306");
}

TEST_F(MysqlTargetTest, ReadsASocket) {
  EXPECT_EQ(login("mysql://u@%2Frun%2Fa.sock/app").socket, "/run/a.sock");
  EXPECT_EQ(login("mysql:///app?socket=/run/a.sock").socket, "/run/a.sock");
  EXPECT_EQ(login("mysql:///app?socket=/run/a.sock").host, "");
}

TEST_F(MysqlTargetTest, RefusesAPasswordAndNeverRepeatsIt) {
  for (const auto* url : {"mysql://u:hunter2@db1", "mysql://u:hunter2@x@db1", "mysql://db1?password=hunter2",
                          "mysql://db1?pwd=hunter2", "mysql://u:hunter2", "mysql://u:hunter2%zz@db1",
                          "mysql://db1?hunter2", "mysql://db1?hunter2=1", "mysql://db1?tls=hunter2"}) {
    const auto target = MysqlTarget::parse(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().kind, ErrorKind::Usage);
    EXPECT_THAT(target.error().message + target.error().hint, Not(HasSubstr("hunter2"))) << url;
  }
  EXPECT_THAT(MysqlTarget::parse("mysql://u:p@db1").error().hint, HasSubstr("~/.my.cnf"));
}

TEST_F(MysqlTargetTest, RefusesWhatItCannotRead) {
  for (const auto* url : {"mysql://db1:0", "mysql://db1:70000", "mysql://db1:3306x", "mysql://[::1", "mysql://[::1]x",
                          "mysql://db1?user=x", "mysql://db%0", "mysql://db%00", "mysql://db%zz",
                          "mysql://db1?socket=/s", "mysql://d b", "postgresql://db1"}) {
    EXPECT_FALSE(MysqlTarget::parse(url)) << url;
  }
}

TEST_F(MysqlTargetTest, RequiresTlsToOtherMachinesOnly) {
  EXPECT_EQ(login("mysql://db1").tls, TlsMode::Required);
  EXPECT_EQ(login("mysql://127.0.0.1").tls, TlsMode::Preferred);
  EXPECT_EQ(login("mysql://127.0.0.1/?tls_cert=/c").tls, TlsMode::Required);
  EXPECT_EQ(login("mysql://127.0.0.1/?tls_key=/k").tls, TlsMode::Required);
  EXPECT_EQ(login("mysql://[::1]").tls, TlsMode::Preferred);
  EXPECT_EQ(login("mysql://localhost").tls, TlsMode::Preferred);
  EXPECT_EQ(login("mysql://").tls, TlsMode::Off);
  EXPECT_EQ(login("mysql://db1?tls=off").tls, TlsMode::Off);
  EXPECT_EQ(login("mysql://db1?tls_ca=/ca.pem").tls, TlsMode::Verify);
  EXPECT_EQ(login("mysql://db1?tls_ca=/ca.pem&tls=required").tls, TlsMode::Required);
}

TEST_F(MysqlTargetTest, ReadsTheOptionFileOfTheUser) {
  write(".my.cnf", "[client]\nhost=db9\nport=3399\nuser=mon\npassword=\"a#b\"\n[mysqld]\nport=1\n");
  const auto target = MysqlTarget::parse("mysql://").value();
  EXPECT_EQ(target.name(), "db9:3399");
  const auto found = target.login().value();
  EXPECT_EQ(found.user, "mon");
  EXPECT_EQ(found.password, "a#b");
  EXPECT_EQ(found.tls, TlsMode::Required);
  EXPECT_EQ(login("mysql://other@db1").user, "other");
  EXPECT_EQ(login("mysql://other@db1").password, "a#b");
}

TEST_F(MysqlTargetTest, TakesAGroupAndItsName) {
  const auto file = write("cnf", "[client]\nuser=mon\nhost=db1\n[prod2]\nhost=db2\npassword=two\n");
  const auto target = MysqlTarget::parse("mysql://?option_file=" + file + "&group=prod2").value();
  EXPECT_EQ(target.name(), "prod2");
  const auto found = target.login().value();
  EXPECT_EQ(found.host, "db2");
  EXPECT_EQ(found.user, "mon");
  EXPECT_EQ(found.password, "two");
}

TEST_F(MysqlTargetTest, ReadsTheFileAnewForEachLogin) {
  const auto file = write("cnf", "[client]\npassword=old\n");
  const auto target = MysqlTarget::parse("mysql://db1?option_file=" + file).value();
  write("cnf", "[client]\npassword=new\n");
  EXPECT_EQ(target.login().value().password, "new");
}

TEST_F(MysqlTargetTest, RefusesAFileThatEverybodyCanReadOrWrite) {
  const auto open = write("cnf", "[client]\npassword=secret-word\n", 0644);
  const auto refused = MysqlTarget::parse("mysql://db1?option_file=" + open);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Configuration);
  EXPECT_THAT(refused.error().message, HasSubstr("everybody can read its password"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("secret-word")));
  EXPECT_TRUE(MysqlTarget::parse("mysql://db1?option_file=" + write("b", "[client]\npassword=x\n", 0640)));
  EXPECT_TRUE(MysqlTarget::parse("mysql://db1?option_file=" + write("c", "[client]\nuser=x\n", 0644)));
  EXPECT_FALSE(MysqlTarget::parse("mysql://db1?option_file=" + write("d", "[client]\nuser=x\n", 0666)));
  EXPECT_FALSE(MysqlTarget::parse("mysql://db1?option_file=" + folder_ + "/none"));
  write(".my.cnf", "[client]\nuser=x\n", 0666);
  EXPECT_NE(login("mysql://db1").user, "x");
}

TEST_F(MysqlTargetTest, TakesTheEnvironmentLast) {
  ::setenv("MYSQL_PWD", "of-environment", 1);
  ::setenv("MYSQL_TCP_PORT", "3310", 1);
  ::setenv("MYSQL_HOST", "db7", 1);
  EXPECT_EQ(MysqlTarget::parse("mysql://").value().name(), "db7:3310");
  EXPECT_EQ(login("mysql://db1").password, "of-environment");
  const auto file = write("cnf", "[client]\npassword=of-file\nport=3311\n");
  EXPECT_EQ(login("mysql://db1?option_file=" + file).password, "of-file");
  EXPECT_EQ(login("mysql://db1?option_file=" + file).port, 3311);
  ::setenv("MYSQL_TCP_PORT", "x", 1);
  EXPECT_FALSE(MysqlTarget::parse("mysql://db1"));
}

TEST_F(MysqlTargetTest, LetsOptionFilesAskForMoreTlsNotLess) {
  const auto tls = [&](const std::string& lines) {
    return login("mysql://db1?option_file=" + write("cnf", "[client]\n" + lines)).tls;
  };
  EXPECT_EQ(tls("skip-ssl\nssl=0\nssl-mode=DISABLED\n"), TlsMode::Required);
  EXPECT_EQ(tls("ssl-mode=VERIFY_IDENTITY\n"), TlsMode::Verify);
  EXPECT_EQ(tls("ssl_verify_server_cert\n"), TlsMode::Verify);
  const auto local = write("cnf", "[client]\nssl\n");
  EXPECT_EQ(login("mysql://127.0.0.1?option_file=" + local).tls, TlsMode::Required);
}

TEST_F(MysqlTargetTest, PutsThePasswordFileFirst) {
  const auto options = write("cnf", "[client]\npassword=of-file\n");
  const auto password = write("password", "correct horse\n");
  const auto target = MysqlTarget::configure("main", "mysql://db1?option_file=" + options, password, TlsMode::Off);
  EXPECT_EQ(target.value().name(), "main");
  EXPECT_EQ(target.value().login().value().password, "correct horse");
  EXPECT_EQ(target.value().login().value().tls, TlsMode::Off);
  EXPECT_FALSE(MysqlTarget::configure("a b", "mysql://db1", {}));
  EXPECT_EQ(MysqlTarget::configure("a", "mysql://u:p@db1", {}).error().kind, ErrorKind::Configuration);
  EXPECT_FALSE(MysqlTarget::configure("a", "mysql://db1", folder_ + "/none").value().login());
}

TEST_F(MysqlTargetTest, GoesToAnotherDatabase) {
  EXPECT_EQ(MysqlTarget::parse("mysql://db1/a").value().with_database("b").login().value().database, "b");
}

TEST(OptionFile, ReadsLinesAsTheClientsDo) {
  FileOptions options;
  const std::vector<std::string> groups{"client"};
  std::vector<std::string> includes;
  read_options(
      "a=outside\n[ client ]\r\n# c=1\n;d=1\n  user = mon  # a comment\nssl_ca='/a b#c'\npassword=\"it's\\\"\n"
      "x=a\\sb\\tc\\\\d\\q\nloose-flag\nempty=\n[other]\nuser=wrong\n!include /x.cnf\n[client]\nlast=1\n!includedir /d",
      groups, options, &includes);
  EXPECT_EQ(options["user"], "mon");
  EXPECT_EQ(options["ssl-ca"], "/a b#c");
  EXPECT_EQ(options["password"], "it's\\");
  EXPECT_EQ(options["x"], "a b\tc\\d\\q");
  EXPECT_TRUE(options.contains("flag"));
  EXPECT_TRUE(options["empty"].empty());
  EXPECT_EQ(options["last"], "1");
  EXPECT_FALSE(options.contains("a"));
  EXPECT_FALSE(options.contains("c"));
  EXPECT_FALSE(options.contains("d"));
  EXPECT_THAT(includes, testing::ElementsAre("/x.cnf", "/d/"));
}

TEST_F(MysqlTargetTest, FollowsIncludesButNoCircle) {
  std::filesystem::create_directory(folder_ + "/d");
  write("d/1.cnf", "[client]\nuser=one\n");
  write("d/2.cnf", "[client]\nport=3312\n");
  write("d/3.txt", "[client]\nport=1\n");
  const auto file = write("cnf", "[client]\nuser=zero\n!includedir " + folder_ + "/d\n!include " + folder_ + "/cnf\n");
  EXPECT_EQ(login("mysql://db1?option_file=" + file).port, 3312);
  EXPECT_EQ(login("mysql://db1?option_file=" + file).user, "zero");
}

}  // namespace
}  // namespace dbi::db
