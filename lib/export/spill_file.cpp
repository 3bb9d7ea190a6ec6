// SPDX-License-Identifier: Apache-2.0
#include "export/spill_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include "base/errno_text.hpp"

namespace dbi::exporting {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;

tl::unexpected<Error> fault(std::string_view what) {
  return fail(ErrorKind::Output, fmt::format("cannot {} a temporary file: {}", what, errno_text(errno)));
}

// A copy of tmpfile(3)'s descriptor: the file has no name from its first moment, and goes with the process.
Descriptor open_nameless() {
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
  return Descriptor(file ? ::fcntl(::fileno(file.get()), F_DUPFD_CLOEXEC, 0) : -1);
}

}  // namespace

Result<SpillFile::Extent> SpillFile::write(std::string_view lines) {
  if (!file_.valid()) file_ = open_nameless();
  if (!file_.valid()) return fault("make");
  if (::lseek(file_.get(), end_, SEEK_SET) < 0 || !write_all(file_.get(), lines)) return fault("write");
  const Extent extent{end_, lines.size()};
  end_ += static_cast<off_t>(lines.size());
  bytes_ += lines.size();
  return extent;
}

Status SpillFile::read(const Extent& extent, const std::function<Status(std::string_view)>& use) const {
  std::string block;
  std::size_t carried = 0;  // the begin of a line at the block's front
  for (std::size_t done = 0; done < extent.bytes;) {
    block.resize(carried + std::min(kBlock, extent.bytes - done));
    const ssize_t got =
        ::pread(file_.get(), block.data() + carried, block.size() - carried, extent.offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault("read");
    if (got == 0) return fail(ErrorKind::Output, "a temporary file is shorter than what was written to it");
    done += static_cast<std::size_t>(got);
    block.resize(carried + static_cast<std::size_t>(got));
    const std::size_t whole = block.rfind('\n') + 1;  // 0 where there is no line end
    DBI_TRY(use(std::string_view(block).substr(0, whole)));
    block.erase(0, whole);
    carried = block.size();
  }
  return {};
}

// Room that cannot be given back (the file system knows no holes) is given back with the last text.
void SpillFile::give_back(const Extent& extent) {
  bytes_ -= extent.bytes;
  if (bytes_ > 0) {
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, extent.offset,
                static_cast<off_t>(extent.bytes));
  } else if (::ftruncate(file_.get(), 0) == 0) {
    end_ = 0;
  }
}

}  // namespace dbi::exporting
