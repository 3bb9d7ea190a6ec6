// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "record/builder.hpp"
#include "stream/run.hpp"

namespace dbi::stream {

namespace {

constexpr std::uint64_t kCutOffBytes = 1 << 20;

void append_position(const Position& position, std::string& lines) {
  record::Builder(lines)
      .begin(kPositionKind)
      .unsigned_integer("index", position.index)
      .text("input", position.name)
      .integer("offset", position.offset)
      .unsigned_integer("lines", position.lines)
      .end();
}

// Calls `take` with every line of `text` that is a record. The copy behind the text gives the reader its spare bytes.
template <typename Take>
Status each_record(std::string text, record::Reader& reader, Take take) {
  const std::size_t size = text.size();
  text.append(record::kPadding, '\0');
  record::Record record;
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t end = std::min(text.find('\n', begin), size);
    if (reader.parse(std::string_view(text).substr(begin, end - begin), record)) DBI_TRY(take(record));
    begin = end + 1;
  }
  return {};
}

// The first fault is the one to tell.
void keep_first(Status& fault, const Status& next) {
  if (fault && !next) fault = next;
}

}  // namespace

// An output that is shut is an ordinary end. Any other fault is told after what is complete has left; where it was the
// output's, what lies in its buffer is counted.
Result<RunSummary> Run::finish(const Result<Ending>& ending) {
  Status fault;
  if (!ending && !writer_.is_shut()) fault = fail(Error(ending.error()));
  if (!ending || writer_.is_shut() || *ending == Ending::CutOff) keep_first(fault, cut_off_input());
  Status said;
  if (!writer_.has_failed()) said = last_words();
  if (writer_.has_failed()) keep_first(fault, cut_off_output());
  if (writer_.is_shut()) said = Status{};
  keep_first(writer_.has_failed() ? fault : said, filter_.flush());
  rejects_.finish();
  publish();
  if (fault && !said && writer_.has_failed()) fault = fail(Error(said.error()));
  // Where the input cannot be read again, the next run does not begin where this one did.
  const bool leaves_a_place = options_.resume && descriptor_ >= 0 && !start_;
  if (!fault && !leaves_a_place) return fail(Error(fault.error()));
  if (!fault) {
    summary_.fault = fault.error();
  } else if (!said) {
    summary_.fault = said.error();
  }
  leave_offset();
  sum_up();
  return std::move(summary_);
}

// What the next run begins with.
void Run::sum_up() {
  if (options_.resume) {
    const std::int64_t offset = start_.value_or(0) + static_cast<std::int64_t>(start_ ? lines_.bytes_taken() : 0);
    append_position({index_, name_, offset, start_ ? lines_.line_number() : 0}, summary_.resume);
    filter_.save_state(summary_.resume);
    filter_.save_pending(summary_.resume);
  } else {
    filter_.save_pending(summary_.pending);
  }
  summary_.reader_gone = writer_.reader_gone();
}

// What the filter wrote before a fault of its own (a state file that cannot be written) leaves all the same.
Status Run::last_words() {
  const Status said = summary_.stopped && options_.resume ? filter_.on_pause(writer_) : filter_.on_end(writer_);
  const Status flushed = writer_.flush();
  return said ? flushed : said;
}

// What a pipe still holds was taken from its writer: it is read and counted, malformed lines as such. No more than it
// held at first and kCutOffBytes, since a writer may go on and on. A file keeps it for a later run.
Status Run::cut_off_input() {
  if (start_ || descriptor_ < 0) return {};
  strict_ = false;
  Status fault = cut_off_lines_in_memory();
  int held = 0;
  if (::ioctl(descriptor_, FIONREAD, &held) != 0) held = 0;
  const std::uint64_t limit = lines_.bytes_read() + static_cast<std::uint64_t>(held) + kCutOffBytes;
  while (!lines_.at_end() && lines_.bytes_read() < limit) {
    DBI_TRY_ASSIGN(const Events events, context_.loop->look({descriptor_, -1}));
    if (!events.input) break;
    DBI_TRY(lines_.fill());
    keep_first(fault, cut_off_lines_in_memory());
  }
  return fault;
}

// A rejects file that is full keeps no record from being counted.
Status Run::cut_off_lines_in_memory() {
  Status fault;
  for (;;) {
    const Line next = lines_.next();
    if (next.kind == Line::Kind::More || next.kind == Line::Kind::End) return fault;
    keep_first(fault, line(next, [this]() -> Status {
                 cut_off(record_);
                 return {};
               }));
  }
}

Status Run::cut_off_output() {
  std::string unwritten = writer_.take_unwritten();
  filter_.take_held(unwritten);
  return each_record(std::move(unwritten), reader_, [this](const record::Record& record) -> Status {
    cut_off(record);
    return {};
  });
}

void Run::cut_off(const record::Record& record) {
  context_.counters->cut_off.add();
  filter_.on_cut_off(record);
}

// For whoever shares the descriptor: behind the last record taken, not behind the last byte read.
void Run::leave_offset() const {
  if (start_) ::lseek(descriptor_, *start_ + static_cast<off_t>(lines_.bytes_taken()), SEEK_SET);
}

void Run::publish() {
  StreamCounters& counters = *context_.counters;
  counters.records_in.add(std::exchange(records_in_, 0));
  counters.bytes_in.add(std::exchange(bytes_in_, 0));
  const auto catch_up = [](telemetry::Counter& counter, std::uint64_t total) { counter.add(total - counter.value()); };
  catch_up(counters.records_out, writer_.records_written());
  catch_up(counters.bytes_out, writer_.bytes_written());
  catch_up(counters.write_stall_us, static_cast<std::uint64_t>(writer_.write_time().count()));
}

}  // namespace dbi::stream
