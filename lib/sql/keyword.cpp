// SPDX-License-Identifier: Apache-2.0
#include "sql/keyword.hpp"

#include <cstddef>

#include "sql/word_table.hpp"

namespace dbi::sql {

namespace {

enum Property : std::uint8_t {
  kOperand = 1,  // expects_operand
  kEnds = 2,     // ends_element
  kList = 4,     // begins_list
  kTouch = 8,    // may_touch_value
};

struct Entry {
  std::string_view word;
  Keyword keyword = Keyword::None;
};

constexpr std::uint8_t properties(Keyword keyword) {
  switch (keyword) {
    case Keyword::All:
      return kOperand | kList;
    case Keyword::As:
    case Keyword::Is:
      return kTouch;
    case Keyword::In:
    case Keyword::Not:
    case Keyword::Default:
    case Keyword::Operand:
      return kOperand | kTouch;
    case Keyword::Select:
    case Keyword::Values:
    case Keyword::OperandList:
      return kOperand | kList;
    case Keyword::Limit:
    case Keyword::Clause:
    case Keyword::From:
      return kOperand | kEnds | kTouch;
    case Keyword::ClauseList:
      return kOperand | kEnds | kList | kTouch;
    case Keyword::Set:
    case Keyword::To:
    case Keyword::With:
    case Keyword::Uescape:
    case Keyword::Follower:
      return kTouch;
    default:
      return 0;
  }
}

constexpr Entry kEntries[] = {
    {"all", Keyword::All},
    {"alter", Keyword::Alter},
    {"array", Keyword::Array},
    {"as", Keyword::As},
    {"authorization", Keyword::Authorization},
    {"cast", Keyword::Cast},
    {"characteristics", Keyword::Characteristics},
    {"constraints", Keyword::Constraints},
    {"create", Keyword::Create},
    {"deallocate", Keyword::Deallocate},
    {"extract", Keyword::Extract},
    {"false", Keyword::False},
    {"from", Keyword::From},
    {"in", Keyword::In},
    {"is", Keyword::Is},
    {"limit", Keyword::Limit},
    {"local", Keyword::Local},
    {"not", Keyword::Not},
    {"null", Keyword::Null},
    {"prepare", Keyword::Prepare},
    {"release", Keyword::Release},
    {"role", Keyword::Role},
    {"rollback", Keyword::Rollback},
    {"savepoint", Keyword::Savepoint},
    {"schema", Keyword::Schema},
    {"names", Keyword::Schema},
    {"catalog", Keyword::Schema},
    {"select", Keyword::Select},
    {"session", Keyword::Session},
    {"set", Keyword::Set},
    {"time", Keyword::Time},
    {"to", Keyword::To},
    {"transaction", Keyword::Transaction},
    {"true", Keyword::True},
    {"uescape", Keyword::Uescape},
    {"values", Keyword::Values},
    {"with", Keyword::With},
    {"work", Keyword::Work},
    {"zone", Keyword::Zone},
    // an operand follows
    {"and", Keyword::Operand},
    {"or", Keyword::Operand},
    {"between", Keyword::Operand},
    {"symmetric", Keyword::Operand},
    {"like", Keyword::Operand},
    {"ilike", Keyword::Operand},
    {"case", Keyword::Operand},
    {"when", Keyword::Operand},
    {"then", Keyword::Operand},
    {"else", Keyword::Operand},
    {"default", Keyword::Default},
    {"return", Keyword::Operand},
    {"using", Keyword::Operand},
    {"by", Keyword::OperandList},
    {"distinct", Keyword::OperandList},
    // the next clause
    {"where", Keyword::Clause},
    {"on", Keyword::Clause},
    {"having", Keyword::Clause},
    {"offset", Keyword::Clause},
    {"fetch", Keyword::Clause},
    {"group", Keyword::Clause},
    {"order", Keyword::Clause},
    {"union", Keyword::Clause},
    {"except", Keyword::Clause},
    {"intersect", Keyword::Clause},
    {"window", Keyword::Clause},
    {"for", Keyword::Clause},
    {"into", Keyword::Clause},
    {"returning", Keyword::ClauseList},
    // neither
    {"end", Keyword::Follower},
    {"asc", Keyword::Follower},
    {"desc", Keyword::Follower},
    {"collate", Keyword::Follower},
    {"at", Keyword::Follower},
    {"isnull", Keyword::Follower},
    {"notnull", Keyword::Follower},
    {"similar", Keyword::Follower},
    {"operator", Keyword::Follower},
    {"over", Keyword::Follower},
};

constexpr WordTable<Entry, 1024> kTable(kEntries);

}  // namespace

Keyword find_keyword(std::string_view word) {
  const auto* entry = kTable.find(word);
  return entry != nullptr ? entry->keyword : Keyword::None;
}

bool expects_operand(Keyword keyword) {
  return (properties(keyword) & kOperand) != 0;
}

bool ends_element(Keyword keyword) {
  return (properties(keyword) & kEnds) != 0;
}

bool begins_list(Keyword keyword) {
  return (properties(keyword) & kList) != 0;
}

bool may_touch_value(Keyword keyword) {
  return (properties(keyword) & kTouch) != 0;
}

}  // namespace dbi::sql
