// Diagnostics on standard error: one line "tool: word: message", a hint on the next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dbi {

/// How much is told; each level includes those before it.
enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };

/// Writes diagnostics. Every message leaves in one write(2), so threads and processes that share a terminal do not tear
/// each other's lines. What may be a password in a message shows as "***" (mask_passwords). Safe to share between
/// threads. A fault of the write is ignored: there is nobody left to tell.
class Log {
 public:
  /// `tool` is the program's name; `descriptor` is not owned.
  explicit Log(std::string tool, LogLevel level = LogLevel::Warning, int descriptor = 2);

  [[nodiscard]] bool tells(LogLevel level) const { return level <= level_; }
  void set_level(LogLevel level) { level_ = level; }

  /// "dbi-sample: input: line 7: not a JSON object" and the hint, at every level.
  void error(const Error& error) const;
  /// The same for something that the run survives; silent below LogLevel::Warning.
  void warning(const Error& error) const;

  /// "dbi-sample: warning: ...", "... info: ...", "... debug: ...", where the level tells them.
  void warning(std::string_view message) const;
  void info(std::string_view message) const;
  void debug(std::string_view message) const;

 private:
  void write(std::string_view word, std::string_view message) const;

  std::string tool_;
  LogLevel level_;
  int descriptor_;
};

}  // namespace dbi
