// SPDX-License-Identifier: Apache-2.0
#include "collect/target_cycles.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "collect/delta.hpp"
#include "collect/mysql_catalog.hpp"

namespace dbi::collect {

namespace {

double milliseconds_between(MonotonicTime begin, MonotonicTime end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

// Growth in the interval; nothing where the mark went back, which a reset or a restart did.
std::optional<std::int64_t> growth(std::optional<std::int64_t> earlier, std::optional<std::int64_t> later) {
  if (!earlier || !later || *later < *earlier) return std::nullopt;
  return *later - *earlier;
}

}  // namespace

TargetCycles::TargetCycles(std::string target, const Engine& engine, OpenReader open, BaselineStore baselines,
                           TextStore texts, std::filesystem::path texts_path, CycleSettings settings,
                           const Clock& clock)
    : target_(std::move(target)),
      engine_(engine),
      open_(std::move(open)),
      commit_(std::move(baselines)),
      texts_(std::move(texts)),
      texts_path_(std::move(texts_path)),
      settings_(std::move(settings)),
      clock_(&clock) {
  if (settings_.explain) explain_.emplace(*settings_.explain);
  if (settings_.sessions) read_sessions_ = engine_.make_sessions(*settings_.sessions);
}

bool TargetCycles::connect(CycleAccount& account, std::optional<microseconds> statement_timeout) {
  if (reader_ && reader_->usable() && statement_timeout_ == statement_timeout) return true;
  close();
  auto opened = open_(statement_timeout);
  if (!opened) {
    account.errors.push_back(std::move(opened).error());
    return false;
  }
  reader_ = std::move(*opened);
  statement_timeout_ = statement_timeout;
  source_ = engine_.make_source(*reader_);
  engine_.system = sql::system_word(reader_->facts().dialect.system);  // a URL may name the other make
  return true;
}

// The order of the reads: the server's facts, the counters between their marks, the sessions, then the texts, because
// they can take longest, and last what a server may keep us waiting for.
TargetCycles::Read TargetCycles::read_all(std::string_view cycle, const CircuitPermit& permit) {
  Read read;
  if (!connect(read.account, permit.statement_timeout)) return read;
  reader_->begin_cycle(cycle, settings_.max_cycle_bytes);
  read_sources(read, permit.fewer_kinds);
  if (read.reached && explain_) read_plans(read, cycle, permit);
  if (!reader_) return read;
  reader_->end_cycle();
  // What a function that planning calls has left in the session goes with it.
  if (explain_ || !reader_->usable()) close();
  return read;
}

// A statement that broke the connection, or outlived the limit of time, costs the others nothing.
void TargetCycles::read_plans(Read& read, std::string_view cycle, const CircuitPermit& permit) {
  const auto connect_again = [&]() -> ServerReader* {
    if (reader_ && reader_->usable()) return reader_.get();
    if (!connect(read.account, permit.statement_timeout)) return nullptr;
    reader_->begin_cycle(cycle, settings_.max_cycle_bytes);
    return reader_.get();
  };
  const std::string_view left_out = permit.fewer_kinds ? "left out: a circuit is near opening" : "";
  read.plans = explain_->run(connect_again, left_out, *clock_, read.account);
}

void TargetCycles::read_sources(Read& read, bool fewer_kinds) {
  read.connection = reader_->facts();
  read.facts = source_->read_server(read.account);
  if (!read.facts) return;
  read.reached = true;
  if (!settings_.query_stats && !read_sessions_ && !explain_) read.account.read = true;
  const bool sheds_statements = fewer_kinds && read_sessions_;
  if (settings_.query_stats && !sheds_statements) read.counters = source_->read_statements(*read.facts, read.account);
  std::vector<std::size_t> unknown;
  if (read.counters) unknown = texts_.see(*read.counters);  // also where no read succeeds any more: own rows are marked
  if (read_sessions_ && reader_->usable()) {
    read.sessions = read_sessions_(*reader_, texts_, read.account);
    if (read.sessions) read.account.read = true;
  }
  if (read.counters && !fewer_kinds && reader_->usable()) read_texts(*read.counters, unknown, read.account);
  if (!reader_->usable()) return;
  if (const auto lag = source_->read_replica_lag(read.account)) read.facts->replica_lag_s = lag;
}

// A cycle that writes no query_stats needs no texts; the next one reads them, those of its own statements included.
void TargetCycles::read_texts(StatementSnapshot& counters, const std::vector<std::size_t>& unknown,
                              CycleAccount& account) {
  if (is_first() && settings_.first_run != FirstRun::Emit) return;
  if (unknown.empty() || !texts_.schedule().due(clock_->now())) return;
  const auto begin = clock_->monotonic();
  // An attempt that fails costs the server as much as one that succeeds.
  source_->read_texts(counters, unknown, texts_, clock_->now(), account);
  texts_.record_read(clock_->now(), clock_->monotonic() - begin);
}

std::size_t TargetCycles::write_statements(std::string& out, const Routing& routing, const StatementSnapshot& counters,
                                           Scrape& scrape) const {
  const auto* start = baselines().start();
  if (start == nullptr && settings_.first_run != FirstRun::Emit) {
    scrape.baseline = true;
    return 0;
  }
  const auto deltas = start == nullptr ? lifetime_totals(counters) : compute_deltas(*start, counters);
  scrape.interval_s = deltas.interval_s;
  scrape.unclean = deltas.unclean;
  scrape.incomparable = deltas.incomparable;
  scrape.baseline = start == nullptr || deltas.incomparable.has_value();
  if (deltas.incomparable) return 0;
  if (waits()) scrape.since_cycle = baselines().start_cycle();
  if (start != nullptr) {
    // From mark to mark: the sums of consecutive cycles count each eviction once.
    scrape.dealloc = growth(start->before.dealloc, counters.before.dealloc);
    scrape.digest_lost = growth(start->digest_lost, counters.digest_lost);
  }
  const auto totals = write_query_stats(out, routing, counters, deltas, texts_, settings_.stats);
  scrape.self = totals.self;
  return totals.records;
}

CycleOutput TargetCycles::run(std::optional<double> late_s, const CircuitPermit& permit) {
  const auto begin = clock_->monotonic();
  const auto observed = clock_->now();
  CycleOutput output;
  output.cycle = commit_.next_cycle(observed);
  auto read = read_all(output.cycle, permit);
  const Routing routing{.target = target_,
                        .cycle = output.cycle,
                        .system = engine_.system,
                        .host = read.connection.host,
                        .port = read.connection.port,
                        .observed_ts = observed};
  const auto ts = read.facts ? read.facts->now : observed;
  Scrape scrape;
  scrape.ack_from = commit_.ack_from();
  scrape.late_s = late_s;
  if (permit.fewer_kinds && settings_.query_stats) {
    scrape.reason = fmt::format("{} left out: a circuit is near opening", read_sessions_ ? "query_stats" : "texts");
  }
  if (read.counters) scrape.records += write_statements(output.records, routing, *read.counters, scrape);
  if (read.sessions) scrape.records += (*read.sessions)(output.records, routing, ts, permit.intervals());
  for (const auto& plan : read.plans) write_plan(output.records, routing, ts, read.connection.database, plan);
  scrape.records += read.plans.size();
  for (const auto& error : read.account.errors) write_error(output.records, routing, ts, error);
  scrape.outcome = judge(read.reached, read.account.read, read.account.errors);
  scrape.cost = std::move(read.account.cost);
  if (read.facts) {
    scrape.connections_used_pct = read.facts->connections_used_pct;
    scrape.replica_lag_s = read.facts->replica_lag_s;
    scrape.server_version = read.facts->version;
  }
  scrape.tls = read.connection.tls;
  scrape.guards = read.connection.guards;
  scrape.cycle_ms = milliseconds_between(begin, clock_->monotonic());
  write_scrape(output.records, routing, ts, scrape);
  output.outcome = scrape.outcome;
  if (scrape.outcome != Outcome::Failed) output.counters = std::move(read.counters);
  return output;
}

CycleOutput TargetCycles::skip(std::string_view reason) {
  CycleOutput output;
  const auto now = clock_->now();
  output.cycle = commit_.next_cycle(now);
  output.outcome = Outcome::Skipped;
  const Routing routing{
      .target = target_, .cycle = output.cycle, .system = engine_.system, .host = {}, .port = 0, .observed_ts = now};
  Scrape scrape;
  scrape.ack_from = commit_.ack_from();
  scrape.outcome = Outcome::Skipped;
  scrape.reason = reason;
  write_scrape(output.records, routing, now, scrape);
  return output;
}

Status TargetCycles::save_texts() {
  if (texts_path_.empty() || !texts_.changed()) return {};
  return texts_.save(texts_path_);
}

Status TargetCycles::commit(CycleOutput output, const std::function<Status(std::string records)>& write,
                            const Tell& tell) {
  DBI_TRY(commit_.commit(
      output.cycle, std::move(output.counters), [&] { return write(std::move(output.records)); }, tell));
  // Texts that are not kept are read again.
  if (const auto saved = save_texts(); !saved) tell(saved.error());
  return {};
}

Status TargetCycles::prime(CycleOutput output) {
  if (!output.counters) return {};
  return commit_.prime(output.cycle, std::move(*output.counters));
}

}  // namespace dbi::collect
