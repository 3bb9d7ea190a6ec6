// SPDX-License-Identifier: Apache-2.0
#include "export/ndjson_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "base/time_text.hpp"
#include "export/lz4_frame.hpp"

namespace dbi::exporting {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPlainChunk = std::size_t{64} << 10U;
constexpr std::size_t kFrameChunk = std::size_t{1} << 20U;
constexpr microseconds kFrameDelay = std::chrono::seconds{1};

tl::unexpected<Error> system_fault(std::string_view what) {
  return fail(ErrorKind::Output, fmt::format("{}: {}", what, errno_text(errno)));
}

/// "20261125T074000.123456Z", from RFC 3339 by leaving out what file names do not like.
std::string file_time(Timestamp time) {
  std::string text = format_timestamp(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

/// The parts of a path around the time of a rotation.
struct NameParts {
  fs::path folder;
  std::string stem;  // "records-"
  std::string tail;  // ".ndjson.lz4"
};

NameParts split_name(const fs::path& path) {
  const std::string name = path.filename().string();
  const std::size_t dot = name.find('.', 1);
  const std::size_t cut = dot == std::string::npos ? name.size() : dot;
  fs::path folder = path.parent_path();
  return {folder.empty() ? fs::path(".") : std::move(folder), name.substr(0, cut) + "-", name.substr(cut)};
}

bool is_rotated(const NameParts& parts, const std::string& name) {
  static const std::size_t kTimeBytes = file_time({}).size();
  if (name.size() != parts.stem.size() + kTimeBytes + parts.tail.size()) return false;
  if (!name.starts_with(parts.stem) || !name.ends_with(parts.tail)) return false;
  const std::string_view time = std::string_view(name).substr(parts.stem.size(), kTimeBytes);
  return std::ranges::all_of(time, [](char c) { return (c >= '0' && c <= '9') || c == 'T' || c == '.' || c == 'Z'; });
}

/// When the file was made; where the file system does not know, when it was last written.
Timestamp birth(int descriptor) {
  struct statx found {};
  if (::statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &found) != 0) return {};
  const statx_timestamp& time = (found.stx_mask & STATX_BTIME) != 0 ? found.stx_btime : found.stx_mtime;
  return Timestamp{std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_nsec / 1000}};
}

Status foreign() {
  return fail(ErrorKind::Output, "the file exists and is not NDJSON", "Name another file or move this one away.");
}

bool is_record(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::string padded = std::string(line) + std::string(record::kPadding, ' ');
  record::Reader reader;
  record::Record record;
  return reader.parse(std::string_view(padded).substr(0, line.size()), record).has_value();
}

class NdjsonSink final : public Sink {
 public:
  NdjsonSink(std::string path, const RotationOptions& rotation, const Clock& clock, const Log* log)
      : path_(std::move(path)),
        name_("ndjson:" + path_),
        compressed_(path_.ends_with(".lz4")),
        rotation_(rotation),
        clock_(&clock),
        log_(log) {}

  Status open();

  [[nodiscard]] std::string_view name() const override { return name_; }
  Status accept(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status finish(stream::Writer& out) override;

 private:
  Status repair_end();
  Status repair_lines();
  Status repair_frames();
  Status flush();
  Status write_all(std::string_view bytes);
  [[nodiscard]] bool should_rotate(std::size_t more) const;
  Status rotate();
  Status remove_old() const;
  Status close();

  std::string path_;
  std::string name_;
  bool compressed_;
  RotationOptions rotation_;
  const Clock* clock_;
  const Log* log_;

  Descriptor file_;
  bool regular_ = false;     // what is no regular file is neither repaired nor rotated
  std::uint64_t bytes_ = 0;  // of the file, all whole records
  Timestamp made_;
  std::string pending_;
  MonotonicTime pending_since_;
  std::string frame_;
};

Status NdjsonSink::open() {
  file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kSinkFileMode));
  if (!file_.valid()) file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file_.valid()) return system_fault("open");
  struct stat found {};
  if (::fstat(file_.get(), &found) != 0) return system_fault("stat");
  regular_ = S_ISREG(found.st_mode);
  if (!regular_) return {};
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::Owned, "another process writes this file", "Give each dbi-export a file of its own.");
  }
  bytes_ = static_cast<std::uint64_t>(found.st_size);
  made_ = bytes_ == 0 ? clock_->now() : birth(file_.get());
  return repair_end();
}

