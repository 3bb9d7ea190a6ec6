// The goal max_records_per_second: lower rates where more is asked for than the goal has room for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "record/record.hpp"

namespace dbi::sampling {

/// Divides a goal among classes of falling importance. What a class is given follows from what arrived, never from what
/// a coin kept, so that weighted sums stay unbiased.
///
/// With the goal G and the window W, tau = W/3: a slot closes at the first record 5 s or more after its start; `len` is
/// its real length, n[c] the sum of the rates of the records of class c in it:
///
///     a = 1 - exp(-len/tau);  lam[c] += a*(n[c]/len - lam[c]);  L += a*(min(len, W) - L);  n = 0      (L starts at 10
///     s)
///
/// and at each record of class c at rate b, e being what the classes ask for:
///
///     n[c] += b;  e[c] = max(lam[c], n[c]/L)
///     factor = clamp((G - sum of e over more important classes)/e[c], 0.02*G/sum(e), 1)
///
/// The worst minute of inputs at ten times the goal, steady or in cycles, was 4.2 % off in a model; feedback on what
/// was kept (68 %), fixed windows (23 %) and an average by record (23 % where cycles are ordered) were worse. Not
/// shared between threads.
class Goal {
 public:
  /// Classes are named by their priority, the most important one first; before them stands the class of what must be
  /// kept, behind them that of what no rule matches. `per_second` of 0 is no goal.
  Goal(double per_second, double window_s, const std::vector<std::int64_t>& priorities);

  /// Of what must be kept.
  static constexpr std::size_t kMustKeep = 0;
  /// Of what no rule matches.
  [[nodiscard]] std::size_t unmatched() const { return classes_.size() - 1; }
  /// Of a rule's priority, one of those given at the start.
  [[nodiscard]] std::size_t class_of(std::int64_t priority) const;

  /// What a record's rate is to be multiplied by; counts the record. 1 for what must be kept, without a goal, and at
  /// the epoch, which stands for records without time.
  double factor(std::size_t importance, double rate, Timestamp now);

  /// Takes over what another goal knows, by class.
  void take_over(const Goal& other);

  /// NDJSON lines of kind `sampling_goal`, and back; load_line says false to other lines and leaves classes out that
  /// are no longer there.
  void save(std::string& lines) const;
  bool load_line(const record::Record& line);

 private:
  struct Class {
    std::string name;
    double average = 0;  // lam, a second
    double count = 0;    // n, in this slot
    double demand = 0;   // e, a second
  };
  void go_on_to(Timestamp now);
  void close_slot(Timestamp now);
  void estimate(Class& one) const;

  double goal_;
  double window_s_;
  std::vector<Class> classes_;
  static constexpr double kFirstSlot = 10;
  double slot_s_ = kFirstSlot;  // L
  std::optional<Timestamp> slot_start_;
  Timestamp latest_{};  // of the times at which factor() was asked
  std::string scratch_;
};

}  // namespace dbi::sampling
