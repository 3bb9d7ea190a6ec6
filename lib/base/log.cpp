// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/text.hpp"

namespace dbi {

namespace {

// Messages quote what was given; hints show how it is written.
std::string format_masked(const Error& error) {
  return format_error({error.kind, mask_passwords(error.message), error.hint});
}

}  // namespace

Log::Log(std::string tool, LogLevel level, int descriptor)
    : tool_(std::move(tool)), level_(level), descriptor_(descriptor) {}

void Log::error(const Error& error) const {
  write(error_word(error.kind), format_masked(error));
}

void Log::warning(const Error& error) const {
  if (tells(LogLevel::Warning)) write(error_word(error.kind), format_masked(error));
}

void Log::warning(std::string_view message) const {
  if (tells(LogLevel::Warning)) write("warning", mask_passwords(message));
}

void Log::info(std::string_view message) const {
  if (tells(LogLevel::Info)) write("info", mask_passwords(message));
}

void Log::debug(std::string_view message) const {
  if (tells(LogLevel::Debug)) write("debug", mask_passwords(message));
}

void Log::write(std::string_view word, std::string_view message) const {
  const std::string line = fmt::format("{}: {}: {}\n", tool_, word, message);
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace dbi
