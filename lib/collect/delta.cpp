// SPDX-License-Identifier: Apache-2.0
#include "collect/delta.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <span>
#include <utility>

#include "collect/keyed_rows.hpp"
#include "collect/moments.hpp"

namespace dbi::collect {

namespace {

using namespace std::chrono_literals;

// MySQL and MariaDB tell their start as now - Uptime in whole seconds, so two reads of one life differ by up to a
// second.
constexpr auto kStartJitter = 1s;
// A restart is later than the earlier read; anything that started before it by more than the clocks' rounding is a
// server that was there all along, for instance a standby that took over the address.
constexpr auto kClockRounding = 2s;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool is_digest_keyed(const StatementSnapshot& snapshot) {
  return std::ranges::find(snapshot.key_columns, "digest") != snapshot.key_columns.end();
}

bool is_same_start(const StatementSnapshot& earlier, const StatementSnapshot& later) {
  const auto moved = std::chrono::abs(later.server.started - earlier.server.started);
  if (!is_digest_keyed(later)) return moved == 0s;
  // With the server just started at the earlier read, a second life could begin within the jitter.
  return moved <= kStartJitter && earlier.taken - earlier.server.started > kClockRounding;
}

bool is_other_server(const StatementSnapshot& earlier, const StatementSnapshot& later) {
  if (earlier.server.system_identifier != later.server.system_identifier) return true;
  return !is_same_start(earlier, later) && later.server.started + kClockRounding < earlier.taken &&
         std::chrono::abs(later.server.started - earlier.server.started) > kStartJitter;
}

std::optional<Incomparable> find_incomparable(const StatementSnapshot& earlier, const StatementSnapshot& later) {
  if (earlier.null_query_ids) return Incomparable::NullQueryIds;
  if (earlier.key_columns != later.key_columns) return Incomparable::KeyColumns;
  if (is_other_server(earlier, later)) return Incomparable::OtherServer;
  return std::nullopt;
}

std::size_t find_column(std::span<const CounterColumn> columns, std::initializer_list<std::string_view> names) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::ranges::find(names, columns[i].name) != names.end()) return i;
  }
  return kNone;
}

std::optional<std::size_t> find_role(std::span<const CounterColumn> columns,
                                     std::initializer_list<std::string_view> names) {
  const auto index = find_column(columns, names);
  return index == kNone ? std::nullopt : std::optional(index);
}

// PostgreSQL 12 says total_time where later versions say total_exec_time; what stands for MySQL's SUM_TIMER_WAIT has
// the member's name.
CounterRoles find_roles(std::span<const CounterColumn> columns) {
  return {.calls = find_role(columns, {"calls"}),
          .total_ms = find_role(columns, {"total_exec_time", "total_time", "total_ms"}),
          .rows = find_role(columns, {"rows"}),
          .plans = find_role(columns, {"plans"}),
          .plan_ms = find_role(columns, {"total_plan_time"})};
}

std::size_t find_stddev(std::span<const CounterColumn> columns) {
  return find_column(columns, {"stddev_exec_time", "stddev_time"});
}

// A counter that both snapshots have, and where.
struct SharedColumn {
  std::size_t earlier = 0;
  std::size_t later = 0;
};

// What can be said of one known key by itself.
struct Comparison {
  bool fell = false;
  bool has_since = false;      // both rows have one
  bool since_changed = false;  // and they differ
  bool is_survivor = false;    // and they prove that the entry was there all the time
};

enum class Part : std::uint8_t { Whole, Difference, Nothing };

struct Verdict {
  Quality quality = Quality::LowerBound;
  Part part = Part::Whole;
};

class Interval {
 public:
  Interval(const StatementSnapshot& earlier, const StatementSnapshot& later)
      : earlier_(earlier), later_(later), before_(earlier), after_(later), is_digest_keyed_(is_digest_keyed(later)) {}

  Deltas compute() {
    share_columns();
    judge_server();
    judge_keys();
    deltas_.unclean = unclean_words();
    if (later_.taken > earlier_.taken) {
      deltas_.interval_s = std::chrono::duration<double>(later_.taken - earlier_.taken).count();
    }
    add_rows();
    return std::move(deltas_);
  }

