// SPDX-License-Identifier: Apache-2.0
#include "run/filter_run.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "resource/memory_limiter.hpp"
#include "run/instance_memory.hpp"
#include "run/instance_state.hpp"
#include "run/run_telemetry.hpp"
#include "state/atomic_file.hpp"
#include "stream/filter_run.hpp"
#include "stream/signals.hpp"

namespace dbi::run {

namespace {

// The content of a file that may not be there.
Result<std::string> lines_of(const std::filesystem::path& path) {
  DBI_TRY_ASSIGN(auto content, state::read_whole(path));
  return std::move(content).value_or(std::string());
}

// Counts of dropped records that a run could not write any more, for the next one of this instance. The file goes once
// they have left or are saved anew, so that no end of a run loses them.
class PendingLedger {
 public:
  explicit PendingLedger(const InstanceState& held) {
    if (held.folder) file_ = held.file.string() + ".pending";
  }

  Result<std::string> load() {
    if (!file_) return std::string();
    DBI_TRY_ASSIGN(auto lines, lines_of(*file_));
    loaded_ = !lines.empty();
    return lines;
  }

  // The lines that are pending now take the place of those that were loaded.
  Status replace(const std::string& lines) {
    if (!file_ || (lines.empty() && !loaded_)) return {};
    if (!lines.empty()) return state::write_atomic(*file_, lines, state::Durability::Durable);
    std::error_code fault;
    std::filesystem::remove(*file_, fault);
    if (fault) return fail(ErrorKind::State, fmt::format("{}: {}", file_->string(), fault.message()));
    return {};
  }

 private:
  std::optional<std::filesystem::path> file_;
  bool loaded_ = false;
};

Result<stream::StreamOptions> stream_options(const FilterOptions& options, const Context& context,
                                             const InstanceState& held, PendingLedger& pending,
                                             InstanceMemory& memory) {
  stream::StreamOptions out;
  out.files = options.files;
  out.max_record_bytes = options.max_record_bytes;
  out.strict = options.strict;
  out.drain = options.drain;
  out.output = context.process->output;
  out.rejects.content = options.rejects_content;
  if (options.rejects) {
    out.rejects.file = *options.rejects;
  } else if (held.folder) {
    DBI_TRY_ASSIGN(out.rejects.file, held.folder->rejects(context.tool, context.common.name));
  }
  out.resume = options.resume.has_value();
  if (options.resume) {
    DBI_TRY_ASSIGN(out.resume_from, lines_of(*options.resume));
  }
  DBI_TRY_ASSIGN(const std::string lines, pending.load());
  DBI_TRY_ASSIGN(const std::string remembered, memory.load(out.preface));
  out.resume_from += lines + remembered;
  return out;
}

// What the next run of this instance begins with.
Status keep_for_next(const stream::RunSummary& summary, const FilterOptions& options, PendingLedger& pending) {
  if (options.resume) DBI_TRY(state::write_atomic(*options.resume, summary.resume, state::Durability::Durable));
  return pending.replace(summary.pending);
}

// After a fault the filter still has what it could not write. Where nothing left and nothing is to be added, the counts
// that were pending stay as they are: it may not even have come to take them over.
void keep_after_fault(const stream::Filter& filter, const stream::StreamCounters& counters, const Context& context,
                      PendingLedger& pending) {
  std::string lines;
  filter.save_pending(lines);
  if (counters.records_out.value() == 0 && (lines.empty() || counters.records_in.value() == 0)) return;
  if (const Status kept = pending.replace(lines); !kept) context.log->warning(kept.error());
}

void add_counters(RunTelemetry& telemetry, const stream::StreamCounters& counters) {
  telemetry.add("records_in", counters.records_in);
  telemetry.add("records_out", counters.records_out);
  telemetry.add("bytes_in", counters.bytes_in);
  telemetry.add("bytes_out", counters.bytes_out);
  telemetry.add("rejects", counters.rejects);
  telemetry.add("cut_off", counters.cut_off);
  telemetry.add("write_stall_us", counters.write_stall_us);
}

}  // namespace

Result<ExitStatus> run_filter(const FilterOptions& options, Context& context, const MakeFilter& make,
                              const RereadFilterOptions& reread) {
  DBI_TRY_ASSIGN(stream::Loop loop, stream::Loop::open());
  const stream::Signals signals(loop.waker());
  InstanceState held;
  if (!options.replay) {
    DBI_TRY_ASSIGN(held, take_state(context));
  }
  PendingLedger pending(held);
  InstanceMemory memory(context, held, !options.resume);
  DBI_TRY_ASSIGN(const stream::StreamOptions streaming, stream_options(options, context, held, pending, memory));

  stream::StreamCounters counters;
  std::unique_ptr<stream::Filter> filter;  // outlives the telemetry, which reads its figures to the last
  RunTelemetry telemetry(context, held);
  add_counters(telemetry, counters);
  DBI_TRY_ASSIGN(filter, make({loop.waker(), &counters, &telemetry, held.folder}));
  resource::MemoryLimiter limiter(memory_limits(options), *context.clock);
  stream::StreamContext around{&loop, context.clock, context.log, &counters, {}, {}, {}};
  around.tick = [&](MonotonicTime now) {
    telemetry.write();
    memory.store_when_due(*filter, now);
  };
  if (!options.replay) around.memory_pressure = [&] { return limiter.pressure(); };
  if (reread) {
    around.reload = [&]() -> Status {
      DBI_TRY_ASSIGN(const FilterOptions now, reread());
      limiter = resource::MemoryLimiter(memory_limits(now), *context.clock);
      return {};
    };
  }

  const auto summary = stream::run_filter(*filter, streaming, around);
  if (stream::Signals::interrupted()) context.raise_at_end = SIGINT;
  if (!summary) {
    keep_after_fault(*filter, counters, context, pending);
    return fail(Error(summary.error()));
  }
  DBI_TRY(keep_for_next(*summary, options, pending));
  DBI_TRY(memory.store(*filter));
  return summary->exit_status();
}

}  // namespace dbi::run