Status NdjsonSink::repair_end() {
  const std::uint64_t before = bytes_;
  if (!compressed_) {
    DBI_TRY(repair_lines());
  } else {
    DBI_TRY(repair_frames());
  }
  if (bytes_ < before && log_ != nullptr) {
    log_->warning(fmt::format("{}: {} bytes at the end were no whole record and are cut off", name_, before - bytes_));
  }
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes_)) != 0) return system_fault("truncate");
  if (::lseek(file_.get(), static_cast<off_t>(bytes_), SEEK_SET) < 0) return system_fault("seek");
  return {};
}

// The first record of the first frame says whose file it is; of a torn one at least its begin.
Status NdjsonSink::repair_frames() {
  if (bytes_ == 0) return {};
  DBI_TRY_ASSIGN(const auto whole, whole_lz4_frames(file_.get(), bytes_));
  const std::string first = first_lz4_line(file_.get(), record::kMaxRecordBytes + 1);
  const bool own = whole > 0 ? is_record(first) : first.empty() || first.starts_with('{');
  if (!own) return foreign();
  bytes_ = whole;
  return {};
}

// A last line without LF is completed where it is a record. What a crash left of one begins like one and goes; any
// other end, or a whole line before it that is no record, belongs to a file that somebody else wrote.
Status NdjsonSink::repair_lines() {
  if (bytes_ == 0) return {};
  char first = '\0';
  if (::pread(file_.get(), &first, 1, 0) != 1) return system_fault("read");
  if (first != '{') return foreign();
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(bytes_, 2 * (record::kMaxRecordBytes + 1));
  std::string tail(tail_bytes, '\0');
  const auto offset = static_cast<off_t>(bytes_ - tail_bytes);
  if (::pread(file_.get(), tail.data(), tail.size(), offset) != static_cast<ssize_t>(tail.size())) {
    return system_fault("read");
  }
  const std::size_t lines_end = tail.rfind('\n') + 1;  // npos + 1: there is no whole line
  if (lines_end == 0 && tail_bytes < bytes_) return foreign();
  const std::string_view lines(tail.data(), lines_end);
  if (lines_end > 0 && !is_record(lines.substr(lines.rfind('\n', lines_end - 2) + 1))) return foreign();
  const std::string_view rest = std::string_view(tail).substr(lines_end);
  if (rest.empty()) return {};
  if (!rest.starts_with('{')) return foreign();
  if (!is_record(rest)) {
    bytes_ -= rest.size();
    return {};
  }
  if (::pwrite(file_.get(), "\n", 1, static_cast<off_t>(bytes_)) != 1) return system_fault("write");
  ++bytes_;
  return {};
}

Status NdjsonSink::accept(const record::Record& record, stream::Writer& /*out*/) {
  const std::size_t more = record.line().size() + 1;
  if (should_rotate(more)) DBI_TRY(rotate());
  if (pending_.empty()) pending_since_ = clock_->monotonic();
  pending_.append(record.line());
  pending_.push_back('\n');
  return pending_.size() < (compressed_ ? kFrameChunk : kPlainChunk) ? Status{} : flush();
}

// Plain lines leave before the run waits; frames wait a little, since small ones compress badly.
std::optional<MonotonicTime> NdjsonSink::next_deadline() const {
  if (pending_.empty()) return std::nullopt;
  return compressed_ ? pending_since_ + kFrameDelay : pending_since_;
}

