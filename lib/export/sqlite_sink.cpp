// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_sink.hpp"

#include <fmt/format.h>

#include <set>
#include <thread>
#include <utility>

#include "base/time_text.hpp"
#include "export/cycle_gate.hpp"
#include "export/cycle_writer.hpp"
#include "export/held_cycles.hpp"
#include "export/sqlite_database.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

using record::text_of;

constexpr std::size_t kMaxHeldCycles = 256;
constexpr std::size_t kMaxScrapedTargets = 4096;
constexpr microseconds kRetainEvery = std::chrono::minutes{1};
constexpr microseconds kLooseDelay = std::chrono::seconds{1};
constexpr microseconds kTellLocked = std::chrono::seconds{10};
constexpr microseconds kLockPause = std::chrono::milliseconds{20};

class SqliteSink final : public Sink {
 public:
  SqliteSink(std::string path, SqliteDatabase database, const SqliteOptions& options, const Clock& clock,
             const Log* log)
      : name_("sqlite:" + std::move(path)),
        database_(std::move(database)),
        options_(options),
        clock_(&clock),
        log_(log),
        held_(options.held_bytes),
        cycles_(database_, held_, options.name, options.uncounted,
                [this](const std::string& message, const char* hint) { warn(message, hint); }) {}

  Status begin();

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool acknowledges(std::string_view exporter) const override {
    return !exporter.empty() && exporter == own_name();
  }
  Status accept(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status shrink() override;
  Status finish(stream::Writer& out) override;

 private:
  Status begin_transaction();
  bool wait_for_lock();
  Status end_with_scrape(const CycleKey& key, const ScrapeFacts& scrape);
  Status end_without_scrape(const CycleKey& key);
  Result<std::optional<state::Ack>> holding_of(const std::string& exporter, const std::string& target);
  [[nodiscard]] std::string_view own_name() const;
  Status write_loose();
  Status delete_old();
  void acknowledge(const std::string& target, const state::Ack& holding);
  void warn(const std::string& message, const char* hint) const;

  std::string name_;
  SqliteDatabase database_;
  SqliteOptions options_;
  const Clock* clock_;
  const Log* log_;
  HeldCycles held_;
  CycleWriter cycles_;
  std::optional<MonotonicTime> loose_since_;
  std::optional<MonotonicTime> retained_at_;
  std::optional<MonotonicTime> locked_since_;  // another process has the lock for writing
  bool told_locked_ = false;
  std::set<std::string> scraped_targets_;  // of which this stream brought scrapes
};

Status SqliteSink::begin() {
  if (options_.gives_up) database_.wait_with([this] { return wait_for_lock(); });
  if (!options_.acknowledger) return {};
  DBI_TRY_ASSIGN(const auto holdings, database_.holdings(options_.acknowledger->exporter()));
  if (const auto told = options_.acknowledger->begin(holdings); !told && log_ != nullptr) log_->warning(told.error());
  return {};
}

Status SqliteSink::accept(const record::Record& record, stream::Writer& /*out*/) {
  const CycleKey key = cycle_key(record);
  DBI_TRY_ASSIGN(const bool begins, held_.add(key, record));
  if (key.is_loose()) {
    if (!loose_since_) loose_since_ = clock_->monotonic();
    return {};
  }
  if (begins) {
    // A target's cycles follow each other, and their ids ascend.
    for (const CycleKey& older : held_.older(key)) DBI_TRY(end_without_scrape(older));
    if (held_.size() > kMaxHeldCycles) DBI_TRY(end_without_scrape(held_.first()));
  }
  return text_of(record, "kind") == "scrape" ? end_with_scrape(key, scrape_facts(record)) : Status{};
}

// What is waited for here is the only lock: readers hinder nobody in WAL mode.
Status SqliteSink::begin_transaction() {
  locked_since_.reset();
  told_locked_ = false;
  return database_.begin();
}

bool SqliteSink::wait_for_lock() {
  if (options_.gives_up()) return false;
  const MonotonicTime now = clock_->monotonic();
  if (!locked_since_) locked_since_ = now;
  if (now - *locked_since_ >= kTellLocked && !std::exchange(told_locked_, true)) {
    warn("another process has locked the database for writing: waiting for it",
         "Nothing is lost meanwhile; what comes waits in the pipe.");
  }
  std::this_thread::sleep_for(kLockPause);
  return true;
}

// What is held is read and set in the transaction that takes or refuses the cycle. Also where this run is not the
// exporter that dbi-collect waits for, or cannot acknowledge: the database may be the one that it fills otherwise, and
// what it took of a cycle must not come to it again in the next.
Status SqliteSink::end_with_scrape(const CycleKey& key, const ScrapeFacts& scrape) {
  if (scraped_targets_.size() < kMaxScrapedTargets) scraped_targets_.insert(key.target);
  const bool is_awaited = !scrape.ack_from.empty();
  const std::string exporter(is_awaited ? std::string_view(scrape.ack_from) : own_name());
  const bool is_own = exporter == own_name();
  DBI_TRY(begin_transaction());
  DBI_TRY(write_loose());
  DBI_TRY_ASSIGN(auto holding, holding_of(exporter, key.target));
  if (is_awaited && is_own && !holding) holding.emplace();
  const Verdict verdict =
      is_awaited && holding ? judge_cycle(*holding, scrape, held_.accounted(key), options_.uncounted) : Verdict::Take;
  DBI_TRY(verdict == Verdict::Take ? cycles_.take(key, scrape) : cycles_.refuse(key, verdict));
  if (holding) {
    holding = advance(std::move(*holding), scrape, verdict);
    DBI_TRY(database_.store_holding(exporter, key.target, *holding));
  }
  DBI_TRY(delete_old());
  DBI_TRY(database_.commit());
  held_.forget(key);
  if (holding && is_own) acknowledge(key.target, *holding);
  return {};
}

// The exporter that this run acknowledges for; empty where it cannot.
std::string_view SqliteSink::own_name() const {
  return options_.acknowledger ? std::string_view(options_.acknowledger->exporter()) : std::string_view();
}

Result<std::optional<state::Ack>> SqliteSink::holding_of(const std::string& exporter, const std::string& target) {
  if (exporter.empty()) return std::optional<state::Ack>();
  return database_.holding(exporter, target);
}

// Of a target that has scrapes a cycle without one was cut off, whatever else is allowed to be missing.
Status SqliteSink::end_without_scrape(const CycleKey& key) {
  DBI_TRY(begin_transaction());
  DBI_TRY(write_loose());
  DBI_TRY_ASSIGN(const auto holding, holding_of(std::string(own_name()), key.target));
  const bool has_scrapes = holding || scraped_targets_.contains(key.target);
  DBI_TRY(options_.uncounted && !has_scrapes ? cycles_.write_whole(key) : cycles_.write_cut_off(key));
  DBI_TRY(delete_old());
  DBI_TRY(database_.commit());
  held_.forget(key);
  return {};
}

Status SqliteSink::write_loose() {
  DBI_TRY(cycles_.write_whole({}));
  held_.forget({});
  loose_since_.reset();
  return {};
}

std::optional<MonotonicTime> SqliteSink::next_deadline() const {
  if (!loose_since_) return std::nullopt;
  return *loose_since_ + kLooseDelay;
}

Status SqliteSink::on_deadline(MonotonicTime /*now*/, stream::Writer& /*out*/) {
  DBI_TRY(begin_transaction());
  DBI_TRY(write_loose());
  DBI_TRY(delete_old());
  return database_.commit();
}

Status SqliteSink::shrink() {
  database_.release_memory();
  return held_.shrink();
}

Status SqliteSink::finish(stream::Writer& out) {
  if (loose_since_) DBI_TRY(on_deadline({}, out));
  while (held_.size() > 0) DBI_TRY(end_without_scrape(held_.first()));
  if (cycles_.cut_off() > 1) {
    warn(fmt::format("{} cycles were left out: their scrape never came", cycles_.cut_off()), "");
  }
  return database_.close();
}

Status SqliteSink::delete_old() {
  if (!options_.retain) return {};
  const MonotonicTime now = clock_->monotonic();
  if (retained_at_ && now - *retained_at_ < kRetainEvery) return {};
  retained_at_ = now;
  return database_.delete_older(format_timestamp(clock_->now() - *options_.retain));
}

// A fault here costs nothing but time: dbi-collect goes on from what it was told before.
void SqliteSink::acknowledge(const std::string& target, const state::Ack& holding) {
  const auto told = options_.acknowledger->acknowledge(target, holding);
  if (!told && log_ != nullptr) log_->warning(told.error());
}

void SqliteSink::warn(const std::string& message, const char* hint) const {
  if (log_ != nullptr) log_->warning(Error{ErrorKind::Output, fmt::format("{}: {}", name_, message), hint});
}

}  // namespace

Result<std::unique_ptr<Sink>> open_sqlite_sink(const std::string& path, const SqliteOptions& options,
                                               const Clock& clock, const Log* log) {
  DBI_TRY_ASSIGN(auto database, SqliteDatabase::open(path));
  auto sink = std::make_unique<SqliteSink>(path, std::move(database), options, clock, log);
  DBI_TRY(sink->begin());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dbi::exporting
