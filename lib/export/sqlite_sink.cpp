// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/time_text.hpp"
#include "export/spill_file.hpp"
#include "export/sqlite_schema.hpp"
#include "record/builder.hpp"
#include "record/escape.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

using record::text_of;
using record::ValueKind;
using record::schema::MemberType;

constexpr int kBusyTimeoutMs = 10'000;
constexpr std::size_t kMaxHeldCycles = 256;
constexpr std::size_t kWorthSpilling = std::size_t{1} << 20U;
constexpr std::size_t kMaxScrapedTargets = 4096;
constexpr microseconds kRetainEvery = std::chrono::minutes{1};
constexpr microseconds kLooseDelay = std::chrono::seconds{1};

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// Lines that wait for their scrape: first those in the file, then those in memory.
struct Held {
  std::vector<SpillFile::Extent> spilled;
  std::string lines;
  std::uint64_t since = 0;  // ascends with each cycle that began
};

/// What a `dropped` record says of the records left out of a cycle.
struct LeftOut {
  std::uint64_t count = 0;
  double weight = 0;
  double calls = 0;
  double total_ms = 0;
};

/// A table with its statement and where each member goes.
struct Target {
  SqliteTable table;
  Statement insert;
  std::unordered_map<std::string_view, int> columns;  // parameter numbers, from 1
};

class SqliteSink final : public Sink {
 public:
  SqliteSink(std::string path, const SqliteOptions& options, const Clock& clock, const Log* log)
      : path_(std::move(path)), name_("sqlite:" + path_), options_(options), clock_(&clock), log_(log) {}

  Status open();

  [[nodiscard]] std::string_view name() const override { return name_; }
  Status accept(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status shrink() override;
  Status finish(stream::Writer& out) override;

 private:
  using Key = std::pair<std::string, std::string>;  // target, cycle; two empty texts: no cycle

  [[nodiscard]] tl::unexpected<Error> fault(std::string_view what) const;
  Status execute(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  void make_file() const;
  Status migrate();
  Status add_missing_columns(const SqliteTable& table);

  Status hold(const record::Record& record, Held& held);
  Status spill_largest();
  Status spill(Held& held);
  void forget(const Key& key);
  enum class Ending : std::uint8_t { Scrape, Without };
  using Use = std::function<Status(const record::Record&)>;
  [[nodiscard]] bool was_cut_off(const Key& key) const { return scraped_targets_.contains(key.first); }
  Status end_older_cycles(const Key& key);
  Status end_first_cycle();
  Status commit(const Key& key, Ending ending);
  Status read_held(Held& held, const Use& use);
  Status use_lines(std::string_view lines, const Use& use);
  Status write_control_records(const Key& key, Held& held);
  Status insert_dropped(const Key& key, const std::string& ts, const LeftOut& left_out);
  Status insert(const record::Record& record);
  int bind(sqlite3_stmt* statement, int column, MemberType type, const record::Value& value);
  Status delete_old();

  std::string path_;
  std::string name_;
  SqliteOptions options_;
  const Clock* clock_;
  const Log* log_;

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::unordered_map<std::string, Target> targets_;
  std::map<Key, Held> held_;
  std::size_t held_bytes_ = 0;  // in memory
  SpillFile spill_;
  std::uint64_t begun_ = 0;
  std::set<std::string> scraped_targets_;  // of which this stream brought scrapes
  std::optional<MonotonicTime> loose_since_;
  std::optional<MonotonicTime> retained_at_;

  record::Reader reader_;
  record::Record record_;
  std::string padded_;
  std::string scratch_;
  std::string extra_;
};

bool is_control(std::string_view kind) {
  return kind == "scrape" || kind == "error" || kind == "event" || kind == "dropped";
}

tl::unexpected<Error> SqliteSink::fault(std::string_view what) const {
  return fail(ErrorKind::Output,
              fmt::format("{}: {}", what, database_ ? sqlite3_errmsg(database_.get()) : "out of memory"));
}

Status SqliteSink::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fault(sql.substr(0, sql.find(' ')));
}

Result<Statement> SqliteSink::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return fault("prepare");
  return Statement(statement);
}

