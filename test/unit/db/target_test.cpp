// Targets: names, passwords refused, password files.
// SPDX-License-Identifier: Apache-2.0
#include "db/target.hpp"
#include "db/resolved_target.hpp"
#include "state/scratch_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace dbi::db {
namespace {

using testing::HasSubstr;
using testing::Not;

class Target : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE"}) unsetenv(name);
  }
};

std::string name_of(std::string_view text) {
  const auto target = PostgresqlTarget::parse(text);
  return target ? target->name() : "error: " + target.error().message;
}

TEST_F(Target, IsNamedByHostAndPort) {
  EXPECT_EQ(name_of("postgresql://db1:6432/app"), "db1:6432");
  EXPECT_EQ(name_of("postgres://u@db1/app"), "db1:5432");
  EXPECT_EQ(name_of("postgresql://[::1]:5433/app"), "::1:5433");
  EXPECT_EQ(name_of("host=db2 port=5434"), "db2:5434");
  EXPECT_EQ(name_of("host=a,b port=1,2"), "a:1");
  EXPECT_EQ(name_of("hostaddr=10.0.0.1"), "10.0.0.1:5432");
}

TEST_F(Target, IsNamedLocalForASocket) {
  EXPECT_EQ(name_of("postgresql:///app?host=/run/pg&port=5433"), "local:5433");
  EXPECT_EQ(name_of("dbname=app"), "local:5432");
}

TEST_F(Target, IsNamedByItsService) {
  EXPECT_EQ(name_of("service=orders"), "orders");
  EXPECT_EQ(name_of("postgresql:///?service=orders"), "orders");
}

TEST_F(Target, TakesDefaultsFromTheEnvironment) {
  setenv("PGHOST", "db9", 1);
  setenv("PGPORT", "7777", 1);
  EXPECT_EQ(name_of("dbname=app"), "db9:7777");
  EXPECT_EQ(name_of("postgresql://db1/app"), "db1:7777");
  SetUp();
}

TEST_F(Target, RefusesAPassword) {
  for (const auto* text : {"postgresql://u:canary@db1/app", "host=db1 password=canary",
                           "postgresql://db1/app?password=canary", "host=db1 sslpassword=canary"}) {
    const auto target = PostgresqlTarget::parse(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::Usage);
    EXPECT_THAT(target.error().message, HasSubstr("password"));
    EXPECT_THAT(format_error(target.error()), Not(HasSubstr("canary")));
    EXPECT_THAT(target.error().hint, HasSubstr(".pgpass"));
  }
}

TEST_F(Target, NeverRepeatsWhatItCannotRead) {
  for (const auto* text :
       {"postgresql://u:can%zzary@db1/app", "host=db1 password=my canary", "postgresql://u:canary@[::1",
        "host=db1 canary=1", "postgresql://db1/app?canary=1", "password='canary"}) {
    const auto target = PostgresqlTarget::parse(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::Usage);
    EXPECT_THAT(format_error(target.error()), Not(HasSubstr("ary"))) << text;
  }
}

TEST_F(Target, TakesNoPasswordForAPort) {
  for (const auto* text : {"postgresql://u:canary", "postgresql://u:77canary/app", "host=db1 port=1,canary",
                           "host=db1 port=0", "postgresql://u:99999", "postgresql://db1/app?connect_timeout=canary"}) {
    const auto target = PostgresqlTarget::parse(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::Usage);
    EXPECT_THAT(format_error(target.error()), Not(HasSubstr("canary"))) << text;
  }
  EXPECT_EQ(name_of("host=a,b port=1, connect_timeout=3"), "a:1");
}

TEST_F(Target, SaysWhichServiceIsNotThere) {
  const state::ScratchFolder folder;
  const std::string path = folder / "services";
  std::ofstream(path) << "[there]\nhost=db7\nport=7\nconnect_timeout=3\noptions=-cx=y\n";
  setenv("PGSERVICEFILE", path.c_str(), 1);
  const auto there = resolve(PostgresqlTarget::parse("service=there").value()).value();
  EXPECT_EQ(there.hosts, "db7");
  EXPECT_EQ(there.ports, "7");
  EXPECT_EQ(there.options, "-cx=y");
  EXPECT_EQ(there.connect_timeout, std::chrono::seconds{3});
  const auto nowhere = resolve(PostgresqlTarget::parse("service=nosuch").value());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::Configuration);
  EXPECT_THAT(nowhere.error().message, HasSubstr("\"nosuch\""));
  EXPECT_THAT(nowhere.error().hint, HasSubstr("PGSERVICEFILE"));
  SetUp();
}

TEST_F(Target, RefusesANameThatNoRecordCanCarry) {
  EXPECT_THAT(name_of("service='a b'"), HasSubstr("error: "));
  EXPECT_THAT(name_of("postgresql://h%C3%A9/app"), HasSubstr("error: "));
}

TEST_F(Target, IsToldFromANameOfTheConfiguration) {
  EXPECT_TRUE(is_postgresql_target("postgresql://"));
  EXPECT_TRUE(is_postgresql_target("service=x"));
  EXPECT_FALSE(is_postgresql_target("orders"));
  EXPECT_FALSE(is_postgresql_target("mysql://u@h/?a=b"));
  EXPECT_FALSE(PostgresqlTarget::parse("orders"));
}

TEST_F(Target, ComesFromTheConfigurationUnderItsName) {
  const auto target = PostgresqlTarget::configure("orders", "host=db1", "/x/pw");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name(), "orders");
  EXPECT_EQ(target->password_file(), "/x/pw");
  EXPECT_EQ(PostgresqlTarget::configure("a b", "host=db1", {}).error().kind, ErrorKind::Configuration);
  EXPECT_EQ(PostgresqlTarget::configure("a", "host=db1 password=x", {}).error().kind, ErrorKind::Configuration);
}

TEST_F(Target, ReadsAPasswordFileThatOnlyItsOwnerMayUse) {
  const state::ScratchFolder folder;
  const std::string path = folder / "password";
  std::ofstream(path) << "canary secret\nsecond line\n";
  for (const mode_t mode : {0600U, 0400U}) {
    chmod(path.c_str(), mode);
    const auto password = read_password("main", path);
    ASSERT_TRUE(password) << password.error().message;
    EXPECT_EQ(*password, "canary secret");
  }
  for (const mode_t mode : {0640U, 0604U, 0700U}) {
    chmod(path.c_str(), mode);
    const auto password = read_password("main", path);
    ASSERT_FALSE(password) << mode;
    EXPECT_EQ(password.error().kind, ErrorKind::Configuration);
    EXPECT_THAT(format_error(password.error()), Not(HasSubstr("canary")));
    EXPECT_THAT(password.error().hint, HasSubstr("chmod 600"));
  }
  EXPECT_FALSE(read_password("main", path + ".none"));
}

TEST_F(Target, TakesTheCredentialThatSystemdHandsOver) {
  const state::ScratchFolder folder;
  const std::string path = folder / "password";
  std::ofstream(path) << "of the file\n";
  chmod(path.c_str(), 0600);
  const std::string credential = folder / "db1_5432.password";
  std::ofstream(credential) << "of the credential\n";
  chmod(credential.c_str(), 0440);
  setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  const auto credited = read_password("db1:5432", path);
  const auto other = read_password("db2", path);
  unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(credited) << credited.error().message;
  EXPECT_EQ(*credited, "of the credential");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(*other, "of the file");
}

}  // namespace
}  // namespace dbi::db
