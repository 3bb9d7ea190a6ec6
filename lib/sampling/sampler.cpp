// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "record/builder.hpp"
#include "record/schema/alias.hpp"

namespace dbi::sampling {

namespace {

using ledger::Reason;
using record::schema::KindClass;

// What a record may grow by: a weight, and with --explain-decision a rate and the name of a rule.
constexpr std::size_t kGrowth = 512;

// Its records are parts of sums, of which none repeats another.
constexpr std::string_view kNeverDeduplicated = "query_stats";

std::vector<std::int64_t> priorities_of(const RulePlan& plan) {
  std::vector<std::int64_t> out;
  for (const Rule& rule : plan.rules()) {
    if (out.empty() || out.back() != rule.priority) out.push_back(rule.priority);
  }
  return out;
}

std::vector<std::string> members_of(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const auto& name : names) out.emplace_back(record::schema::resolve_alias(name));
  return out;
}

std::chrono::seconds window_of(const Deduplication& options) {
  return std::chrono::seconds(options.window_seconds);
}

std::string attribute_of(const Deduplication& options) {
  return std::string(record::schema::resolve_alias(options.hash_attribute));
}

}  // namespace

Result<std::unique_ptr<Sampler>> Sampler::make(const SamplerOptions& options, Setup setup) {
  DBI_TRY_ASSIGN(RulePlan plan, RulePlan::compile(options));
  return std::unique_ptr<Sampler>(new Sampler(options, std::move(setup), std::move(plan)));
}

Sampler::Sampler(const SamplerOptions& options, Setup setup, RulePlan plan)
    : options_(options),
      setup_(std::move(setup)),
      clock_(setup_.clock.mode, setup_.clock.replay, setup_.clock.clock),
      ledger_(setup_.tool, setup_.name, clock_),
      plan_(std::move(plan)),
      goal_(options.max_records_per_second, options.goal_window_seconds, priorities_of(plan_)),
      coin_(options.seed, setup_.name, members_of(options.sample_by)),
      recently_seen_(options.deduplication.cache_size, window_of(options.deduplication),
                     attribute_of(options.deduplication)) {
  use_rules();
}

// Ties the rules of the plan to what they remember, which goes by their names.
void Sampler::use_rules() {
  rule_states_.clear();
  for (const Rule& rule : plan_.rules()) {
    RuleState state;
    state.matches = &rule_matches_[rule.name];
    if (rule.max_per_minute > 0) state.window = &windows_[rule.name];
    state.importance = goal_.class_of(rule.priority);
    rule_states_.push_back(state);
  }
}

Status Sampler::on_reload() {
  if (!setup_.reread) return {};
  DBI_TRY_ASSIGN(SamplerOptions options, setup_.reread());
  DBI_TRY_ASSIGN(RulePlan plan, RulePlan::compile(options));
  plan_ = std::move(plan);
  options_ = std::move(options);
  Goal goal(options_.max_records_per_second, options_.goal_window_seconds, priorities_of(plan_));
  goal.take_over(goal_);
  goal_ = std::move(goal);
  coin_ = Coin(options_.seed, setup_.name, members_of(options_.sample_by));
  recently_seen_.set(options_.deduplication.cache_size, window_of(options_.deduplication),
                     attribute_of(options_.deduplication));
  use_rules();
  return {};
}

Status Sampler::on_record(const record::Record& record, stream::Writer& out) {
  const Timestamp now = clock_.observe(record);
  DBI_TRY(ledger_.before(record, clock_.now(), out));
  const RulePlan::Kind& kind = plan_.kind_of(record.text("kind", scratch_).value_or(""));
  if (kind.kind_class == KindClass::Control) return out.append(record.line());

  Decision decision = decide(kind, record);
  if (decision.rate > 0) decision.rate *= goal_.factor(decision.importance, decision.rate, clock_.now());
  count_rate(decision.rate);
  if (decision.rate == 0) return drop(record, Reason::Rule, ledger::weight_of(record));

  double weight = 1;
  if (decision.rate < 1) {
    const double before = ledger::weight_of(record);
    weight = before / decision.rate;
    if (!std::isfinite(weight) || record.line().size() + kGrowth > setup_.max_record_bytes) {
      return out.append(record.line());
    }
    if (!coin_.keeps(record, before, decision.rate)) return drop(record, Reason::Sampled, 0);
  }
  if (const auto reason = turned_away(decision, record, now)) {
    return drop(record, *reason, decision.rate < 1 ? weight : ledger::weight_of(record));
  }
  return keep(record, decision, weight, out);
}

