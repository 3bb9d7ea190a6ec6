// SPDX-License-Identifier: Apache-2.0
#include "state/file_mark.hpp"

#include <sys/stat.h>

namespace dbi::state {

FileMark mark_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec};
}

}  // namespace dbi::state
