// Tables of words that are built by the compiler; words are found in whatever their case.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbi::sql {

/// Whether a word is, but for the case of its letters, one that is written in lower case.
constexpr bool equals_folded(std::string_view word, std::string_view lower) {
  if (word.size() != lower.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
  }
  return true;
}

/// Whether such a word, or part of one, is in the text.
constexpr bool contains_folded(std::string_view text, std::string_view lower) {
  for (; text.size() >= lower.size(); text.remove_prefix(1)) {
    if (equals_folded(text.substr(0, lower.size()), lower)) return true;
  }
  return false;
}

/// `Entry` has a member `word` in lower case, not empty. Open addressing over `slots` places, a power of two.
template <typename Entry, std::size_t slots>
class WordTable {
 public:
  template <std::size_t count>
  explicit constexpr WordTable(const Entry (&entries)[count]) {
    static_assert(count * 2 < slots);
    for (const auto& entry : entries) {
      longest_ = std::max(longest_, entry.word.size());
      auto slot = slot_of(entry.word);
      while (!table_[slot].word.empty()) slot = (slot + 1) % slots;
      table_[slot] = entry;
    }
  }

  /// Null where there is none.
  [[nodiscard]] const Entry* find(std::string_view word) const {
    if (word.empty() || word.size() > longest_) return nullptr;
    for (auto slot = slot_of(word); !table_[slot].word.empty(); slot = (slot + 1) % slots) {
      if (equals_folded(word, table_[slot].word)) return &table_[slot];
    }
    return nullptr;
  }

 private:
  // Of a word in either case: setting bit 5 folds letters, and what it does to other bytes does not matter here.
  static constexpr std::size_t slot_of(std::string_view word) {
    const auto byte = [&](std::size_t place) {
      return static_cast<std::size_t>(static_cast<unsigned char>(word[place]) | 0x20U);
    };
    const auto last = word.size() - 1;
    const auto hash = byte(0) * 419 + byte(last) * 71 + byte(last / 2) * 1013 + word.size() * 7;
    return (hash ^ (hash >> 10U)) % slots;
  }

  std::array<Entry, slots> table_{};
  std::size_t longest_ = 0;
};

/// Tells of most words, by length, first and last letter, that they are not among some, and quicker than a table.
class WordFilter {
 public:
  /// Each of 1 to 31 bytes in lower case.
  template <std::size_t count>
  explicit constexpr WordFilter(const std::string_view (&words)[count]) {
    for (const auto& word : words) {
      auto& place = places_[letter(word.front())];
      place.sizes |= 1U << word.size();
      place.ends |= 1U << letter(word.back());
    }
  }

  /// False for a word, in whatever case, that is not among them.
  [[nodiscard]] bool may_hold(std::string_view word) const {
    if (word.size() - 1 >= kBits - 1) return false;  // an empty one, too
    const auto& place = places_[letter(word.front())];
    return ((place.sizes >> word.size()) & (place.ends >> letter(word.back())) & 1U) != 0;
  }

 private:
  static constexpr std::size_t kBits = 32;
  struct Place {
    std::uint32_t sizes = 0;
    std::uint32_t ends = 0;
  };
  // The same for both cases of a letter; other bytes share their places with some.
  static constexpr std::size_t letter(char c) { return static_cast<unsigned char>(c) % kBits; }

  std::array<Place, kBits> places_{};
};

}  // namespace dbi::sql