// SQLite gives the files beside a database (-wal, -shm) the mode of the database.
void SqliteSink::make_file() const {
  if (path_ != ":memory:") Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kSinkFileMode));
}

Status SqliteSink::open() {
  make_file();
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path_.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  if (opened != SQLITE_OK) return fault("open");
  sqlite3_busy_timeout(database_.get(), kBusyTimeoutMs);
  DBI_TRY(execute("PRAGMA journal_mode = WAL"));
  DBI_TRY(execute("PRAGMA synchronous = NORMAL"));
  DBI_TRY(migrate());
  for (SqliteTable& table : sqlite_tables()) {
    DBI_TRY_ASSIGN(Statement statement, prepare(insert_sql(table)));
    std::string name = table.name;
    Target& target = targets_[name];
    target.table = std::move(table);
    target.insert = std::move(statement);
    int column = 0;
    for (const auto& row : target.table.columns) target.columns.emplace(row.name, ++column);
  }
  return {};
}

// Tables, columns, indexes and views in one transaction: another process sees the old schema or the new one.
Status SqliteSink::migrate() {
  DBI_TRY(execute("BEGIN IMMEDIATE"));
  for (const SqliteTable& table : sqlite_tables()) {
    DBI_TRY(execute(create_table_sql(table)));
    DBI_TRY(add_missing_columns(table));
    DBI_TRY(execute(create_indexes_sql(table)));
  }
  DBI_TRY(execute(create_views_sql()));
  return execute("COMMIT");
}

Status SqliteSink::add_missing_columns(const SqliteTable& table) {
  DBI_TRY_ASSIGN(const Statement info, prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table.name)));
  std::vector<std::string> present;
  int step = sqlite3_step(info.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(info.get())) {
    present.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(info.get(), 0)));
  }
  if (step != SQLITE_DONE) return fault("PRAGMA table_info");
  for (const auto& column : table.columns) {
    if (std::ranges::find(present, column.name) != present.end()) continue;
    DBI_TRY(execute(
        fmt::format("ALTER TABLE \"{}\" ADD COLUMN \"{}\" {}", table.name, column.name, column_type(column.type))));
  }
  return {};
}

Status SqliteSink::accept(const record::Record& record, stream::Writer& /*out*/) {
  Key key{text_of(record, "target"), text_of(record, "cycle")};
  if (key.second.empty()) key.first.clear();
  const auto [held, begins] = held_.try_emplace(key);
  if (begins) held->second.since = ++begun_;
  DBI_TRY(hold(record, held->second));
  if (key.second.empty()) {
    if (!loose_since_) loose_since_ = clock_->monotonic();
    return {};
  }
  if (begins) DBI_TRY(end_older_cycles(key));
  if (text_of(record, "kind") != "scrape") return {};
  if (scraped_targets_.size() < kMaxScrapedTargets) scraped_targets_.insert(key.first);
  return commit(key, Ending::Scrape);
}

// A target's cycles follow each other, and their ids ascend.
Status SqliteSink::end_older_cycles(const Key& key) {
  for (auto older = held_.lower_bound({key.first, {}}); older != held_.end() && older->first < key;) {
    const Key ended = (older++)->first;
    DBI_TRY(commit(ended, Ending::Without));
  }
  return held_.size() > kMaxHeldCycles ? end_first_cycle() : Status{};
}

Status SqliteSink::end_first_cycle() {
  const auto first = std::ranges::min_element(held_, {}, [](const auto& entry) { return entry.second.since; });
  return commit(Key(first->first), Ending::Without);
}

Status SqliteSink::hold(const record::Record& record, Held& held) {
  held.lines.append(record.line());
  held.lines.push_back('\n');
  held_bytes_ += record.line().size() + 1;
  return held_bytes_ <= options_.held_bytes ? Status{} : spill_largest();
}

