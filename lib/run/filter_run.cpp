// SPDX-License-Identifier: Apache-2.0
#include "run/filter_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "base/memory_pressure.hpp"
#include "record/builder.hpp"
#include "resource/memory_limiter.hpp"
#include "run/instance_memory.hpp"
#include "run/instance_state.hpp"
#include "run/run_telemetry.hpp"
#include "state/atomic_file.hpp"
#include "state/file_mark.hpp"
#include "stream/filter_run.hpp"
#include "stream/signals.hpp"

namespace dbi::run {

namespace {

// A file that may not be there, to be read from its front.
Result<Descriptor> open_lines(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.valid() || errno == ENOENT) return file;
  return fail(ErrorKind::State, fmt::format("cannot open {}: {}", path.string(), errno_text(errno)));
}

// Counts of dropped records that a run could not write any more, for the next one of this instance. The file goes once
// they have left, which a run that goes on looks for (a kill would count them twice), or are saved anew: in the
// ledger's file itself, or in a resume file, whose first line names then what it has taken over, so that a crash before
// this file is removed does not count twice.
class PendingLedger {
 public:
  explicit PendingLedger(const InstanceState& held) {
    if (held.folder) file_ = held.file.string() + ".pending";
  }

  // Unless the resume file, which is left behind its first line then, has the counts.
  Result<Descriptor> open(const Descriptor& resume) {
    if (!file_) return Descriptor();
    const std::string mark = mark_line();
    if (resume.valid() && passes(resume.get(), mark)) DBI_TRY(state::remove_durably(*file_));
    DBI_TRY_ASSIGN(Descriptor file, open_lines(*file_));
    loaded_ = file.valid();
    if (loaded_) mark_ = mark;
    return file;
  }

  // What the resume file begins with.
  [[nodiscard]] const std::string& taken_over() const { return mark_; }

  // What was loaded has left, for good. To be called while nothing lies in the output's buffer.
  Status remove_once_left(const stream::Filter& filter) {
    if (!loaded_ || !filter.loaded_has_left()) return {};
    loaded_ = false;
    return state::remove_durably(*file_);
  }

  // The lines that are pending now take the place of those that were loaded.
  Status replace(const std::string& lines) {
    if (!file_ || (lines.empty() && !loaded_)) return {};
    return lines.empty() ? state::remove_durably(*file_)
                         : state::write_atomic(*file_, lines, state::Durability::Durable);
  }

 private:
  [[nodiscard]] std::string mark_line() const {
    const state::FileMark mark = state::mark_of(*file_);
    std::string line;
    record::Builder(line)
        .begin("pending_taken_over")
        .unsigned_integer("device", mark.device)
        .unsigned_integer("inode", mark.inode)
        .integer("size", mark.size)
        .integer("changed_ns", mark.changed_ns)
        .end();
    return line;
  }

  static bool passes(int file, std::string_view line) {
    std::string front(line.size(), '\0');
    if (::pread(file, front.data(), front.size(), 0) != static_cast<ssize_t>(line.size()) || front != line)
      return false;
    return ::lseek(file, static_cast<off_t>(line.size()), SEEK_SET) >= 0;
  }

  std::optional<std::filesystem::path> file_;
  std::string mark_;  // of what was loaded
  bool loaded_ = false;
};

// What earlier runs left, in the order in which it is read.
struct Earlier {
  Descriptor resume;
  Descriptor pending;
  Descriptor memory;
  std::string events;  // of damage

  [[nodiscard]] std::vector<int> descriptors() const {
    std::vector<int> out;
    for (const Descriptor* each : {&resume, &pending, &memory}) {
      if (each->valid()) out.push_back(each->get());
    }
    return out;
  }
};

Result<Earlier> open_earlier(const FilterOptions& options, PendingLedger& pending, const InstanceMemory& memory) {
  Earlier out;
  if (options.resume) {
    DBI_TRY_ASSIGN(out.resume, open_lines(*options.resume));
  }
  DBI_TRY_ASSIGN(out.pending, pending.open(out.resume));
  DBI_TRY_ASSIGN(out.memory, memory.open(out.events));
  return out;
}

Result<stream::StreamOptions> stream_options(const FilterOptions& options, const Context& context,
                                             const InstanceState& held, const Earlier& earlier) {
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
  out.resume_from = earlier.descriptors();
  out.resumes = earlier.resume.valid();
  out.preface = earlier.events;
  return out;
}

// What the next run of this instance begins with.
Status keep_for_next(const stream::RunSummary& summary, const FilterOptions& options, PendingLedger& pending) {
  if (options.resume) {
    DBI_TRY(state::write_atomic(*options.resume, pending.taken_over() + summary.resume, state::Durability::Durable));
  }
  return pending.replace(summary.pending);
}

// After a fault the filter still has what it could not write. Where nothing left and nothing is to be added, the counts
// that were pending stay as they are: it may not even have come to take them over. So they do under --resume, where the
// next run begins where this one did (or has a resume file, see RunSummary::fault).
void keep_after_fault(const stream::Filter& filter, const FilterOptions& options,
                      const stream::StreamCounters& counters, const Context& context, PendingLedger& pending) {
  if (options.resume) return;
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
  DBI_TRY_ASSIGN(const Earlier earlier, open_earlier(options, pending, memory));
  DBI_TRY_ASSIGN(const stream::StreamOptions streaming, stream_options(options, context, held, earlier));

  stream::StreamCounters counters;
  std::unique_ptr<stream::Filter> filter;  // outlives the telemetry, which reads its figures to the last
  RunTelemetry telemetry(context, held);
  add_counters(telemetry, counters);
  DBI_TRY_ASSIGN(filter, make({loop.waker(), &counters, &telemetry, held.folder, streaming.rejects.file}));
  resource::MemoryLimiter limiter(memory_limits(options), *context.clock);
  stream::StreamContext around{&loop, context.clock, context.log, &counters, {}, {}, {}};
  around.tick = [&](MonotonicTime now) {
    telemetry.write();
    // Under --resume the next run begins where this one did, until the resume file is replaced.
    const Status left = options.resume ? Status{} : pending.remove_once_left(*filter);
    if (!left) context.log->warning(left.error());
    if (options.replay || limiter.pressure() != MemoryPressure::Hard) memory.store_when_due(*filter, now);
  };
  if (!options.replay) around.memory_pressure = [&] { return limiter.pressure(); };
  if (reread) {
    around.reload = [&]() -> Result<stream::StreamContext::Commit> {
      context.reloading.emplace();
      DBI_TRY_ASSIGN(const FilterOptions now, reread());
      return [&, limits = memory_limits(now)] { limiter = resource::MemoryLimiter(limits, *context.clock); };
    };
  }

  const auto summary = stream::run_filter(*filter, streaming, around);
  if (stream::Signals::interrupted()) context.raise_at_end = SIGINT;
  if (!summary) {
    keep_after_fault(*filter, options, counters, context, pending);
    return fail(Error(summary.error()));
  }
  DBI_TRY(keep_for_next(*summary, options, pending));
  DBI_TRY(memory.store(*filter));
  if (summary->fault) return fail(Error(*summary->fault));
  return summary->exit_status();
}

}  // namespace dbi::run
