// The cycles of one target: what is read, what becomes of it as records, and which counters the next one starts from
// (DESIGN.md sections 2 and 4, "Commit").
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
#include "collect/baseline.hpp"
#include "collect/control_records.hpp"
#include "collect/query_stats.hpp"
#include "collect/server_reader.hpp"
#include "collect/server_source.hpp"
#include "collect/text_store.hpp"
#include "state/ack.hpp"

namespace dbi::collect {

/// What a run without an earlier reading does (--baseline).
enum class FirstRun : std::uint8_t {
  Skip,  ///< no query_stats; the scrape says `baseline`
  Wait,  ///< reads once without a record, waits, and shows a difference
  Emit   ///< lifetime totals, as quality `baseline`
};

/// Diagnostics: a fault that the run survives.
using Tell = std::function<void(const Error& error)>;

/// What an exporter has acknowledged of the target by now.
using ReadAck = std::function<Result<state::LoadedAck>()>;

struct CycleSettings {
  bool query_stats = true;
  FirstRun first_run = FirstRun::Skip;
  QueryStatsOptions stats;
  std::size_t max_cycle_bytes = std::size_t{256} << 20U;  ///< ServerReader::begin_cycle
  std::optional<SessionOptions> sessions;                 ///< nothing: none are asked for
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
  [[nodiscard]] bool is_first() const { return settings_.query_stats && baselines_.start() == nullptr; }

  /// --commit exported: from now on a baseline is promoted once that exporter holds its cycle, and not once it is
  /// written.
  void wait_for(std::string exporter, ReadAck read_ack) {
    ack_from_ = std::move(exporter);
    read_ack_ = std::move(read_ack);
  }
  [[nodiscard]] bool waits() const { return read_ack_ != nullptr; }

  /// Before each cycle: takes in what the exporter has acknowledged. Where that cannot be read or kept, the baselines
  /// stay as they are, and `tell` hears of it. Nothing to do under --commit written.
  void settle(const Tell& tell);

  /// As many cycles wait for their acknowledgement as may: the next one is to be skipped.
  [[nodiscard]] bool is_full() const { return waits() && baselines_.pending() >= kMaxPending; }
  /// What a person is told then: who is waited for, and what it last said.
  [[nodiscard]] Error full_error() const;

  /// Reads the server. Never fails: what went wrong is in the records.
  CycleOutput run(std::optional<double> late_s);

  /// A cycle that tried nothing.
  CycleOutput skip(std::string_view reason);

  /// Writes `output` by `write` and moves the baseline on: stored as pending before, promoted after (under --commit
  /// exported by a later settle()), withdrawn where the write failed. Returns the write's error, or ErrorKind::State
  /// where the baseline could not be stored and nothing was written. `tell` hears of faults of the state folder that
  /// cost nothing.
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
  [[nodiscard]] const BaselineStore& baselines() const { return baselines_; }

 private:
  struct Read {
    std::optional<ServerFacts> facts;
    std::optional<StatementSnapshot> counters;
    std::optional<WriteSessions> sessions;
    ConnectionFacts connection;
    CycleAccount account;
    bool reached = false;
  };

  bool connect(CycleAccount& account);
  Read read_all(std::string_view cycle);
  void read_sources(Read& read);
  void read_texts(StatementSnapshot& counters, const std::vector<std::size_t>& unknown, CycleAccount& account);
  std::size_t write_statements(std::string& out, const Routing& routing, const StatementSnapshot& counters,
                               Scrape& scrape) const;
  std::string next_cycle(Timestamp now);
  Status settle(const state::Ack& ack);
  Status save_texts();

  std::string target_;
  Engine engine_;
  OpenReader open_;
  BaselineStore baselines_;
  TextStore texts_;
  std::filesystem::path texts_path_;
  CycleSettings settings_;
  const Clock* clock_;
  ReadSessions read_sessions_;  ///< empty where none are asked for
  std::unique_ptr<ServerReader> reader_;
  std::unique_ptr<ServerSource> source_;
  std::string last_cycle_;
  std::string ack_from_;
  ReadAck read_ack_;      ///< empty under --commit written
  std::string last_ack_;  ///< the newest cycle that the exporter has seen; empty = it has said nothing
};

}  // namespace dbi::collect