Status SqliteSink::spill_largest() {
  return spill(
      std::ranges::max_element(held_, {}, [](const auto& entry) { return entry.second.lines.size(); })->second);
}

Status SqliteSink::spill(Held& held) {
  DBI_TRY_ASSIGN(const SpillFile::Extent extent, spill_.write(held.lines));
  held.spilled.push_back(extent);
  held_bytes_ -= held.lines.size();
  held.lines = std::string();
  return {};
}

Status SqliteSink::shrink() {
  sqlite3_db_release_memory(database_.get());
  if (held_bytes_ < kWorthSpilling) return {};
  for (auto& [key, held] : held_) {
    if (!held.lines.empty()) DBI_TRY(spill(held));
  }
  return {};
}

void SqliteSink::forget(const Key& key) {
  const auto held = held_.find(key);
  if (held == held_.end()) return;
  for (const SpillFile::Extent& extent : held->second.spilled) spill_.give_back(extent);
  held_bytes_ -= held->second.lines.size();
  held_.erase(held);
}

std::optional<MonotonicTime> SqliteSink::next_deadline() const {
  if (!loose_since_) return std::nullopt;
  return *loose_since_ + kLooseDelay;
}

Status SqliteSink::on_deadline(MonotonicTime /*now*/, stream::Writer& /*out*/) {
  return commit({}, Ending::Scrape);
}

Status SqliteSink::finish(stream::Writer& /*out*/) {
  while (!held_.empty()) DBI_TRY(end_first_cycle());
  targets_.clear();
  if (sqlite3_close(database_.get()) != SQLITE_OK) return fault("close");
  static_cast<void>(database_.release());
  return {};
}

// Room for the acknowledged commit: whatever else belongs to a cycle goes between BEGIN and COMMIT.
Status SqliteSink::commit(const Key& key, Ending ending) {
  const Use write = [this](const record::Record& record) { return insert(record); };
  DBI_TRY(execute("BEGIN IMMEDIATE"));
  for (const Key& which : {Key{}, key}) {
    const auto held = held_.find(which);
    if (held == held_.end()) continue;
    const bool cut_off = ending == Ending::Without && !which.second.empty() && was_cut_off(which);
    DBI_TRY(cut_off ? write_control_records(which, held->second) : read_held(held->second, write));
  }
  DBI_TRY(delete_old());
  DBI_TRY(execute("COMMIT"));
  for (const Key& which : {Key{}, key}) forget(which);
  loose_since_.reset();
  return {};
}

Status SqliteSink::write_control_records(const Key& key, Held& held) {
  LeftOut left_out;
  std::string ts;
  DBI_TRY(read_held(held, [&](const record::Record& record) -> Status {
    if (is_control(text_of(record, "kind"))) return insert(record);
    const double weight = record.number("weight").value_or(1);
    ++left_out.count;
    left_out.weight += weight;
    left_out.calls += weight * record.number("calls").value_or(0);
    left_out.total_ms += weight * record.number("total_ms").value_or(0);
    ts = text_of(record, "ts");
    return {};
  }));
  if (left_out.count == 0) return {};
  if (log_ != nullptr) {
    log_->warning(fmt::format("{}: {} records of {}, cycle {}, are left out: their scrape never came", name_,
                              left_out.count, key.first, key.second));
  }
  return insert_dropped(key, ts, left_out);
}

Status SqliteSink::insert_dropped(const Key& key, const std::string& ts, const LeftOut& left_out) {
  std::string line;
  record::Builder builder(line);
  builder.begin("dropped").text("ts", ts).text("target", key.first).text("cycle", key.second);
  builder.text("tool", "dbi-export").text("reason", "incomplete").unsigned_integer("count", left_out.count);
  builder.number("weight", left_out.weight).number("calls", left_out.calls).number("total_ms", left_out.total_ms);
  builder.boolean("folded", true).end();
  return use_lines(line, [this](const record::Record& record) { return insert(record); });
}

