// SPDX-License-Identifier: Apache-2.0
#include "history/store.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>

#include "base/text.hpp"
#include "base/text_key.hpp"
#include "base/time_text.hpp"

namespace dbi::history {

namespace {

constexpr int kApplicationId = 0x64626970;  // "dbip"
constexpr int kVersion = 1;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS statement (target TEXT NOT NULL, database TEXT NOT NULL, statement TEXT NOT NULL,"
    " plan_source TEXT NOT NULL, query_signature TEXT NOT NULL, plan_name TEXT NOT NULL, last_seen TEXT NOT NULL,"
    " executions INTEGER NOT NULL, last_plan INTEGER NOT NULL, flapping INTEGER NOT NULL,"
    " recent TEXT NOT NULL, trial TEXT NOT NULL,"
    " PRIMARY KEY (target, database, statement, plan_source)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS plan (target TEXT NOT NULL, database TEXT NOT NULL, statement TEXT NOT NULL,"
    " plan_source TEXT NOT NULL, number INTEGER NOT NULL, plan_hash TEXT NOT NULL, plan_gist TEXT NOT NULL,"
    " first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, executions INTEGER NOT NULL, last_number INTEGER NOT NULL,"
    " time_count INTEGER NOT NULL, time_mean_ms REAL, time_m2 REAL, time_min_ms REAL, time_max_ms REAL,"
    " cost_count INTEGER NOT NULL, cost_mean REAL, cost_m2 REAL, cost_min REAL, cost_max REAL, cost_last REAL,"
    " recent_ms TEXT NOT NULL, outline TEXT NOT NULL,"
    " PRIMARY KEY (target, database, statement, plan_source, number)) WITHOUT ROWID;";

// Executions, oldest first: "microseconds,plan,ms;" with nothing for ms where it was not executed.
std::string format_recent(const std::deque<Execution>& recent) {
  std::string text;
  for (const Execution& execution : recent) {
    text += fmt::format("{},{},", execution.ts.time_since_epoch().count(), execution.plan);
    if (execution.duration_ms) text += fmt::format("{}", *execution.duration_ms);
    text += ';';
  }
  return text;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

std::deque<Execution> parse_recent(std::string_view text) {
  std::deque<Execution> recent;
  for (const std::string_view part : split(text, ';')) {
    const auto fields = split(part, ',');
    std::int64_t time = 0;
    Execution execution;
    if (fields.size() != 3 || !read_number(fields[0], time) || !read_number(fields[1], execution.plan)) continue;
    execution.ts = Timestamp(microseconds(time));
    double duration = 0;
    if (read_number(fields[2], duration)) execution.duration_ms = duration;
    if (recent.size() < StatementEntry::kExecutions) recent.push_back(execution);
  }
  return recent;
}

// A trial: "microseconds,plan before,plan"; what it compares stands in the executions.
std::string format_trial(const std::optional<Trial>& trial) {
  if (!trial) return {};
  return fmt::format("{},{},{}", trial->since.time_since_epoch().count(), trial->before_plan, trial->plan);
}

std::optional<Trial> parse_trial(std::string_view text) {
  const auto fields = split(text, ',');
  std::int64_t time = 0;
  Trial trial;
  if (fields.size() != 3 || !read_number(fields[0], time) || !read_number(fields[1], trial.before_plan) ||
      !read_number(fields[2], trial.plan)) {
    return std::nullopt;
  }
  trial.since = Timestamp(microseconds(time));
  return trial;
}

Timestamp time_of(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? *time : Timestamp{};
}

void bind_moments(sqlite::Statement& row, int& at, const Moments& moments) {
  row.bind_integer(at++, static_cast<std::int64_t>(moments.count));
  for (const double value : {moments.mean, moments.m2, moments.min, moments.max}) {
    if (moments.count == 0) {
      row.bind_null(at++);
    } else {
      row.bind(at++, value);
    }
  }
}

Moments read_moments(const sqlite::Statement& row, int at) {
  Moments moments;
  moments.count = static_cast<std::uint64_t>(row.integer(at));
  moments.mean = row.number(at + 1);
  moments.m2 = row.number(at + 2);
  moments.min = row.number(at + 3);
  moments.max = row.number(at + 4);
  return moments;
}

PlanEntry read_plan(const sqlite::Statement& row) {
  PlanEntry plan;
  plan.number = static_cast<std::uint32_t>(row.integer(4));
  plan.hash = row.text(5);
  plan.gist = row.text(6);
  plan.first_seen = time_of(row.text(7));
  plan.last_seen = time_of(row.text(8));
  plan.executions = static_cast<std::uint64_t>(row.integer(9));
  plan.last_number = static_cast<std::uint64_t>(row.integer(10));
  plan.time_ms = read_moments(row, 11);
  plan.cost = read_moments(row, 16);
  if (!row.is_null(21)) plan.last_cost = row.number(21);
  for (const std::string_view text : split(row.text(22), ',')) {
    double duration = 0;
    if (read_number(text, duration) && plan.recent_ms.size() < PlanEntry::kRecent) plan.recent_ms.push_back(duration);
  }
  plan.outline = row.text(23);
  return plan;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& path, std::string& warning) {
  bool is_damaged = false;
  auto store = try_open(path, is_damaged);
  if (store.has_value() || !is_damaged) return store;
  const std::filesystem::path aside = path.string() + ".corrupt";
  std::error_code fault;
  std::filesystem::rename(path, aside, fault);
  if (fault) return fail(ErrorKind::State, fmt::format("{}: {}", path.string(), fault.message()));
  // They belong to the damaged one.
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path.string() + suffix, fault);
  warning = fmt::format("{} was damaged ({}); it lies in {} now and the history begins anew", path.string(),
                        store.error().message, aside.string());
  return try_open(path, is_damaged);
}

Result<std::unique_ptr<Store>> Store::try_open(const std::filesystem::path& path, bool& is_damaged) {
  is_damaged = false;
  const auto named = [&](Error error) {
    error.message = path.string() + ": " + error.message;
    return fail(std::move(error));
  };
  auto opened = sqlite::Database::open(path.string(), ErrorKind::State);
  if (!opened) return named(opened.error());
  sqlite::Database& database = *opened;
  const auto id = database.ask("PRAGMA application_id");
  if (!id) {
    is_damaged = database.is_damaged();
    return named(id.error());
  }
  const auto version = database.ask("PRAGMA user_version");
  const auto objects = database.ask("SELECT count(*) FROM sqlite_master");
  if (!version || !objects) {
    is_damaged = database.is_damaged();
    return named(!version ? version.error() : objects.error());
  }
  if (*id != kApplicationId && (*id != 0 || *objects != 0)) {
    return named({ErrorKind::State, "is a database, but not one of dbi-plan's; it stays as it is", {}});
  }
  if (*version > kVersion) {
    return named({ErrorKind::State, fmt::format("was written by a newer dbi-plan (version {})", *version),
                  "Use that one, or move the file away; a new one is made where there is none."});
  }
  auto check = database.prepare("PRAGMA quick_check(1)");
  const auto row = check ? check->step() : Result<bool>(fail(check.error()));
  if (!row || !*row || check->text(0) != "ok") {
    is_damaged = !row ? database.is_damaged() : true;
    return named(!row ? row.error() : Error{ErrorKind::State, std::string(check->text(0)), {}});
  }
  check->reset();
  for (const std::string& sql :
       {std::string("PRAGMA journal_mode = WAL"), std::string("PRAGMA synchronous = NORMAL"),
        std::string("BEGIN IMMEDIATE"), fmt::format("PRAGMA application_id = {}", kApplicationId),
        fmt::format("PRAGMA user_version = {}", kVersion), std::string(kSchema), std::string("COMMIT")}) {
    if (auto done = database.execute(sql); !done) return named(done.error());
  }
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

Result<std::vector<StatementEntry>> Store::load() {
  std::vector<StatementEntry> entries;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::size_t> places;
  DBI_TRY_ASSIGN(sqlite::Statement rows,
                 database_.prepare("SELECT target, database, statement, plan_source, query_signature, plan_name,"
                                   " last_seen, executions, last_plan, flapping, recent, trial FROM statement"
                                   " ORDER BY last_seen, target, database, statement, plan_source"));
  while (true) {
    DBI_TRY_ASSIGN(const bool more, rows.step());
    if (!more) break;
    StatementEntry& entry = entries.emplace_back();
    entry.target = rows.text(0);
    entry.database = rows.text(1);
    entry.statement = rows.text(2);
    entry.plan_source = rows.text(3);
    entry.query_signature = rows.text(4);
    entry.plan_name = rows.text(5);
    entry.last_seen = time_of(rows.text(6));
    entry.executions = static_cast<std::uint64_t>(rows.integer(7));
    entry.last_plan = static_cast<std::uint32_t>(rows.integer(8));
    entry.flapping = rows.integer(9) != 0;
    entry.recent = parse_recent(rows.text(10));
    entry.trial = parse_trial(rows.text(11));
    places[{entry.target, entry.database, entry.statement, entry.plan_source}] = entries.size() - 1;
  }
  DBI_TRY_ASSIGN(sqlite::Statement plans,
                 database_.prepare("SELECT target, database, statement, plan_source, number, plan_hash, plan_gist,"
                                   " first_seen, last_seen, executions, last_number,"
                                   " time_count, time_mean_ms, time_m2, time_min_ms, time_max_ms,"
                                   " cost_count, cost_mean, cost_m2, cost_min, cost_max, cost_last, recent_ms, outline"
                                   " FROM plan ORDER BY target, database, statement, plan_source, number"));
  while (true) {
    DBI_TRY_ASSIGN(const bool more, plans.step());
    if (!more) break;
    const auto place = places.find({std::string(plans.text(0)), std::string(plans.text(1)), std::string(plans.text(2)),
                                    std::string(plans.text(3))});
    if (place != places.end()) entries[place->second].plans.push_back(read_plan(plans));
  }
  return entries;
}

Status Store::write(const std::vector<StatementEntry*>& entries, const std::vector<std::string>& gone) {
  if (entries.empty() && gone.empty()) return {};
  DBI_TRY(database_.execute("BEGIN IMMEDIATE"));
  Status written = write_all(entries, gone);
  if (!written) {
    static_cast<void>(database_.execute("ROLLBACK"));
    return written;
  }
  return database_.execute("COMMIT");
}

Status Store::write_all(const std::vector<StatementEntry*>& entries, const std::vector<std::string>& gone) {
  for (std::string_view key : gone) {
    const std::string target(take_part(key).value_or(""));
    const std::string database(take_part(key).value_or(""));
    const std::string statement(take_part(key).value_or(""));
    DBI_TRY(remove(target, database, statement, std::string(take_part(key).value_or(""))));
  }
  for (const StatementEntry* entry : entries) {
    DBI_TRY(remove(entry->target, entry->database, entry->statement, entry->plan_source));
    DBI_TRY(write_statement(*entry));
  }
  return {};
}

Status Store::remove(const std::string& target, const std::string& database, const std::string& statement,
                     const std::string& source) {
  for (const char* table : {"statement", "plan"}) {
    DBI_TRY_ASSIGN(sqlite::Statement row,
                   database_.prepare(fmt::format("DELETE FROM {} WHERE target = ? AND database = ? AND statement = ?"
                                                 " AND plan_source = ?",
                                                 table)));
    row.bind(1, target).bind(2, database).bind(3, statement).bind(4, source);
    DBI_TRY(row.step());
  }
  return {};
}

Status Store::write_statement(const StatementEntry& entry) {
  DBI_TRY_ASSIGN(sqlite::Statement row,
                 database_.prepare("INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  row.bind(1, entry.target).bind(2, entry.database).bind(3, entry.statement).bind(4, entry.plan_source);
  row.bind(5, entry.query_signature).bind(6, entry.plan_name).bind(7, format_timestamp(entry.last_seen));
  row.bind_integer(8, static_cast<std::int64_t>(entry.executions)).bind_integer(9, entry.last_plan);
  row.bind_integer(10, entry.flapping ? 1 : 0)
      .bind(11, format_recent(entry.recent))
      .bind(12, format_trial(entry.trial));
  DBI_TRY(row.step());
  DBI_TRY_ASSIGN(
      sqlite::Statement plans,
      database_.prepare("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        " ?, ?, ?, ?)"));
  for (const PlanEntry& plan : entry.plans) {
    plans.bind(1, entry.target).bind(2, entry.database).bind(3, entry.statement).bind(4, entry.plan_source);
    plans.bind_integer(5, plan.number).bind(6, plan.hash).bind(7, plan.gist);
    plans.bind(8, format_timestamp(plan.first_seen)).bind(9, format_timestamp(plan.last_seen));
    plans.bind_integer(10, static_cast<std::int64_t>(plan.executions));
    plans.bind_integer(11, static_cast<std::int64_t>(plan.last_number));
    int at = 12;
    bind_moments(plans, at, plan.time_ms);
    bind_moments(plans, at, plan.cost);
    if (plan.last_cost) {
      plans.bind(at++, *plan.last_cost);
    } else {
      plans.bind_null(at++);
    }
    std::string recent;
    for (const double duration : plan.recent_ms) recent += fmt::format("{}{}", recent.empty() ? "" : ",", duration);
    plans.bind(at, recent).bind(at + 1, plan.outline);
    DBI_TRY(plans.step());
  }
  return {};
}

}  // namespace dbi::history
