// SPDX-License-Identifier: Apache-2.0
#include "circuit/circuit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dbi::circuit {

// What lies ahead happened under a clock that has gone back since.
void Circuit::settle(Timestamp now) {
  if (state_ != CircuitState::Closed) opened_at_ = std::min(opened_at_, now);
  if (state_ == CircuitState::HalfOpen) half_open_since_ = std::min(half_open_since_, now);
  if (good_since_) good_since_ = std::min(*good_since_, now);
  if (broken_since_) broken_since_ = std::min(*broken_since_, now);
}

void Circuit::call(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out) {
  settle(now);
  switch (state_) {
    case CircuitState::Closed:
      return call_closed(rules, key, call, now, out);
    case CircuitState::Open:
      if (is_blocking(now)) return;
      half_open_since_ = now;
      probes_ = 0;
      successes_ = 0;
      change(CircuitState::HalfOpen, "its open time is over", out);
      return probe(rules, key, call, now, out);
    case CircuitState::HalfOpen:
      return probe(rules, key, call, now, out);
  }
}

void Circuit::pass(const Rules& rules, Timestamp now, Transitions& out) {
  settle(now);
  if (state_ == CircuitState::HalfOpen && now - half_open_since_ >= rules.half_open_timeout) end_half_open(now, out);
}

void Circuit::close(Timestamp now, Transitions& out) {
  openings_ = 0;
  settle(now);
  if (state_ != CircuitState::Closed) become_closed("closed by an operator", now, out);
}

void Circuit::abandon(const Rules& rules, std::string_view why, Timestamp now, Transitions& out) {
  settle(now);
  if (state_ == CircuitState::Closed) return;
  const Timestamp waits_since = state_ == CircuitState::Open ? opened_at_ + open_for_ : half_open_since_;
  if (now - waits_since >= rules.half_open_timeout) become_closed(std::string(why), now, out);
}

void Circuit::call_closed(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out) {
  window_.add(rules.window, call.result, now);
  if (call.result == CallResult::Failure || !good_since_) good_since_ = now;
  if (now - *good_since_ >= rules.reset_after) openings_ = 0;
  if (call.result == CallResult::Success) return;  // whatever came before: it is well now
  if (std::string reason = reason_to_open(rules, call, now); !reason.empty()) {
    broken_since_ = now;
    open(rules, key, std::move(reason), now, out);
  }
}

std::string Circuit::reason_to_open(const Rules& rules, const Call& call, Timestamp now) const {
  if (call.at_once) return fmt::format("{}, which opens at once", call.why);
  const Counts counts = window_.count(rules.window, now);
  if (counts.calls < rules.minimum_calls) return {};
  const double calls = counts.calls;
  if (counts.failures > 0 && counts.failures >= rules.failure_rate * calls) {
    return fmt::format("{} of {} calls failed, the last one: {}", counts.failures, counts.calls, call.why);
  }
  // A call that failed was no quicker than one that came through late.
  if (counts.slow > 0 && counts.slow + counts.failures >= rules.slow_rate * calls) {
    return fmt::format("{} of {} calls were slow or failed, the last one: {}", counts.slow + counts.failures,
                       counts.calls, call.why);
  }
  return {};
}

void Circuit::probe(const Rules& rules, std::string_view key, const Call& call, Timestamp now, Transitions& out) {
  if (call.result == CallResult::Failure) {
    return open(rules, key, fmt::format("a probe failed: {}", call.why), now, out);
  }
  ++probes_;
  if (call.result == CallResult::Success) ++successes_;
  if (successes_ >= rules.probes) {
    become_closed(fmt::format("{} probes succeeded", successes_), now, out);
  } else if (probes_ >= rules.probes) {
    end_half_open(now, out);
  } else {
    pass(rules, now, out);
  }
}

void Circuit::end_half_open(Timestamp now, Transitions& out) {
  const std::string tally = fmt::format("{} of {} probes succeeded", successes_, probes_);
  if (successes_ > 0) {
    become_closed(tally, now, out);
  } else {
    open_again(tally, now, out);
  }
}

void Circuit::open(const Rules& rules, std::string_view key, std::string reason, Timestamp now, Transitions& out) {
  ++openings_;
  open_for_ = open_time(rules.backoff, key, openings_);
  open_again(std::move(reason), now, out);
}

void Circuit::open_again(std::string reason, Timestamp now, Transitions& out) {
  ++trips_;
  opened_at_ = now;
  change(CircuitState::Open, reason, out);
  reason_ = std::move(reason);
}

void Circuit::become_closed(std::string reason, Timestamp now, Transitions& out) {
  change(CircuitState::Closed, std::move(reason), out);
  window_.clear();
  reason_.clear();
  good_since_ = now;
  broken_since_.reset();
}

void Circuit::change(CircuitState to, std::string reason, Transitions& out) {
  out.push_back({state_, to, to == CircuitState::Open ? open_for_ : microseconds{0}, std::move(reason)});
  state_ = to;
}

double Circuit::strain(const Rules& rules, Timestamp now) const {
  if (state_ != CircuitState::Closed) return 0;
  const Counts counts = window_.count(rules.window, now);
  const double calls = std::max(counts.calls, rules.minimum_calls);
  const double failing = counts.failures / (rules.failure_rate * calls);
  const double slowing = counts.slow == 0 ? 0 : (counts.slow + counts.failures) / (rules.slow_rate * calls);
  return std::min(1.0, std::max(failing, slowing));
}

state::StoredCircuit Circuit::store(microseconds shift) const {
  state::StoredCircuit out;
  out.state = state_;
  if (state_ != CircuitState::Closed) {
    out.opened_at = move_time(opened_at_, shift);
    out.open_for = open_for_;
    out.reason = reason_;
    if (broken_since_) out.broken_since = move_time(*broken_since_, shift);
  }
  if (state_ == CircuitState::HalfOpen) {
    out.half_open_since = move_time(half_open_since_, shift);
    out.probes = probes_;
    out.successes = successes_;
  }
  out.window = window_.format(shift);
  out.openings = openings_;
  out.trips = trips_;
  if (good_since_) out.good_since = move_time(*good_since_, shift);
  return out;
}

Result<Circuit> Circuit::restore(const state::StoredCircuit& stored) {
  Circuit out;
  out.state_ = stored.state;
  out.probes_ = stored.probes;
  out.successes_ = stored.successes;
  out.openings_ = stored.openings;
  out.trips_ = stored.trips;
  out.opened_at_ = stored.opened_at.value_or(Timestamp{});
  out.open_for_ = stored.open_for;
  out.half_open_since_ = stored.half_open_since.value_or(Timestamp{});
  out.good_since_ = stored.good_since;
  out.broken_since_ = stored.broken_since;
  out.reason_ = stored.reason;
  DBI_TRY_ASSIGN(out.window_, Window::parse(stored.window));
  return out;
}

}  // namespace dbi::circuit
