// SPDX-License-Identifier: Apache-2.0
#include "collect/target_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "collect/schedule.hpp"

namespace dbi::collect {

namespace {

using namespace std::chrono_literals;

// Cycles this late or less are on time: a thread does not wake up to the microsecond.
constexpr auto kPunctual = 50ms;

class TargetRun {
 public:
  TargetRun(TargetCycles& cycles, const RunSettings& settings, const RunPorts& ports, const Clock& clock)
      : cycles_(cycles), settings_(settings), ports_(ports), clock_(clock) {}

  RunResult run() {
    if (cycles_.first_run() == FirstRun::Wait && !wait_for_a_start()) return std::move(result_);
    const auto interval = settings_.interval.value_or(microseconds{1});
    Schedule schedule(interval, clock_.monotonic());
    for (std::uint64_t done = 0; !settings_.count || done < *settings_.count; ++done) {
      if (!ports_.wait_until(schedule.due()) || !ports_.wait_idle()) break;
      if (!cycle(schedule.start(clock_.monotonic()))) break;
      if (permit_.longer_interval) schedule.leave_one_out();
    }
    return std::move(result_);
  }

 private:
  // Whether there is one is known once the acknowledgements are taken in.
  bool wait_for_a_start() {
    cycles_.settle(ports_.tell);
    return !cycles_.is_first() || begin();
  }

  // The first reading, and the wait for the difference to it. An exporter that is waited for has to hold the start, so
  // it is written then; else nothing is. A failure is told like every other: by a cycle.
  bool begin() {
    if (cycles_.waits()) return cycle({}) && wait_for_the_first();
    ask_circuits();
    if (permit_.skip) return true;
    auto output = cycles_.run(std::nullopt, permit_);
    if (!output.counters) return true;
    result_.status = cycles_.prime(std::move(output));
    if (!result_.status) return false;
    return wait_for_the_first();
  }

  bool wait_for_the_first() {
    ports_.tell_first_wait(settings_.first_wait);
    return ports_.wait_until(clock_.monotonic() + settings_.first_wait);
  }

  // What is thrown costs the cycle, not the target: the next one tries again.
  bool cycle(microseconds late) try { return try_cycle(late); } catch (const std::exception& exception) {
    cycles_.close();
    note(Outcome::Failed);
    result_.status = fail(ErrorKind::Internal, fmt::format("unexpected exception: {}", exception.what()),
                          "This is a bug in dbi; please report it.");
    ports_.tell(result_.status.error());
    return true;
  }

  bool try_cycle(microseconds late) {
    std::optional<double> late_s;
    if (settings_.interval && late > kPunctual) late_s = std::chrono::duration<double>(late).count();
    ask_circuits();
    cycles_.settle(ports_.tell);
    auto output = next(late_s);
    result_.status = cycles_.commit(std::move(output), ports_.write, ports_.tell);
    if (result_.status) return true;
    if (result_.status.error().kind == ErrorKind::Output) return false;
    ports_.tell(result_.status.error());
    return true;
  }

  CycleOutput next(std::optional<double> late_s) {
    if (cycles_.is_full()) {
      if (!std::exchange(told_full_, true)) ports_.tell(cycles_.full_error());
      return cycles_.skip(fmt::format("{} cycles wait for their acknowledgement", kMaxPending));
    }
    told_full_ = false;
    if (permit_.skip) return leave_alone(*permit_.skip);
    if (failures_ > 0 && clock_.monotonic() < retry_at_) {
      return cycles_.skip("waiting before the next attempt to reach the server");
    }
    auto output = cycles_.run(late_s, permit_);
    note(output.outcome);
    return output;
  }

  // The circuit's patience takes the place of ours.
  CycleOutput leave_alone(std::string_view why) {
    cycles_.close();
    failures_ = 0;
    return cycles_.skip(why);
  }

  void ask_circuits() {
    permit_ = {};
    if (ports_.circuits) permit_ = ports_.circuits();
  }

  void note(Outcome outcome) {
    result_.last_failed = outcome == Outcome::Failed;
    failures_ = result_.last_failed ? failures_ + 1 : 0;
    // A tick that comes on time after the delay is not to be missed by the time that the attempt itself took.
    retry_at_ = clock_.monotonic() + retry_delay(failures_) - kPunctual;
  }

  TargetCycles& cycles_;
  const RunSettings& settings_;
  const RunPorts& ports_;
  const Clock& clock_;
  RunResult result_;
  CircuitPermit permit_;
  std::uint64_t failures_ = 0;
  MonotonicTime retry_at_{};
  bool told_full_ = false;
};

}  // namespace

microseconds retry_delay(std::uint64_t failures) {
  if (failures == 0) return 0s;
  return std::min<microseconds>(60s, 1s * (std::int64_t{1} << std::min<std::uint64_t>(failures - 1, 6)));
}

RunResult run_target(TargetCycles& cycles, const RunSettings& settings, const RunPorts& ports, const Clock& clock) {
  return TargetRun(cycles, settings, ports, clock).run();
}

}  // namespace dbi::collect
