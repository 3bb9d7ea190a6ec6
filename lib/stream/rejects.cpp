// SPDX-License-Identifier: Apache-2.0
#include "stream/rejects.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/errno_text.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"
#include "record/builder.hpp"

namespace dbi::stream {

namespace {

// At most so many messages in an interval: enough to see the pattern, too few to fill a disk with logs.
constexpr int kMessages = 10;
constexpr std::chrono::seconds kInterval{10};

constexpr std::string_view kStandardInput = "input";

tl::unexpected<Error> fault(std::string_view what, const std::filesystem::path& path) {
  return fail(ErrorKind::State, fmt::format("rejects file {}: {}: {}", path.string(), what, errno_text(errno)));
}

}  // namespace

Rejects::Rejects(RejectsOptions options, const Log& log, const Clock& clock)
    : options_(std::move(options)), log_(&log), clock_(&clock) {}

Status Rejects::add(const Reject& reject) {
  ++count_;
  tell(reject);
  return options_.file ? keep(reject) : Status{};
}

void Rejects::finish() {
  if (held_back_ > 0) log_->warning(fmt::format("{} more lines were malformed", held_back_));
  held_back_ = 0;
}

void Rejects::tell(const Reject& reject) {
  const MonotonicTime now = clock_->monotonic();
  if (count_ == 1 || now - interval_ >= kInterval) {
    finish();
    interval_ = now;
    told_ = 0;
  }
  if (told_ == kMessages) {
    ++held_back_;
    return;
  }
  ++told_;
  const std::string file = reject.input == kStandardInput ? std::string() : fmt::format("{}: ", reject.input);
  log_->warning(Error{ErrorKind::Input, fmt::format("{}line {}: {}", file, reject.line, reject.reason), {}});
}

Status Rejects::keep(const Reject& reject) {
  const auto begin = [&] {
    line_.clear();
    line_ += R"({"ts":")" + format_timestamp(clock_->now()) + R"(","input":)";
    record::append_json_text(line_, reject.input);
    line_ += fmt::format(R"(,"line":{},"reason":)", reject.line);
    record::append_json_text(line_, reject.reason);
    line_ += fmt::format(R"(,"bytes":{},"xxh3":"{}")", reject.bytes, hex16(reject.xxh3));
  };
  begin();
  if (options_.content == RejectsContent::Full && !reject.content.empty()) {
    line_ += R"(,"content":)";
    record::append_json_text(line_, reject.content);
  }
  // A line that is longer than a whole file may be is kept without its content.
  if (line_.size() + 2 > options_.max_bytes / 2) begin();
  line_ += "}\n";
  if (!file_.valid()) DBI_TRY(open());
  if (file_bytes_ > 0 && file_bytes_ + line_.size() > options_.max_bytes / 2) DBI_TRY(rotate());
  if (!write_all(file_.get(), line_)) return fault("write", *options_.file);
  file_bytes_ += line_.size();
  return {};
}

Status Rejects::open() {
  file_ = Descriptor(::open(options_.file->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file_.valid()) return fault("open", *options_.file);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) return fault("stat", *options_.file);
  file_bytes_ = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
  return {};
}

Status Rejects::rotate() {
  const std::string old = options_.file->string() + ".old";
  if (::rename(options_.file->c_str(), old.c_str()) != 0) return fault("rename", *options_.file);
  file_ = Descriptor();
  return open();
}

}  // namespace dbi::stream
