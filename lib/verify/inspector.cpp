// SPDX-License-Identifier: Apache-2.0
#include "verify/inspector.hpp"

#include <bit>
#include <cmath>

#include "base/time_text.hpp"
#include "record/escape.hpp"
#include "record/schema/check.hpp"

namespace dbi::verify {

namespace {

using record::schema::KindClass;

bool is_empty(const record::Value& value) {
  const char first = value.raw().front();
  return (first == '"' && value.raw().size() == 2) || first == 'n';
}

// Whether the value is surely as it should be, told without a call. Digits with at most one point are a number that is
// neither negative nor infinite.
bool is_plainly_right(Shortcut shortcut, std::string_view raw) {
  constexpr std::size_t kSurelyFinite = 300;  // digits; the largest double has 309
  const char first = raw.front();
  switch (shortcut) {
    case Shortcut::Text:
      return first == '"';
    case Shortcut::Boolean:
      return first == 't' || first == 'f';
    case Shortcut::Count:
    case Shortcut::Number:
      for (const char c : raw) {
        if ((c < '0' || c > '9') && (c != '.' || shortcut == Shortcut::Count)) return false;
      }
      return raw.size() < kSurelyFinite;
    default:
      return false;
  }
}

}  // namespace

std::string_view breach_words(Breach breach) {
  constexpr std::array<std::string_view, 7> kWords{"is missing",
                                                   "is of another type",
                                                   "is none of the words that it may be",
                                                   "is out of range",
                                                   "may not be there or is less than 1",
                                                   "is no kind that is known",
                                                   "is no version that is known"};
  return kWords[static_cast<std::size_t>(breach)];
}

std::string_view breach_word(Breach breach) {
  constexpr std::array<std::string_view, 7> kWords{"missing",     "wrong_type",   "unknown_word",   "out_of_range",
                                                   "not_allowed", "unknown_kind", "unknown_version"};
  return kWords[static_cast<std::size_t>(breach)];
}

const Inspection& Inspector::inspect(const record::Record& record) {
  found_.findings.clear();
  found_.personal.clear();
  found_.identities.clear();
  found_.limited.clear();
  found_.roles.fill(nullptr);
  found_.ts.reset();
  found_.observed_ts.reset();
  found_.members = record.members().size();
  found_.empty = 0;
  found_.table = &tables_.of(record.text("kind", scratch_).value_or(""));

  std::uint64_t present = 0;
  std::size_t next = 0;
  for (const record::Member& member : record.members()) {
    std::string_view name = member.raw_name;
    if (record.has_escaped_names()) {
      name_.clear();
      record::unescape(member.raw_name, record::LoneSurrogate::Keep, name_);
      name = name_;
    }
    if (is_empty(member.value)) ++found_.empty;
    const MemberRule* rule = found_.table->find(name, next);
    if (rule == nullptr) continue;
    present |= rule->required | rule->collected;
    if (rule->marked) look_at(member, *rule);
    if (rule->row != nullptr && !is_plainly_right(rule->shortcut, member.value.raw())) check(member, *rule);
  }
  count_missing(present);
  return found_;
}

void Inspector::look_at(const record::Member& member, const MemberRule& rule) {
  if (rule.personal) found_.personal.push_back({&member, &rule});
  if (rule.identity) found_.identities.push_back({&member, &rule});
  if (rule.limit >= 0) found_.limited.push_back({&member, &rule});
  found_.roles[static_cast<std::size_t>(rule.role)] = &member;
}

void Inspector::check(const record::Member& member, const MemberRule& rule) {
  const record::Value& value = member.value;
  if (rule.role == Role::Ts || rule.role == Role::ObservedTs) {
    const bool own = rule.role == Role::Ts;
    auto& time = own ? found_.ts : found_.observed_ts;
    time = time_of(value, own ? ts_ : observed_ts_);
    if (!time) add(Breach::WrongType, rule);
    return;
  }
  if (rule.role == Role::Weight) check_weight(value, rule);
  if (!record::schema::has_type(rule.row->type, value, scratch_)) return add(Breach::WrongType, rule);
  if (rule.range != Range::Any && !in_range(value, rule.range)) return add(Breach::OutOfRange, rule);
  if (!rule.row->words.empty() && !record::schema::has_known_words(*rule.row, value, scratch_)) {
    return add(Breach::UnknownWord, rule);
  }
  if (rule.role == Role::Kind && found_.table->kind() == nullptr) return add(Breach::UnknownKind, rule);
  if (rule.role == Role::Version && !record::schema::is_known_version(value)) add(Breach::UnknownVersion, rule);
}

bool Inspector::in_range(const record::Value& value, Range range) const {
  const double number = value.number().value_or(0);
  if (!std::isfinite(number) || number < 0) return false;
  if (range == Range::Percent) return number <= 100;
  return range != Range::Port || number <= 65535;
}

std::optional<Timestamp> Inspector::time_of(const record::Value& value, KnownTime& known) {
  if (value.raw() == known.raw) return known.time;
  const auto text = value.text(scratch_);
  if (!text) return std::nullopt;
  const auto time = parse_timestamp(*text);
  if (!time) return std::nullopt;
  known.raw.assign(value.raw());
  known.time = *time;
  return known.time;
}

void Inspector::check_weight(const record::Value& value, const MemberRule& rule) {
  const auto* kind = found_.table->kind();
  if (kind == nullptr) return;
  const auto number = value.number();
  // In `dropped` it is a sum, and 0 for the coin's.
  const bool too_small = number && *number < 1 && kind->name != "dropped";
  if (kind->kind_class == KindClass::Gauge || too_small) add(Breach::NotAllowed, rule);
}

void Inspector::count_missing(std::uint64_t present) {
  const KindTable& table = *found_.table;
  std::uint64_t wanted = table.required();
  if (found_.role(Role::Tool) == nullptr) wanted |= table.collected();
  found_.required = static_cast<std::size_t>(std::popcount(wanted));
  std::uint64_t missing = wanted & ~present;
  found_.missing = static_cast<std::size_t>(std::popcount(missing));
  for (; missing != 0; missing &= missing - 1) {
    add(Breach::Missing, table.rule_of(missing & (~missing + 1)));
  }
}

}  // namespace dbi::verify