Status NdjsonSink::on_deadline(MonotonicTime /*now*/, stream::Writer& /*out*/) {
  return flush();
}

Status NdjsonSink::finish(stream::Writer& /*out*/) {
  DBI_TRY(flush());
  return close();
}

Status NdjsonSink::flush() {
  if (pending_.empty()) return {};
  frame_.clear();
  if (compressed_) DBI_TRY(append_lz4_frame(pending_, frame_));
  DBI_TRY(write_all(compressed_ ? frame_ : pending_));
  pending_.clear();
  return {};
}

Status NdjsonSink::write_all(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(file_.get(), bytes.data() + done, bytes.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      auto fault = system_fault("write");
      // The file keeps whole records: of plain lines those that are there in full, of a frame nothing.
      const std::size_t line_end = compressed_ || done == 0 ? std::string_view::npos : bytes.rfind('\n', done - 1);
      const std::uint64_t whole = bytes_ + (line_end == std::string_view::npos ? 0 : line_end + 1);
      if (regular_ && ::ftruncate(file_.get(), static_cast<off_t>(whole)) != 0) return system_fault("truncate");
      return fault;
    }
  }
  bytes_ += bytes.size();
  return {};
}

// The size of what waits counts uncompressed: rotation by size is then early, never late.
bool NdjsonSink::should_rotate(std::size_t more) const {
  if (!regular_ || bytes_ + pending_.size() == 0) return false;
  if (rotation_.size && bytes_ + pending_.size() + more > *rotation_.size) return true;
  return rotation_.age && clock_->now() - made_ > *rotation_.age;
}

Status NdjsonSink::rotate() {
  DBI_TRY(flush());
  const NameParts parts = split_name(path_);
  Timestamp time = clock_->now();
  fs::path old;
  std::error_code ignored;
  do {
    old = parts.folder / (parts.stem + file_time(time) + parts.tail);
    time += microseconds{1};
  } while (fs::exists(old, ignored));
  if (::fdatasync(file_.get()) != 0) return system_fault("sync");
  if (::rename(path_.c_str(), old.c_str()) != 0) return system_fault("rename");
  struct stat found {};
  if (::fstat(file_.get(), &found) != 0) return system_fault("stat");
  if (!file_.close()) return system_fault("close");
  DBI_TRY(open());
  if (::fchmod(file_.get(), found.st_mode & 07777) != 0) return system_fault("set the mode");
  return remove_old();
}

Status NdjsonSink::remove_old() const {
  if (!rotation_.keep_files && !rotation_.keep_bytes) return {};
  const NameParts parts = split_name(path_);
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(parts.folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_rotated(parts, entry->path().filename().string())) files.push_back(entry->path());
  }
  std::ranges::sort(files, std::greater<>{});
  std::uint64_t kept = 0;
  std::uint64_t kept_bytes = 0;
  for (const fs::path& file : files) {
    const std::uint64_t bytes = fs::file_size(file, error);
    const bool fits = (!rotation_.keep_files || kept < *rotation_.keep_files) &&
                      (!rotation_.keep_bytes || kept_bytes + bytes <= *rotation_.keep_bytes);
    if (fits) {
      ++kept;
      kept_bytes += bytes;
    } else if (!fs::remove(file, error) && error) {
      return fail(ErrorKind::Output, fmt::format("remove {}: {}", file.string(), error.message()));
    }
  }
  return {};
}

Status NdjsonSink::close() {
  if (regular_ && ::fdatasync(file_.get()) != 0) return system_fault("sync");
  if (!file_.close()) return system_fault("close");
  return {};
}

}  // namespace

Result<std::unique_ptr<Sink>> open_ndjson_sink(const std::string& path, const RotationOptions& rotation,
                                               const Clock& clock, const Log* log) {
  auto sink = std::make_unique<NdjsonSink>(path, rotation, clock, log);
  DBI_TRY(sink->open());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dbi::exporting
