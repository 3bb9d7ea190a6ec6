// The run of a filter, inside stream/ only: filter_run.cpp has its course, run_end.cpp its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "stream/filter_run.hpp"
#include "stream/line_reader.hpp"

namespace dbi::stream {

/// How far the inputs were read: input by index, so that a run over the same files goes on.
struct Position {
  std::size_t index = 0;
  std::string name;
  std::int64_t offset = 0;
  std::uint64_t lines = 0;
};

/// The kind of the line that says so.
inline constexpr std::string_view kPositionKind = "stream_position";

/// From a shrink at the soft limit to the next look. Longer, and a flood of new keys passes from there to beyond the
/// hard limit of a small control group in between (test/live/memory_group.py).
inline constexpr std::chrono::milliseconds kSoftPause{10};

/// Why the loop over an input ended.
enum class Ending : std::uint8_t {
  InputEnd,
  Stop,    // a signal, at a place from which a later run can go on
  CutOff,  // the reader is gone or the time of a stop is over: what is left is counted
};

/// One run; see run_filter().
class Run {
 public:
  Run(Filter& filter, const StreamOptions& options, const StreamContext& context)
      : filter_(filter),
        options_(options),
        context_(context),
        writer_(options.output),
        lines_(options.max_record_bytes),
        rejects_(options.rejects, *context.log, *context.clock),
        strict_(options.strict),
        taker_(filter.line_taker()) {
    writer_.set_give_up([this] { return drain_is_over(); });
  }

  Result<RunSummary> run();

 private:
  Result<Ending> all_inputs();
  Result<Ending> input(const std::string& name);
  Status begin_input(const std::string& name, int descriptor);
  Result<Ending> lines_of_input();
  Result<Ending> lines_in_memory();
  template <typename Take>
  Status line(const Line& line, Take take);
  Result<bool> offer(const Line& line);
  Status end_offers();
  void put_back(const Line& line);
  Status reject(std::string_view reason, const Line& line);
  Result<bool> wait();
  Status duties();
  Status reload();
  Status prepare_and_commit();
  void spare_memory(MonotonicTime moment);
  Status read_block();
  std::optional<MonotonicTime> deadline() const;

  [[nodiscard]] MonotonicTime now() const { return context_.clock->monotonic(); }
  bool stopping();
  bool drain_is_over();
  Loop::Watch watch();

  Status load(int descriptor, bool whole);
  Status load_line();
  Result<RunSummary> finish(const Result<Ending>& ending);
  void sum_up();
  Status last_words();
  Status cut_off_input();
  Status cut_off_lines_in_memory();
  Status cut_off_output();
  void cut_off(const record::Record& record);
  void leave_offset() const;
  void publish();

  Filter& filter_;
  const StreamOptions& options_;
  const StreamContext& context_;
  Writer writer_;
  LineReader lines_;
  record::Reader reader_;
  record::Record record_;
  Rejects rejects_;
  RunSummary summary_;

  std::string name_;  // of the input that is read
  Descriptor file_;
  int descriptor_ = -1;
  std::optional<std::int64_t> start_;  // its offset at the start, where it can be sought
  std::size_t index_ = 0;
  std::optional<Position> resume_at_;

  std::uint64_t records_in_ = 0;  // what publish() has not yet added to the counters
  std::uint64_t bytes_in_ = 0;
  MonotonicTime next_tick_{};
  std::optional<MonotonicTime> drain_until_;
  bool strict_ = false;          // the next malformed line ends the run
  bool ended_strictly_ = false;  // one did: what is malformed behind it is counted, not told
  bool held_back_ = false;       // the filter did not take the last record
  LineTaker* taker_ = nullptr;   // the filter's, if it has one

  // Memory above its limits.
  MonotonicTime next_look_{};
  bool told_soft_ = false;
  int looks_ = 0;        // in a row that found it there
  bool paused_ = false;  // nothing is read before the next look
};

/// Calls `take` where the line is a record, which record_ is then.
template <typename Take>
Status Run::line(const Line& line, Take take) {
  bytes_in_ += line.bytes + (line.ended ? 1 : 0);
  if (line.kind == Line::Kind::TooLong) {
    return reject(fmt::format("longer than {} bytes", options_.max_record_bytes), line);
  }
  if (taker_ != nullptr) {
    DBI_TRY_ASSIGN(const bool taken, offer(line));
    if (taken) return {};
  }
  if (line.text.empty() || line.text == "\r") return {};
  if (const Status status = reader_.parse(line.text, record_); !status) return reject(status.error().message, line);
  ++records_in_;
  return take();
}

}  // namespace dbi::stream
