// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_pool.hpp"

#include <utility>

#include "stream/signals.hpp"

namespace dbi::extract {

namespace {

void read(PlanReading& reading, PlanJob& job) {
  if (job.kind != JobKind::Read && job.kind != JobKind::Entry) return;
  const Status done = reading.read(job.plan, job.form, job.known);
  job.faults = reading.faults();
  if (done) {
    job.problem.reset();
    job.statement = reading.statement();
  } else {
    job.problem = done.error();
  }
}

}  // namespace

PlanPool::PlanPool(const ExtractOptions& options, std::size_t threads, stream::Waker waker)
    : queue_(kMaxBytes, waker), filling_(std::make_unique<Batch>()) {
  const stream::BlockSignals block;
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, &options] { work(queue_, options); });
  }
}

PlanPool::~PlanPool() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
}

void PlanPool::work(Queue& queue, const ExtractOptions& options) {
  PlanReading reading(options);
  while (Queue::Slot* slot = queue.take()) {
    Batch& batch = *slot->item;
    for (std::size_t i = 0; i < batch.count; ++i) read(reading, batch.jobs[i]);
    queue.complete(slot);
  }
}

PlanJob& PlanPool::add() {
  if (filling_->count == filling_->jobs.size()) filling_->jobs.emplace_back();
  return filling_->jobs[filling_->count];
}

bool PlanPool::added() {
  filling_->bytes += filling_->jobs[filling_->count].bytes();
  ++filling_->count;
  if (filling_->count < kBatchJobs && filling_->bytes < kBatchBytes) return false;
  submit();
  return true;
}

void PlanPool::submit() {
  if (filling_->count == 0) return;
  const std::size_t bytes = filling_->bytes;
  queue_.push(std::move(filling_), bytes);
  if (spare_.empty()) {
    filling_ = std::make_unique<Batch>();
  } else {
    filling_ = std::move(spare_.back());
    spare_.pop_back();
  }
}

bool PlanPool::empty() const {
  return filling_->count == 0 && (emptying_ == nullptr || taken_ == emptying_->count) && queue_.empty();
}

// The room of a batch with a large plan is given back.
void PlanPool::recycle() {
  const bool keep = emptying_->bytes <= 2 * kBatchBytes;
  emptying_->count = 0;
  emptying_->bytes = 0;
  if (keep) spare_.push_back(std::move(emptying_));
  emptying_.reset();
}

PlanJob* PlanPool::next(bool wait) {
  if (emptying_ != nullptr && taken_ == emptying_->count) recycle();
  if (emptying_ == nullptr) {
    auto batch = wait ? queue_.pop_wait() : queue_.pop();
    if (!batch) return nullptr;
    emptying_ = std::move(*batch);
    taken_ = 0;
  }
  return &emptying_->jobs[taken_++];
}

}  // namespace dbi::extract
