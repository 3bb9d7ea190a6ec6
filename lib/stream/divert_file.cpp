// SPDX-License-Identifier: Apache-2.0
#include "stream/divert_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/errno_text.hpp"

namespace dbi::stream {

namespace {

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// What cannot be looked at is told by who opens it.
bool is_input(const struct stat& file, const std::string& input) {
  struct stat facts {};
  const bool known = input == "-" ? ::fstat(STDIN_FILENO, &facts) == 0 : ::stat(input.c_str(), &facts) == 0;
  return known && is_same(facts, file);
}

bool is_one_of(const struct stat& file, const std::vector<std::string>& inputs) {
  if (inputs.empty()) return is_input(file, "-");
  return std::ranges::any_of(inputs, [&file](const std::string& input) { return is_input(file, input); });
}

bool is_output(const struct stat& file, int descriptor) {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 && is_same(facts, file);
}

// What the run calls a file that it reads or writes as well; empty where it does not.
std::string_view use_of(const struct stat& file, const RunFiles& others) {
  if (is_one_of(file, others.inputs)) return "an input";
  if (is_output(file, others.output)) return "the output";
  if (others.rejects && is_input(file, others.rejects->string())) return "the rejects file";
  return {};
}

Descriptor open_to_append(const std::filesystem::path& path) {
  // Write-only: reading is asked for where the end is looked at, since a pipe opened both ways would have a reader.
  return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
}

}  // namespace

DivertFile::DivertFile(std::filesystem::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {
  buffer_.reserve(2 * kChunk);
}

Result<DivertFile> DivertFile::open(const std::filesystem::path& path, const RunFiles& others) {
  DivertFile opened(path, open_to_append(path));
  if (!opened.file_.valid()) return opened.fault(errno);
  struct stat facts {};
  if (::fstat(opened.file_.get(), &facts) != 0) return opened.fault(errno);
  if (!S_ISREG(facts.st_mode)) return opened;
  if (const auto use = use_of(facts, others); !use.empty()) {
    return fail(ErrorKind::Usage, fmt::format("{} is {}, too", path.string(), use), "Name another file.");
  }
  if (facts.st_size > 0) DBI_TRY(opened.end_torn_line());
  return opened;
}

// A file that may be appended to but not read is taken as it is.
Status DivertFile::end_torn_line() {
  const Descriptor readable(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  char last = '\n';
  if (!readable.valid() || ::lseek(readable.get(), -1, SEEK_END) < 0 || ::read(readable.get(), &last, 1) != 1)
    return {};
  if (last == '\n' || write_all(file_.get(), "\n")) return {};
  return fault(errno);
}

Status DivertFile::append(std::string_view line) {
  if (error_ != 0) return fault(error_);
  buffer_.append(line);
  buffer_.push_back('\n');
  return buffer_.size() < kChunk ? Status{} : flush();
}

Status DivertFile::flush() {
  if (error_ != 0) return fault(error_);
  if (buffer_.empty()) return {};
  if (!write_all(file_.get(), buffer_)) return fault(errno);
  buffer_.clear();
  return {};
}

Status DivertFile::reopen() {
  DBI_TRY(flush());
  struct stat held {};
  struct stat named {};
  const bool there = ::stat(path_.c_str(), &named) == 0;
  if (::fstat(file_.get(), &held) != 0 || (there && is_same(held, named))) return {};
  Descriptor file = open_to_append(path_);
  if (!file.valid()) {
    return fail(ErrorKind::Output, fmt::format("{}: {}", path_.string(), errno_text(errno)));
  }
  file_ = std::move(file);
  return {};
}

tl::unexpected<Error> DivertFile::fault(int error_number) {
  error_ = error_number;
  return fail(ErrorKind::Output, fmt::format("{}: {}", path_.string(), errno_text(error_number)));
}

}  // namespace dbi::stream