Status SqliteSink::read_held(Held& held, const Use& use) {
  for (const SpillFile::Extent& extent : held.spilled) {
    DBI_TRY(spill_.read(extent, [&](std::string_view lines) { return use_lines(lines, use); }));
  }
  return use_lines(held.lines, use);
}

Status SqliteSink::use_lines(std::string_view lines, const Use& use) {
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

Status SqliteSink::insert(const record::Record& record) {
  const auto known = targets_.find(text_of(record, "kind"));
  Target& target = known == targets_.end() ? targets_.at(std::string(kUnknownKind)) : known->second;
  sqlite3_stmt* statement = target.insert.get();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  extra_.clear();
  for (const record::Member& member : record.members()) {
    std::string name;
    record::unescape(member.raw_name, record::LoneSurrogate::Replace, name);
    if ((name == "kind" && known != targets_.end()) || (name == "v" && member.value.raw() == "1")) continue;
    const auto column = target.columns.find(name);
    const bool exact = column != target.columns.end() && member.value.kind() != ValueKind::Null &&
                       (member.value.kind() != ValueKind::Number || member.value.integer() ||
                        member.value.raw().find_first_of(".eE") != std::string_view::npos);
    if (column != target.columns.end()) {
      const auto& row = target.table.columns[static_cast<std::size_t>(column->second) - 1];
      if (bind(statement, column->second, row.type, member.value) != SQLITE_OK) return fault("bind");
    }
    if (exact) continue;
    // No column, null, or an integer too long for one: kept as it stands.
    extra_ += fmt::format("{}\"{}\":{}", extra_.empty() ? "{" : ",", member.raw_name, member.value.raw());
  }
  if (!extra_.empty()) {
    extra_ += '}';
    const int column = static_cast<int>(target.table.columns.size()) + 1;
    if (sqlite3_bind_text64(statement, column, extra_.data(), extra_.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK) {
      return fault("bind");
    }
  }
  if (sqlite3_step(statement) != SQLITE_DONE) return fault("INSERT");
  return {};
}

int SqliteSink::bind(sqlite3_stmt* statement, int column, MemberType type, const record::Value& value) {
  std::string_view text = value.raw();
  switch (value.kind()) {
    case ValueKind::Null:
      return SQLITE_OK;
    case ValueKind::True:
    case ValueKind::False:
      return sqlite3_bind_int(statement, column, value.kind() == ValueKind::True ? 1 : 0);
    case ValueKind::Number:
      if (const auto integer = value.integer()) return sqlite3_bind_int64(statement, column, *integer);
      return sqlite3_bind_double(statement, column, value.number().value_or(0));
    case ValueKind::Text:
      text = value.text(scratch_).value_or(text);
      break;
    case ValueKind::Object:
    case ValueKind::Array:
      break;
  }
  std::string canonical;
  // Times compare as text, so they all have the one form.
  if (type == MemberType::Time && (text.size() != 27 || text.back() != 'Z')) {
    if (const auto time = parse_timestamp(text)) text = canonical = format_timestamp(*time);
  }
  return sqlite3_bind_text64(statement, column, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

Status SqliteSink::delete_old() {
  if (!options_.retain) return {};
  const MonotonicTime now = clock_->monotonic();
  if (retained_at_ && now - *retained_at_ < kRetainEvery) return {};
  retained_at_ = now;
  const std::string oldest = format_timestamp(clock_->now() - *options_.retain);
  for (const auto& [name, target] : targets_) {
    DBI_TRY(execute(fmt::format("DELETE FROM \"{}\" WHERE ts < '{}'", name, oldest)));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Sink>> open_sqlite_sink(const std::string& path, const SqliteOptions& options,
                                               const Clock& clock, const Log* log) {
  auto sink = std::make_unique<SqliteSink>(path, options, clock, log);
  DBI_TRY(sink->open());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dbi::exporting
