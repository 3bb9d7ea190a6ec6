// The cycles of one target: what is read and what becomes of it as records (DESIGN.md section 2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/circuit_permit.hpp"
#include "collect/control_records.hpp"
#include "collect/cycle_commit.hpp"
#include "collect/explain.hpp"
#include "collect/query_stats.hpp"
#include "collect/server_reader.hpp"
#include "collect/server_source.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// What a run without an earlier reading does (--baseline).
enum class FirstRun : std::uint8_t {
  Skip,  ///< no query_stats; the scrape says `baseline`
  Wait,  ///< reads once without a record, waits, and shows a difference
  Emit   ///< lifetime totals, as quality `baseline`
};

struct CycleSettings {
  bool query_stats = true;
  FirstRun first_run = FirstRun::Skip;
  QueryStatsOptions stats;
  std::size_t max_cycle_bytes = std::size_t{256} << 20U;  ///< ServerReader::begin_cycle
  std::optional<SessionOptions> sessions;                 ///< nothing: none are asked for
  /// The statements of a file are explained, and nothing else is asked for: query_stats and sessions are not.
  std::optional<ExplainSettings> explain = {};
};

/// A cycle, read whole: its connection is at rest.
struct CycleOutput {
  std::string cycle;
  Outcome outcome = Outcome::Ok;
  std::string records;                        ///< the scrape is the last line
  std::optional<StatementSnapshot> counters;  ///< the next baseline, where there were counters
};

/// One target. Keeps its connection over the cycles and opens it anew after a fault. Used by one thread.
class TargetCycles {
 public:
  /// `clock` must outlive it. `texts_path` empty: texts are not kept on disk.
  TargetCycles(std::string target, const Engine& engine, OpenReader open, BaselineStore baselines, TextStore texts,
               std::filesystem::path texts_path, CycleSettings settings, const Clock& clock);

  /// Counters are asked for and there are none to start from.
  [[nodiscard]] bool is_first() const { return settings_.query_stats && baselines().start() == nullptr; }

  /// See CycleCommit.
  void wait_for(std::string exporter, ReadAck read_ack) { commit_.wait_for(std::move(exporter), std::move(read_ack)); }
  [[nodiscard]] bool waits() const { return commit_.waits(); }
  void settle(const Tell& tell) { commit_.settle(tell); }
  [[nodiscard]] bool is_full() const { return commit_.is_full(); }
  [[nodiscard]] Error full_error() const { return commit_.full_error(target_); }

  /// Reads the server, as `permit` lets it, which does not skip. Never fails: what went wrong is in the records. Fewer
  /// kinds are the sessions alone, or where none are asked for the statements without the texts of new ones. Another
  /// time limit than that of the connection takes a new one.
  CycleOutput run(std::optional<double> late_s, const CircuitPermit& permit = {});

  /// A cycle that tried nothing.
  CycleOutput skip(std::string_view reason);

  /// Writes `output` by `write` and moves the baseline on (CycleCommit::commit, whose errors it returns); what was
  /// learned of texts is kept.
  Status commit(CycleOutput output, const std::function<Status(std::string records)>& write, const Tell& tell);

  /// Takes the counters of `output` as the start without writing a record (FirstRun::Wait).
  Status prime(CycleOutput output);

  /// Gives the connection back until the next run().
  void close() {
    source_.reset();
    reader_.reset();
  }

  [[nodiscard]] FirstRun first_run() const { return settings_.first_run; }
  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] const BaselineStore& baselines() const { return commit_.baselines(); }

 private:
  struct Read {
    std::optional<ServerFacts> facts;
    std::optional<StatementSnapshot> counters;
    std::optional<WriteSessions> sessions;
    std::vector<ExplainedStatement> plans;
    ConnectionFacts connection;
    CycleAccount account;
    bool reached = false;
  };

  bool connect(CycleAccount& account, std::optional<microseconds> statement_timeout);
  Read read_all(std::string_view cycle, const CircuitPermit& permit);
  void read_sources(Read& read, bool fewer_kinds);
  void read_plans(Read& read, std::string_view cycle, const CircuitPermit& permit);
  void read_texts(StatementSnapshot& counters, const std::vector<std::size_t>& unknown, CycleAccount& account);
  std::size_t write_statements(std::string& out, const Routing& routing, const StatementSnapshot& counters,
                               Scrape& scrape) const;
  Status save_texts();

  std::string target_;
  Engine engine_;
  OpenReader open_;
  CycleCommit commit_;
  TextStore texts_;
  std::filesystem::path texts_path_;
  CycleSettings settings_;
  const Clock* clock_;
  std::optional<Explain> explain_;                 ///< nothing: no file is explained
  ReadSessions read_sessions_;                     ///< empty where none are asked for
  std::optional<microseconds> statement_timeout_;  ///< what the connection was opened with
  std::unique_ptr<ServerReader> reader_;
  std::unique_ptr<ServerSource> source_;
};

}  // namespace dbi::collect
