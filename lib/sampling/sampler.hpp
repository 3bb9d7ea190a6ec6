// The sampler: a filter that keeps what matters, with weights that make up for the rest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "record/record.hpp"
#include "sampling/coin.hpp"
#include "sampling/goal.hpp"
#include "sampling/minute_window.hpp"
#include "sampling/recently_seen.hpp"
#include "sampling/rule_plan.hpp"
#include "sampling/sampler_options.hpp"
#include "stream/filter.hpp"
#include "stream/record_clock.hpp"
#include "telemetry/counter.hpp"

namespace dbi::sampling {

/// What a sampler counts. Lives as long as the sampler.
struct SamplerFigures {
  telemetry::Counter sampled;  ///< dropped by the coin
  telemetry::Counter rule;     ///< by a rate of 0
  telemetry::Counter limit;    ///< by max_per_minute
  telemetry::Counter dedup;
  telemetry::Counter slow;  ///< kept because slow
  telemetry::Counter cache_hits;
  telemetry::Counter cache_misses;
  telemetry::Counter cache_evictions;
  telemetry::Gauge cache_size;
  telemetry::Gauge sample_rate;  ///< the mean rate of the latest data records
};

/// Decides about each data record in this order: the first rule that matches, else the default, gives a rate; a slow
/// query's is 1; the goal may lower it; the coin is thrown; max_per_minute and deduplication look at what it kept. What
/// was thrown for leaves with the weight 1/rate times its own.
class Sampler final : public stream::Filter {
 public:
  /// The options for on_reload; an error leaves all as it was.
  using Reread = std::function<Result<SamplerOptions>()>;

  /// What a stream::RunClock is made of.
  struct ClockChoice {
    stream::ClockMode mode = stream::ClockMode::Record;
    bool replay = false;
    const Clock& clock;  ///< outlives the sampler
  };

  struct Setup {
    std::string tool;
    std::string name;  ///< of the instance
    ClockChoice clock;
    std::size_t max_record_bytes =
        record::kMaxRecordBytes;  ///< longer ones are not made: such a record is kept as it is
    Reread reread;
  };

  /// Fails with ErrorKind::Usage where a condition cannot be compiled.
  static Result<std::unique_ptr<Sampler>> make(const SamplerOptions& options, Setup setup);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  Status on_reload() override;
  Status on_end(stream::Writer& out) override { return ledger_.end(out); }
  void on_cut_off(const record::Record& record) override { ledger_.cut_off(record); }
  void shrink() override { recently_seen_.shrink(); }
  void save_state(std::string& lines) const override;
  void save_memory(stream::Lines& lines) const override;
  void save_pending(std::string& lines) const override { ledger_.save(lines); }
  [[nodiscard]] bool loaded_has_left() const override { return ledger_.loaded_has_left(); }
  Status load_line(const record::Record& line) override;

  /// The rate of the latest data record, the goal's part included.
  [[nodiscard]] double latest_rate() const { return latest_rate_; }
  [[nodiscard]] const SamplerFigures& figures() const { return figures_; }
  /// How often a rule was the first to match, by its name; those of a reload that are new are not in it before it.
  [[nodiscard]] const std::map<std::string, telemetry::Counter>& rule_matches() const { return rule_matches_; }

 private:
  struct Decision {
    double rate = 1;
    std::size_t importance = Goal::kMustKeep;
    std::optional<std::size_t> rule;
    bool sampled = false;
    bool deduplicates = false;
    bool slow = false;
  };
  // What a rule remembers of its records.
  struct RuleState {
    telemetry::Counter* matches = nullptr;
    MinuteWindow* window = nullptr;
    std::size_t importance = 0;
  };

  Sampler(const SamplerOptions& options, Setup setup, RulePlan plan);

  void use_rules();
  [[nodiscard]] Decision decide(const RulePlan::Kind& kind, const record::Record& record);
  [[nodiscard]] std::optional<ledger::Reason> turned_away(const Decision& decision, const record::Record& record,
                                                          Timestamp now);
  Status drop(const record::Record& record, ledger::Reason reason, double weight);
  Status keep(const record::Record& record, const Decision& decision, double weight, stream::Writer& out);
  [[nodiscard]] std::string_view decided_by(const Decision& decision) const;
  void count_rate(double rate);

  SamplerOptions options_;
  Setup setup_;
  stream::RunClock clock_;
  ledger::Ledger ledger_;
  RulePlan plan_;
  Goal goal_;
  Coin coin_;
  RecentlySeen recently_seen_;
  std::vector<RuleState> rule_states_;  // by index of the plan's rules
  std::map<std::string, telemetry::Counter> rule_matches_;
  std::map<std::string, MinuteWindow> windows_;
  SamplerFigures figures_;
  double latest_rate_ = 0;
  double rate_sum_ = 0;  // of rate_count_ records
  std::uint32_t rate_count_ = 0;
  std::string scratch_;
  std::string weight_json_, rate_json_, rule_json_;
};

}  // namespace dbi::sampling
