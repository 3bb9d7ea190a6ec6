// Flags and wake-ups; a stop that comes late.
// SPDX-License-Identifier: Apache-2.0
#include "stream/signals.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace dbi::stream {
namespace {

TEST(Signals, AStopIsAFlagAndAWakeUp) {
  const auto loop = Loop::open().value();
  const Signals signals(loop.waker());
  EXPECT_FALSE(Signals::stop_requested());
  ASSERT_EQ(std::raise(SIGTERM), 0);
  EXPECT_TRUE(Signals::stop_requested());
  EXPECT_FALSE(Signals::interrupted());
  EXPECT_TRUE(loop.look({}).value().woken);
  ASSERT_EQ(std::raise(SIGINT), 0);
  EXPECT_TRUE(Signals::interrupted());
}

TEST(Signals, AReloadIsTakenOnce) {
  const auto loop = Loop::open().value();
  const Signals signals(loop.waker());
  ASSERT_EQ(std::raise(SIGHUP), 0);
  EXPECT_TRUE(Signals::take_reload());
  EXPECT_FALSE(Signals::take_reload());
}

// Between the end of the work and the exit nothing may turn a run that is done into one that a signal killed.
TEST(Signals, AfterTheWorkASignalDoesNotEndTheProcess) {
  {
    const auto loop = Loop::open().value();
    const Signals signals(loop.waker());
  }
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGALRM}) EXPECT_EQ(std::raise(signal), 0);
}

TEST(Signals, AnotherRunBeginsAfresh) {
  const auto loop = Loop::open().value();
  {
    const Signals signals(loop.waker());
    std::raise(SIGTERM);
  }
  const Signals signals(loop.waker());
  EXPECT_FALSE(Signals::stop_requested());
}

TEST(Signals, WhatWasIgnoredStaysIgnored) {
  struct sigaction before {};
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGHUP, &ignore, &before);
  {
    const auto loop = Loop::open().value();
    const Signals signals(loop.waker());
    std::raise(SIGHUP);
    EXPECT_FALSE(Signals::take_reload());
  }
  ::sigaction(SIGHUP, &before, nullptr);
}

}  // namespace
}  // namespace dbi::stream
