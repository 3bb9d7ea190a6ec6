// SPDX-License-Identifier: Apache-2.0
#include "collect/collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <thread>
#include <utility>
#include <variant>

#include "base/units.hpp"
#include "collect/circuit_permit.hpp"
#include "collect/circuit_watch.hpp"
#include "collect/mysql_source.hpp"
#include "collect/output.hpp"
#include "collect/pauses.hpp"
#include "collect/postgresql_source.hpp"
#include "collect/target_memory.hpp"
#include "record/event.hpp"
#include "stream/loop.hpp"
#include "stream/signals.hpp"
#include "stream/stop_grace.hpp"
#include "stream/writer.hpp"

namespace dbi::collect {

namespace {

constexpr std::string_view kTool = "dbi-collect";

// Between two looks at the figures of a run.
constexpr auto kTick = std::chrono::seconds{1};

// How long a write that is under way may still wait for its reader after a stop signal: one that is only slow gets the
// cycle whole.
constexpr auto kGrace = std::chrono::seconds{1};

Engine engine_of(const ConnectionSettings& settings) {
  const auto* const target = std::get_if<db::MysqlTarget>(&settings.target);
  return target == nullptr ? postgresql() : mysql(target->system());
}

class Collector {
 public:
  Collector(CollectorSettings settings, const CollectorSurroundings& around, stream::Waker waker, int output,
            const Log& log, const Clock& clock)
      : settings_(std::move(settings)),
        around_(around),
        log_(log),
        clock_(clock),
        pauses_(clock),
        waker_(waker),
        grace_(kGrace, clock),
        writer_(output) {
    writer_.set_give_up([this] { return grace_.is_over(); });
    writer_.write_records_whole();
  }

  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() { end_threads(); }

  // Takes the targets' state. The events of damage leave at once: the files are set aside, nobody says it again.
  Status open() {
    auto status = open_targets();
    if (around_.state && !settings_.ignore_circuits) watch_circuits(*around_.state);
    flushed_ = writer_.flush();
    publish();
    return status;
  }

  Result<CollectorResult> run(const stream::Loop& loop) {
    auto status = flushed_;
    if (status && !stream::Signals::stop_requested()) {
      start_threads();
      status = write_until_done(loop);
      end_threads();
      publish();
    }
    if (!status && !writer_.reader_gone() && !writer_.gave_up()) return fail(std::move(status).error());
    return finish();
  }

  // What a SIGHUP asked for: the cycles under way are left to the next collector.
  std::optional<CollectorSettings> take_next() { return std::move(next_); }

 private:
  struct Target {
    std::optional<state::Lock> lock;
    TargetCycles cycles;
    RunResult result;
  };

  Status open_targets() {
    for (auto& connection : settings_.targets) {
      if (stream::Signals::stop_requested()) return {};
      const auto name = connection.name();
      DBI_TRY_ASSIGN(auto memory, open_memory(settings_, around_, name, log_));
      for (const auto& damage : memory.damages) note_damage(name, damage);
      DBI_TRY_ASSIGN(auto read_ack, make_read_ack(settings_.ack_from, around_, name, memory));
      connection.tell = [this](const Error& error) {
        record_failed_ = true;
        log_.error(error);
      };
      targets_.push_back({std::move(memory.lock),
                          TargetCycles(name, engine_of(connection), open_database(connection, stop_.get_token()),
                                       std::move(memory.baselines), std::move(memory.texts),
                                       std::move(memory.texts_path), settings_.cycle, clock_),
                          {}});
      if (read_ack) targets_.back().cycles.wait_for(*settings_.ack_from, std::move(read_ack));
    }
    return {};
  }

  void note_damage(std::string_view target, const state::Damage& damage) {
    write_damage(writer_.buffer(), target, damage);
  }

  void write_damage(std::string& out, std::string_view target, const state::Damage& damage) const {
    log_.warning(damage.message);
    record::Event event{.tool = kTool, .target = target, .event = "state_corrupt"};
    event.severity = record::Severity::Warning;
    event.message = damage.message;
    record::write_event(out, event, clock_.now());
  }

  // What a target finds damaged leaves with the next cycle that anybody writes.
  void watch_circuits(const state::StateFolder& folder) {
    watch_.emplace(
        folder, [this](const Error& error) { log_.warning(error); },
        [this](const state::Damage& damage) {
          const std::lock_guard lock(events_mutex_);
          write_damage(events_, {}, damage);
        });
  }

  std::string take_events() {
    const std::lock_guard lock(events_mutex_);
    return std::exchange(events_, {});
  }

  void start_threads() {
    running_ = targets_.size();
    const stream::BlockSignals blocked;
    for (auto& target : targets_) {
      threads_.emplace_back([this, &target] {
        run_guarded(target);
        --running_;
        waker_.wake();
      });
    }
  }

  // What is thrown in a thread would end the process at once.
  void run_guarded(Target& target) try {
    target.result = run_target(target.cycles, settings_.run, ports_for(target), clock_);
    target.cycles.close();
  } catch (const std::exception& exception) {
    target.result.status = fail(ErrorKind::Internal, fmt::format("unexpected exception: {}", exception.what()),
                                "This is a bug in dbi; please report it.");
    log_.error(target.result.status.error());
  }

  // Nobody waits any more, for a pause or for the writer.
  void end_threads() {
    stop_.request_stop();
    output_.close(Error{ErrorKind::Output, "the run is over", {}});
    threads_.clear();
  }

