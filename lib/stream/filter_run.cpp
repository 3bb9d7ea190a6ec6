// SPDX-License-Identifier: Apache-2.0
#include "stream/filter_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/errno_text.hpp"
#include "record/text_of.hpp"
#include "stream/run.hpp"
#include "stream/signals.hpp"

namespace dbi::stream {

namespace {

using record::text_of;

constexpr int kPipeBytes = 1 << 20;
constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::milliseconds kMemoryPause{100};
constexpr int kMemoryLooks = 50;  // 5 s

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

std::int64_t integer_of(const record::Record& line, std::string_view name) {
  return std::max<std::int64_t>(0, line.integer(name).value_or(0));
}

Status damaged_resume() {
  return fail(ErrorKind::State, "the resume file is damaged", "Remove it to read the input from its front.");
}

}  // namespace

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
  for (std::size_t i = 0; i < options_.resume_from.size(); ++i) {
    DBI_TRY(load(options_.resume_from[i], i == 0 && options_.resumes));
  }
  writer_.buffer() += options_.preface;
  next_tick_ = now();
  return finish(all_inputs());
}

// What is no line of state is passed over, but for a file that has to be whole: without its position all would be read
// again. An empty one is none.
Status Run::load(int descriptor, bool whole) {
  LineReader lines(record::kMaxRecordBytes);
  lines.start(descriptor);
  for (;;) {
    const Line next = lines.next();
    if (next.kind == Line::Kind::End)
      return whole && lines.bytes_read() > 0 && !resume_at_ ? damaged_resume() : Status{};
    if (next.kind == Line::Kind::More) {
      DBI_TRY(lines.fill());
    } else if (next.kind == Line::Kind::Whole && reader_.parse(next.text, record_)) {
      DBI_TRY(load_line());
    } else if (whole) {
      return damaged_resume();
    }
  }
}

Status Run::load_line() {
  if (text_of(record_, "kind") != kPositionKind) return filter_.load_line(record_);
  for (const auto* member : {"index", "offset", "lines"}) {
    if (!record_.integer(member)) return damaged_resume();
  }
  resume_at_ = Position{static_cast<std::size_t>(integer_of(record_, "index")), text_of(record_, "input"),
                        integer_of(record_, "offset"), static_cast<std::uint64_t>(integer_of(record_, "lines"))};
  return {};
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
  if (taker_ != nullptr) taker_->begin_input(name);
  return {};
}

Result<Ending> Run::lines_of_input() {
  for (;;) {
    DBI_TRY_ASSIGN(const Ending ending, lines_in_memory());
    if (ending != Ending::InputEnd || (lines_.at_end() && !held_back_)) {
      DBI_TRY(end_offers());
      return ending;
    }
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

// What the filter takes is none of its records; what it cannot read of it is malformed like a line that is none.
Result<bool> Run::offer(const Line& line) {
  Result<bool> taken = taker_->take(line.text, writer_);
  if (taken || taken.error().kind != ErrorKind::Malformed) return taken;
  DBI_TRY(reject(taken.error().message, line));
  return true;
}

Status Run::end_offers() {
  if (taker_ == nullptr) return {};
  Status ended = taker_->end_input(writer_);
  if (ended || ended.error().kind != ErrorKind::Malformed) return ended;
  Line none;
  none.kind = Line::Kind::Whole;
  return reject(ended.error().message, none);
}

// As if it had not come yet.
void Run::put_back(const Line& line) {
  lines_.put_back(line);
  --records_in_;
  bytes_in_ -= line.bytes + (line.ended ? 1 : 0);
}

Status Run::reject(std::string_view reason, const Line& line) {
  summary_.malformed = true;
  context_.counters->rejects.add();
  if (ended_strictly_) return {};
  const bool held = line.kind == Line::Kind::Whole;
  const std::uint64_t xxh3 = held ? XXH3_64bits(line.text.data(), line.text.size()) : line.xxh3;
  const std::string_view name = name_ == "-" ? std::string_view("input") : std::string_view(name_);
  DBI_TRY(rejects_.add({name, lines_.line_number(), reason, line.text, line.bytes, xxh3}));
  if (!strict_) return {};
  ended_strictly_ = true;
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
  DBI_TRY(writer_.flush());
  publish();
  if (context_.tick) context_.tick(moment);
  return {};
}

Status Run::reload() {
  if (!Signals::take_reload()) return {};
  const Status status = prepare_and_commit();
  if (!status) context_.log->warning(status.error());
  return {};
}

// All of it or nothing.
Status Run::prepare_and_commit() {
  StreamContext::Commit commit;
  if (context_.reload) {
    DBI_TRY_ASSIGN(commit, context_.reload());
  }
  DBI_TRY(filter_.on_reload());
  if (commit) commit();
  return {};
}

// At the soft limit the filter gives back what it can, as often as new keys may have come that would lead beyond the
// hard one. At that nothing is read until the next look, and after many looks in vain one block after each: what holds
// the memory may be needed to read on, or not be the filter's.
void Run::spare_memory(MonotonicTime moment) {
  if (!context_.memory_pressure || moment < next_look_) return;
  paused_ = false;
  const MemoryPressure pressure = context_.memory_pressure();
  if (pressure != MemoryPressure::Hard) looks_ = 0;
  if (pressure == MemoryPressure::None) return;
  filter_.shrink();
  lines_.shrink();
  writer_.shrink();
  ::malloc_trim(0);  // what was freed counts as resident until the kernel has it back
  if (pressure == MemoryPressure::Soft) {
    next_look_ = moment + kSoftPause;
    if (!std::exchange(told_soft_, true)) context_.log->warning("memory is above its soft limit: tables shrink");
    return;
  }
  next_look_ = moment + kMemoryPause;
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

Result<RunSummary> run_filter(Filter& filter, const StreamOptions& options, const StreamContext& context) {
  return Run(filter, options, context).run();
}

}  // namespace dbi::stream
