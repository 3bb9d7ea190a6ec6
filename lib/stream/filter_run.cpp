// SPDX-License-Identifier: Apache-2.0
#include "stream/filter_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/errno_text.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"
#include "stream/line_reader.hpp"
#include "stream/signals.hpp"

namespace dbi::stream {

namespace {

using record::text_of;

constexpr int kPipeBytes = 1 << 20;
constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::milliseconds kMemoryPause{100};
constexpr std::chrono::milliseconds kSoftPause{10};
constexpr int kMemoryLooks = 50;  // 5 s
constexpr std::uint64_t kCutOffBytes = 1 << 20;
constexpr std::string_view kPositionKind = "stream_position";

void enlarge_pipe(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISFIFO(status.st_mode)) return;
  if (::fcntl(descriptor, F_GETPIPE_SZ) < kPipeBytes) ::fcntl(descriptor, F_SETPIPE_SZ, kPipeBytes);
}

// Where reading begins in what can be sought; nothing for pipes, sockets and terminals.
std::optional<std::int64_t> seekable_offset(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const off_t offset = ::lseek(descriptor, 0, SEEK_CUR);
  return offset < 0 ? std::nullopt : std::optional<std::int64_t>(offset);
}

// How far the inputs were read: input by index, so that a run over the same files goes on.
struct Position {
  std::size_t index = 0;
  std::string name;
  std::int64_t offset = 0;
  std::uint64_t lines = 0;
};

void append_position(const Position& position, std::string& lines) {
  record::Builder(lines)
      .begin(kPositionKind)
      .unsigned_integer("index", position.index)
      .text("input", position.name)
      .integer("offset", position.offset)
      .unsigned_integer("lines", position.lines)
      .end();
}

std::int64_t integer_of(const record::Record& line, std::string_view name) {
  return std::max<std::int64_t>(0, line.integer(name).value_or(0));
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

// Why the loop over an input ended.
enum class Ending : std::uint8_t {
  InputEnd,
  Stop,    // a signal, at a place from which a later run can go on
  CutOff,  // the reader is gone or the time of a stop is over: what is left is counted
};

class Run {
 public:
  Run(Filter& filter, const StreamOptions& options, const StreamContext& context)
      : filter_(filter),
        options_(options),
        context_(context),
        writer_(options.output),
        lines_(options.max_record_bytes),
        rejects_(options.rejects, *context.log, *context.clock),
        strict_(options.strict) {
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
  void put_back(const Line& line);
  Status reject(std::string_view reason, const Line& line);
  Result<bool> wait();
  Status duties();
  Status reload();
  void spare_memory(MonotonicTime moment);
  Status read_block();
  std::optional<MonotonicTime> deadline() const;

  [[nodiscard]] MonotonicTime now() const { return context_.clock->monotonic(); }
  bool stopping();
  bool drain_is_over();
  Loop::Watch watch();

  Status load(const std::string& resume);
  Result<RunSummary> finish(Result<Ending> ending);
  tl::unexpected<Error> end_with(Error fault);
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
  bool strict_ = false;     // the next malformed line ends the run
  bool held_back_ = false;  // the filter did not take the last record

  // Memory above its hard limit.
  MonotonicTime next_look_{};
  int looks_ = 0;        // in a row that found it there
  bool paused_ = false;  // nothing is read before the next look
};

bool Run::stopping() {
  if (!Signals::stop_requested()) return false;
  if (!drain_until_) {
    drain_until_ = now() + options_.drain;
    summary_.stopped = true;
    writer_.write_records_whole();
  }
  return true;
}

bool Run::drain_is_over() {
  return stopping() && now() >= *drain_until_;
}

Result<RunSummary> Run::run() {
  enlarge_pipe(options_.output);
  if (!options_.resume_from.empty()) DBI_TRY(load(options_.resume_from));
  writer_.buffer() += options_.preface;
  next_tick_ = now();
  return finish(all_inputs());
}

Status Run::load(const std::string& resume) {
  return each_record(resume, reader_, [this](const record::Record& line) -> Status {
    if (text_of(line, "kind") != kPositionKind) return filter_.load_line(line);
    resume_at_ = Position{static_cast<std::size_t>(integer_of(line, "index")), text_of(line, "input"),
                          integer_of(line, "offset"), static_cast<std::uint64_t>(integer_of(line, "lines"))};
    return {};
  });
}

Result<Ending> Run::all_inputs() {
  if (options_.files.empty()) return input("-");
  // Files before the one that an earlier run stopped in are done, unless the command names others now.
  const bool same =
      resume_at_ && resume_at_->index < options_.files.size() && options_.files[resume_at_->index] == resume_at_->name;
  for (index_ = same ? resume_at_->index : 0;; ++index_) {
    auto ending = input(options_.files[index_]);
    if (!ending || *ending != Ending::InputEnd || index_ + 1 == options_.files.size()) return ending;
  }
}

Result<Ending> Run::input(const std::string& name) {
  if (name == "-") {
    DBI_TRY(begin_input(name, options_.input));
  } else {
    file_ = Descriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file_.valid()) return fail(ErrorKind::Input, fmt::format("{}: {}", name, errno_text(errno)));
    DBI_TRY(begin_input(name, file_.get()));
  }
  return lines_of_input();
}

Status Run::begin_input(const std::string& name, int descriptor) {
  name_ = name;
  descriptor_ = descriptor;
  enlarge_pipe(descriptor);
  start_ = seekable_offset(descriptor);
  std::uint64_t line_number = 0;
  if (start_ && resume_at_ && resume_at_->name == name && resume_at_->index == index_) {
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && status.st_size >= resume_at_->offset) {
      if (::lseek(descriptor, resume_at_->offset, SEEK_SET) < 0) {
        return fail(ErrorKind::Input, fmt::format("{}: {}", name, errno_text(errno)));
      }
      start_ = resume_at_->offset;
      line_number = resume_at_->lines;
    } else {
      context_.log->warning(fmt::format("{} is shorter than what was read of it before: starting at its front", name));
    }
    resume_at_.reset();
  }
  lines_.start(descriptor, line_number);
  return {};
}

Result<Ending> Run::lines_of_input() {
  for (;;) {
    DBI_TRY_ASSIGN(const Ending ending, lines_in_memory());
    if (ending != Ending::InputEnd || (lines_.at_end() && !held_back_)) return ending;
    DBI_TRY(duties());
    DBI_TRY_ASSIGN(const bool readable, wait());
    if (writer_.is_shut() || drain_is_over()) return Ending::CutOff;
    if (readable) DBI_TRY(read_block());
  }
}

Status Run::read_block() {
  paused_ = looks_ > kMemoryLooks;
  Status filled = lines_.fill();
  if (filled) return filled;
  return fail(filled.error().kind, fmt::format("{}: {}", name_, filled.error().message));
}

// Ends with Stop between two records of a file, with CutOff where the output is shut, else with InputEnd, which need
// not be the input's: more may come, and a record that the filter holds back is there still.
Result<Ending> Run::lines_in_memory() {
  for (;;) {
    if (writer_.is_shut()) return Ending::CutOff;
    if (start_ && stopping()) return Ending::Stop;
    const Line next = lines_.next();
    if (next.kind == Line::Kind::More || next.kind == Line::Kind::End) return Ending::InputEnd;
    DBI_TRY(line(next, [this] { return filter_.on_record(record_, writer_); }));
    held_back_ = filter_.holds_back();
    if (held_back_) {
      put_back(next);
      return Ending::InputEnd;
    }
  }
}

// As if it had not come yet.
void Run::put_back(const Line& line) {
  lines_.put_back(line);
  --records_in_;
  bytes_in_ -= line.bytes + (line.ended ? 1 : 0);
}

// Calls `take` where the line is a record, which record_ is then.
template <typename Take>
Status Run::line(const Line& line, Take take) {
  bytes_in_ += line.bytes + (line.ended ? 1 : 0);
  if (line.kind == Line::Kind::TooLong) {
    return reject(fmt::format("longer than {} bytes", options_.max_record_bytes), line);
  }
  if (line.text.empty() || line.text == "\r") return {};
  if (const Status status = reader_.parse(line.text, record_); !status) return reject(status.error().message, line);
  ++records_in_;
  return take();
}

Status Run::reject(std::string_view reason, const Line& line) {
  summary_.malformed = true;
  context_.counters->rejects.add();
  const bool held = line.kind == Line::Kind::Whole;
  const std::uint64_t xxh3 = held ? XXH3_64bits(line.text.data(), line.text.size()) : line.xxh3;
  const std::string_view name = name_ == "-" ? std::string_view("input") : std::string_view(name_);
  DBI_TRY(rejects_.add({name, lines_.line_number(), reason, line.text, line.bytes, xxh3}));
  if (!strict_) return {};
  return fail(ErrorKind::Malformed, fmt::format("{}: line {}: {}", name, lines_.line_number(), reason));
}

// What is due between two blocks of input, whether there is more or not.
Status Run::duties() {
  DBI_TRY(reload());
  const MonotonicTime moment = now();
  spare_memory(moment);
  if (const auto due = filter_.next_deadline(); due && *due <= moment) DBI_TRY(filter_.on_deadline(moment, writer_));
  if (moment < next_tick_) return {};
  next_tick_ = moment + kTick;
  publish();
  if (context_.tick) context_.tick(moment);
  return {};
}

Status Run::reload() {
  if (!Signals::take_reload()) return {};
  Status status = context_.reload ? context_.reload() : Status{};
  if (status) status = filter_.on_reload();
  if (!status) context_.log->warning(status.error());
  return {};
}

// At the soft limit the filter gives back what it can. At the hard one nothing is read until the next look, and after
// many looks in vain one block after each: what holds the memory may be needed to read on, or not be the filter's.
void Run::spare_memory(MonotonicTime moment) {
  if (!context_.memory_pressure || moment < next_look_) return;
  paused_ = false;
  const MemoryPressure pressure = context_.memory_pressure();
  if (pressure != MemoryPressure::Hard) looks_ = 0;
  if (pressure == MemoryPressure::None) return;
  filter_.shrink();
  ::malloc_trim(0);  // what was freed counts as resident until the kernel has it back
  next_look_ = moment + (pressure == MemoryPressure::Hard ? kMemoryPause : kSoftPause);
  if (pressure != MemoryPressure::Hard) return;
  ++looks_;
  paused_ = looks_ <= kMemoryLooks;
  if (looks_ == 1) context_.log->warning("memory is above its limit: reading pauses");
  if (looks_ == kMemoryLooks + 1) context_.log->warning("memory stays above its limit: reading goes on slowly");
}

// A pause does not outlast a stop, which wants the rest of the input.
Loop::Watch Run::watch() {
  const bool reads = !lines_.at_end() && !held_back_ && (!paused_ || stopping());
  return {reads ? descriptor_ : -1, writer_.descriptor()};
}

std::optional<MonotonicTime> Run::deadline() const {
  MonotonicTime first = next_tick_;
  if (const auto due = filter_.next_deadline()) first = std::min(first, *due);
  if (drain_until_) first = std::min(first, *drain_until_);
  if (paused_) first = std::min(first, next_look_);
  return first;
}

// True where there is something to read. Flushes before it waits, so that an idle input holds nothing back.
Result<bool> Run::wait() {
  DBI_TRY_ASSIGN(Events events, context_.loop->look(watch()));
  if (!events.input && !events.woken && !events.reader_gone) {
    DBI_TRY(writer_.flush());
    DBI_TRY(filter_.flush());
    stopping();
    DBI_TRY_ASSIGN(events, context_.loop->wait(watch(), deadline(), *context_.clock));
  }
  if (events.reader_gone) writer_.set_reader_gone();
  if (events.woken && !writer_.is_shut()) {
    DBI_TRY(filter_.on_wake(writer_));
    DBI_TRY(writer_.flush());
  }
  return events.input;
}

// ---- The end ----

// An output that is shut is an ordinary end; other faults end the run after what is complete has left.
Result<RunSummary> Run::finish(Result<Ending> ending) {
  if (!ending && !writer_.is_shut()) {
    if (!writer_.has_failed()) (void)last_words();
    return end_with(std::move(ending).error());
  }
  if (writer_.is_shut() || *ending == Ending::CutOff) DBI_TRY(cut_off_input());
  bool said = false;
  if (!writer_.is_shut()) {
    const Status status = last_words();
    said = status.has_value();
    if (!said && !writer_.is_shut()) return end_with(Error(status.error()));
  }
  if (!said) DBI_TRY(cut_off_output());
  DBI_TRY(filter_.flush());
  leave_offset();
  if (options_.resume) {
    const std::int64_t offset = start_.value_or(0) + static_cast<std::int64_t>(start_ ? lines_.bytes_taken() : 0);
    append_position({index_, name_, offset, start_ ? lines_.line_number() : 0}, summary_.resume);
    filter_.save_state(summary_.resume);
    filter_.save_pending(summary_.resume);
  } else {
    filter_.save_pending(summary_.pending);
  }
  summary_.reader_gone = writer_.reader_gone();
  rejects_.finish();
  publish();
  return std::move(summary_);
}

// A fault of the run, after what is complete has left.
tl::unexpected<Error> Run::end_with(Error fault) {
  (void)filter_.flush();
  rejects_.finish();
  publish();
  return fail(std::move(fault));
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
  if (start_) return {};
  strict_ = false;
  DBI_TRY(cut_off_lines_in_memory());
  int held = 0;
  if (::ioctl(descriptor_, FIONREAD, &held) != 0) held = 0;
  const std::uint64_t limit = lines_.bytes_read() + static_cast<std::uint64_t>(held) + kCutOffBytes;
  while (!lines_.at_end() && lines_.bytes_read() < limit) {
    DBI_TRY_ASSIGN(const Events events, context_.loop->look({descriptor_, -1}));
    if (!events.input) return {};
    DBI_TRY(lines_.fill());
    DBI_TRY(cut_off_lines_in_memory());
  }
  return {};
}

Status Run::cut_off_lines_in_memory() {
  for (;;) {
    const Line next = lines_.next();
    if (next.kind == Line::Kind::More || next.kind == Line::Kind::End) return {};
    DBI_TRY(line(next, [this]() -> Status {
      cut_off(record_);
      return {};
    }));
  }
}

Status Run::cut_off_output() {
  return each_record(writer_.take_unwritten(), reader_, [this](const record::Record& record) -> Status {
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

}  // namespace

Result<RunSummary> run_filter(Filter& filter, const StreamOptions& options, const StreamContext& context) {
  return Run(filter, options, context).run();
}

}  // namespace dbi::stream
