// SPDX-License-Identifier: Apache-2.0
#include "export/table_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "base/text.hpp"
#include "record/text_of.hpp"
#include "terminal/display_width.hpp"

namespace dbi::exporting {

using terminal::one_line;

namespace {

using record::text_of;

constexpr std::size_t kQueryBytes = 512;
constexpr double kLargest = 1e200;

std::string line_of(const record::Record& record, std::string_view name) {
  return one_line(truncate_utf8(text_of(record, name), kQueryBytes));
}

// Within bounds in which sums stay numbers: infinity, and what comes of it, would be neither sorted nor divided.
std::optional<double> number_of(const record::Record& record, std::string_view name) {
  const auto number = record.number(name);
  return number ? std::optional(std::clamp(*number, 0.0, kLargest)) : std::nullopt;
}

/// The strings of an array such as blocked_by; the reader has checked its form.
std::vector<std::string> texts_of(const record::Record& record, std::string_view name) {
  std::vector<std::string> texts;
  const record::Member* member = record.find(name);
  if (member == nullptr || member->value.kind() != record::ValueKind::Array) return texts;
  std::string_view rest = member->value.raw();
  std::string scratch;
  for (std::size_t begin = rest.find('"'); begin != std::string_view::npos; begin = rest.find('"')) {
    std::size_t end = begin + 1;
    while (rest[end] != '"') end += rest[end] == '\\' ? 2U : 1U;
    if (const auto text = record::Value(rest.substr(begin, end + 1 - begin)).text(scratch)) {
      texts.push_back(one_line(*text));
    }
    rest.remove_prefix(end + 1);
  }
  return texts;
}

void take(std::string& member, std::string value) {
  if (!value.empty()) member = std::move(value);
}

}  // namespace

void StatementSum::add(const StatementSum& more) {
  if (query.empty()) query = more.query;
  if (user != more.user) user.clear();
  calls += more.calls;
  total_ms += more.total_ms;
  rows += more.rows;
  blocks_hit += more.blocks_hit;
  blocks_read += more.blocks_read;
  lower_bound = lower_bound || more.lower_bound;
  has_mean = has_mean && more.has_mean;
}

void TargetView::add(const record::Record& record) {
  take(target, line_of(record, "target"));
  take(system, line_of(record, "system"));
  take(ts, line_of(record, "ts"));
  const std::string cycle = text_of(record, "cycle");
  one_cycle = one_cycle && (cycle_.empty() || cycle == cycle_);
  cycle_ = cycle;
  const std::string kind = text_of(record, "kind");
  if (kind == "query_stats") add_statement(record);
  if (kind == "session") add_session(record);
  if (kind == "error") add_error(record);
  if (kind == "scrape") add_scrape(record);
  if (kind == "event" && events.size() < kMaxErrors) events.push_back(line_of(record, "message"));
  if (kind == "dropped") dropped += number_of(record, "count").value_or(0);
}

void TargetView::add_statement(const record::Record& record) {
  const std::string quality = text_of(record, "quality");
  if (quality == "baseline") {
    ++lifetime_totals;
    return;
  }
  const double weight = number_of(record, "weight").value_or(1);
  const auto weighted = [&](std::string_view name) {
    return std::min(weight * number_of(record, name).value_or(0), kLargest);
  };
  StatementSum sum;
  sum.database = line_of(record, "database");
  sum.user = line_of(record, "user");
  sum.query = line_of(record, "query");
  sum.calls = weighted("calls");
  sum.total_ms = weighted("total_ms");
  sum.rows = record.find("rows") != nullptr ? weighted("rows") : weighted("rows_sent");
  sum.blocks_hit = weighted("shared_blks_hit");
  sum.blocks_read = weighted("shared_blks_read");
  sum.lower_bound = quality == "lower_bound";
  sum.has_mean = record.find("duration_ms") != nullptr;
  if (!interval_s) interval_s = number_of(record, "interval_s");

  const std::string id = text_of(record, "query_id");
  if (id == "other") {
    sum.user.clear();
    if (other_) {
      other_->add(sum);
    } else {
      other_ = std::move(sum);
    }
    return;
  }
  std::string key = text_of(record, "query_signature");
  if (key.empty()) key = id;
  const bool nested = record.boolean("toplevel") == false;
  key = fmt::format("{}\n{}\n{}\n{}", key, sum.database, sum.user, nested);
  if (nested && !sum.query.empty()) sum.query = "(nested) " + sum.query;
  const auto [entry, is_new] = statements_.try_emplace(std::move(key), sum);
  if (!is_new) entry->second.add(sum);
  if (statements_.size() >= 2 * kMaxStatements) fold_all_but(kMaxStatements);
}

void TargetView::settle(std::size_t keep) {
  if (statements_.size() > keep) fold_all_but(keep);
}

void TargetView::fold_all_but(std::size_t keep) {
  std::vector<double> totals;
  totals.reserve(statements_.size());
  for (const auto& [key, sum] : statements_) totals.push_back(sum.total_ms);
  const auto bound = totals.begin() + static_cast<std::ptrdiff_t>(keep);
  std::ranges::nth_element(totals, bound, std::greater<>{});
  if (!other_) other_.emplace();
  const auto fold = [&](auto lesser) {
    for (auto entry = statements_.begin(); entry != statements_.end() && statements_.size() > keep;) {
      if (!lesser(entry->second.total_ms)) {
        ++entry;
        continue;
      }
      other_->add(entry->second);
      ++folded_;
      entry = statements_.erase(entry);
    }
  };
  fold([&](double total_ms) { return total_ms < *bound; });
  fold([&](double total_ms) { return total_ms == *bound; });
  other_->query.clear();
}

void TargetView::add_session(const record::Record& record) {
  // Sessions are moments: those of an earlier cycle are over.
  const std::string cycle = text_of(record, "cycle");
  if (cycle != sessions_cycle_) {
    sessions.clear();
    sessions_left_out = 0;
    sessions_cycle_ = cycle;
  }
  SessionRow row;
  row.pid = line_of(record, "pid");
  if (row.pid.empty()) row.pid = "xid:" + line_of(record, "transaction_id");
  row.blocked_by = texts_of(record, "blocked_by");
  // Who waits matters most and stays in any case up to twice the limit.
  const std::size_t limit = row.blocked_by.empty() ? kMaxSessions : 2 * kMaxSessions;
  if (sessions.size() >= limit) {
    ++sessions_left_out;
    return;
  }
  row.user = line_of(record, "user");
  row.database = line_of(record, "database");
  row.application = line_of(record, "application");
  row.state = line_of(record, "state");
  if (row.state.empty()) row.state = line_of(record, "backend_type");
  row.wait = line_of(record, "wait_type");
  const std::string event = line_of(record, "wait_event");
  if (!event.empty()) row.wait += (row.wait.empty() ? "" : "/") + event;
  row.query = line_of(record, "query");
  row.duration_ms = number_of(record, "duration_ms");
  row.transaction_ms = number_of(record, "transaction_ms");
  sessions.push_back(std::move(row));
}

void TargetView::add_error(const record::Record& record) {
  ErrorRow row;
  row.heading = line_of(record, "error_class");
  for (const std::string_view name : {"source", "sqlstate"}) {
    const std::string part = line_of(record, name);
    if (!part.empty()) row.heading += ", " + part;
  }
  row.message = line_of(record, "message");
  row.hint = text_of(record, "hint");
  const std::string database = line_of(record, "database");
  if (!database.empty()) row.databases.insert(database);
  const auto same = std::ranges::find_if(
      errors, [&](const ErrorRow& other) { return other.heading == row.heading && other.message == row.message; });
  if (same != errors.end()) {
    ++same->times;
    if (same->databases.size() < kMaxErrors) same->databases.merge(row.databases);
  } else if (errors.size() < kMaxErrors) {
    errors.push_back(std::move(row));
  } else {
    ++errors_left_out;
  }
}

void TargetView::add_scrape(const record::Record& record) {
  outcome = line_of(record, "outcome");
  reason = line_of(record, "reason");
  server_version = line_of(record, "server_version");
  if (const auto seconds = number_of(record, "interval_s")) interval_s = seconds;
  cycle_ms = number_of(record, "cycle_ms");
  connections_used_pct = number_of(record, "connections_used_pct");
  replica_lag_s = number_of(record, "replica_lag_s");
  const record::Member* cost = record.find("cost");
  sessions_read = cost != nullptr && cost->value.raw().find("\"sessions\"") != std::string_view::npos;
  began_baseline = record.boolean("baseline") == true;
}

std::vector<const StatementSum*> TargetView::top_statements() const {
  std::vector<const StatementSum*> top;
  top.reserve(statements_.size());
  for (const auto& [key, sum] : statements_) top.push_back(&sum);
  // Ties in an order that does not hang on the hash.
  std::ranges::sort(top, [](const StatementSum* a, const StatementSum* b) {
    return std::tie(b->total_ms, b->calls, a->query, a->database, a->user) <
           std::tie(a->total_ms, a->calls, b->query, b->database, b->user);
  });
  return top;
}

StatementSum TargetView::sum() const {
  StatementSum sum = other_.value_or(StatementSum{});
  for (const auto& [key, statement] : statements_) sum.add(statement);
  return sum;
}

}  // namespace dbi::exporting
