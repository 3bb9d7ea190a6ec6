// SPDX-License-Identifier: Apache-2.0
#include "collect/output.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace dbi::collect {

namespace {

// What is thrown becomes a fault, since the job's thread waits for an answer (std::bad_alloc: a cycle may be large).
Status write_guarded(const std::function<Status(const std::string& records)>& write, const std::string& records) try {
  return write(records);
} catch (const std::exception& exception) {
  return fail(ErrorKind::Internal, fmt::format("unexpected exception: {}", exception.what()),
              "This is a bug in dbi; please report it.");
}

}  // namespace

Status Output::write(std::string records) {
  Job job{.records = std::move(records), .done = false, .status = {}};
  std::unique_lock lock(mutex_);
  if (closed_) return fail(*closed_);
  jobs_.push_back(&job);
  wake_();
  changed_.wait(lock, [&] { return job.done; });
  return job.status;
}

bool Output::wait_idle(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return closed_ || (jobs_.empty() && !writing_); });
  return !closed_ && !stop.stop_requested();
}

Status Output::serve(const std::function<Status(const std::string& records)>& write) {
  std::unique_lock lock(mutex_);
  while (!closed_ && !jobs_.empty()) {
    Job* job = jobs_.front();
    jobs_.pop_front();
    writing_ = true;
    lock.unlock();
    auto status = write_guarded(write, job->records);
    lock.lock();
    writing_ = false;
    job->status = status;
    job->done = true;
    changed_.notify_all();
    if (!status) {
      lock.unlock();
      close(status.error());
      return status;
    }
  }
  return {};
}

void Output::close(Error why) {
  const std::lock_guard lock(mutex_);
  if (!closed_) closed_ = std::move(why);
  for (Job* job : jobs_) {
    job->status = fail(*closed_);
    job->done = true;
  }
  jobs_.clear();
  changed_.notify_all();
}

}  // namespace dbi::collect
