// Threads that read plans, and the order in which their records came.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "extract/extract_options.hpp"
#include "extract/plan_job.hpp"
#include "stream/ordered_queue.hpp"

namespace dbi::extract {

/// Jobs are gathered in batches, so that a lock and a wake-up are shared by many, and come back one by one in the order
/// in which they were added. All calls come from the loop's thread.
class PlanPool {
 public:
  /// Bytes of jobs that wait in sum, from which on has_room() is false.
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;

  /// Starts the threads. `options` outlives the pool; `waker` is used when a batch at the head is done.
  PlanPool(const ExtractOptions& options, std::size_t threads, stream::Waker waker);
  PlanPool(const PlanPool&) = delete;
  PlanPool& operator=(const PlanPool&) = delete;
  PlanPool(PlanPool&&) = delete;
  PlanPool& operator=(PlanPool&&) = delete;
  /// Waits for the threads, which finish what they were given.
  ~PlanPool();

  /// A job to fill in, as an earlier plan left it. Valid until the next call.
  [[nodiscard]] PlanJob& add();
  /// Says that the job is filled in, and hands on the batch once it is large enough; true where it was.
  bool added();
  /// Hands on what was added.
  void submit();

  /// Nothing is under way.
  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool has_room() const { return queue_.has_room(kBatchBytes); }

  /// The next job that is done, of those that were handed on; nullptr where there is none. `wait`: waits for it.
  /// Valid until the next call.
  [[nodiscard]] PlanJob* next(bool wait);

  /// Gives back the room of jobs that are done.
  void shrink() { spare_.clear(); }

 private:
  static constexpr std::size_t kBatchJobs = 32;
  static constexpr std::size_t kBatchBytes = std::size_t{256} << 10U;

  struct Batch {
    std::vector<PlanJob> jobs;
    std::size_t count = 0;  // of jobs that are in use
    std::size_t bytes = 0;
  };
  using Queue = stream::OrderedQueue<std::unique_ptr<Batch>>;

  static void work(Queue& queue, const ExtractOptions& options);
  void recycle();

  Queue queue_;
  std::unique_ptr<Batch> filling_;
  std::unique_ptr<Batch> emptying_;
  std::size_t taken_ = 0;  // jobs of emptying_
  std::vector<std::unique_ptr<Batch>> spare_;
  std::vector<std::thread> threads_;
};

}  // namespace dbi::extract
