// Reads the collector's own state files, which may hold hundreds of thousands of numbers, without building a tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi::collect {

/// A strict forward reader of one JSON text, driven by what the caller expects. After the first mismatch it stands at
/// the end, every further read gives an empty value at once, and status() says what was wrong.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  /// Reads an object: calls `member(name)` before each value, which it has to read (or skip()). The name is valid
  /// until the next read.
  template <typename OnMember>
  void object(OnMember member) {
    std::string name;
    for (bool more = open('{', '}'); more; more = next('}')) {
      name = text();
      expect(':');
      member(std::string_view(name));
    }
  }

  /// Reads an array: calls `item()` before each value.
  template <typename OnItem>
  void array(OnItem item) {
    for (bool more = open('[', ']'); more; more = next(']')) item();
  }

  std::string text();
  std::int64_t integer();
  double number();
  bool boolean();
  /// An RFC 3339 text.
  Timestamp time();
  /// Reads a null where there is one.
  bool null();
  /// Reads any value and gives the bytes it takes.
  std::string_view skip();

  /// Refuses what was read for a reason of the caller's.
  void refuse(std::string_view why);

  [[nodiscard]] bool ok() const { return problem_.empty(); }
  /// ErrorKind::Malformed with the first mismatch; also where anything but white space follows.
  [[nodiscard]] Status status();

 private:
  char peek();
  bool open(char opening, char closing);
  bool next(char closing);
  void expect(char wanted);
  std::string_view quoted();
  std::string_view word();
  void skip_value(int depth);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace dbi::collect