 private:
  void share_columns() {
    for (std::size_t i = 0; i < later_.columns.size(); ++i) {
      if (later_.columns[i].type == CounterType::Moment) continue;
      const auto found = std::ranges::find(earlier_.columns, later_.columns[i]);
      if (found == earlier_.columns.end()) continue;
      shared_.push_back({static_cast<std::size_t>(found - earlier_.columns.begin()), i});
      deltas_.columns.push_back(later_.columns[i]);
    }
    deltas_.roles = find_roles(deltas_.columns);
    earlier_stddev_ = find_stddev(earlier_.columns);
    later_stddev_ = find_stddev(later_.columns);
  }

  void note(Unclean reason) { unclean_[static_cast<std::size_t>(reason)] = true; }

  // Marks are those read before the earlier rows and after the later ones, so that a reset beside a read is not missed.
  void judge_server() {
    if (!is_same_start(earlier_, later_)) note(Unclean::Restarted);
    if (earlier_.before.stats_reset != later_.after.stats_reset) note(Unclean::Reset);
    if (earlier_.before.dealloc != later_.after.dealloc) note(Unclean::Evicted);
    if (!is_digest_keyed_ && !later_.after.stats_reset) note(Unclean::Unmarked);
  }

  void judge_keys() {
    for (std::size_t i = 0; i < earlier_.rows.size(); ++i) {
      if (!before_.is_first(i)) continue;
      const KeyedRow& old = *before_.find(earlier_.rows[i].key);
      const KeyedRow* now = after_.find(earlier_.rows[i].key);
      if (now == nullptr || now->copies < old.copies) note(Unclean::KeyVanished);
      if (now == nullptr) continue;
      const auto comparison = compare(old, *now);
      if (comparison.fell) note(Unclean::CounterFell);
      if (comparison.since_changed) note(Unclean::SinceChanged);
      has_survivor_ = has_survivor_ || comparison.is_survivor;
    }
  }

  [[nodiscard]] std::vector<Unclean> unclean_words() const {
    std::vector<Unclean> reasons;
    for (std::size_t i = 0; i < unclean_.size(); ++i) {
      if (unclean_[i]) reasons.push_back(static_cast<Unclean>(i));
    }
    return reasons;
  }

  [[nodiscard]] bool has_fallen(const KeyedRow& old, const KeyedRow& now) const {
    const auto& was = before_.counters(old);
    const auto& is = after_.counters(now);
    return std::ranges::any_of(shared_, [&](const SharedColumn& column) {
      return is[column.later].integer < was[column.earlier].integer || is[column.later].real < was[column.earlier].real;
    });
  }

  [[nodiscard]] Comparison compare(const KeyedRow& old, const KeyedRow& now) const {
    Comparison result{.fell = has_fallen(old, now)};
    const auto was = before_.since(old);
    const auto is = after_.since(now);
    result.has_since = was && is;
    result.since_changed = result.has_since && *was != *is;
    result.is_survivor = result.has_since && !result.since_changed && !result.fell && proves_survival(*is);
    return result;
  }

  // A FIRST_SEEN in whole seconds is also kept by an entry that went and came back within the second of the read.
  [[nodiscard]] bool proves_survival(Timestamp since) const {
    const bool whole_seconds = earlier_.since_in_whole_seconds || later_.since_in_whole_seconds;
    return !whole_seconds || since < std::chrono::floor<std::chrono::seconds>(earlier_.taken);
  }

  [[nodiscard]] Verdict judge_known(const Comparison& row) const {
    if (row.since_changed) return {Quality::LowerBound, Part::Whole};
    if (row.is_survivor) return {Quality::Exact, Part::Difference};
    // Digest counters may fall without a reset: sessions that run one digest at once overwrite each other's counts.
    if (row.fell) return {Quality::LowerBound, is_digest_keyed_ && row.has_since ? Part::Nothing : Part::Whole};
    const bool is_exact = !row.has_since && deltas_.clean();
    return {is_exact ? Quality::Exact : Quality::LowerBound, Part::Difference};
  }

  [[nodiscard]] Verdict judge_new() const {
    const bool is_exact = deltas_.clean() && (!is_digest_keyed_ || has_survivor_);
    return {is_exact ? Quality::Exact : Quality::LowerBound, Part::Whole};
  }

  void add_rows() {
    for (std::size_t i = 0; i < later_.rows.size(); ++i) {
      if (!after_.is_first(i)) continue;
      const KeyedRow& now = *after_.find(later_.rows[i].key);
      const KeyedRow* old = before_.find(later_.rows[i].key);
      add_row(old, now, old != nullptr ? judge_known(compare(*old, now)) : judge_new());
    }
  }

