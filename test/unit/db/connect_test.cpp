// Connecting to what never answers; needs no server.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <thread>

#include "base/descriptor.hpp"
#include "db/connection.hpp"

namespace dbi::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Takes connections, as the kernel does for whoever listens, and says nothing.
class Silence : public testing::Test {
 protected:
  Silence() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    void* bytes = &address;
    EXPECT_EQ(::bind(socket_.get(), static_cast<sockaddr*>(bytes), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
    EXPECT_EQ(::getsockname(socket_.get(), static_cast<sockaddr*>(bytes), &size), 0);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] PostgresqlTarget target() const {
    return PostgresqlTarget::parse("host=127.0.0.1 user=x dbname=y sslmode=disable gssencmode=disable port=" +
                                   std::to_string(port_))
        .value();
  }

  Descriptor socket_;
  int port_ = 0;
};

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
    const Descriptor accepted(::accept(socket_.get(), nullptr, nullptr));
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
    const Descriptor accepted(::accept(socket_.get(), nullptr, nullptr));
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
