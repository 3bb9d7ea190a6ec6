// Compares a record with the table of its kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"
#include "record/schema/schema.hpp"

namespace dbi::record::schema {

/// What is wrong with one member.
struct Finding {
  enum class Code : std::uint8_t { Missing, WrongType, UnknownWord, UnknownKind, NotAllowed };
  Code code = Code::Missing;
  std::string member;   ///< its name, unescaped
  std::string message;  ///< "member 'calls' is a text, not an integer"
};

/// Every breach of the tables: required members, types, words, an unknown kind or version, `weight` on a gauge. Empty
/// where the record is as defined, in which case nothing is allocated. Members that no table knows are no finding: they
/// pass every filter untouched. Thread safe.
[[nodiscard]] std::vector<Finding> check_record(const Record& record);

/// Whether the value has that form; nothing is allocated where it has. `scratch` as in Value::text.
[[nodiscard]] bool has_type(MemberType type, const Value& value, std::string& scratch);

/// Whether a value of the row's type holds only the row's words, which it may where there are none.
[[nodiscard]] bool has_known_words(const MemberRow& row, const Value& value, std::string& scratch);

/// Whether `v` holds this version of the schema.
[[nodiscard]] bool is_known_version(const Value& value);

}  // namespace dbi::record::schema
