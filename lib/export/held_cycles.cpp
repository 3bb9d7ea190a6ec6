// SPDX-License-Identifier: Apache-2.0
#include "export/held_cycles.hpp"

#include <algorithm>
#include <utility>

#include "record/schema/schema.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

// Less than this in memory is not worth a write.
constexpr std::size_t kWorthSpilling = std::size_t{1} << 20U;

std::uint64_t accounts_for(const record::Record& record) {
  if (!is_control(record)) return 1;
  if (record::text_of(record, "kind") != "dropped") return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.integer("count").value_or(0)));
}

}  // namespace

CycleKey cycle_key(const record::Record& record) {
  CycleKey key{record::text_of(record, "target"), record::text_of(record, "cycle")};
  if (key.is_loose()) key.target.clear();
  return key;
}

bool is_control(const record::Record& record) {
  return record::schema::is_control(record::text_of(record, "kind"));
}

Result<bool> HeldCycles::add(const CycleKey& key, const record::Record& record) {
  const auto [entry, begins] = held_.try_emplace(key);
  Held& held = entry->second;
  if (begins) held.since = ++begun_;
  held.accounted += accounts_for(record);
  held.lines.append(record.line());
  held.lines.push_back('\n');
  bytes_ += record.line().size() + 1;
  if (bytes_ > limit_) DBI_TRY(spill_largest());
  return begins;
}

Status HeldCycles::each(const CycleKey& key, const Use& use) {
  const auto entry = held_.find(key);
  if (entry == held_.end()) return {};
  for (const SpillFile::Extent& extent : entry->second.spilled) {
    DBI_TRY(file_.read(extent, [&](std::string_view lines) { return use_lines(lines, use); }));
  }
  return use_lines(entry->second.lines, use);
}

Status HeldCycles::use_lines(std::string_view lines, const Use& use) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    // The reader wants bytes behind the line that it may look at.
    padded_.assign(lines.substr(0, end)).append(record::kPadding, ' ');
    DBI_TRY(reader_.parse(std::string_view(padded_).substr(0, end), record_));
    DBI_TRY(use(record_));
    lines.remove_prefix(end + 1);
  }
  return {};
}

void HeldCycles::forget(const CycleKey& key) {
  const auto entry = held_.find(key);
  if (entry == held_.end()) return;
  for (const SpillFile::Extent& extent : entry->second.spilled) file_.give_back(extent);
  bytes_ -= entry->second.lines.size();
  held_.erase(entry);
}

std::uint64_t HeldCycles::accounted(const CycleKey& key) const {
  const auto entry = held_.find(key);
  return entry == held_.end() ? 0 : entry->second.accounted;
}

std::vector<CycleKey> HeldCycles::older(const CycleKey& key) const {
  std::vector<CycleKey> cycles;
  for (auto entry = held_.lower_bound({key.target, {}}); entry != held_.end() && entry->first < key; ++entry) {
    if (!entry->first.is_loose()) cycles.push_back(entry->first);
  }
  return cycles;
}

CycleKey HeldCycles::first() const {
  return std::ranges::min_element(held_, {}, [](const auto& entry) { return entry.second.since; })->first;
}

Status HeldCycles::shrink() {
  if (bytes_ < kWorthSpilling) return {};
  for (auto& [key, held] : held_) {
    if (!held.lines.empty()) DBI_TRY(spill(held));
  }
  return {};
}

Status HeldCycles::spill_largest() {
  return spill(
      std::ranges::max_element(held_, {}, [](const auto& entry) { return entry.second.lines.size(); })->second);
}

Status HeldCycles::spill(Held& held) {
  DBI_TRY_ASSIGN(const SpillFile::Extent extent, file_.write(held.lines));
  held.spilled.push_back(extent);
  bytes_ -= held.lines.size();
  held.lines = std::string();
  return {};
}

}  // namespace dbi::exporting
