// SPDX-License-Identifier: Apache-2.0
#include "export/input_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

namespace dbi::exporting {

namespace {

// Those that can be looked at: what cannot be opened is told by who opens it.
std::vector<struct stat> stats_of(const Inputs& inputs) {
  std::vector<struct stat> stats;
  struct stat facts {};
  for (const auto& file : inputs.files) {
    if (file == "-" ? ::fstat(inputs.standard_input, &facts) == 0 : ::stat(file.c_str(), &facts) == 0) {
      stats.push_back(facts);
    }
  }
  if (inputs.files.empty() && ::fstat(inputs.standard_input, &facts) == 0) stats.push_back(facts);
  return stats;
}

}  // namespace

bool reads_archive(const Inputs& inputs) {
  return std::ranges::any_of(stats_of(inputs), [](const struct stat& facts) { return S_ISREG(facts.st_mode); });
}

Status check_not_read(const std::vector<std::string>& sinks, const Inputs& inputs) {
  const auto stats = stats_of(inputs);
  for (const auto& sink : sinks) {
    struct stat written {};
    const auto colon = sink.find(':');
    if (colon == std::string::npos || ::stat(sink.c_str() + colon + 1, &written) != 0 || !S_ISREG(written.st_mode)) {
      continue;
    }
    const bool read = std::ranges::any_of(stats, [&](const struct stat& facts) {
      return facts.st_dev == written.st_dev && facts.st_ino == written.st_ino;
    });
    if (read) return fail(ErrorKind::Usage, fmt::format("{} is an input, too", sink), "Name another file.");
  }
  return {};
}

}  // namespace dbi::exporting
