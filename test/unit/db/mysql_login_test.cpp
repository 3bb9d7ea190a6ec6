// Logging in to MariaDB and MySQL: every plugin, with TLS and without, and what is refused, and how.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "mysql_server.hpp"
#include "shell.hpp"

namespace dbi::db::test {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassword = "correct horse";

// What open() says, in a word: "ok off", "ok TLSv1.3", or the kind of the failure.
std::string outcome(const Outcome<MysqlConnection>& opened) {
  if (opened) return "ok " + opened->info().tls;
  return std::string(error_word(opened.error().kind));
}

class MysqlLogins : public testing::Test {
 protected:
  void SetUp() override {
    if (!mysql_server().runs()) GTEST_SKIP() << "no MariaDB server";
  }
  static const MysqlServer& server() { return mysql_server(); }
  // MySQL makes itself a certificate at its first start, Debian's MariaDB 10 does not.
  static bool has_tls() {
    return server().sql("select @@have_ssl") == "YES" || server().is_mysql() ||
           server().sql("select @@version like '11.%'") == "1";
  }
  static std::string tls_or_off() { return has_tls() ? "ok TLSv1.3" : "ok off"; }
};

TEST_F(MysqlLogins, WorksWithAPassword) {
  EXPECT_EQ(outcome(open_mysql(server().local("dbi_password"), kPassword)), "ok off");
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_password"), kPassword)), tls_or_off());
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_password", "tls=off"), kPassword)), "ok off");
}

// Anew each time, so that no server has the password in its cache.
TEST_F(MysqlLogins, WorksWithoutTlsWhereNothingIsCached) {
  server().sql("flush privileges");
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_password", "tls=off"), kPassword)), "ok off");
  server().sql("flush privileges");
  EXPECT_EQ(outcome(open_mysql(server().local("dbi_password"), kPassword)), "ok off");
}

TEST_F(MysqlLogins, WorksWithEd25519) {
  if (server().sql("select count(*) from mysql.user where user = 'dbi_ed25519'") != "1") {
    GTEST_SKIP() << "the server has no ed25519";
  }
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_ed25519"), kPassword)), tls_or_off());
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_ed25519"), "wrong")), "authentication");
}

// It caches nothing: over TLS the password goes as it is, else encrypted by the server's key. MariaDB has it not.
TEST_F(MysqlLogins, WorksWithSha256) {
  if (server().sql("select plugin_status from information_schema.plugins where plugin_name = 'sha256_password'") !=
      "ACTIVE") {
    GTEST_SKIP() << "the server has no sha256_password";
  }
  server().sql("create user if not exists dbi_sha256 identified with sha256_password by 'correct horse'");
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_sha256", "tls=required"), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_sha256", "tls=off"), kPassword)), "ok off");
  EXPECT_EQ(outcome(open_mysql(server().local("dbi_sha256"), kPassword)), "ok off");
  EXPECT_EQ(outcome(open_mysql(server().loopback("dbi_sha256"), "wrong horse")), "authentication");
}

TEST_F(MysqlLogins, WorksFromAnOptionFile) {
  const auto file = output_of("mktemp");
  ::chmod(file.c_str(), 0600);
  std::ofstream(file)
      << "[client]\nuser=nobody\n[prod]\nuser=dbi_password\npassword=\"correct horse\"\nhost=127.0.0.1\nport="
      << server().port() << "\n";
  const auto target = MysqlTarget::parse("mysql://?option_file=" + file + "&group=prod");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name(), "prod");
  EXPECT_EQ(outcome(MysqlConnection::open(*target, {}, {}, {})), tls_or_off());
  ::unlink(file.c_str());
  const auto gone = MysqlConnection::open(*target, {}, {}, {});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::Authentication);
}

