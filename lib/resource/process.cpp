// Formats: proc(5), /proc/PID/status and /proc/PID/statm.
// SPDX-License-Identifier: Apache-2.0
#include "resource/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>

#include "base/text.hpp"
#include "resource/short_file.hpp"

namespace dbi::resource {

namespace {

std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> status_number(std::string_view status, std::string_view name) {
  for (const auto line : split(status, '\n')) {
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
    return leading_number(trim(line.substr(name.size() + 1)));
  }
  return std::nullopt;
}

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::uint64_t count_descriptors() {
  std::error_code fault;
  std::uint64_t count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", fault); !fault && at != end(at);
       at.increment(fault)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // without the one that reads the folder
}

}  // namespace

std::optional<std::uint64_t> status_bytes(std::string_view status, std::string_view name) {
  const auto kib = status_number(status, name);
  return kib ? std::optional(*kib * 1024) : std::nullopt;
}

std::optional<ProcessFigures> read_process_figures() {
  const std::string status = read_short("/proc/self/status");
  const auto resident = status_bytes(status, "VmRSS");
  rusage usage{};
  if (!resident || ::getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return ProcessFigures{*resident, status_bytes(status, "VmHWM").value_or(*resident),
                        status_number(status, "Threads").value_or(0), count_descriptors(),
                        duration_of(usage.ru_utime) + duration_of(usage.ru_stime)};
}

std::optional<std::uint64_t> read_resident_bytes() {
  const std::string pages = read_short("/proc/self/statm");
  const auto space = pages.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto resident = leading_number(std::string_view(pages).substr(space + 1));
  return resident ? std::optional(*resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) : std::nullopt;
}

}  // namespace dbi::resource
