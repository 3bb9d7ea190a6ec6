// SPDX-License-Identifier: Apache-2.0
#include "sql/keyword.hpp"

#include <array>
#include <cstddef>

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
      return kOperand | kEnds | kTouch;
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

constexpr std::size_t kLongest = 15;
constexpr std::size_t kSlots = 1024;

// Of a word in either case: setting bit 5 folds letters, and what it does to other bytes does not matter here.
constexpr std::size_t slot_of(std::string_view word) {
  const auto byte = [&](std::size_t place) {
    return static_cast<std::size_t>(static_cast<unsigned char>(word[place]) | 0x20U);
  };
  const auto last = word.size() - 1;
  const auto hash = byte(0) * 419 + byte(last) * 71 + byte(last / 2) * 1013 + word.size() * 7;
  return (hash ^ (hash >> 10U)) % kSlots;
}

constexpr bool equals_folded(std::string_view word, std::string_view lower) {
  if (word.size() != lower.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
  }
  return true;
}

// Open addressing; built by the compiler.
constexpr std::array<Entry, kSlots> make_table() {
  std::array<Entry, kSlots> table{};
  for (const auto& entry : kEntries) {
    auto slot = slot_of(entry.word);
    while (!table[slot].word.empty()) slot = (slot + 1) % kSlots;
    table[slot] = entry;
  }
  return table;
}

constexpr auto kTable = make_table();

}  // namespace

Keyword find_keyword(std::string_view word) {
  if (word.empty() || word.size() > kLongest) return Keyword::None;
  for (auto slot = slot_of(word); !kTable[slot].word.empty(); slot = (slot + 1) % kSlots) {
    if (equals_folded(word, kTable[slot].word)) return kTable[slot].keyword;
  }
  return Keyword::None;
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
