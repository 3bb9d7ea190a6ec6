// SPDX-License-Identifier: Apache-2.0
#include "state/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/errno_text.hpp"

namespace dbi::state {

namespace {

tl::unexpected<Error> fail_errno(std::string_view doing, const std::filesystem::path& path) {
  const int code = errno;
  return fail(ErrorKind::State, fmt::format("cannot {} {}: {}", doing, path.string(), errno_text(code)));
}

// The folder of a name without one is the current one.
Status sync_folder_of(const std::filesystem::path& file) {
  const auto path = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) return fail_errno("sync", path);
  return {};
}

// Named by the process, so that what a killed writer left behind is overwritten at the latest when its pid comes again.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  return fmt::format("{}.{}.tmp", path.string(), ::getpid());
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, Descriptor file,
                       Durability durability)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)), durability_(durability) {}

AtomicFile::~AtomicFile() {
  if (file_.valid()) ::unlink(temporary_.c_str());
}

Result<AtomicFile> AtomicFile::create(std::filesystem::path path, Durability durability, Readers readers) {
  auto temporary = temporary_beside(path);
  ::unlink(temporary.c_str());
  const mode_t mode = S_IRUSR | S_IWUSR | (readers == Readers::Everyone ? S_IRGRP | S_IROTH : 0U);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid()) return fail_errno("create", temporary);
  return AtomicFile(std::move(path), std::move(temporary), std::move(file), durability);
}

Status AtomicFile::append(std::string_view bytes) {
  if (!write_all(file_.get(), bytes)) return fail_errno("write", temporary_);
  return {};
}

Status AtomicFile::commit() {
  if (durability_ == Durability::Durable && ::fsync(file_.get()) != 0) return fail_errno("sync", temporary_);
  const bool closed = file_.close();
  if (!closed || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    Status fault = fail_errno(closed ? "replace" : "close", path_);
    ::unlink(temporary_.c_str());
    return fault;
  }
  return durability_ == Durability::Durable ? sync_folder_of(path_) : Status{};
}

Status write_atomic(const std::filesystem::path& path, std::string_view bytes, Durability durability, Readers readers) {
  DBI_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path, durability, readers));
  DBI_TRY(file.append(bytes));
  return file.commit();
}

Status remove_durably(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0) return sync_folder_of(path);
  return errno == ENOENT ? Status{} : fail_errno("remove", path);
}

Result<std::optional<std::string>> read_whole(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return std::optional<std::string>{};
  if (!file.valid()) return fail_errno("open", path);
  std::string content;
  if (struct stat facts{}; ::fstat(file.get(), &facts) == 0) content.reserve(static_cast<std::size_t>(facts.st_size));
  std::array<char, std::size_t{64} << 10U> block{};
  while (true) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read", path);
    if (count == 0) return std::optional(std::move(content));
    content.append(block.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace dbi::state
