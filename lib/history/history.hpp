// What is remembered of the plans of statements, and what is told when they change.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lru_map.hpp"
#include "base/result.hpp"
#include "history/observation.hpp"
#include "plan/outline.hpp"

namespace dbi::history {

class Store;

enum class NoticeKind : std::uint8_t { PlanChanged, PlanRegressed, PlanFlapping };

/// "plan_changed", "plan_regressed", "plan_flapping": the `event` of the record.
[[nodiscard]] std::string_view notice_word(NoticeKind kind);

/// What a regression was found by.
enum class Evidence : std::uint8_t { None, Executions, QueryStats, Estimate };

/// "executions", "query_stats", "estimate"; empty for none.
[[nodiscard]] std::string_view evidence_word(Evidence evidence);

/// One of the two plans that a notice is about.
struct Side {
  std::string hash;
  std::string gist;
  std::optional<double> cost;
  std::optional<double> median_ms;  ///< of the executions compared, or the mean of an interval
};

/// Something to tell as an `event`.
struct Notice {
  NoticeKind kind = NoticeKind::PlanChanged;
  Evidence evidence = Evidence::None;
  std::string target;
  std::string database;
  std::string query_signature;
  std::string plan_name;
  std::string plan_source;
  Timestamp ts;
  Side before;  ///< its hash is empty where no earlier plan was seen
  Side after;
  double load = 1;                              ///< what the load explains of a slow-down, times
  std::uint32_t plans = 0;                      ///< of a flapping statement, among the last executions
  std::vector<plan::Difference> differences{};  ///< from before to after, causes first

  /// The message of the event: a sentence for people.
  [[nodiscard]] std::string message() const;
};

/// Appends the `event` record of a notice.
void write_notice(std::string& out, const Notice& notice, std::string_view tool, std::string_view name = {});

/// Count, mean and spread of a quantity, one value at a time.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double m2 = 0;  ///< sum of the squared distances to the mean
  double min = 0;
  double max = 0;
  void add(double value);
};

struct Limits {
  std::size_t statements = 10'000;                             ///< the one used longest ago makes room
  std::size_t plans = 8;                                       ///< of one statement, likewise
  std::chrono::seconds retention = std::chrono::days(30);      ///< by record time
  std::chrono::seconds write_every = std::chrono::minutes(1);  ///< by record time
};

/// A plan of a statement.
struct PlanEntry {
  static constexpr std::size_t kRecent = 32;
  std::uint32_t number = 0;  ///< among the statement's, from 1, never used again
  std::string hash;
  std::string gist;
  std::string outline;  ///< format_outline()
  Timestamp first_seen;
  Timestamp last_seen;
  std::uint64_t executions = 0;
  std::uint64_t last_number = 0;  ///< the statement's executions when it was seen last
  Moments time_ms;
  Moments cost;
  std::optional<double> last_cost;
  std::deque<double> recent_ms;  ///< the last kRecent
};

/// An execution of a statement: which plan, when, how long.
struct Execution {
  Timestamp ts;
  std::uint32_t plan = 0;  ///< PlanEntry::number
  std::optional<double> duration_ms;
};

/// Another statement of the target as it was when the plan changed, to tell load from change.
struct Witness {
  std::string key;
  std::uint32_t plan = 0;
  double median_ms = 0;
};

/// A change that is being judged.
struct Trial {
  Side before;
  std::string outline;  ///< of before
  Timestamp since;
  std::uint32_t before_plan = 0;
  std::uint32_t plan = 0;  ///< the new one
  std::vector<double> before_ms;
  std::vector<double> after_ms;
  std::vector<Witness> witnesses;
};

/// A statement by target, database and plan_source.
struct StatementEntry {
  static constexpr std::size_t kExecutions = 100;
  std::string target;
  std::string database;
  std::string statement;
  std::string plan_source;
  std::string query_signature;
  std::string plan_name;
  Timestamp last_seen;
  std::uint64_t executions = 0;
  std::uint32_t last_plan = 0;  ///< the highest number given
  bool flapping = false;
  std::vector<PlanEntry> plans;
  std::deque<Execution> recent;  ///< the last kExecutions
  std::optional<Trial> trial;
  bool dirty = false;
};

/// Remembers plans in memory, and in a file where it was opened with one. Deterministic: knows no time but that of the
/// records. Not shared between threads.
class History {
 public:
  /// In memory only.
  explicit History(const Limits& limits = {});
  /// With the file ("plans.db" of the state folder, mode 0600), made where it is missing. One that is damaged is set
  /// aside as PATH.corrupt and a new one begun; `warning` says so. One of a newer version is refused, ErrorKind::State.
  static Result<History> open(const std::filesystem::path& path, const Limits& limits, std::string& warning);
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  ~History();

  /// Takes a plan and appends what is to be told.
  void on_plan(const Observation& plan, std::vector<Notice>& notices);
  /// Takes an interval and appends what is to be told.
  void on_query_stats(const Interval& interval, std::vector<Notice>& notices);

  /// Writes what has changed where Limits::write_every has passed since the last write; cheap otherwise. Call it
  /// between records.
  Status write_if_due();
  /// Writes all that has changed, in one transaction: at a target's `scrape` record and at the end.
  Status write();

  [[nodiscard]] std::size_t statements() const { return statements_.size(); }
  /// Statements that had to make room since the start.
  [[nodiscard]] std::uint64_t evictions() const { return evictions_; }

 private:
  /// Intervals of a statement, and what they say.
  struct Intervals {
    std::vector<double> means_ms;  // of the last kIntervals, the newest last: a vector, since there are many of these
    std::vector<Timestamp> ends;
    std::optional<Notice> slow;  ///< has become slower, but no plan has been seen that says why
    std::size_t since_slow = 0;  ///< intervals since then
  };

  PlanEntry& plan_entry(StatementEntry& entry, const Observation& plan);
  void begin_trial(StatementEntry& entry, const std::string& key, Timestamp since, std::uint32_t before,
                   std::uint32_t after);
  [[nodiscard]] static std::optional<Notice> note_flapping(StatementEntry& entry, const Observation& plan);
  void judge(StatementEntry& entry, std::vector<Notice>& notices);
  void judge_first_plan(const StatementEntry& entry, Intervals& intervals, std::vector<Notice>& notices);
  [[nodiscard]] std::vector<Witness> witnesses(const StatementEntry& entry, const std::string& key, Timestamp since);
  [[nodiscard]] double load_since(const Trial& trial);
  StatementEntry& statement_entry(const std::string& key, const Observation& plan, std::string_view statement);
  void forget_old();

  Limits limits_;
  LruMap<StatementEntry> statements_;
  LruMap<Intervals> intervals_;
  Timestamp newest_{};
  Timestamp written_{};
  Timestamp swept_{};
  std::uint64_t evictions_ = 0;
  std::vector<std::string> gone_;  // keys to be deleted from the file
  std::unique_ptr<Store> store_;
};

}  // namespace dbi::history