TEST_F(MysqlLogins, RefusalsHaveTheirKind) {
  const auto failure = [](const std::string& url, const std::string& password = {}) {
    auto opened = open_mysql(url, password);
    return opened ? Failure{} : opened.error();
  };
  const auto wrong = failure(server().loopback("dbi_password"), "wrong-secret");
  EXPECT_EQ(wrong.kind, ErrorKind::Authentication);
  EXPECT_EQ(wrong.sqlstate, "28000");
  EXPECT_THAT(wrong.message + wrong.hint, Not(HasSubstr("wrong-secret")));
  EXPECT_EQ(failure(server().loopback("nobody_at_all")).kind, ErrorKind::Authentication);
  const auto elsewhere = failure("mysql://dbi_monitor@127.0.0.1:" + server().port() + "/app");
  EXPECT_EQ(elsewhere.kind, ErrorKind::Authentication);
  EXPECT_THAT(elsewhere.hint, HasSubstr("without a database"));
  EXPECT_EQ(outcome(open_mysql("mysql://app@127.0.0.1:" + server().port() + "/app")), tls_or_off());
  const auto closed = failure("mysql://x@127.0.0.1:1");
  EXPECT_EQ(closed.kind, ErrorKind::Connection);
  EXPECT_THAT(closed.message, HasSubstr("Can't connect to server on '127.0.0.1'"));
  EXPECT_EQ(failure("mysql://x@?socket=/no/such/socket").kind, ErrorKind::Connection);
  EXPECT_EQ(failure("mysql://x@no-such-host.invalid").kind, ErrorKind::Connection);
}

TEST_F(MysqlLogins, TooManyConnectionsAreTold) {
  server().sql("create user if not exists one with max_user_connections 1");
  const auto url = "mysql://one@:" + server().port() + "?socket=" + server().folder() + "/server/socket";
  const auto held = open_mysql(url);
  ASSERT_TRUE(held) << held.error().message;
  const auto second = open_mysql(url);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::TooManyConnections);
}

// --- TLS, by a server with our certificates, one without, and one whose certificate expired. ---

class MysqlTls : public testing::Test {
 protected:
  void SetUp() override {
    if (certificates().empty()) GTEST_SKIP() << "no MariaDB server: no openssl";
    if (!server().runs()) GTEST_SKIP() << "no MariaDB server";
  }

  static const std::string& certificates() {
    static const std::string folder = make_certificates();
    return folder;
  }
  static std::string settings(const std::string& name) {
    return "ssl-ca=" + certificates() + "/ca.pem ssl-cert=" + certificates() + "/" + name +
           ".pem ssl-key=" + certificates() + "/" + name + ".key";
  }
  static const MysqlServer& server() {
    static const MysqlServer one(settings("server"));
    return one;
  }
  static void TearDownTestSuite() { output_of("rm -rf " + certificates()); }

  static std::string url(const std::string& more) { return server().loopback("dbi_password", more); }
  static inline const OwnStatement kSleep{"marker", "SELECT SLEEP(20)"};
  static std::string ca(const std::string& name = "ca") { return "tls_ca=" + certificates() + "/" + name + ".pem"; }
};

