// Order, bound, wake-up of the loop, and the end of the workers.
// SPDX-License-Identifier: Apache-2.0
#include "stream/ordered_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace dbi::stream {
namespace {

TEST(OrderedQueue, HandsOnInTheOrderOfPushing) {
  const auto loop = Loop::open().value();
  OrderedQueue<int> queue(100, loop.waker());
  queue.push(1, 10);
  queue.push(2, 10);
  auto* first = queue.take();
  auto* second = queue.take();
  queue.complete(second);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_FALSE(loop.look({}).value().woken);
  queue.complete(first);
  EXPECT_TRUE(loop.look({}).value().woken);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(OrderedQueue, IsBoundedInBytesButTakesAnyItemWhenEmpty) {
  const auto loop = Loop::open().value();
  OrderedQueue<int> queue(100, loop.waker());
  EXPECT_TRUE(queue.has_room(1000));
  queue.push_completed(1, 60);
  EXPECT_TRUE(queue.has_room(40));
  EXPECT_FALSE(queue.has_room(41));
  EXPECT_FALSE(queue.has_room(static_cast<std::size_t>(-1)));
  EXPECT_EQ(queue.pop_wait(), 1);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(OrderedQueue, WorkersSkipWhatNeedsNoWork) {
  const auto loop = Loop::open().value();
  OrderedQueue<int> queue(100, loop.waker());
  queue.push_completed(1, 1);
  queue.push(2, 1);
  EXPECT_EQ(queue.pop(), 1);
  queue.push_completed(3, 1);
  queue.push(4, 1);
  auto* second = queue.take();
  EXPECT_EQ(second->item, 2);
  EXPECT_EQ(queue.take()->item, 4);
  queue.complete(second);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), std::nullopt);
  queue.close();
  EXPECT_EQ(queue.take(), nullptr);
}

TEST(OrderedQueue, ManyWorkersKeepTheOrder) {
  constexpr int kItems = 20000;
  const auto loop = Loop::open().value();
  OrderedQueue<int> queue(64, loop.waker());
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&queue] {
      while (auto* slot = queue.take()) {
        slot->item *= 2;
        queue.complete(slot);
      }
    });
  }
  int expected = 0;
  const auto accept = [&expected](std::optional<int> item) {
    if (item) {
      ASSERT_EQ(*item, 2 * expected++);
    }
  };
  for (int i = 0; i < kItems; ++i) {
    while (!queue.has_room(8)) accept(queue.pop_wait());
    queue.push(i, 8);
    accept(queue.pop());
  }
  while (!queue.empty()) accept(queue.pop_wait());
  queue.close();
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(expected, kItems);
}

}  // namespace
}  // namespace dbi::stream
