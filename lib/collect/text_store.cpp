// SPDX-License-Identifier: Apache-2.0
#include "collect/text_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "collect/json_cursor.hpp"
#include "collect/state_text.hpp"
#include "record/builder.hpp"

namespace dbi::collect {

namespace {

constexpr state::DocumentFormat kFormat{"texts", 1};

// An entry's share of the tables, beside its strings.
constexpr std::size_t kEntryBytes = 256;

// After an eviction this share of the limits is free, so that evictions are rare.
constexpr std::size_t kFreeShare = 10;

// How stale the file may say that an entry was last seen; only eviction asks.
constexpr auto kSeenResolution = std::chrono::hours{24};

}  // namespace

const StatementText* TextStore::find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.text;
}

std::optional<std::string_view> TextStore::signature_of(std::string_view query_id) const {
  const auto found = signatures_.find(query_id);
  if (found == signatures_.end() || found->second.value.empty()) return std::nullopt;
  return found->second.value;
}

std::vector<std::size_t> TextStore::see(StatementSnapshot& snapshot) {
  std::vector<std::size_t> unknown;
  shown_ = snapshot.taken;
  for (std::size_t i = 0; i < snapshot.rows.size(); ++i) {
    const auto found = entries_.find(std::string_view(snapshot.rows[i].key));
    if (found == entries_.end()) {
      unknown.push_back(i);
      continue;
    }
    auto& entry = found->second;
    changed_ = changed_ || snapshot.taken - entry.last_seen > kSeenResolution;
    entry.last_seen = snapshot.taken;
    snapshot.rows[i].own = entry.text.own;
  }
  evict();
  return unknown;
}

void TextStore::learn(const StatementRow& row, std::string_view text, const sql::Dialect& dialect, bool own,
                      Timestamp now, sql::TextFacts facts) {
  auto statement = sql::normalize(text, dialect, facts);
  Entry entry;
  entry.text.query = truncate_utf8(statement.text, limits_.text_bytes);
  entry.text.truncated = facts.truncated || entry.text.query.size() < statement.text.size();
  entry.text.own = own;
  entry.query_id = row.query_id;
  // With track = all the nested row of an EXPLAIN has its target's query id (collector-checks.md C).
  if (statement.verb != "EXPLAIN") entry.signature = std::move(statement.signature);
  // By the server's clock, like the other entries, where a snapshot showed it.
  entry.last_seen = shown_ == Timestamp{} ? now : shown_;
  insert(row.key, std::move(entry));
  changed_ = true;
}

void TextStore::insert(const std::string& key, Entry entry) {
  if (const auto old = entries_.find(key); old != entries_.end()) erase(old);
  bytes_ += kEntryBytes + key.size() + entry.text.query.size();
  auto& signature = signatures_[entry.query_id];
  ++signature.entries;
  if (signature.value.empty() && entry.signature) signature.value = *entry.signature;
  entries_.emplace(key, std::move(entry));
}

void TextStore::erase(Table<Entry>::iterator entry) {
  bytes_ -= kEntryBytes + entry->first.size() + entry->second.text.query.size();
  const auto& query_id = entry->second.query_id;
  if (--signatures_.at(query_id).entries == 0) signatures_.erase(query_id);
  entries_.erase(entry);
}

void TextStore::evict() {
  if (bytes_ <= limits_.bytes) return;
  std::vector<Table<Entry>::iterator> oldest;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->second.last_seen != shown_) oldest.push_back(entry);
  }
  std::ranges::sort(oldest, [](const auto& a, const auto& b) {
    return std::tie(a->second.last_seen, a->first) < std::tie(b->second.last_seen, b->first);
  });
  for (const auto& entry : oldest) {
    if (bytes_ <= limits_.bytes - limits_.bytes / kFreeShare) return;
    erase(entry);
    changed_ = true;
  }
}

