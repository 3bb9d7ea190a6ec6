// Connecting to what never answers; needs no server.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <thread>
#include <utility>

#include "base/descriptor.hpp"
#include "db/connection.hpp"
#include "silent_port.hpp"

namespace dbi::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Silence : public testing::Test {
 protected:
  [[nodiscard]] PostgresqlTarget target() const {
    return PostgresqlTarget::parse("host=127.0.0.1 user=x dbname=y sslmode=disable gssencmode=disable port=" +
                                   std::to_string(silent_.number()))
        .value();
  }

  test::SilentPort silent_;
};

TEST_F(Silence, IsLeftOutHostByHostAndNamed) {
  const test::SilentPort other;
  const auto both = PostgresqlTarget::parse(fmt::format(
      "host=127.0.0.1,127.0.0.1,127.0.0.1 user=x dbname=y sslmode=disable gssencmode=disable port={0},{1},{0}",
      silent_.number(), other.number()));
  const auto opened = Connection::open(both.value(), {}, {.connect = milliseconds{60}}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
  EXPECT_THAT(opened.error().message,
              testing::EndsWith(fmt::format(": no connection within 60 ms (tried 127.0.0.1:{0}, silent; 127.0.0.1:{1}, "
                                            "silent; 127.0.0.1:{0}, silent)",
                                            silent_.number(), other.number())));
}

TEST_F(Silence, EndsAtTheLimitOfItsUrl) {
  const auto url = PostgresqlTarget::parse(fmt::format(
      "postgresql://x@127.0.0.1:{}/y?sslmode=disable&gssencmode=disable&connect_timeout=1", silent_.number()));
  const auto opened = Connection::open(url.value(), {}, {.connect = milliseconds{3600000}}, {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, testing::EndsWith("no connection within 1000 ms"));
}

TEST_F(Silence, EndsAtTheLimitOfTime) {
  const auto opened = Connection::open(target(), {}, {.connect = milliseconds{80}}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Connection);
  EXPECT_FALSE(opened.error().stopped);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("no connection within 80 ms"));
}

// A server that lets a session begin and says no more: what the guards' reading back waits for.
TEST_F(Silence, NamesTheLimitThatRanOutAlsoBehindTheStartOfTheSession) {
  std::thread server([&] {
    const Descriptor accepted(::accept(silent_.socket(), nullptr, nullptr));
    // AuthenticationOk, ReadyForQuery (PostgreSQL manual, "Message Formats").
    constexpr std::string_view kBegun("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", 15);
    EXPECT_TRUE(write_all(accepted.get(), kBegun));
    std::array<char, 4096> bytes{};
    while (::read(accepted.get(), bytes.data(), bytes.size()) > 0) {
    }
  });
  const auto opened = Connection::open(target(), {}, {.connect = milliseconds{300}, .read = milliseconds{90000}}, {});
  server.join();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Timeout);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("no answer within 300 ms"));
}

TEST_F(Silence, EndsAtAStopRequest) {
  std::stop_source stop;
  std::thread stopper([&] {
    // The server's end of the connection is there once the client waits.
    const Descriptor accepted(::accept(silent_.socket(), nullptr, nullptr));
    stop.request_stop();
  });
  const auto begin = steady_clock::now();
  const auto opened = Connection::open(target(), {}, {.connect = milliseconds{60000}}, stop.get_token());
  stopper.join();
  ASSERT_FALSE(opened);
  EXPECT_LT(steady_clock::now() - begin, milliseconds{30000});
}

TEST_F(Silence, StopsBeforeItBegins) {
  std::stop_source stop;
  stop.request_stop();
  const auto opened = Connection::open(target(), {}, {}, stop.get_token());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().stopped);
}

}  // namespace
}  // namespace dbi::db