  void add_row(const KeyedRow* old, const KeyedRow& now, const Verdict& verdict) {
    if (verdict.part == Part::Nothing) return;
    const KeyedRow* base = verdict.part == Part::Difference ? old : nullptr;
    DeltaRow row;
    row.row = now.row;
    row.quality = verdict.quality;
    row.is_difference = base != nullptr;
    row.counters = subtract(base, now);
    if (!was_used(row)) return;
    if (verdict.quality == Quality::Exact || !row.is_difference) add_moments(row, base, now);
    deltas_.rows.push_back(std::move(row));
  }

  [[nodiscard]] std::vector<Counter> subtract(const KeyedRow* base, const KeyedRow& now) const {
    std::vector<Counter> counters(shared_.size());
    const auto& is = after_.counters(now);
    for (std::size_t i = 0; i < shared_.size(); ++i) {
      counters[i] = is[shared_[i].later];
      if (base == nullptr) continue;
      const Counter& was = before_.counters(*base)[shared_[i].earlier];
      counters[i].integer -= was.integer;
      counters[i].real -= was.real;
    }
    return counters;
  }

  [[nodiscard]] bool was_used(const DeltaRow& row) const {
    const auto& plans = deltas_.roles.plans;
    return deltas_.calls(row) > 0 || (plans && row.counters[*plans].integer > 0);
  }

  void add_moments(DeltaRow& row, const KeyedRow* base, const KeyedRow& now) const {
    const auto calls = deltas_.calls(row);
    if (calls <= 0 || !deltas_.roles.total_ms) return;
    row.mean_ms = deltas_.total_ms(row) / static_cast<double>(calls);
    if (later_stddev_ == kNone || now.copies > 1) return;
    const double stddev = after_.counters(now)[later_stddev_].real;
    if (base == nullptr) {
      row.stddev_ms = stddev;
    } else if (earlier_stddev_ != kNone && base->copies == 1) {
      const auto& was = before_.counters(*base);
      row.stddev_ms = stddev_between(moments(was, shared_column(&SharedColumn::earlier), earlier_stddev_),
                                     moments(after_.counters(now), shared_column(&SharedColumn::later), later_stddev_),
                                     *row.mean_ms);
    }
  }

  // Where calls and total time stand in a row of the earlier or the later snapshot.
  [[nodiscard]] std::pair<std::size_t, std::size_t> shared_column(std::size_t SharedColumn::*side) const {
    return {shared_[*deltas_.roles.calls].*side, shared_[*deltas_.roles.total_ms].*side};
  }

  [[nodiscard]] static Moments moments(const std::vector<Counter>& counters,
                                       std::pair<std::size_t, std::size_t> calls_and_total, std::size_t stddev) {
    const auto count = counters[calls_and_total.first].integer;
    const double mean = count > 0 ? counters[calls_and_total.second].real / static_cast<double>(count) : 0;
    return {count, mean, counters[stddev].real};
  }

  const StatementSnapshot& earlier_;
  const StatementSnapshot& later_;
  KeyedRows before_;
  KeyedRows after_;
  bool is_digest_keyed_;
  bool has_survivor_ = false;
  std::array<bool, 7> unclean_{};
  std::vector<SharedColumn> shared_;
  std::size_t earlier_stddev_ = kNone;
  std::size_t later_stddev_ = kNone;
  Deltas deltas_;
};

}  // namespace

std::int64_t Deltas::calls(const DeltaRow& row) const {
  return roles.calls ? row.counters[*roles.calls].integer : 0;
}

double Deltas::total_ms(const DeltaRow& row) const {
  return roles.total_ms ? row.counters[*roles.total_ms].real : 0;
}

Deltas compute_deltas(const StatementSnapshot& earlier, const StatementSnapshot& later) {
  if (const auto reason = find_incomparable(earlier, later)) {
    Deltas deltas;
    deltas.incomparable = reason;
    return deltas;
  }
  return Interval(earlier, later).compute();
}

Deltas lifetime_totals(const StatementSnapshot& snapshot) {
  // Nothing came before: every row is new and counts in full.
  StatementSnapshot nothing;
  nothing.taken = snapshot.taken;
  nothing.key_columns = snapshot.key_columns;
  nothing.columns = snapshot.columns;
  auto deltas = Interval(nothing, snapshot).compute();
  deltas.unclean.clear();
  for (auto& row : deltas.rows) row.quality = Quality::Baseline;
  return deltas;
}

}  // namespace dbi::collect
