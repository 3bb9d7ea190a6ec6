// What each kind of record holds: one table a kind, from which the check, dbi-record(5) and the tests are made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace dbi::record::schema {

/// The JSON form of a member.
enum class MemberType : std::uint8_t {
  Text,          ///< a string; ids are always texts
  Time,          ///< a string in RFC 3339
  Integer,       ///< a number without fraction and exponent, of any size
  Number,        ///< any number
  Boolean,       ///< true or false
  TextList,      ///< an array of strings
  Object,        ///< an object
  TextOrObject,  ///< a string or an object
  ObjectList     ///< an array of objects
};

/// Whether a record of the kind must have the member.
enum class Presence : std::uint8_t {
  Required,   ///< always
  Collected,  ///< in every record but those that a filter writes, which have `tool` instead
  Optional    ///< where it applies; else absent, never null
};

/// The systems that can give a member, as a set of bits.
enum Systems : std::uint8_t {
  kPostgreSql = 1,
  kMySql = 2,
  kMariaDb = 4,
  kMySqlFamily = kMySql | kMariaDb,
  kAllSystems = kPostgreSql | kMySqlFamily
};

/// One member of a kind.
struct MemberRow {
  std::string_view name;
  MemberType type = MemberType::Text;
  std::string_view unit;  ///< "ms", "s", "bytes", "%", "blocks" ...; empty where there is none
  Presence presence = Presence::Optional;
  Systems systems = kAllSystems;
  std::string_view meaning;                   ///< one sentence without its full stop
  std::span<const std::string_view> words{};  ///< the only values of a text; empty = any
};

/// How the filters treat a kind.
enum class KindClass : std::uint8_t {
  Data,    ///< may be sampled and limited; carries `weight`
  Gauge,   ///< a state: never carries `weight`
  Control  ///< never sampled, limited or dropped
};

/// One kind of record. `members` are those beside the routing members.
struct KindRow {
  std::string_view name;
  KindClass kind_class = KindClass::Data;
  std::string_view meaning;
  std::span<const MemberRow> members;
  bool defined_later = false;  ///< only the routing members are defined in this version
};

/// The members that lead every record, in their order.
[[nodiscard]] std::span<const MemberRow> routing_members();

/// Members that any kind may carry: `weight`, `tool`, `name`, `circuit`.
[[nodiscard]] std::span<const MemberRow> common_members();

/// Every kind, in the order of dbi-record(5).
[[nodiscard]] std::span<const KindRow> kinds();

/// The kind of that name, or nullptr. Thread safe.
[[nodiscard]] const KindRow* find_kind(std::string_view name);

/// Whether records of that kind are control records; those of an unknown kind are none. Thread safe.
[[nodiscard]] bool is_control(std::string_view kind);

/// The member of a kind, routing and common members included, or nullptr. Thread safe.
[[nodiscard]] const MemberRow* find_member(const KindRow& kind, std::string_view name);

/// "text", "time", "integer", "number", "boolean", "list of texts", "object", "text or object".
[[nodiscard]] std::string_view type_word(MemberType type);

}  // namespace dbi::record::schema
