// SPDX-License-Identifier: Apache-2.0
#include "resource/short_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/descriptor.hpp"

namespace dbi::resource {

std::string read_short(const char* path) {
  const Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes{};
  const auto got = file.valid() ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
  return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

}  // namespace dbi::resource
