// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.hpp"

#include <algorithm>
#include <utility>

#include "base/text_key.hpp"
#include "base/time_text.hpp"
#include "record/builder.hpp"

namespace dbi::ledger {

namespace {

constexpr std::string_view kDroppedKind = "dropped";
constexpr std::string_view kEventKind = "event";
constexpr std::string_view kSavedKind = "ledger";

std::optional<std::string> copy_of(std::optional<std::string_view> text) {
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

std::size_t Ledger::Hash::operator()(std::string_view text) const {
  return std::hash<std::string_view>{}(text);
}

Ledger::Ledger(std::string tool, std::string name, const stream::RunClock& clock)
    : tool_(std::move(tool)), name_(std::move(name)), clock_(&clock) {}

void Ledger::drop(const record::Record& record, Reason reason) {
  drop(record, reason, weight_of(record));
}

void Ledger::drop(const record::Record& record, Reason reason, double weight) {
  const Amounts amounts = reason == Reason::Sampled ? Amounts{.count = 1} : amounts_of(record, weight);
  add(key_of(record, reason, false), amounts, now_);
}

// Its views are those of the record or of scratch: valid until the next call.
DroppedKey Ledger::key_of(const record::Record& record, Reason reason, bool folded) {
  return {record.text("target", target_), record.text("database", database_), record.text("cycle", cycle_), reason,
          folded};
}

DroppedKey Ledger::key_of(const Entry& entry) {
  return {view_of(entry.target), view_of(entry.database), view_of(entry.cycle), entry.reason, entry.folded};
}

Ledger::Entry& Ledger::add(DroppedKey key, const Amounts& amounts, Timestamp since) {
  Entry* entry = find(key);
  if (entry == nullptr && !key.folded && entries_.size() - folded_ >= kMaxKeys) {
    key = {key.target, std::nullopt, key.cycle, key.reason, true};
    entry = find(key);
  }
  if (entry == nullptr && key.folded && folded_ >= kMaxKeys) {
    key = {std::nullopt, std::nullopt, std::nullopt, key.reason, true};
    entry = find(key);
  }
  if (entry == nullptr) entry = &insert(key, since);
  entry->amounts += amounts;
  return *entry;
}

const std::string& Ledger::index_key(const DroppedKey& key) {
  index_key_.clear();
  index_key_.push_back(static_cast<char>(key.reason));
  index_key_.push_back(key.folded ? 'f' : 'k');
  append_part(index_key_, key.target);
  append_part(index_key_, key.database);
  append_part(index_key_, key.cycle);
  return index_key_;
}

Ledger::Entry* Ledger::find(const DroppedKey& key) {
  const auto found = index_.find(std::string_view(index_key(key)));
  return found == index_.end() ? nullptr : &*found->second;
}

Ledger::Entry& Ledger::insert(const DroppedKey& key, Timestamp since) {
  oldest_ = entries_.empty() ? since : std::min(oldest_, since);
  newest_ = entries_.empty() ? since : std::max(newest_, since);
  if (key.folded) ++folded_;
  entries_.push_back(
      {copy_of(key.target), copy_of(key.database), copy_of(key.cycle), key.reason, key.folded, since, {}, false});
  index_.emplace(index_key(key), std::prev(entries_.end()));
  return entries_.back();
}

Status Ledger::before(const record::Record& record, Timestamp now, stream::Writer& out) {
  now_ = now;
  if (!others_.empty()) DBI_TRY(write_others(out));
  if (entries_.empty()) return {};
  if (newest_ > now) stand_clock_that_went_back();
  if (folded_ >= kMaxKeys) DBI_TRY(end(out));
  if (record.text("kind", text_) == "scrape") {
    const auto target = record.text("target", target_);
    DBI_TRY(write_if([target](const Entry& entry) { return view_of(entry.target) == target; }, out));
  }
  if (entries_.empty() || now - oldest_ < kMaxWait) return {};
  return write_if([now](const Entry& entry) { return now - entry.since >= kMaxWait; }, out);
}

// A count that came later than now came now.
void Ledger::stand_clock_that_went_back() {
  for (Entry& entry : entries_) entry.since = std::min(entry.since, now_);
  oldest_ = std::min(oldest_, now_);
  newest_ = now_;
}

Status Ledger::end(stream::Writer& out) {
  DBI_TRY(write_others(out));
  return write_if([](const Entry&) { return true; }, out);
}

Status Ledger::write_others(stream::Writer& out) {
  for (const std::string& line : others_) out.buffer().append(line).push_back('\n');
  others_.clear();
  other_bytes_ = 0;
  loaded_others_ = false;
  return out.commit();
}

bool Ledger::keep(std::string_view line) {
  if (others_.size() >= kMaxOthers || other_bytes_ + line.size() > kMaxOtherBytes) return false;
  others_.emplace_back(line);
  other_bytes_ += line.size();
  return true;
}

Status Ledger::write_if(const std::function<bool(const Entry&)>& wanted, stream::Writer& out) {
  const std::size_t before = entries_.size();
  std::optional<Timestamp> oldest;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (!wanted(*entry)) {
      oldest = std::min(oldest.value_or(entry->since), entry->since);
      ++entry;
      continue;
    }
    const DroppedKey key = key_of(*entry);
    append_dropped(out.buffer(), {tool_, name_}, format_timestamp(clock_->stamp()), key, entry->amounts);
    index_.erase(index_key(key));
    if (entry->folded) --folded_;
    if (entry->loaded) --loaded_;
    entry = entries_.erase(entry);
  }
  oldest_ = oldest.value_or(oldest_);
  return entries_.size() == before ? Status{} : out.commit();
}

void Ledger::cut_off(const record::Record& record) {
  if (!take_back(record)) drop(record, Reason::Shutdown);
}

// Its own `dropped` record says what it counted; another's says what nobody else knows any more. Its own events were
// never read; an operator is to hear of them all the same.
bool Ledger::take_back(const record::Record& record) {
  const auto kind = record.text("kind", text_);
  const bool event = kind == kEventKind;
  if (!event && kind != kDroppedKind) return false;
  const bool own = record.text("tool", text_) == tool_ && record.text("name", text_).value_or(tool_) == name_;
  if (own == event) return keep(record.line());
  if (event) return false;
  const auto reason = find_reason(record.text("reason", text_).value_or(""));
  if (!reason) return false;
  add(key_of(record, *reason, record.boolean("folded").value_or(false)), counted_in(record), now_);
  return true;
}

void Ledger::save(std::string& lines) const {
  for (const std::string& line : others_) lines.append(line).push_back('\n');
  record::Builder builder(lines);
  for (const Entry& entry : entries_) {
    builder.begin(kSavedKind).time("since", entry.since);
    if (entry.target) builder.text("target", *entry.target);
    if (entry.database) builder.text("database", *entry.database);
    if (entry.cycle) builder.text("cycle", *entry.cycle);
    builder.text("reason", reason_word(entry.reason)).boolean("folded", entry.folded);
    builder.unsigned_integer("count", entry.amounts.count).number("weight", entry.amounts.weight);
    builder.number("calls", entry.amounts.calls).number("total_ms", entry.amounts.total_ms).end();
  }
}

void Ledger::load(Entry& entry) {
  if (!std::exchange(entry.loaded, true)) ++loaded_;
}

bool Ledger::load_line(const record::Record& line) {
  const auto kind = line.text("kind", text_);
  if (kind == kDroppedKind || kind == kEventKind) {
    if (keep(line.line())) {
      loaded_others_ = true;
    } else {
      load(add(key_of(line, Reason::Shutdown, false), amounts_of(line, weight_of(line)), now_));
    }
    return true;
  }
  if (kind != kSavedKind) return false;
  const auto reason = find_reason(line.text("reason", text_).value_or(""));
  if (!reason) return true;
  const auto since = parse_timestamp(line.text("since", text_).value_or(""));
  load(add(key_of(line, *reason, line.boolean("folded").value_or(false)), counted_in(line), since.value_or(now_)));
  return true;
}

}  // namespace dbi::ledger
