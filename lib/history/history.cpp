// SPDX-License-Identifier: Apache-2.0
#include "history/history.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text_key.hpp"
#include "history/regression.hpp"
#include "history/store.hpp"

namespace dbi::history {

namespace {

// A plan that comes back counts as a change again where it was away for this long, so that a statement that alternates
// is told of once.
constexpr std::chrono::hours kAway{24};
constexpr std::size_t kFlappingPlans = 3;
constexpr std::size_t kWitnesses = 64;
// Executions of another statement on either side from which it can tell of load.
constexpr std::size_t kWitnessExecutions = 4;
constexpr std::string_view kAutoExplain = "auto_explain";

std::string key_of(std::string_view target, std::string_view database, std::string_view statement,
                   std::string_view source) {
  std::string key;
  append_part(key, target);
  append_part(key, database);
  append_part(key, statement);
  append_part(key, source);
  return key;
}

const PlanEntry* find_plan(const StatementEntry& entry, std::uint32_t number) {
  for (const PlanEntry& plan : entry.plans) {
    if (plan.number == number) return &plan;
  }
  return nullptr;
}

Side side_of(const PlanEntry* plan) {
  if (plan == nullptr) return {};
  return {plan->hash, plan->gist, plan->last_cost, std::nullopt};
}

Notice notice_of(const StatementEntry& entry, NoticeKind kind, Timestamp ts) {
  Notice notice;
  notice.kind = kind;
  notice.target = entry.target;
  notice.database = entry.database;
  notice.query_signature = entry.query_signature;
  notice.plan_name = entry.plan_name;
  notice.plan_source = entry.plan_source;
  notice.ts = ts;
  return notice;
}

std::vector<plan::Difference> compare(std::string_view before, std::string_view after) {
  const auto was = plan::parse_outline(before);
  const auto is = plan::parse_outline(after);
  if (!was || !is || was->nodes.empty() || is->nodes.empty()) return {};
  return plan::differences(*was, *is);
}

bool is_worse_estimate(const PlanEntry& before, const PlanEntry& after) {
  if (!before.last_cost || !after.last_cost || *before.last_cost <= 0) return false;
  if (*after.last_cost < kCostTimes * *before.last_cost) return false;
  const auto was = plan::parse_outline(before.outline);
  const auto is = plan::parse_outline(after.outline);
  return was && is && plan::has_worse_class(*was, *is);
}

// The oldest stands first. Vectors are short.
template <typename Values>
void push_bounded(Values& values, typename Values::value_type value, std::size_t max) {
  if (values.size() == max) values.erase(values.begin());
  values.push_back(std::move(value));
}

}  // namespace

std::string statement_of(std::string_view query_signature, std::string_view plan_name) {
  if (!query_signature.empty()) return std::string(query_signature);
  return plan_name.empty() ? std::string() : "name:" + std::string(plan_name);
}

void Moments::add(double value) {
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  ++count;
  const double distance = value - mean;
  mean += distance / static_cast<double>(count);
  m2 += distance * (value - mean);
}

History::History(const Limits& limits)
    : limits_(limits), statements_(limits.statements), intervals_(limits.statements) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

Result<History> History::open(const std::filesystem::path& path, const Limits& limits, std::string& warning) {
  History history(limits);
  DBI_TRY_ASSIGN(history.store_, Store::open(path, warning));
  std::vector<StatementEntry> entries;
  DBI_TRY_ASSIGN(entries, history.store_->load());
  for (StatementEntry& entry : entries) {
    const std::string key = key_of(entry.target, entry.database, entry.statement, entry.plan_source);
    if (history.statements_.size() == history.statements_.max()) {
      history.gone_.push_back(history.statements_.oldest_key());
    }
    history.newest_ = std::max(history.newest_, entry.last_seen);
    history.statements_.put(key) = std::move(entry);
  }
  history.written_ = history.swept_ = history.newest_;
  // A change that was being judged goes on where it stood.
  std::vector<std::string> tried;
  history.statements_.for_each([&](const std::string& key, const StatementEntry& entry) {
    if (entry.trial) tried.push_back(key);
  });
  for (const std::string& key : tried) {
    StatementEntry& entry = *history.statements_.peek(key);
    const Trial trial = *entry.trial;
    history.begin_trial(entry, key, trial.since, trial.before_plan, trial.plan);
  }
  return history;
}

StatementEntry& History::statement_entry(const std::string& key, const Observation& plan, std::string_view statement) {
  if (StatementEntry* entry = statements_.find(key)) return *entry;
  if (statements_.size() == statements_.max()) {
    gone_.push_back(statements_.oldest_key());
    ++evictions_;
  }
  StatementEntry& entry = statements_.put(key);
  entry.target = plan.target;
  entry.database = plan.database;
  entry.statement = statement;
  entry.plan_source = plan.plan_source;
  return entry;
}

PlanEntry& History::plan_entry(StatementEntry& entry, const Observation& plan) {
  for (PlanEntry& known : entry.plans) {
    if (known.hash == plan.plan_hash) return known;
  }
  if (entry.plans.size() >= std::max<std::size_t>(limits_.plans, 2)) {
    // The one before this stays: it is what the new one is compared with.
    const std::uint32_t latest = entry.recent.empty() ? 0 : entry.recent.back().plan;
    const auto oldest = std::min_element(entry.plans.begin(), entry.plans.end(), [&](const auto& a, const auto& b) {
      return std::pair(a.number == latest, a.last_number) < std::pair(b.number == latest, b.last_number);
    });
    entry.plans.erase(oldest);
  }
  PlanEntry& added = entry.plans.emplace_back();
  added.number = ++entry.last_plan;
  added.hash = plan.plan_hash;
  added.first_seen = plan.ts;
  if (plan.outline != nullptr) added.outline = plan::format_outline(*plan.outline);
  return added;
}

void History::on_plan(const Observation& plan, std::vector<Notice>& notices) {
  const std::string statement = statement_of(plan.query_signature, plan.plan_name);
  if (statement.empty() || plan.plan_hash.empty()) return;
  newest_ = std::max(newest_, plan.ts);
  const std::string key = key_of(plan.target, plan.database, statement, plan.plan_source);
  StatementEntry& entry = statement_entry(key, plan, statement);
  if (!plan.query_signature.empty()) entry.query_signature = plan.query_signature;
  if (!plan.plan_name.empty()) entry.plan_name = plan.plan_name;
  const bool first = entry.recent.empty();
  const std::uint32_t before = first ? 0 : entry.recent.back().plan;

  PlanEntry& known = plan_entry(entry, plan);
  ++entry.executions;
  const bool is_new = known.executions == 0;
  const bool returned = !is_new && entry.executions - known.last_number > StatementEntry::kExecutions &&
                        plan.ts - known.last_seen > kAway;
  ++known.executions;
  known.last_number = entry.executions;
  known.last_seen = std::max(known.last_seen, plan.ts);
  known.gist = plan.plan_gist;
  if (plan.cost) {
    known.cost.add(*plan.cost);
    known.last_cost = plan.cost;
  }
  if (plan.duration_ms) {
    known.time_ms.add(*plan.duration_ms);
    push_bounded(known.recent_ms, *plan.duration_ms, PlanEntry::kRecent);
  }
  entry.last_seen = std::max(entry.last_seen, plan.ts);
  push_bounded(entry.recent, Execution{plan.ts, known.number, plan.duration_ms}, StatementEntry::kExecutions);
  entry.dirty = true;

  if (auto notice = note_flapping(entry, plan)) notices.push_back(std::move(*notice));
  if (entry.flapping) {
    entry.trial.reset();
  } else if (!first && (is_new || returned)) {
    const PlanEntry* old = find_plan(entry, before);
    Notice notice = notice_of(entry, NoticeKind::PlanChanged, plan.ts);
    notice.before = side_of(old);
    notice.after = side_of(&known);
    if (old != nullptr) notice.differences = compare(old->outline, known.outline);
    notices.push_back(notice);
    entry.trial.reset();
    if (plan.duration_ms) {
      begin_trial(entry, key, plan.ts, before, known.number);
    } else if (old != nullptr && is_worse_estimate(*old, known)) {
      notice.kind = NoticeKind::PlanRegressed;
      notice.evidence = Evidence::Estimate;
      notices.push_back(std::move(notice));
    }
  } else if (entry.trial) {
    if (entry.trial->plan != known.number) {
      entry.trial.reset();
    } else if (plan.duration_ms) {
      entry.trial->after_ms.push_back(*plan.duration_ms);
      judge(entry, notices);
    }
  }
  if (first && plan.plan_source == kAutoExplain) {
    if (Intervals* intervals = intervals_.find(key_of(plan.target, plan.database, plan.query_signature, {}))) {
      judge_first_plan(entry, *intervals, notices);
    }
  }
  forget_old();
}

std::optional<Notice> History::note_flapping(StatementEntry& entry, const Observation& plan) {
  std::set<std::uint32_t> seen;
  for (const Execution& execution : entry.recent) seen.insert(execution.plan);
  if (entry.flapping) {
    if (seen.size() == 1) entry.flapping = false;
    return std::nullopt;
  }
  if (seen.size() < kFlappingPlans) return std::nullopt;
  entry.flapping = true;
  Notice notice = notice_of(entry, NoticeKind::PlanFlapping, plan.ts);
  notice.plans = static_cast<std::uint32_t>(seen.size());
  const std::size_t size = entry.recent.size();
  notice.before = side_of(find_plan(entry, entry.recent[size - 2].plan));
  notice.after = side_of(find_plan(entry, entry.recent[size - 1].plan));
  return notice;
}

void History::begin_trial(StatementEntry& entry, const std::string& key, Timestamp since, std::uint32_t before,
                          std::uint32_t after) {
  Trial trial;
  trial.since = since;
  trial.before_plan = before;
  trial.plan = after;
  const PlanEntry* old = find_plan(entry, before);
  trial.before = side_of(old);
  if (old != nullptr) trial.outline = old->outline;
  // The executions with the new plan are the newest ones.
  std::size_t first = entry.recent.size();
  while (first > 0 && entry.recent[first - 1].plan == after) --first;
  for (std::size_t i = first; i > 0 && trial.before_ms.size() < kBefore; --i) {
    if (entry.recent[i - 1].duration_ms) trial.before_ms.push_back(*entry.recent[i - 1].duration_ms);
  }
  for (std::size_t i = first; i < entry.recent.size(); ++i) {
    if (entry.recent[i].duration_ms) trial.after_ms.push_back(*entry.recent[i].duration_ms);
  }
  trial.witnesses = witnesses(entry, key, since);
  entry.trial = std::move(trial);
}

std::vector<Witness> History::witnesses(const StatementEntry& entry, const std::string& key, Timestamp since) {
  std::deque<Witness> found;  // those used last
  statements_.for_each([&](const std::string& other_key, const StatementEntry& other) {
    if (other_key == key || other.target != entry.target || other.plan_source != entry.plan_source) return;
    std::vector<double> before;
    std::uint32_t last = 0;
    for (auto execution = other.recent.rbegin(); execution != other.recent.rend() && before.size() < kBefore;
         ++execution) {
      if (execution->ts >= since || !execution->duration_ms) continue;
      if (last == 0) last = execution->plan;
      before.push_back(*execution->duration_ms);
    }
    if (before.size() < kWitnessExecutions) return;
    push_bounded(found, Witness{other_key, last, *median(before)}, kWitnesses);
  });
  return {found.begin(), found.end()};
}

double History::load_since(const Trial& trial) {
  std::vector<double> slow_downs;
  for (const Witness& witness : trial.witnesses) {
    const StatementEntry* other = statements_.peek(witness.key);
    if (other == nullptr || witness.median_ms <= 0) continue;
    std::vector<double> after;
    bool same_plan = true;
    for (const Execution& execution : other->recent) {
      if (execution.ts < trial.since) continue;
      same_plan = same_plan && execution.plan == witness.plan;
      if (execution.duration_ms) after.push_back(*execution.duration_ms);
    }
    if (same_plan && after.size() >= kWitnessExecutions) slow_downs.push_back(*median(after) / witness.median_ms);
  }
  return load_factor(slow_downs);
}

void History::judge(StatementEntry& entry, std::vector<Notice>& notices) {
  const Trial& trial = *entry.trial;
  if (std::find(kAfter.begin(), kAfter.end(), trial.after_ms.size()) == kAfter.end()) return;
  const double load = load_since(trial);
  if (is_regression(trial.before_ms, trial.after_ms, load)) {
    const PlanEntry* after = find_plan(entry, trial.plan);
    Notice notice = notice_of(entry, NoticeKind::PlanRegressed, entry.last_seen);
    notice.evidence = Evidence::Executions;
    notice.before = trial.before;
    notice.before.median_ms = median(trial.before_ms);
    notice.after = side_of(after);
    notice.after.median_ms = median(trial.after_ms);
    notice.load = load;
    if (after != nullptr) notice.differences = compare(trial.outline, after->outline);
    notices.push_back(std::move(notice));
    entry.trial.reset();
  } else if (trial.after_ms.size() == kAfter.back()) {
    entry.trial.reset();
  }
}

void History::on_query_stats(const Interval& interval, std::vector<Notice>& notices) {
  if (interval.query_signature.empty() || interval.calls < kIntervalCalls) return;
  newest_ = std::max(newest_, interval.ts);
  Intervals& known = intervals_.put(key_of(interval.target, interval.database, interval.query_signature, {}));
  const double mean = interval.total_ms / interval.calls;
  if (known.slow && ++known.since_slow > kIntervals) known.slow.reset();
  if (is_interval_regression(known.means_ms, interval.calls, mean)) {
    Notice notice;
    notice.kind = NoticeKind::PlanRegressed;
    notice.evidence = Evidence::QueryStats;
    notice.ts = interval.ts;
    notice.before.median_ms = *std::max_element(known.means_ms.begin(), known.means_ms.end());
    notice.after.median_ms = mean;
    known.slow = std::move(notice);
    known.since_slow = 0;
  }
  push_bounded(known.means_ms, mean, kIntervals);
  push_bounded(known.ends, interval.ts, kIntervals + 1);
  if (!known.slow) return;
  const StatementEntry* entry =
      statements_.peek(key_of(interval.target, interval.database, interval.query_signature, kAutoExplain));
  if (entry != nullptr) judge_first_plan(*entry, known, notices);
}

void History::judge_first_plan(const StatementEntry& entry, Intervals& intervals, std::vector<Notice>& notices) {
  // A plan that was there before the intervals compared explains nothing.
  if (!intervals.slow || entry.last_plan != 1 || entry.plans.empty() || intervals.ends.empty() ||
      entry.plans.front().first_seen < intervals.ends.front()) {
    return;
  }
  Notice notice =
      notice_of(entry, NoticeKind::PlanRegressed, std::max(intervals.slow->ts, entry.plans.front().first_seen));
  notice.evidence = Evidence::QueryStats;
  notice.before.median_ms = intervals.slow->before.median_ms;
  notice.after = side_of(&entry.plans.front());
  notice.after.median_ms = intervals.slow->after.median_ms;
  notices.push_back(std::move(notice));
  intervals.slow.reset();
}

// Once an hour of record time.
void History::forget_old() {
  if (newest_ - swept_ < std::chrono::hours(1)) return;
  swept_ = newest_;
  const Timestamp oldest = newest_ - limits_.retention;
  statements_.erase_if([&](const std::string& key, const StatementEntry& entry) {
    if (entry.last_seen >= oldest) return false;
    gone_.push_back(key);
    return true;
  });
}

Status History::write_if_due() {
  if (written_ == Timestamp{}) written_ = newest_;
  if (newest_ - written_ < limits_.write_every) return {};
  return write();
}

Status History::write() {
  written_ = newest_;
  if (!store_) {
    gone_.clear();
    return {};
  }
  std::vector<StatementEntry*> dirty;
  statements_.for_each([&](const std::string&, StatementEntry& entry) {
    if (entry.dirty) dirty.push_back(&entry);
  });
  DBI_TRY(store_->write(dirty, gone_));
  for (StatementEntry* entry : dirty) entry->dirty = false;
  gone_.clear();
  return {};
}

}  // namespace dbi::history
