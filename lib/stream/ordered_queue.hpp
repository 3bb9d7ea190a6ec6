// Work that many threads do and one thread hands on in the order in which it came; bounded in bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "stream/loop.hpp"

namespace dbi::stream {

/// The loop's thread pushes items and pops them in the same order once they are completed; workers take them, change
/// them in place and complete them. The loop is woken when the head is completed. `Waker` must live as long.
template <typename Item>
class OrderedQueue {
 public:
  struct Slot {
    Item item;
    std::size_t bytes = 0;
    bool completed = false;
  };

  OrderedQueue(std::size_t max_bytes, Waker waker) : max_bytes_(max_bytes), waker_(waker) {}
  OrderedQueue(const OrderedQueue&) = delete;
  OrderedQueue& operator=(const OrderedQueue&) = delete;

  /// Loop: whether an item of that size fits. An empty queue takes any, so that none is too large for ever.
  [[nodiscard]] bool has_room(std::size_t bytes) const {
    const std::lock_guard lock(mutex_);
    return slots_.empty() || (bytes <= max_bytes_ && bytes_ <= max_bytes_ - bytes);
  }

  /// Loop: appends an item for the workers; the caller has asked has_room(), else the bound is exceeded by it.
  void push(Item item, std::size_t bytes) { append(std::move(item), bytes, false); }

  /// Loop: appends an item that needs no work and only keeps its place.
  void push_completed(Item item, std::size_t bytes) { append(std::move(item), bytes, true); }

  /// Loop: the head, where it is completed.
  std::optional<Item> pop() {
    const std::lock_guard lock(mutex_);
    return take_head();
  }

  /// Loop: the head, once it is completed; nothing where the queue is empty. Waits: workers must be running.
  std::optional<Item> pop_wait() {
    std::unique_lock lock(mutex_);
    head_completed_.wait(lock, [this] { return slots_.empty() || slots_.front().completed; });
    return take_head();
  }

  /// Worker: the next item to work on, its own until complete(); nullptr once the queue is closed and all is taken.
  Slot* take() {
    std::unique_lock lock(mutex_);
    work_or_end_.wait(lock, [this] { return closed_ || next() != nullptr; });
    Slot* slot = next();
    if (slot != nullptr) ++taken_;
    return slot;
  }

  /// Worker: hands a taken item back.
  void complete(Slot* slot) {
    const std::lock_guard lock(mutex_);
    slot->completed = true;
    if (slot != &slots_.front()) return;
    head_completed_.notify_one();
    waker_.wake();
  }

  /// Loop: no more items come; workers finish what is there and are let go.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_or_end_.notify_all();
  }

  [[nodiscard]] std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  [[nodiscard]] bool empty() const {
    const std::lock_guard lock(mutex_);
    return slots_.empty();
  }

 private:
  void append(Item item, std::size_t bytes, bool completed) {
    const std::lock_guard lock(mutex_);
    slots_.push_back({std::move(item), bytes, completed});
    bytes_ += bytes;
    if (!completed) work_or_end_.notify_one();
  }

  // Slots stay where they are while others come and go at the ends of the deque.
  Slot* next() {
    while (taken_ < slots_.size() && slots_[taken_].completed) ++taken_;
    return taken_ < slots_.size() ? &slots_[taken_] : nullptr;
  }

  std::optional<Item> take_head() {
    if (slots_.empty() || !slots_.front().completed) return std::nullopt;
    std::optional<Item> item(std::move(slots_.front().item));
    bytes_ -= slots_.front().bytes;
    slots_.pop_front();
    if (taken_ > 0) --taken_;
    return item;
  }

  const std::size_t max_bytes_;
  const Waker waker_;
  mutable std::mutex mutex_;
  std::condition_variable work_or_end_;
  std::condition_variable head_completed_;
  std::deque<Slot> slots_;
  std::size_t taken_ = 0;  // slots at the front that no worker need look at
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace dbi::stream
