// SPDX-License-Identifier: Apache-2.0
#include "collect/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/uuid7.hpp"
#include "collect/json_cursor.hpp"
#include "collect/snapshot_text.hpp"
#include "collect/state_text.hpp"

namespace dbi::collect {

namespace {

constexpr state::DocumentFormat kFormat{"baselines", 1};

std::string read_cycle(JsonCursor& cursor) {
  auto cycle = cursor.text();
  if (!is_cycle_id(cycle)) cursor.refuse("no cycle id");
  return cycle;
}

Result<StatementSnapshot> parse_snapshot(std::string_view text) {
  JsonCursor cursor(text);
  auto snapshot = read_snapshot(cursor);
  DBI_TRY(cursor.status());
  return snapshot;
}

}  // namespace

// {"format":"baselines","version":1,"committed":ENTRY,"pending":[ENTRY,...]}, both optional, with ENTRY
// {"cycle":"...","starts_from":"...","counters":SNAPSHOT}.
std::string BaselineStore::format(const Content& content) {
  const auto append_entry = [](std::string& out, const Entry& entry) {
    fmt::format_to(std::back_inserter(out), R"({{"cycle":"{}",)", entry.cycle);
    if (!entry.starts_from.empty()) {
      fmt::format_to(std::back_inserter(out), R"("starts_from":"{}",)", entry.starts_from);
    }
    out += "\"counters\":";
    out += *entry.counters;
    out += '}';
  };
  std::string out = begin_state_text(kFormat);
  if (content.committed) {
    out += ",\n\"committed\":";
    append_entry(out, *content.committed);
  }
  for (const auto& entry : content.pending) {
    out += &entry == content.pending.data() ? ",\n\"pending\":[" : ",\n";
    append_entry(out, entry);
  }
  out += content.pending.empty() ? "}\n" : "]}\n";
  return out;
}

BaselineStore::Entry BaselineStore::read_entry(JsonCursor& cursor) {
  Entry entry;
  cursor.object([&](std::string_view member) {
    if (member == "cycle") {
      entry.cycle = read_cycle(cursor);
    } else if (member == "starts_from") {
      entry.starts_from = read_cycle(cursor);
    } else if (member == "counters") {
      entry.counters = std::make_shared<const std::string>(cursor.skip());
    } else {
      cursor.refuse("an unknown member");
    }
  });
  if (entry.cycle.empty() || entry.counters == nullptr) cursor.refuse("an entry without cycle or counters");
  return entry;
}

Result<BaselineStore::Content> BaselineStore::parse(const std::filesystem::path& path, std::string_view text) {
  Content content;
  DBI_TRY(read_state_text(path, kFormat, text, [&](JsonCursor& cursor, std::string_view member) {
    if (member == "committed") {
      content.committed = read_entry(cursor);
    } else if (member == "pending") {
      cursor.array([&] { content.pending.push_back(read_entry(cursor)); });
    } else {
      cursor.refuse("an unknown member");
    }
  }));
  return content;
}

Result<BaselineStore> BaselineStore::open(std::filesystem::path path) {
  BaselineStore store;
  const auto accept = [&](std::string_view text) -> Status {
    DBI_TRY_ASSIGN(store.content_, parse(path, text));
    return store.check();
  };
  DBI_TRY_ASSIGN(auto loaded, state::load_text(path, accept));
  if (!loaded.found) store = BaselineStore();
  store.path_ = std::move(path);
  store.damage_ = std::move(loaded.damage);
  return store;
}

// Reads every entry, so that damage shows now and not when an older one is needed; the last one read is the start.
Status BaselineStore::check() {
  std::string_view newest = committed_cycle();
  if (content_.committed) {
    DBI_TRY_ASSIGN(start_, parse_snapshot(*content_.committed->counters));
  }
  for (const auto& entry : content_.pending) {
    if (entry.cycle <= newest) return fail(ErrorKind::Malformed, fmt::format("cycle {} out of order", entry.cycle));
    newest = entry.cycle;
    DBI_TRY_ASSIGN(start_, parse_snapshot(*entry.counters));
  }
  return {};
}

const BaselineStore::Entry* BaselineStore::newest() const {
  if (!content_.pending.empty()) return &content_.pending.back();
  return content_.committed ? &*content_.committed : nullptr;
}

const StatementSnapshot* BaselineStore::start() const {
  return start_ ? &*start_ : nullptr;
}

std::string_view BaselineStore::start_cycle() const {
  return newest() != nullptr ? newest()->cycle : std::string_view();
}

std::vector<std::string_view> BaselineStore::pending_cycles() const {
  std::vector<std::string_view> cycles;
  for (const auto& entry : content_.pending) cycles.emplace_back(entry.cycle);
  return cycles;
}

Status BaselineStore::replace(Content content) {
  if (!path_.empty()) DBI_TRY(state::write_atomic(path_, format(content), state::Durability::Durable));
  content_ = std::move(content);
  return {};
}

Status BaselineStore::restart() {
  start_.reset();
  if (newest() == nullptr) return {};
  DBI_TRY_ASSIGN(start_, parse_snapshot(*newest()->counters));
  return {};
}

Status BaselineStore::store_pending(std::string_view cycle, StatementSnapshot snapshot) {
  if (!is_cycle_id(cycle) || cycle <= start_cycle()) {
    return fail(ErrorKind::Internal, fmt::format("cycle '{}' does not follow '{}'", cycle, start_cycle()));
  }
  if (content_.pending.size() >= kMaxPending) {
    return fail(ErrorKind::Internal, fmt::format("{} baselines are pending", content_.pending.size()));
  }
  std::string counters;
  append_snapshot(counters, snapshot);
  auto content = content_;
  content.pending.push_back(
      {std::string(cycle), std::string(start_cycle()), std::make_shared<const std::string>(std::move(counters))});
  DBI_TRY(replace(std::move(content)));
  start_ = std::move(snapshot);
  return {};
}

Status BaselineStore::withdraw(std::string_view cycle) {
  auto content = content_;
  // Cycles ascend and each starts from the newest before it, so those behind it start from it.
  const auto first = std::ranges::find(content.pending, cycle, &Entry::cycle);
  if (first == content.pending.end()) return {};
  content.pending.erase(first, content.pending.end());
  DBI_TRY(replace(std::move(content)));
  return restart();
}

// False where it is not pending.
bool BaselineStore::promote(Content& content, std::string_view cycle) {
  const auto found = std::ranges::find(content.pending, cycle, &Entry::cycle);
  if (found == content.pending.end()) return false;
  content.committed = std::move(*found);
  content.pending.erase(content.pending.begin(), std::next(found));
  return true;
}

Status BaselineStore::promote(std::string_view cycle) {
  auto content = content_;
  return promote(content, cycle) ? replace(std::move(content)) : Status{};
}

// False where nothing changes.
bool BaselineStore::settle(Content& content, std::string_view held, std::string_view seen) {
  bool changed = promote(content, held);
  // Those older than a promoted cycle are gone, so one that was seen was refused.
  if (!content.pending.empty() && content.pending.front().cycle <= seen) {
    content.pending.clear();
    changed = true;
  }
  if (content.pending.empty() && content.committed && content.committed->cycle != held) {
    content.committed.reset();
    changed = true;
  }
  return changed;
}

Status BaselineStore::settle(std::string_view held, std::string_view seen) {
  auto content = content_;
  if (!settle(content, held, seen)) return {};
  DBI_TRY(replace(std::move(content)));
  return restart();
}

}  // namespace dbi::collect