  RunPorts ports_for(Target& target) {
    RunPorts ports;
    ports.wait_idle = [this] { return output_.wait_idle(stop_.get_token()); };
    if (watch_) {
      ports.circuits = [this, &name = target.cycles.target()] {
        return permit_for(*watch_->look(), name, clock_.now(), settings_.longest_read);
      };
    }
    ports.write = [this](std::string records) {
      records.insert(0, take_events());
      return output_.write(std::move(records));
    };
    ports.tell = [this](const Error& error) { log_.warning(error); };
    ports.wait_until = [this, seen = std::uint64_t{0}](MonotonicTime until) mutable {
      return pauses_.wait_until(until, stop_.get_token(), seen);
    };
    ports.tell_first_wait = [this, name = target.cycles.target()](microseconds wait) {
      if (!around_.terminal || around_.quiet) return;
      Log(std::string(kTool), LogLevel::Info)
          .info(fmt::format("{}: read once, the difference follows in {}", name, format_duration(wait)));
    };
    return ports;
  }

  // The main thread's work: what the targets hand over, signals, a reader that goes.
  Status write_until_done(const stream::Loop& loop) {
    while (running_ > 0) {
      DBI_TRY_ASSIGN(const auto events, loop.wait({-1, writer_.descriptor()}, tick(), clock_));
      if (events.reader_gone) {
        writer_.set_reader_gone();
        return fail(ErrorKind::Output, "the reader is gone");
      }
      if (stream::Signals::take_reload()) {
        if (around_.reload) next_ = around_.reload();
        if (next_) return {};
        pauses_.cut_short();
      }
      DBI_TRY(output_.serve([this](const std::string& records) -> Status {
        writer_.buffer().append(records);
        return writer_.flush();
      }));
      if (stream::Signals::stop_requested()) return {};
    }
    return {};
  }

  // Calls the surroundings' tick where it is due; returns when it is next.
  std::optional<MonotonicTime> tick() {
    if (!around_.tick) return std::nullopt;
    if (const auto now = clock_.monotonic(); now >= next_tick_) {
      next_tick_ = now + kTick;
      publish();
      around_.tick();
    }
    return next_tick_;
  }

  // What left since the last time; an earlier collect() may have counted already.
  void publish() {
    if (around_.counters == nullptr) return;
    auto& counters = *around_.counters;
    counters.records_out.add(writer_.records_written() - std::exchange(records_told_, writer_.records_written()));
    counters.bytes_out.add(writer_.bytes_written() - std::exchange(bytes_told_, writer_.bytes_written()));
    const auto stall = static_cast<std::uint64_t>(writer_.write_time().count());
    counters.write_stall_us.add(stall - std::exchange(stall_told_, stall));
  }

  Result<CollectorResult> finish() {
    CollectorResult result;
    result.interrupted = stream::Signals::interrupted();
    for (const auto& target : targets_) {
      const auto& status = target.result.status;
      if (!status && status.error().kind != ErrorKind::Output) return fail(status.error());
      if (target.result.last_failed) result.status = ExitStatus::Unreachable;
    }
    if (writer_.reader_gone() || stream::Signals::stop_requested()) result.status = ExitStatus::Done;
    if (record_failed_) result.status = ExitStatus::InputOutput;
    return result;
  }

  CollectorSettings settings_;
  const CollectorSurroundings& around_;
  const Log& log_;
  const Clock& clock_;
  Pauses pauses_;
  stream::Waker waker_;
  stream::StopGrace grace_;
  stream::Writer writer_;
  Status flushed_;
  std::stop_source stop_;
  std::optional<CollectorSettings> next_;
  MonotonicTime next_tick_{};
  std::uint64_t records_told_ = 0;
  std::uint64_t bytes_told_ = 0;
  std::uint64_t stall_told_ = 0;
  Output output_{[this] { waker_.wake(); }};
  std::deque<Target> targets_;
  std::optional<CircuitWatch> watch_;  // nothing: no circuit counts
  std::mutex events_mutex_;
  std::string events_;
  std::atomic<std::size_t> running_{0};
  std::atomic<bool> record_failed_{false};
  std::vector<std::jthread> threads_;
};

}  // namespace

Result<CollectorResult> collect(CollectorSettings settings, const CollectorSurroundings& around, int output,
                                const Log& log, const Clock& clock) {
  DBI_TRY_ASSIGN(const auto loop, stream::Loop::open());
  const stream::Signals signals(loop.waker());
  std::optional<CollectorSettings> before;
  bool output_failed = false;
  for (;;) {
    Collector collector(settings, around, loop.waker(), output, log, clock);
    if (auto opened = collector.open(); !opened) {
      if (!before) return fail(std::move(opened).error());
      log.warning(opened.error());
      log.warning("going on with the configuration before");
      settings = *std::exchange(before, std::nullopt);
      continue;
    }
    DBI_TRY_ASSIGN(auto result, collector.run(loop));
    output_failed = output_failed || result.status == ExitStatus::InputOutput;
    auto next = collector.take_next();
    if (!next || stream::Signals::stop_requested()) {
      if (output_failed) result.status = ExitStatus::InputOutput;
      return result;
    }
    before = std::exchange(settings, std::move(*next));
  }
}

}  // namespace dbi::collect
