// Which counters the next cycle of a target starts from, and when: the side of dbi-collect in the commit protocol
// (DESIGN.md section 4, "Commit").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/baseline.hpp"
#include "state/ack.hpp"

namespace dbi::collect {

/// Diagnostics: a fault that the run survives.
using Tell = std::function<void(const Error& error)>;

/// What an exporter has acknowledged of the target by now.
using ReadAck = std::function<Result<state::LoadedAck>()>;

/// The baselines of one target between its cycles. Used by one thread.
class CycleCommit {
 public:
  explicit CycleCommit(BaselineStore baselines) : baselines_(std::move(baselines)) {}

  [[nodiscard]] const BaselineStore& baselines() const { return baselines_; }

  /// --commit exported: from now on a baseline is promoted once that exporter holds its cycle, and not once it is
  /// written.
  void wait_for(std::string exporter, ReadAck read_ack) {
    ack_from_ = std::move(exporter);
    read_ack_ = std::move(read_ack);
  }
  [[nodiscard]] bool waits() const { return read_ack_ != nullptr; }
  /// Who is waited for; empty under --commit written.
  [[nodiscard]] const std::string& ack_from() const { return ack_from_; }

  /// Before each cycle: takes in what the exporter has acknowledged. Where that cannot be read or kept, the baselines
  /// stay as they are, and `tell` hears of it. Nothing to do under --commit written.
  void settle(const Tell& tell);

  /// As many cycles wait for their acknowledgement as may: the next one is to be skipped.
  [[nodiscard]] bool is_full() const { return waits() && baselines_.pending() >= kMaxPending; }
  /// What a person is told then: who is waited for, and what it last said.
  [[nodiscard]] Error full_error(std::string_view target) const;

  /// The id of a cycle that begins now: it follows all others.
  std::string next_cycle(Timestamp now);

  /// Calls `write`, which writes the cycle, and moves the baseline on where there are counters: stored as pending
  /// before, promoted after (under --commit exported by a later settle()), withdrawn where the write failed. Returns
  /// the write's error, or ErrorKind::State where the baseline could not be stored and nothing was written. `tell`
  /// hears of faults of the state folder that cost nothing.
  Status commit(std::string_view cycle, std::optional<StatementSnapshot> counters, const std::function<Status()>& write,
                const Tell& tell);

  /// Takes the counters as the start, where nothing is written. Fails with ErrorKind::State.
  Status prime(std::string_view cycle, StatementSnapshot counters);

 private:
  Status settle(const state::Ack& ack);

  BaselineStore baselines_;
  std::string last_cycle_;
  std::string ack_from_;
  ReadAck read_ack_;      ///< empty under --commit written
  std::string last_ack_;  ///< the newest cycle that the exporter has seen; empty = it has said nothing
};

}  // namespace dbi::collect