TEST_F(MysqlTls, IsUsedAsTheModeSays) {
  EXPECT_EQ(outcome(open_mysql(url(""), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(url("tls=preferred"), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(url("tls=required"), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(url("tls=off"), kPassword)), "ok off");
  EXPECT_EQ(outcome(open_mysql(url("tls=verify&" + ca()), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(url(ca()), kPassword)), "ok TLSv1.3");
}

TEST_F(MysqlTls, RefusesAWrongAuthority) {
  for (const auto& more :
       {"tls=verify&" + ca("other-ca"), "tls=required&" + ca("other-ca"), std::string("tls=verify")}) {
    const auto opened = open_mysql(url(more), kPassword);
    ASSERT_FALSE(opened) << more;
    EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
    EXPECT_THAT(opened.error().message, testing::AnyOf(HasSubstr("verif"), HasSubstr("self"), HasSubstr("issuer")));
    EXPECT_THAT(opened.error().hint, HasSubstr("tls_ca"));
  }
  const auto none = open_mysql(url("tls=verify&tls_ca=/no/such/file"), kPassword);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::Connection);
}

// A folder holds each authority under the hash of its name.
TEST_F(MysqlTls, TrustsTheAuthoritiesOfAFolder) {
  const auto folder = [](const std::string& name) {
    const auto path = certificates() + "/folder-" + name;
    output_of("mkdir -p " + path + " && cp " + certificates() + "/" + name + ".pem " + path + " && openssl rehash " +
              path);
    return "tls_capath=" + path;
  };
  EXPECT_EQ(outcome(open_mysql(url("tls=verify&" + folder("ca")), kPassword)), "ok TLSv1.3");
  EXPECT_EQ(outcome(open_mysql(url(folder("ca")), kPassword)), "ok TLSv1.3");
  for (const auto& more : {"tls=verify&" + folder("other-ca"), std::string("tls=verify&tls_capath=/no/such/folder")}) {
    EXPECT_EQ(outcome(open_mysql(url(more), kPassword)), "connection") << more;
  }
  const auto other = "mysql://dbi_password@127.0.0.2:" + server().port();
  EXPECT_EQ(outcome(open_mysql(other + "?tls=verify&" + folder("ca"), kPassword)), "connection");
}

TEST_F(MysqlTls, RefusesAnotherHostsName) {
  // The certificate is for localhost and 127.0.0.1.
  const auto other = "mysql://dbi_password@127.0.0.2:" + server().port();
  EXPECT_EQ(outcome(open_mysql(other + "?tls=verify&" + ca(), kPassword)), "connection");
}

TEST_F(MysqlTls, IsNamedWhereTheAccountRequiresIt) {
  server().sql("create user if not exists tls_only require ssl; grant select on app.* to tls_only");
  const auto refused = open_mysql(server().loopback("tls_only", "tls=off"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Authentication);
  EXPECT_THAT(refused.error().hint, HasSubstr("tls=required"));
  EXPECT_EQ(outcome(open_mysql(server().loopback("tls_only", "tls=required"))), "ok TLSv1.3");
}

TEST_F(MysqlTls, GoesOverASocketWhereAsked) {
  EXPECT_EQ(outcome(open_mysql(server().local("dbi_password", "tls=required"), kPassword)), "ok TLSv1.3");
}

TEST_F(MysqlTls, ShowsACertificateOfItsOwn) {
  server().sql("create user if not exists certified require x509; grant select on app.* to certified");
  const auto own = "tls_cert=" + certificates() + "/server.pem&tls_key=" + certificates() + "/server.key";
  EXPECT_EQ(outcome(open_mysql(server().loopback("certified"))), "authentication");
  EXPECT_EQ(outcome(open_mysql(server().loopback("certified", own))), "ok TLSv1.3");
}

TEST_F(MysqlTls, IsMissedBeforeAnythingIsSent) {
  const FakeServer bare([](int client) {
    // Later than the client begins to wait, as from another machine.
    std::this_thread::sleep_for(milliseconds{50});
    const auto greeting = fake_greeting(false);
    EXPECT_EQ(::write(client, greeting.data(), greeting.size()), static_cast<ssize_t>(greeting.size()));
    EXPECT_LE(read_some(client).size(), 5) << "more than a word of farewell";
  });
  for (const auto* mode : {"tls=required", "tls=verify"}) {
    const auto opened = open_mysql(bare.url(mode), kPassword);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
    EXPECT_THAT(opened.error().message, HasSubstr("TLS is required"));
    EXPECT_THAT(opened.error().hint, HasSubstr("tls=off"));
  }
}

// The library reads the socket by other calls here than without TLS.
TEST_F(MysqlTls, ReadsMuch) {
  auto connection = open_mysql(url("tls=required"), kPassword);
  ASSERT_TRUE(connection);
  const auto rows = connection->read("test",
                                     OwnStatement("marker",
                                                  "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT "
                                                  "i + 1 FROM n WHERE i < 900) "
                                                  "SELECT i, REPEAT('x', 30000) FROM n"),
                                     {});
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->rows(), 900);
  EXPECT_EQ(rows->value(899, 1)->size(), 30000);
}

TEST_F(MysqlTls, KeepsALimitOfTime) {
  auto connection = open_mysql(url("tls=required"), kPassword, {.statement_timeout = milliseconds{60000}},
                               {.read = milliseconds{150}});
  ASSERT_TRUE(connection);
  const auto begin = steady_clock::now();
  const auto rows = connection->read("test", kSleep, {});
  EXPECT_LT(steady_clock::now() - begin, milliseconds{15000});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_FALSE(connection->usable());
}

TEST_F(MysqlTls, EndsAtAStopRequest) {
  std::stop_source stop;
  auto connection = open_mysql(url("tls=required"), kPassword, {.statement_timeout = milliseconds{60000}},
                               {.read = milliseconds{60000}}, stop.get_token());
  ASSERT_TRUE(connection);
  std::thread stopper([&stop] {
    const std::string asleep = "select count(*) from information_schema.processlist where state = 'User sleep'";
    for (const auto begin = steady_clock::now();
         server().sql(asleep) == "0" && steady_clock::now() - begin < milliseconds{15000};) {
      std::this_thread::yield();
    }
    stop.request_stop();
  });
  const auto begin = steady_clock::now();
  const auto rows = connection->read("test", kSleep, {});
  stopper.join();
  EXPECT_LT(steady_clock::now() - begin, milliseconds{15000});
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().stopped);
}

TEST_F(MysqlTls, RefusesAnExpiredCertificate) {
  const MysqlServer expired(settings("expired"));
  // MySQL does not even load one.
  if (!expired.runs() || mysql_server().is_mysql()) GTEST_SKIP() << "the server does not take an expired certificate";
  const auto opened = open_mysql(expired.loopback("dbi_monitor", "tls=verify&" + ca()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
  EXPECT_THAT(opened.error().message, HasSubstr("expired"));
}

// --- Servers that mean harm or say nothing; no real one is needed. ---

// A packet of the protocol; bodies here are short.
std::string packet(char number, const std::string& body) {
  return std::string(1, static_cast<char>(body.size())) + '\0' + '\0' + number + body;
}

// Greets, then gives each of these answers, whatever is said; what it heard is in `heard`. It offers no TLS.
FakeServer::Talk rogue(std::vector<std::string> answers, std::string& heard) {
  answers.insert(answers.begin(), fake_greeting(false));
  return [answers, &heard](int client) {
    for (const auto& answer : answers) {
      if (::write(client, answer.data(), answer.size()) < 0) return;
      heard += read_some(client);
    }
  };
}

TEST(MysqlFake, GetsNoPasswordInTheClear) {
  using namespace std::string_literals;
  std::string heard;
  {
    const FakeServer server(rogue({packet(2, "\xfe"s + "mysql_clear_password\0"s)}, heard));
    const auto opened = open_mysql(server.url("tls=off"), kPassword);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Authentication);
  }
  EXPECT_THAT(heard, HasSubstr("someone"));
  EXPECT_THAT(heard, Not(HasSubstr(kPassword)));
}

TEST(MysqlFake, GetsNoFile) {
  using namespace std::string_literals;
  std::string heard;
  {
    const FakeServer server(rogue({packet(2, "\0\0\0\x02\0\0\0"s), packet(1, "\xfb/etc/passwd"s)}, heard));
    EXPECT_FALSE(open_mysql(server.url("tls=off"), kPassword));
  }
  EXPECT_THAT(heard, HasSubstr("dbi_collect"));
  EXPECT_THAT(heard, Not(HasSubstr("root:")));
}

// Greets or not, and says nothing more.
class MysqlSilence : public testing::TestWithParam<std::string> {
 protected:
  FakeServer silent_{[](int client) {
    const auto text = GetParam();
    if (!text.empty() && ::write(client, text.data(), text.size()) < 0) return;
    while (!read_some(client).empty()) {
    }
  }};
};

TEST_P(MysqlSilence, EndsAtTheLimitOfTime) {
  const auto begin = steady_clock::now();
  const auto opened = open_mysql(silent_.url("tls=preferred"), {}, {}, {.connect = milliseconds{80}});
  EXPECT_LT(steady_clock::now() - begin, milliseconds{3000});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
  EXPECT_THAT(opened.error().message, HasSubstr("no connection within 80 ms"));
}

TEST_P(MysqlSilence, EndsAtAStopRequest) {
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(milliseconds{50});
    stop.request_stop();
  });
  const auto begin = steady_clock::now();
  const auto opened =
      open_mysql(silent_.url("tls=preferred"), {}, {}, {.connect = milliseconds{60000}}, stop.get_token());
  stopper.join();
  EXPECT_LT(steady_clock::now() - begin, milliseconds{5000});
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().stopped);
}

INSTANTIATE_TEST_SUITE_P(Of, MysqlSilence,
                         testing::Values(std::string(), fake_greeting(true).substr(0, 20), fake_greeting(false),
                                         fake_greeting(true)));

}  // namespace
}  // namespace dbi::db::test