Sampler::Decision Sampler::decide(const RulePlan::Kind& kind, const record::Record& record) {
  const RuleMatch match = plan_.look_up(kind, record);
  Decision out;
  out.rule = match.rule;
  out.sampled = match.sampled;
  out.deduplicates = match.sampled && options_.deduplication.enabled && kind.name != kNeverDeduplicated;
  if (match.rule) {
    const RuleState& state = rule_states_[*match.rule];
    state.matches->add();
    out.rate = plan_.rules()[*match.rule].sample_rate;
    out.importance = state.importance;
  } else if (match.sampled) {
    out.rate = options_.default_sample_rate;
    out.importance = goal_.unmatched();
  }
  out.slow = match.duration_ms && *match.duration_ms >= options_.slow_query_threshold_ms;
  if (out.slow) {
    figures_.slow.add();
    out.rate = 1;
  }
  // A gauge's rate cannot be lowered: it carries no weight.
  if (out.slow || kind.kind_class == KindClass::Gauge) out.importance = Goal::kMustKeep;
  return out;
}

// Whether what the coin kept is one too many, or one that was kept before.
std::optional<Reason> Sampler::turned_away(const Decision& decision, const record::Record& record, Timestamp now) {
  if (decision.slow) return std::nullopt;
  if (decision.rule) {
    const std::uint32_t most = plan_.rules()[*decision.rule].max_per_minute;
    if (most > 0 && !rule_states_[*decision.rule].window->admit(clock_.now(), most)) return Reason::Limit;
  }
  if (!decision.deduplicates) return std::nullopt;
  const bool seen = recently_seen_.seen(record, now);
  (seen ? figures_.cache_hits : figures_.cache_misses).add();
  figures_.cache_size.set(static_cast<double>(recently_seen_.size()));
  figures_.cache_evictions.raise_to(recently_seen_.evictions());
  return seen ? std::optional(Reason::Dedup) : std::nullopt;
}

Status Sampler::drop(const record::Record& record, Reason reason, double weight) {
  telemetry::Counter& counter = reason == Reason::Sampled ? figures_.sampled
                                : reason == Reason::Rule  ? figures_.rule
                                : reason == Reason::Limit ? figures_.limit
                                                          : figures_.dedup;
  counter.add();
  ledger_.drop(record, reason, weight);
  return {};
}

Status Sampler::keep(const record::Record& record, const Decision& decision, double weight, stream::Writer& out) {
  std::array<record::Change, 3> changes;
  std::size_t count = 0;
  if (decision.rate < 1) {
    weight_json_.clear();
    record::append_json_number(weight_json_, weight);
    changes.at(count++) = {"weight", weight_json_};
  }
  if (options_.explain_decision && record.line().size() + kGrowth <= setup_.max_record_bytes) {
    rule_json_.clear();
    rate_json_.clear();
    record::append_json_text(rule_json_, decided_by(decision));
    record::append_json_number(rate_json_, decision.rate);
    changes.at(count++) = {"sample_rule", rule_json_};
    changes.at(count++) = {"sample_rate", rate_json_};
  }
  if (count == 0) return out.append(record.line());
  // A long record grows the buffer by itself, not to twice of that for its line end.
  const std::size_t room = out.buffer().size() + record.line().size() + kGrowth;
  if (room > 2 * stream::Writer::kChunk) out.buffer().reserve(room);
  record::splice(record, std::span(changes).first(count), out.buffer());
  out.buffer().push_back('\n');
  return out.commit();
}

std::string_view Sampler::decided_by(const Decision& decision) const {
  if (decision.slow) return "slow_queries";
  if (decision.rule) return plan_.rules()[*decision.rule].name;
  return decision.sampled ? "default_sample_rate" : "sampled_kinds";
}

void Sampler::count_rate(double rate) {
  constexpr std::uint32_t kRecords = 256;
  latest_rate_ = rate;
  rate_sum_ += rate;
  if (++rate_count_ < kRecords) return;
  figures_.sample_rate.set(rate_sum_ / kRecords);
  rate_sum_ = 0;
  rate_count_ = 0;
}

void Sampler::save_state(std::string& lines) const {
  clock_.records().save(lines);
  stream::append_lines(lines, [this](stream::Lines& all) { save_memory(all); });
}

void Sampler::save_memory(stream::Lines& lines) const {
  goal_.save(lines.text());
  for (const auto& [rule, window] : windows_) window.save(rule, lines.text());
  recently_seen_.save(lines);
}

Status Sampler::load_line(const record::Record& line) {
  if (ledger_.load_line(line) || clock_.records().load_line(line) || goal_.load_line(line)) return {};
  if (recently_seen_.load_line(line)) return {};
  if (line.text("kind", scratch_) != MinuteWindow::kKind) return {};
  const auto found = windows_.find(std::string(line.text("rule", scratch_).value_or("")));
  if (found != windows_.end()) found->second.load(line);
  return {};
}

}  // namespace dbi::sampling
