// SPDX-License-Identifier: Apache-2.0
#include "verify/kind_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "record/schema/alias.hpp"

namespace dbi::verify {

namespace {

using record::schema::KindClass;
using record::schema::MemberRow;
using record::schema::MemberType;
using record::schema::Presence;

constexpr std::array<std::pair<std::string_view, Role>, 9> kRoles{{{"v", Role::Version},
                                                                   {"kind", Role::Kind},
                                                                   {"ts", Role::Ts},
                                                                   {"observed_ts", Role::ObservedTs},
                                                                   {"target", Role::Target},
                                                                   {"database", Role::Database},
                                                                   {"cycle", Role::Cycle},
                                                                   {"tool", Role::Tool},
                                                                   {"weight", Role::Weight}}};

Role role_of(std::string_view name) {
  const auto* const found = std::ranges::find(kRoles, name, &std::pair<std::string_view, Role>::first);
  return found == kRoles.end() ? Role::None : found->second;
}

// Lags of replicas and of schedules are differences of two clocks; a share of totals that were read at another moment
// may pass 100.
Range range_of(const MemberRow& row) {
  constexpr std::array<std::string_view, 4> kAnyNumber{"v", "weight", "late_s", "replica_lag_s"};
  if (row.type != MemberType::Integer && row.type != MemberType::Number) return Range::Any;
  if (row.name == "port") return Range::Port;
  if (std::ranges::find(kAnyNumber, row.name) != kAnyNumber.end()) return Range::Any;
  return row.unit == "%" && row.name != "coverage_pct" ? Range::Percent : Range::NotNegative;
}

Shortcut shortcut_of(const MemberRow& row, Range range) {
  if (!row.words.empty()) return Shortcut::None;
  if (row.type == MemberType::Text) return Shortcut::Text;
  if (row.type == MemberType::Boolean) return Shortcut::Boolean;
  if (range != Range::NotNegative) return Shortcut::None;
  return row.type == MemberType::Integer ? Shortcut::Count : Shortcut::Number;
}

}  // namespace

KindTable::KindTable(const record::schema::KindRow* kind, const MemberChoices& choices) : kind_(kind) {
  std::uint64_t next_bit = 1;
  for (const MemberRow& row : record::schema::routing_members()) add(row, next_bit);
  if (kind != nullptr) {
    for (const MemberRow& row : kind->members) add(row, next_bit);
  }
  // A kind that has such a member in its own table gave it a meaning of its own.
  for (const MemberRow& row : record::schema::common_members()) {
    if (std::ranges::find(rules_, row.name, &MemberRule::name) == rules_.end()) add(row, next_bit);
  }
  choose(choices, next_bit);
  finish();
  index();
}

void KindTable::add(const MemberRow& row, std::uint64_t& next_bit) {
  MemberRule rule;
  rule.name = row.name;
  rule.row = &row;
  rule.range = range_of(row);
  rule.role = role_of(row.name);
  if (row.presence != Presence::Optional) {
    (row.presence == Presence::Required ? rule.required : rule.collected) = next_bit;
    (row.presence == Presence::Required ? required_ : collected_) |= next_bit;
    next_bit <<= 1U;
  }
  rules_.push_back(std::move(rule));
}

MemberRule& KindTable::rule_for(std::string_view name) {
  const auto found = std::ranges::find(rules_, name, &MemberRule::name);
  if (found != rules_.end()) return *found;
  MemberRule& rule = rules_.emplace_back();
  rule.name = name;
  return rule;
}

void KindTable::choose(const MemberChoices& choices, std::uint64_t& next_bit) {
  for (const auto& name : choices.personal) rule_for(name).personal = true;
  for (const auto& name : choices.identities) rule_for(name).identity = true;
  for (std::size_t i = 0; i < choices.limited.size(); ++i) rule_for(choices.limited[i]).limit = static_cast<int>(i);
  if (kind_ == nullptr || is_control()) return;
  for (const auto& name : choices.required) require(name, next_bit);
}

void KindTable::require(const std::string& name, std::uint64_t& next_bit) {
  const auto dot = name.find('.');
  const std::string member(record::schema::resolve_alias(dot == std::string::npos ? name : name.substr(dot + 1)));
  if (dot != std::string::npos && name.substr(0, dot) != kind_->name) return;
  if (dot == std::string::npos && record::schema::find_member(*kind_, member) == nullptr) return;
  MemberRule& rule = rule_for(member);
  if (rule.required != 0 || rule.collected != 0 || next_bit == 0) return;
  rule.required = next_bit;
  required_ |= next_bit;
  next_bit <<= 1U;
}

void KindTable::finish() {
  for (MemberRule& rule : rules_) {
    rule.marked = rule.role != Role::None || rule.personal || rule.identity || rule.limit >= 0;
    if (rule.row != nullptr && rule.role == Role::None) rule.shortcut = shortcut_of(*rule.row, rule.range);
  }
}

// The hash of FNV-1a, reduced to the table; names are short.
std::size_t KindTable::slot_of(std::string_view name) const {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return (hash ^ hash >> 15U) & (slots_.size() - 1);
}

void KindTable::index() {
  std::size_t size = 16;
  while (size < 4 * rules_.size()) size *= 2;
  slots_.assign(size, -1);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    std::size_t slot = slot_of(rules_[i].name);
    while (slots_[slot] >= 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::int16_t>(i);
  }
}

const MemberRule* KindTable::find(std::string_view name, std::size_t& next) const {
  constexpr std::size_t kNear = 6;
  const std::size_t end = std::min(next + kNear, rules_.size());
  for (std::size_t i = next; i < end; ++i) {
    if (rules_[i].name != name) continue;
    next = i + 1;
    return &rules_[i];
  }
  for (std::size_t slot = slot_of(name); slots_[slot] >= 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const auto i = static_cast<std::size_t>(slots_[slot]);
    if (rules_[i].name != name) continue;
    next = i + 1;
    return &rules_[i];
  }
  return nullptr;
}

bool KindTable::is_control() const {
  return kind_ != nullptr && kind_->kind_class == KindClass::Control;
}

const MemberRule& KindTable::rule_of(std::uint64_t bit) const {
  return *std::ranges::find_if(rules_,
                               [bit](const MemberRule& rule) { return ((rule.required | rule.collected) & bit) != 0; });
}

KindTables::KindTables(const MemberChoices& choices) : unknown_(nullptr, choices) {
  for (const auto& kind : record::schema::kinds()) tables_.emplace_back(&kind, choices);
}

const KindTable& KindTables::of(std::string_view kind) const {
  if (last_ != nullptr && last_->kind()->name == kind) return *last_;
  for (const KindTable& table : tables_) {
    if (table.kind()->name == kind) return *(last_ = &table);
  }
  return unknown_;
}

}  // namespace dbi::verify
