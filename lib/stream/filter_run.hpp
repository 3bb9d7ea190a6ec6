// Runs a filter over files or standard input to standard output: the life of every filter and sink.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/memory_pressure.hpp"
#include "base/result.hpp"
#include "record/record.hpp"
#include "stream/counters.hpp"
#include "stream/filter.hpp"
#include "stream/loop.hpp"
#include "stream/rejects.hpp"

namespace dbi::stream {

/// What a run is asked for (DESIGN.md section 3).
struct StreamOptions {
  std::vector<std::string> files;  ///< "-" or none: standard input
  std::size_t max_record_bytes = record::kMaxRecordBytes;
  bool strict = false;                            ///< the first malformed line ends the run
  RejectsOptions rejects;                         ///< where malformed lines are kept
  microseconds drain = std::chrono::seconds{10};  ///< how long a stop lets a pipe run on
  bool resume = false;                            ///< make RunSummary::resume at a stop and at the end
  std::vector<int> resume_from;                   ///< descriptors of what earlier runs left, read in this order
  bool resumes = false;                           ///< the first of these is a RunSummary::resume, which must be whole
  std::string preface;                            ///< records, LF included, that leave before all others
  int input = 0;                                  ///< "-"
  int output = 1;
};

/// What surrounds a run; nothing is owned.
struct StreamContext {
  Loop* loop = nullptr;
  const Clock* clock = nullptr;
  const Log* log = nullptr;
  StreamCounters* counters = nullptr;
  /// Called about once a second, idle or not, with nothing in the output's buffer: telemetry. May be empty.
  std::function<void(MonotonicTime now)> tick;
  /// Asked once per block of input; may be empty. While it says Soft the filter is asked to shrink, a hundred times a
  /// second at most, so it must keep what it cannot do without. While it says Hard nothing is read for 5 s; then, since
  /// a filter that waits for memory of which it frees none would wait forever, one block (LineReader::kBlock) every 100
  /// ms. Deadlines, ticks and stops go on.
  std::function<MemoryPressure()> memory_pressure;
  /// Puts in force what a reload has prepared.
  using Commit = std::function<void()>;
  /// SIGHUP: prepares what a reload changes around the filter, which takes effect once the filter's on_reload has had
  /// no fault either. May be empty.
  std::function<Result<Commit>()> reload{};
};

/// How a run ended.
struct RunSummary {
  bool malformed = false;    ///< some input was no record
  bool stopped = false;      ///< a signal ended it before the input's end
  bool reader_gone = false;  ///< the reader downstream closed the pipe
  std::string resume;        ///< with StreamOptions::resume: all that the next run needs, as NDJSON
  /// What the filter said at its end, after all records have left: a file of its own could not be written. Or, with
  /// StreamOptions::resume, any fault of a run over what cannot be read again (a pipe). The rest of the summary holds;
  /// the run has failed all the same.
  std::optional<Error> fault;
  std::string pending;  ///< drop ledger that could not be written any more, as NDJSON; for the next start

  [[nodiscard]] ExitStatus exit_status() const { return malformed ? ExitStatus::MalformedInput : ExitStatus::Done; }
};

/// Reads every input to its end, or to a stop. Where the reader downstream goes, a stop's time is over, or a fault ends
/// the run, all that was taken and did not leave is counted by Filter::on_cut_off, malformed lines as rejects: what is
/// in memory, and what the pipe holds at that moment (and, where its writer goes on, up to 1 MiB more). Neither is
/// counted what its writer puts there later, nor a line that is not complete by then. So records in = records out +
/// on_cut_off + what the filter dropped, where "out" are those of which every byte left (Writer::take_unwritten).
/// Signals must be in place where stops and reloads are wanted. Fails with ErrorKind::Input, Output or State, with
/// Malformed for --strict, or with what the filter returned.
Result<RunSummary> run_filter(Filter& filter, const StreamOptions& options, const StreamContext& context);

}  // namespace dbi::stream
