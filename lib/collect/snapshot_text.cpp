// SPDX-License-Identifier: Apache-2.0
#include "collect/snapshot_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/time_text.hpp"
#include "collect/state_text.hpp"
#include "record/builder.hpp"

namespace dbi::collect {

namespace {

constexpr std::array<std::string_view, 3> kTypes{"integer", "real", "moment"};

void append_header(std::string& out, const StatementSnapshot& snapshot) {
  fmt::format_to(std::back_inserter(out), R"({{"taken":"{}","started":"{}")", format_timestamp(snapshot.taken),
                 format_timestamp(snapshot.server.started));
  append_member(out, "system_identifier", snapshot.server.system_identifier);
  if (snapshot.before.stats_reset) append_member(out, "stats_reset", format_timestamp(*snapshot.before.stats_reset));
  if (snapshot.before.dealloc) fmt::format_to(std::back_inserter(out), ",\"dealloc\":{}", *snapshot.before.dealloc);
  if (snapshot.digest_lost) fmt::format_to(std::back_inserter(out), ",\"digest_lost\":{}", *snapshot.digest_lost);
  if (snapshot.null_query_ids) out += ",\"null_query_ids\":true";
  if (snapshot.since_in_whole_seconds) out += ",\"since_in_whole_seconds\":true";
}

// Separates the items of a list: nothing before the first, a comma before all others.
std::string_view comma(std::size_t index) {
  return index == 0 ? "" : ",";
}

void append_columns(std::string& out, const StatementSnapshot& snapshot) {
  out += ",\n\"key_columns\":[";
  for (std::size_t i = 0; i < snapshot.key_columns.size(); ++i) {
    out += comma(i);
    record::append_json_text(out, snapshot.key_columns[i]);
  }
  out += "],\n\"columns\":[";
  for (std::size_t i = 0; i < snapshot.columns.size(); ++i) {
    out += comma(i);
    out += '[';
    record::append_json_text(out, snapshot.columns[i].name);
    fmt::format_to(std::back_inserter(out), ",\"{}\"]", kTypes[static_cast<std::size_t>(snapshot.columns[i].type)]);
  }
  out += ']';
}

void append_counter(std::string& out, CounterType type, const Counter& counter) {
  std::array<char, 32> digits{};
  const auto end = type == CounterType::Integer
                       ? std::to_chars(digits.data(), digits.data() + digits.size(), counter.integer).ptr
                       : std::to_chars(digits.data(), digits.data() + digits.size(), counter.real).ptr;
  out.append(digits.data(), end);
}

void append_row(std::string& out, const std::vector<CounterColumn>& columns, const StatementRow& row) {
  out += '[';
  record::append_json_text(out, row.key);
  out += ',';
  out += row.since ? fmt::format("\"{}\"", format_timestamp(*row.since)) : "null";
  out += ",[";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += comma(i);
    append_counter(out, columns[i].type, row.counters[i]);
  }
  out += "]]";
}

CounterColumn read_column(JsonCursor& cursor) {
  CounterColumn column;
  std::size_t part = 0;
  cursor.array([&] {
    const auto text = cursor.text();
    if (part++ == 0) {
      column.name = text;
      return;
    }
    const auto type = std::ranges::find(kTypes, text);
    if (type == kTypes.end()) return cursor.refuse("no counter type");
    column.type = static_cast<CounterType>(type - kTypes.begin());
  });
  if (part != 2) cursor.refuse("no column");
  return column;
}

std::vector<Counter> read_counters(JsonCursor& cursor, const std::vector<CounterColumn>& columns) {
  std::vector<Counter> counters;
  counters.reserve(columns.size());
  cursor.array([&] {
    if (counters.size() == columns.size()) return cursor.refuse("more counters than columns");
    Counter counter;
    if (columns[counters.size()].type == CounterType::Integer) {
      counter.integer = cursor.integer();
    } else {
      counter.real = cursor.number();
    }
    counters.push_back(counter);
  });
  if (counters.size() != columns.size()) cursor.refuse("fewer counters than columns");
  return counters;
}

StatementRow read_row(JsonCursor& cursor, const std::vector<CounterColumn>& columns) {
  StatementRow row;
  std::size_t part = 0;
  cursor.array([&] {
    switch (part++) {
      case 0:
        row.key = cursor.text();
        return;
      case 1:
        if (!cursor.null()) row.since = cursor.time();
        return;
      case 2:
        row.counters = read_counters(cursor, columns);
        return;
      default:
        cursor.refuse("a fourth part of a row");
    }
  });
  if (part != 3) cursor.refuse("no whole row");
  return row;
}

void read_member(JsonCursor& cursor, std::string_view name, StatementSnapshot& snapshot) {
  if (name == "taken") {
    snapshot.taken = cursor.time();
  } else if (name == "started") {
    snapshot.server.started = cursor.time();
  } else if (name == "system_identifier") {
    snapshot.server.system_identifier = cursor.text();
  } else if (name == "stats_reset") {
    snapshot.before.stats_reset = cursor.time();
  } else if (name == "dealloc") {
    snapshot.before.dealloc = cursor.integer();
  } else if (name == "digest_lost") {
    snapshot.digest_lost = cursor.integer();
  } else if (name == "null_query_ids") {
    snapshot.null_query_ids = cursor.boolean();
  } else if (name == "since_in_whole_seconds") {
    snapshot.since_in_whole_seconds = cursor.boolean();
  } else if (name == "key_columns") {
    cursor.array([&] { snapshot.key_columns.push_back(cursor.text()); });
  } else if (name == "columns") {
    cursor.array([&] { snapshot.columns.push_back(read_column(cursor)); });
  } else if (name == "rows") {
    cursor.array([&] { snapshot.rows.push_back(read_row(cursor, snapshot.columns)); });
  } else {
    cursor.refuse("an unknown member");
  }
}

}  // namespace

void append_snapshot(std::string& out, const StatementSnapshot& snapshot) {
  append_header(out, snapshot);
  append_columns(out, snapshot);
  out += ",\n\"rows\":[";
  for (std::size_t i = 0; i < snapshot.rows.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    append_row(out, snapshot.columns, snapshot.rows[i]);
  }
  out += "]}";
}

StatementSnapshot read_snapshot(JsonCursor& cursor) {
  StatementSnapshot snapshot;
  cursor.object([&](std::string_view name) { read_member(cursor, name, snapshot); });
  if (cursor.ok() && (snapshot.columns.empty() || snapshot.taken == Timestamp{})) cursor.refuse("no counters");
  return snapshot;
}

}  // namespace dbi::collect
