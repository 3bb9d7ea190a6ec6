// One record: a JSON object on one line, checked to its last byte and indexed in place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/names.hpp"

namespace dbi::record {

/// Longest line that is a record unless --max-record-bytes says otherwise.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20U;

/// Bytes that must be readable behind the end of every line given to Reader::parse.
inline constexpr std::size_t kPadding = 64;

/// Deepest nesting of containers, the record itself included.
inline constexpr int kMaxDepth = 1024;

/// What a value is, told by its first byte.
enum class ValueKind : std::uint8_t { Object, Array, Text, Number, True, False, Null };

/// A well-formed JSON value as it stands in the record's bytes; a view, valid as long as the line is.
class Value {
 public:
  Value() = default;
  explicit Value(std::string_view raw) : raw_(raw) {}

  /// The bytes of the value, quotes and brackets included.
  [[nodiscard]] std::string_view raw() const { return raw_; }
  [[nodiscard]] ValueKind kind() const;

  /// The unescaped text of a string; nothing for other kinds. Escapes are resolved into `scratch`, otherwise the view
  /// points into the line. An unpaired surrogate becomes U+FFFD.
  [[nodiscard]] std::optional<std::string_view> text(std::string& scratch) const;

  /// The nearest double of a number, infinity beyond their range; nothing for other kinds.
  [[nodiscard]] std::optional<double> number() const;

  /// The value of a number that is written without fraction and exponent and fits; nothing for all else.
  [[nodiscard]] std::optional<std::int64_t> integer() const;

  /// The value of true or false; nothing for other kinds.
  [[nodiscard]] std::optional<bool> boolean() const;

 private:
  std::string_view raw_;
};

/// A top-level member; `raw_name` is the bytes between the quotes of its name, escapes unresolved.
struct Member {
  std::string_view raw_name;
  Value value;
};

/// A checked line with its top-level members in order. A view: valid until the next parse or until the line goes.
class Record {
 public:
  /// The whole line without its line end.
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] std::span<const Member> members() const { return members_; }

  /// Whether some member's raw name holds a backslash, so that raw names cannot be compared as they are.
  [[nodiscard]] bool has_escaped_names() const { return escaped_names_; }

  /// The member of that name (compared unescaped), or nullptr. Linear in the number of members; members written early
  /// are found early.
  [[nodiscard]] const Member* find(std::string_view name) const;

  /// The member's value, see Value; nothing where it is of another kind or not there.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name, std::string& scratch) const {
    return value(name).text(scratch);
  }
  [[nodiscard]] std::optional<double> number(std::string_view name) const { return value(name).number(); }
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const { return value(name).integer(); }
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const { return value(name).boolean(); }

 private:
  [[nodiscard]] Value value(std::string_view name) const {
    const Member* member = find(name);
    return member == nullptr ? Value() : member->value;
  }

  friend class Reader;
  std::string_view line_;
  std::vector<Member> members_;
  bool escaped_names_ = false;  // some name holds a backslash
};

/// Checks lines by the grammar of RFC 8259 and the rules of DESIGN.md section 2 (UTF-8, depth, repeated names) and
/// indexes their members. Reusable: after warm-up a parse allocates nothing. Not shared between threads.
class Reader {
 public:
  /// Reads `line` (no line end; a trailing CR is white space) into `record`. At least kPadding bytes behind the line
  /// must be readable, whatever they hold. Fails with ErrorKind::Malformed and a message that says what is wrong at
  /// which byte, counted from 1 ("invalid UTF-8 at byte 17"); the record is empty then. Lines of 4 GiB and more are
  /// refused; the line reader of stream/ has a lower limit.
  Status parse(std::string_view line, Record& record);

 private:
  Status check(std::string_view line, Record& record);

  NameSorter name_sorter_;
};

/// A member to set: `json` is a whole JSON value; empty to take the member out.
struct Change {
  std::string_view name;
  std::string_view json;
};

/// Appends the record with the changes applied: a member that exists has its value's bytes replaced in place, a new one
/// is spliced in before the closing brace, one that is taken out goes with the comma behind it (the last one with the
/// comma before it), all else is copied as it stands. At most one member may be taken out. No line end is added.
void splice(const Record& record, std::span<const Change> changes, std::string& out);

}  // namespace dbi::record