// {"format":"texts","version":1,"text_bytes":4096,"read_at":"...","read_cost_us":7,"entries":[ENTRY,...]}: one entry a
// line, by key.
std::string TextStore::format() const {
  std::vector<Table<Entry>::const_iterator> sorted;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) sorted.push_back(entry);
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a->first < b->first; });
  std::string out = begin_state_text(kFormat) + fmt::format(R"(,"text_bytes":{})", limits_.text_bytes);
  if (const auto read_at = schedule_.last_read()) {
    append_member(out, "read_at", format_timestamp(*read_at));
    fmt::format_to(std::back_inserter(out), R"(,"read_cost_us":{})", schedule_.last_cost().count());
  }
  out += ",\n\"entries\":[";
  for (const auto& entry : sorted) {
    out += entry == sorted.front() ? "\n{\"key\":" : ",\n{\"key\":";
    record::append_json_text(out, entry->first);
    append_member(out, "query_id", entry->second.query_id);
    append_member(out, "seen", format_timestamp(entry->second.last_seen));
    if (entry->second.signature) append_member(out, "signature", *entry->second.signature);
    if (entry->second.text.own) out += ",\"own\":true";
    if (entry->second.text.truncated) out += ",\"truncated\":true";
    append_member(out, "query", entry->second.text.query);
    out += '}';
  }
  return out + "]}\n";
}

TextStore::KeyedEntry TextStore::read_entry(JsonCursor& cursor) {
  KeyedEntry read;
  auto& [key, entry] = read;
  cursor.object([&, &key = key, &entry = entry](std::string_view member) {
    if (member == "key") {
      key = cursor.text();
    } else if (member == "query_id") {
      entry.query_id = cursor.text();
    } else if (member == "seen") {
      entry.last_seen = cursor.time();
    } else if (member == "signature") {
      entry.signature = cursor.text();
    } else if (member == "own") {
      entry.text.own = cursor.boolean();
    } else if (member == "truncated") {
      entry.text.truncated = cursor.boolean();
    } else if (member == "query") {
      entry.text.query = cursor.text();
    } else {
      cursor.refuse("an unknown member");
    }
  });
  if (key.empty()) cursor.refuse("an entry without key");
  return read;
}

void TextStore::read_member(JsonCursor& cursor, std::string_view member) {
  if (member == "text_bytes") {
    saved_text_bytes_ = static_cast<std::size_t>(std::max<std::int64_t>(0, cursor.integer()));
  } else if (member == "read_at") {
    schedule_.record_read(cursor.time(), schedule_.last_cost());
  } else if (member == "read_cost_us") {
    const auto cost = cursor.integer();
    if (cost < 0) cursor.refuse("a negative cost");
    schedule_.record_read(schedule_.last_read().value_or(Timestamp{}), std::chrono::microseconds{cost});
  } else if (member == "entries") {
    cursor.array([&] {
      auto [key, entry] = read_entry(cursor);
      // Texts are kept longer now than they were: what was cut is to be read again.
      const bool is_short = entry.text.truncated && saved_text_bytes_ < limits_.text_bytes;
      if (!is_short) insert(key, std::move(entry));
    });
  } else {
    cursor.refuse("an unknown member");
  }
}

Status TextStore::parse(const std::filesystem::path& path, std::string_view text) {
  return read_state_text(path, kFormat, text,
                         [this](JsonCursor& cursor, std::string_view member) { read_member(cursor, member); });
}

Result<state::Loaded> TextStore::load(const std::filesystem::path& path) {
  TextStore read(limits_, schedule_.base());
  DBI_TRY_ASSIGN(auto loaded, state::load_text(path, [&](std::string_view text) { return read.parse(path, text); }));
  *this = loaded.found ? std::move(read) : TextStore(limits_, schedule_.base());
  return loaded;
}

Status TextStore::save(const std::filesystem::path& path) {
  DBI_TRY(state::write_atomic(path, format(), state::Durability::Durable));
  changed_ = false;
  return {};
}

}  // namespace dbi::collect
