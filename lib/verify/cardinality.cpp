// SPDX-License-Identifier: Apache-2.0
#include "verify/cardinality.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::verify {

namespace {

constexpr std::string_view kLineKind = "verify_values";
constexpr std::size_t kHexDigits = 16;
constexpr std::size_t kHashesPerLine = 1000;

}  // namespace

std::size_t NumberSet::slot_of(std::uint64_t number) const {
  std::size_t slot = number & (slots_.size() - 1);
  while (slots_[slot] != 0 && slots_[slot] != number) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool NumberSet::contains(std::uint64_t number) const {
  number = std::max<std::uint64_t>(number, 1);
  return !slots_.empty() && slots_[slot_of(number)] == number;
}

bool NumberSet::insert(std::uint64_t number) {
  number = std::max<std::uint64_t>(number, 1);
  if (contains(number)) return true;
  if (size_ >= most_) return false;
  if (3 * (size_ + 1) > 2 * slots_.size()) grow();
  slots_[slot_of(number)] = number;
  ++size_;
  return true;
}

void NumberSet::grow() {
  constexpr std::size_t kFirst = 64;
  std::vector<std::uint64_t> before = std::exchange(slots_, {});
  slots_.assign(std::max(kFirst, 2 * before.size()), 0);
  for (const std::uint64_t number : before) {
    if (number != 0) slots_[slot_of(number)] = number;
  }
}

void NumberSet::clear() {
  std::ranges::fill(slots_, 0);
  size_ = 0;
}

std::vector<std::uint64_t> NumberSet::values() const {
  std::vector<std::uint64_t> out;
  for (const std::uint64_t number : slots_) {
    if (number != 0) out.push_back(number);
  }
  return out;
}

Cardinality::Cardinality(const std::map<std::string, std::uint64_t>& limits, microseconds window) : window_(window) {
  for (const auto& [name, limit] : limits) {
    if (limit > 0) members_.push_back({.name = name, .limit = limit, .admitted = NumberSet(limit), .all = {}});
  }
}

Cardinality::Verdict Cardinality::look(std::size_t index, std::string_view value, Timestamp now) {
  turn_window(now);
  Limited& member = members_[index];
  const std::uint64_t hash = XXH3_64bits(value.data(), value.size());
  if (member.admitted.contains(hash)) return Verdict::Known;
  member.all.add(hash);
  if (member.admitted.size() >= member.limit) return Verdict::Over;
  new_.emplace_back(index, hash);
  return Verdict::New;
}

void Cardinality::admit_new() {
  for (const auto& [index, hash] : new_) members_[index].admitted.insert(hash);
  new_.clear();
}

void Cardinality::turn_window(Timestamp now) {
  if (!since_) since_ = now;
  if (window_.count() == 0 || (now - *since_ < window_ && *since_ - now < window_)) return;
  since_ = now;
  for (Limited& member : members_) {
    member.admitted.clear();
    member.all.clear();
  }
}

void Cardinality::take_over(Cardinality& other) {
  since_ = other.since_;
  for (Limited& member : members_) {
    const auto found = std::ranges::find(other.members_, member.name, &Limited::name);
    if (found != other.members_.end() && found->limit == member.limit) member = std::move(*found);
  }
}

void Cardinality::save(std::string& lines) const {
  for (const Limited& member : members_) {
    const auto values = member.admitted.values();
    for (std::size_t at = 0; at == 0 || at < values.size(); at += kHashesPerLine) {
      std::string hashes;
      const std::size_t end = std::min(values.size(), at + kHashesPerLine);
      for (std::size_t i = at; i < end; ++i) hashes += hex16(values[i]);
      record::Builder builder(lines);
      builder.begin(kLineKind).text("member", member.name).unsigned_integer("limit", member.limit);
      if (since_) builder.time("since", *since_);
      builder.text("hashes", hashes);
      if (at == 0) builder.text("registers", member.all.show());
      builder.end();
    }
  }
}

bool Cardinality::load_line(const record::Record& line) {
  using record::text_of;
  if (text_of(line, "kind") != kLineKind) return false;
  const auto found = std::ranges::find(members_, text_of(line, "member"), &Limited::name);
  if (found == members_.end() || found->limit != record::count_of(line, "limit")) return true;
  since_ = record::time_of(line, "since");
  const std::string hashes = text_of(line, "hashes");
  for (std::size_t at = 0; at + kHexDigits <= hashes.size(); at += kHexDigits) {
    std::uint64_t hash = 0;
    std::from_chars(hashes.data() + at, hashes.data() + at + kHexDigits, hash, 16);
    found->admitted.insert(hash);
  }
  found->all.read(text_of(line, "registers"));
  return true;
}

}  // namespace dbi::verify
