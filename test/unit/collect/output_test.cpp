// SPDX-License-Identifier: Apache-2.0
#include "collect/output.hpp"

#include <gmock/gmock.h>

#include <future>
#include <new>
#include <semaphore>
#include <thread>

namespace dbi::collect {
namespace {

class OutputTest : public ::testing::Test {
 protected:
  std::counting_semaphore<> woken{0};
  Output output{[this] { woken.release(); }};
};

TEST_F(OutputTest, HandsOverAndReturnsWhatBecameOfIt) {
  auto written = std::async(std::launch::async, [&] { return output.write("a cycle\n"); });
  woken.acquire();
  std::string out;
  EXPECT_TRUE(output.serve([&](const std::string& records) -> Status {
    out += records;
    return {};
  }));
  EXPECT_TRUE(written.get().has_value());
  EXPECT_EQ(out, "a cycle\n");
}

TEST_F(OutputTest, WhileACycleIsWrittenNoOtherStarts) {
  std::binary_semaphore writing{0};
  std::binary_semaphore free{0};
  auto written = std::async(std::launch::async, [&] { return output.write("slow\n"); });
  woken.acquire();
  std::jthread writer([&] {
    EXPECT_TRUE(output.serve([&](const std::string&) -> Status {
      writing.release();
      free.acquire();
      return {};
    }));
  });
  writing.acquire();
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_FALSE(output.wait_idle(stopped.get_token()));
  auto idle = std::async(std::launch::async, [&] { return output.wait_idle(std::stop_token()); });
  EXPECT_EQ(idle.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  free.release();
  EXPECT_TRUE(idle.get());
  EXPECT_TRUE(written.get().has_value());
}

TEST_F(OutputTest, AFaultEndsAllWhoWait) {
  auto first = std::async(std::launch::async, [&] { return output.write("a\n"); });
  auto second = std::async(std::launch::async, [&] { return output.write("b\n"); });
  woken.acquire();
  woken.acquire();
  EXPECT_FALSE(output.serve([](const std::string&) -> Status { return fail(ErrorKind::Output, "full"); }));
  EXPECT_EQ(first.get().error().kind, ErrorKind::Output);
  EXPECT_EQ(second.get().error().kind, ErrorKind::Output);
  EXPECT_FALSE(output.write("c\n").has_value());
  EXPECT_FALSE(output.wait_idle(std::stop_token()));
}

TEST_F(OutputTest, WhatIsThrownWhileWritingIsAFaultForWhoWaits) {
  auto written = std::async(std::launch::async, [&] { return output.write("too much\n"); });
  woken.acquire();
  const auto served = output.serve([](const std::string&) -> Status { throw std::bad_alloc(); });
  EXPECT_EQ(served.error().kind, ErrorKind::Internal);
  EXPECT_EQ(written.get().error().kind, ErrorKind::Internal);
  EXPECT_FALSE(output.write("more\n").has_value());
}

}  // namespace
}  // namespace dbi::collect
