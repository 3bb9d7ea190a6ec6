// Writes records: one flat JSON object a line, members in the order of the calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace dbi::record {

/// Appends `text` as a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD; a NUL is escaped.
void append_json_text(std::string& out, std::string_view text);

/// Appends the shortest decimal form that reads back to the same double; "null" where it is not finite.
void append_json_number(std::string& out, double number);

/// Appends records to a buffer owned by the caller. begin() ... members ... end(); names are trusted to need no escape
/// and to be distinct. Methods return *this, so members chain.
class Builder {
 public:
  explicit Builder(std::string& out) : out_(&out) {}

  /// Starts a record with the members that lead every record: "v":1 and "kind".
  Builder& begin(std::string_view kind);

  Builder& text(std::string_view name, std::string_view value);
  /// An RFC 3339 text.
  Builder& time(std::string_view name, Timestamp value);
  Builder& integer(std::string_view name, std::int64_t value);
  Builder& unsigned_integer(std::string_view name, std::uint64_t value);
  /// A non-finite number is left out: a member that does not apply is absent.
  Builder& number(std::string_view name, double value);
  Builder& boolean(std::string_view name, bool value);
  Builder& texts(std::string_view name, std::span<const std::string> values);
  /// A value that is JSON already.
  Builder& raw(std::string_view name, std::string_view json);

  /// Closes the record with a brace and LF.
  void end();

 private:
  void name(std::string_view name);
  std::string* out_;
};

}  // namespace dbi::record
