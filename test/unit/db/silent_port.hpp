// A port that takes connections, as the kernel does for whoever listens, and says nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/descriptor.hpp"

namespace dbi::db::test {

class SilentPort {
 public:
  SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    void* bytes = &address;
    EXPECT_EQ(::bind(socket_.get(), static_cast<sockaddr*>(bytes), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
    EXPECT_EQ(::getsockname(socket_.get(), static_cast<sockaddr*>(bytes), &size), 0);
    number_ = ntohs(address.sin_port);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int socket() const { return socket_.get(); }

 private:
  Descriptor socket_;
  int number_ = 0;
};

}  // namespace dbi::db::test
