// What is looked at in each member of a kind, made once from the tables that dbi-record(5) prints and from the options.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "record/schema/schema.hpp"

namespace dbi::verify {

/// Which numbers a member may hold.
enum class Range : std::uint8_t { Any, NotNegative, Percent, Port };

/// Members that decide about more than themselves.
enum class Role : std::uint8_t { None, Version, Kind, Ts, ObservedTs, Target, Database, Cycle, Tool, Weight, kCount };

/// What nearly all values of a member can be told by their first byte and a look for a point: the check in full is for
/// the others.
enum class Shortcut : std::uint8_t { None, Text, Count, Number, Boolean };

/// One member of a kind.
struct MemberRule {
  std::string name;
  const record::schema::MemberRow* row = nullptr;  ///< nullptr: no table has it; the options name it
  Range range = Range::Any;
  Role role = Role::None;
  std::uint64_t required = 0;   ///< its bit, where every record has it
  std::uint64_t collected = 0;  ///< its bit, where every record of dbi-collect has it
  bool personal = false;        ///< is searched for personal data
  bool identity = false;        ///< names a machine or a person, as a whole
  int limit = -1;               ///< index of its cardinality limit
  Shortcut shortcut = Shortcut::None;
  bool marked = false;  ///< has a role, or is of one of the three
};

/// What the options add to the tables.
struct MemberChoices {
  std::vector<std::string> required;    ///< MEMBER, of every kind of data that has it, or KIND.MEMBER
  std::vector<std::string> personal;    ///< names
  std::vector<std::string> identities;  ///< names
  std::vector<std::string> limited;     ///< names, in the order of the limits
};

/// The rules of one kind. Immutable.
class KindTable {
 public:
  /// `kind` is nullptr for records of no known kind, which have the routing members.
  KindTable(const record::schema::KindRow* kind, const MemberChoices& choices);

  /// Nothing for a member that no rule is about. `next` is where the search begins, behind the rule found last:
  /// writers put members in the order of the tables. Allocates nothing.
  [[nodiscard]] const MemberRule* find(std::string_view name, std::size_t& next) const;

  [[nodiscard]] const record::schema::KindRow* kind() const { return kind_; }
  [[nodiscard]] bool is_control() const;
  [[nodiscard]] std::uint64_t required() const { return required_; }
  /// Of records that no filter wrote.
  [[nodiscard]] std::uint64_t collected() const { return collected_; }
  /// The rule of a required bit.
  [[nodiscard]] const MemberRule& rule_of(std::uint64_t bit) const;

 private:
  MemberRule& rule_for(std::string_view name);
  void add(const record::schema::MemberRow& row, std::uint64_t& next_bit);
  void choose(const MemberChoices& choices, std::uint64_t& next_bit);
  void require(const std::string& name, std::uint64_t& next_bit);
  void finish();
  void index();
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;

  const record::schema::KindRow* kind_;
  std::vector<MemberRule> rules_;
  std::vector<std::int16_t> slots_;  // open addressing by name; -1 is free
  std::uint64_t required_ = 0;
  std::uint64_t collected_ = 0;
};

/// A table for every kind, and one for all that is none.
class KindTables {
 public:
  explicit KindTables(const MemberChoices& choices);

  /// Never fails; the same kind as the last time is found at once.
  [[nodiscard]] const KindTable& of(std::string_view kind) const;

 private:
  std::deque<KindTable> tables_;
  KindTable unknown_;
  mutable const KindTable* last_ = nullptr;
};

}  // namespace dbi::verify
