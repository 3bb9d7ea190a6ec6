// A circuit breaker as a pure state machine: closed -> open -> half-open -> closed (DESIGN.md section 6, dbi-breaker).
//
// Time and outcomes are handed in, and nothing happens by itself: a circuit changes its state only while it is told of
// a scrape, so that it goes on where it was after any pause. It is told of every scrape of its target: by call() where
// the cycle touches it, else by pass().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "circuit/backoff.hpp"
#include "circuit/window.hpp"
#include "state/circuits.hpp"

namespace dbi::circuit {

using state::CircuitState;

/// The rules of all circuits of a run.
struct Rules {
  WindowSize window;
  std::uint32_t minimum_calls = 5;  ///< with fewer in the window nothing opens; 1 or more
  double failure_rate = 0.5;        ///< opens at this share of failures, above 0 to 1
  double slow_rate = 1;             ///< opens at this share of slow and failed calls, if one is slow; above 0 to 1
  std::uint32_t probes = 3;         ///< most cycles while half-open, all of which must succeed; 1 or more
  microseconds half_open_timeout = std::chrono::minutes{5};
  Backoff backoff;
  microseconds reset_after = std::chrono::minutes{10};  ///< closed for so long without a failure: a good spell
};

/// One call: a cycle that touches the circuit.
struct Call {
  CallResult result = CallResult::Success;
  bool at_once = false;       ///< a failure that opens without asking the window
  std::string_view why = {};  ///< of a failure, for people: "timeout"
};

/// A change of state.
struct Transition {
  CircuitState from = CircuitState::Closed;
  CircuitState to = CircuitState::Closed;
  microseconds open_for{0};  ///< to Open: how long
  std::string reason;        ///< for people: "5 of 5 calls failed, the last one: timeout"

  friend bool operator==(const Transition&, const Transition&) = default;
};

/// Changes in their order; a cycle may bring up to two (open -> half-open -> open).
using Transitions = std::vector<Transition>;

/// True once the time of an open circuit is over, for those who only read. Where `opened_at` lies further ahead of
/// `now` than the open time is long, it was written under another clock, and the time counts as over.
[[nodiscard]] inline bool is_over(Timestamp opened_at, microseconds open_for, Timestamp now) {
  return now >= opened_at + open_for || opened_at - now > open_for;
}

/// One circuit. A value. `key` is its own, for the jitter.
///
/// Closed: a call goes into the window, and a failed or slow one opens the circuit where the window then has
/// `minimum_calls` and a rate is reached. The open time grows from opening to opening and is the first one again after
/// a good spell. Open: calls count for nothing until the time is over. The first call then finds it half-open and is
/// its first probe. Half-open: a failed probe opens it at once for the next longer time. `probes` successes close it. A
/// slow probe is neither. Where all probes are used up, and at a scrape past the deadline, it closes if one has
/// succeeded, else it opens for the same time again. The call that comes with that scrape is still a probe, and counts
/// first.
///
/// The clock may go back, and a circuit may come from a file of another clock: a time that lies ahead of the `now` of a
/// scrape counts as that `now`, from then on. So nothing takes longer than it does under a clock that only goes on.
class Circuit {
 public:
  void call(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out);

  /// A scrape of its target that does not touch it: all that can happen is the end of half-open.
  void pass(const Rules& rules, Timestamp now, Transitions& out);

  /// An operator's word: closes it, whatever it is, and its open time begins anew.
  void close(Timestamp now, Transitions& out);

  /// Where nobody calls it any more: closes it once it has waited for `half_open_timeout` for its first probe or the
  /// next one.
  void abandon(const Rules& rules, std::string_view why, Timestamp now, Transitions& out);

  [[nodiscard]] CircuitState state() const { return state_; }

  /// Open, and its time is not over: its records are blocked. One that opened ahead of `now` is, until a scrape: the
  /// time of a record may be wrong, and changes no circuit.
  [[nodiscard]] bool is_blocking(Timestamp now) const {
    return state_ == CircuitState::Open && now - std::min(opened_at_, now) < open_for_;
  }

  /// How near a closed circuit is to opening: the larger of its rates as a share of the rate that opens it, with at
  /// least `minimum_calls` calls counted; 0 to 1. 0 for one that is not closed.
  [[nodiscard]] double strain(const Rules& rules, Timestamp now) const;

  [[nodiscard]] std::uint64_t trips() const { return trips_; }
  [[nodiscard]] Timestamp opened_at() const { return opened_at_; }
  /// Since when it has not been closed; nothing where it is.
  [[nodiscard]] std::optional<Timestamp> broken_since() const { return broken_since_; }

  /// Nothing about it differs from a circuit that was never told of a call.
  [[nodiscard]] bool is_new() const { return *this == Circuit(); }

  /// For circuits.json and back. store() moves all times by `shift`, which takes them from the clock of the decisions
  /// to the host's; `strain` and `timeout` are the caller's. restore() fails with ErrorKind::Malformed.
  [[nodiscard]] state::StoredCircuit store(microseconds shift) const;
  static Result<Circuit> restore(const state::StoredCircuit& stored);

  friend bool operator==(const Circuit&, const Circuit&) = default;

 private:
  void settle(Timestamp now);
  void call_closed(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out);
  void probe(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out);
  void end_half_open(Timestamp now, Transitions& out);
  void open(const Rules& rules, std::string_view key, std::string reason, Timestamp now, Transitions& out);
  void open_again(std::string reason, Timestamp now, Transitions& out);
  void become_closed(std::string reason, Timestamp now, Transitions& out);
  void change(CircuitState to, std::string reason, Transitions& out);
  [[nodiscard]] std::string reason_to_open(const Rules& rules, const Call& call, Timestamp now) const;

  CircuitState state_ = CircuitState::Closed;
  std::uint32_t probes_ = 0;
  std::uint32_t successes_ = 0;
  std::uint32_t openings_ = 0;  // in a row
  std::uint64_t trips_ = 0;
  Timestamp opened_at_{};
  microseconds open_for_{0};
  Timestamp half_open_since_{};
  std::optional<Timestamp> good_since_;
  std::optional<Timestamp> broken_since_;
  Window window_;
  std::string reason_;
};

}  // namespace dbi::circuit
