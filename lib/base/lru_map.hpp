// A map by text that is bounded: what was touched longest ago makes room.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace dbi {

/// At most `max` entries. To find or put an entry touches it, and costs constant time; a hit allocates nothing, and a
/// full map takes a new entry into the place of the one it evicts. References stay valid until their entry is evicted
/// or erased. Value needs a default constructor. Not shared between threads.
template <typename Value>
class LruMap {
 public:
  /// `max` of 0 counts as 1.
  explicit LruMap(std::size_t max) : max_(max == 0 ? 1 : max) {}
  // The index holds views into the entries, which stay where they are when the map moves.
  LruMap(const LruMap&) = delete;
  LruMap& operator=(const LruMap&) = delete;
  LruMap(LruMap&&) noexcept = default;
  LruMap& operator=(LruMap&&) noexcept = default;
  ~LruMap() = default;

  /// The value of the key, or nullptr.
  Value* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.end(), entries_, found->second);
    return &found->second->second;
  }

  /// The same without touching it.
  [[nodiscard]] const Value* peek(std::string_view key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  [[nodiscard]] Value* peek(std::string_view key) { return const_cast<Value*>(std::as_const(*this).peek(key)); }

  /// The value of the key; a new one is a default Value.
  Value& put(std::string_view key) {
    if (Value* value = find(key)) return *value;
    if (entries_.size() >= max_) return replace_oldest(key);
    entries_.emplace_back(key, Value());
    index_.emplace(entries_.back().first, std::prev(entries_.end()));
    return entries_.back().second;
  }

  /// True where there was such an entry. It does not count as an eviction.
  bool erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    const auto entry = found->second;
    index_.erase(found);
    entries_.erase(entry);
    return true;
  }

  /// Erases where `wanted(const std::string& key, const Value& value)` says so; the order of the others stays.
  template <typename Wanted>
  void erase_if(Wanted wanted) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (!wanted(std::as_const(entry->first), std::as_const(entry->second))) {
        ++entry;
        continue;
      }
      index_.erase(entry->first);
      entry = entries_.erase(entry);
    }
  }

  /// Evicts down to the new bound at once.
  void set_max(std::size_t max) {
    max_ = max == 0 ? 1 : max;
    shrink_to(max_);
  }

  /// Evicts down to `size` entries; the bound stays.
  void shrink_to(std::size_t size) {
    while (entries_.size() > size) {
      index_.erase(entries_.front().first);
      entries_.pop_front();
      ++evictions_;
    }
  }

  void clear() {
    index_.clear();
    entries_.clear();
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t max() const { return max_; }
  /// Entries that had to make room since the map was made.
  [[nodiscard]] std::uint64_t evictions() const { return evictions_; }

  /// The entry that would be evicted next; the map must not be empty.
  [[nodiscard]] const std::string& oldest_key() const { return entries_.front().first; }
  [[nodiscard]] const Value& oldest() const { return entries_.front().second; }

  /// Calls `visit(const std::string& key, Value& value)`, the one touched longest ago first, and touches none: putting
  /// the entries into another map in this order gives the same map.
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& [key, value] : entries_) visit(std::as_const(key), value);
  }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, value] : entries_) visit(key, value);
  }

  /// The same for the first `count` at most.
  template <typename Visit>
  void for_oldest(std::size_t count, Visit visit) {
    for (auto entry = entries_.begin(); entry != entries_.end() && count > 0; ++entry, --count) {
      visit(std::as_const(entry->first), entry->second);
    }
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;  // oldest first

  // Uses the memory of the oldest entry and of its place in the index.
  Value& replace_oldest(std::string_view key) {
    auto place = index_.extract(entries_.front().first);
    entries_.splice(entries_.end(), entries_, entries_.begin());
    auto& [name, value] = entries_.back();
    name.assign(key);
    value = Value();
    place.key() = name;
    index_.insert(std::move(place));
    ++evictions_;
    return value;
  }

  std::size_t max_;
  std::uint64_t evictions_ = 0;
  Entries entries_;
  std::unordered_map<std::string_view, typename Entries::iterator> index_;
};

}  // namespace dbi
