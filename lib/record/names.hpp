// Tells repeated member names, exactly and without comparing each with each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbi::record {

struct Member;

/// A Bloom filter of names as they are written: a name that it has not seen is new for sure.
class NameFilter {
 public:
  /// Most names that it is good for; with more of them it says "seen" too often.
  static constexpr std::size_t kCapacity = 64;

  /// Notes a name; true where it may have been noted before. At least 8 bytes behind the name must be readable.
  bool note(std::string_view name) {
    const std::uint64_t hash = hash_ends(name) >> (64 - kBits);
    std::uint64_t& word = words_[hash / 64];
    const std::uint64_t bit = std::uint64_t{1} << hash % 64;
    const bool seen = (word & bit) != 0;
    word |= bit;
    return seen;
  }

 private:
  static constexpr unsigned kBits = 12;

  static std::uint64_t load(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }

  // From the length, the first and the last 8 bytes: enough to tell catalog names apart.
  static std::uint64_t hash_ends(std::string_view name) {
    std::uint64_t ends = 0;
    if (name.size() >= 8) {
      ends = load(name.data()) ^ std::rotl(load(name.data() + name.size() - 8), 29);
    } else if (!name.empty()) {
      const std::uint64_t bits = load(name.data());
      // The bytes that are not the name's are shifted out.
      ends =
          std::endian::native == std::endian::little ? bits << (64 - 8 * name.size()) : bits >> (64 - 8 * name.size());
    }
    return (ends + name.size()) * 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio: Knuth, TAOCP volume 3, section 6.4
  }

  std::array<std::uint64_t, (1U << kBits) / 64> words_{};
};

/// The exact search: sorts the unescaped names. Reuses its memory.
class NameSorter {
 public:
  /// The index of a member whose name an earlier member has, or members.size() where all differ.
  std::size_t find_repeated(std::span<const Member> members);

 private:
  struct Entry {
    std::string_view name;
    std::size_t index;
  };
  std::vector<Entry> entries_;
  std::string unescaped_;
};

}  // namespace dbi::record
