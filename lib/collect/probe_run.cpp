// SPDX-License-Identifier: Apache-2.0
#include "collect/probe_run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "collect/mysql_probe.hpp"
#include "collect/postgresql_probe.hpp"
#include "stream/loop.hpp"
#include "stream/signals.hpp"

namespace dbi::collect {

namespace {

// A thread for each target; those that are left are stopped at its end.
class Probes {
 public:
  explicit Probes(stream::Waker waker) : waker_(waker) {}
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;
  ~Probes() { stop(); }

  void start(ConnectionSettings settings, const ProbeRequest& request) {
    const stream::BlockSignals blocked;
    auto name = settings.name();
    auto* const probe_target =
        std::holds_alternative<db::MysqlTarget>(settings.target) ? probe_mysql : probe_postgresql;
    std::packaged_task<ProbeReport()> probe([name = std::move(name),
                                             open = open_database(std::move(settings), stop_.get_token()), probe_target,
                                             request] { return probe_target(name, open, request); });
    answers_.push_back(probe.get_future());
    threads_.emplace_back([this, probe = std::move(probe)]() mutable {
      probe();
      waker_.wake();
    });
  }

  void stop() { stop_.request_stop(); }
  std::vector<std::future<ProbeReport>>& answers() { return answers_; }

 private:
  stream::Waker waker_;
  std::stop_source stop_;
  std::vector<std::future<ProbeReport>> answers_;
  std::vector<std::jthread> threads_;
};

bool is_there(const std::future<ProbeReport>& answer) {
  return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

}  // namespace

Result<ProbeRun> probe_all(std::vector<ConnectionSettings> targets, const ProbeRequest& request, int output,
                           const Clock& clock) {
  DBI_TRY_ASSIGN(auto loop, stream::Loop::open());
  const stream::Signals signals(loop.waker());
  Probes probes(loop.waker());
  for (auto& target : targets) probes.start(std::move(target), request);
  std::vector<ProbeReport> reports;
  bool reader_gone = false;
  for (auto& answer : probes.answers()) {
    while (!reader_gone && !is_there(answer)) {
      DBI_TRY_ASSIGN(const auto events, loop.wait({-1, output}, std::nullopt, clock));
      if (stream::Signals::stop_requested()) probes.stop();
      reader_gone = events.reader_gone;
    }
    if (reader_gone) break;
    reports.push_back(answer.get());
    if (write_all(output, format_probe(reports.back()))) continue;
    if (errno == EPIPE) break;
    return fail(ErrorKind::Output, fmt::format("standard output: {}", errno_text(errno)));
  }
  return ProbeRun{.status = probe_status(reports), .interrupted = stream::Signals::interrupted()};
}

}  // namespace dbi::collect
