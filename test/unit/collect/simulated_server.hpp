// A model of pg_stat_statements and of the digest table of MySQL and MariaDB that knows what really ran, to hold the
// claims of the deltas against. Behaviour after reference checks on real servers: entries, resets, evictions, restarts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "collect/snapshots.hpp"

namespace dbi::collect {

/// Which marks a server has.
struct ServerModel {
  std::string name;
  bool has_since = false;  ///< stats_since (17+) or FIRST_SEEN
  bool has_info = false;   ///< pg_stat_statements_info (14+); else only pg_stat_bgwriter.stats_reset moves, on a crash
  bool is_digest = false;  ///< MySQL, MariaDB: nothing is evicted, nothing survives a restart
  bool whole_seconds = false;  ///< FIRST_SEEN of MariaDB
};

/// What happened to a key since the last read, beyond being executed.
enum class Loss : std::uint8_t { PartialReset, FullReset, Eviction, Crash };

struct Truth {
  std::int64_t calls = 0;
  double total_ms = 0;
  double squares = 0;
  std::set<Loss> losses;
};

class SimulatedServer {
 public:
  SimulatedServer(ServerModel model, std::mt19937_64& random, std::size_t most_entries)
      : model_(std::move(model)), random_(random), most_entries_(most_entries) {}

  void pass(double seconds) { now_ += seconds; }

  /// A statement of a user ends. Its entry was made when it was parsed, which may be before an earlier read.
  void execute(int user, int query) {
    const auto key = key_of(user, query);
    auto& entry = entry_of(key);
    const double ms = std::ceil(std::lognormal_distribution<double>(query % 5, 1)(random_) * 1000) / 1000;
    entry.add(ms);
    auto& truth = truth_[key];
    ++truth.calls;
    truth.total_ms += ms;
    truth.squares += ms * ms;
  }

  /// A statement is parsed (it runs on, or fails): its entry holds a slot but is not visible.
  void parse(int user, int query) { entry_of(key_of(user, query)); }

  void reset_all() {
    lose_all(Loss::FullReset);
    if (model_.has_info) stats_reset_ = now_;
  }
  void reset_user(int user) {
    for (int query = 0; query < kQueries; ++query) reset_entry(user, query);
  }
  void reset_entry(int user, int query) {
    const auto key = key_of(user, query);
    if (entries_.erase(key) > 0) truth_[key].losses.insert(Loss::PartialReset);
  }
  void crash(bool postmaster) {
    lose_all(Loss::Crash);
    stats_reset_ = now_;
    dealloc_ = 0;
    if (postmaster) started_ = now_;
  }
  void restart(bool save, std::size_t most_entries) {
    if (model_.is_digest || !save) {
      lose_all(Loss::Crash);
      if (model_.has_info) stats_reset_ = now_;
    }
    started_ = now_;
    most_entries_ = most_entries;
    std::erase_if(entries_, [](const auto& entry) { return entry.second.calls == 0; });
    // Entries beyond the new maximum are dropped at load and dealloc does not tell.
    while (entries_.size() > most_entries_) forget(entries_.begin()->first);
  }

  void grant() { granted_ = true; }
  void revoke() { granted_ = false; }

  /// What the collector sees; `between` is called between the marks and the rows, where others go on.
  template <typename Between>
  StatementSnapshot read(Between between) {
    StatementSnapshot result;
    result.before = marks();
    between();
    result.taken = at(now_);
    result.server = {model_.is_digest ? "" : "7300000000000000001", at(started_ + uptime_error())};
    result.key_columns = model_.is_digest ? std::vector<std::string>{"schema", "digest"}
                                          : std::vector<std::string>{"dbid", "userid", "queryid", "toplevel"};
    result.since_in_whole_seconds = model_.whole_seconds;
    result.columns = columns();
    for (const auto& [key, entry] : entries_) add_row(result, key, entry);
    read_truth_ = std::exchange(truth_, {});
    between();
    result.after = marks();
    return result;
  }

  /// What ran between the rows of the last two reads.
  [[nodiscard]] const std::map<std::string, Truth>& truth() const { return read_truth_; }
  [[nodiscard]] bool granted() const { return granted_; }

  static constexpr int kUsers = 3;
  static constexpr int kQueries = 12;

 private:
  struct Entry {
    std::int64_t calls = 0;
    double total_ms = 0, mean_ms = 0, squares = 0;
    double since = 0;

    // Welford's update, as pgss_store has it.
    void add(double ms) {
      ++calls;
      total_ms += ms;
      const double old_mean = mean_ms;
      mean_ms += (ms - old_mean) / static_cast<double>(calls);
      squares += (ms - old_mean) * (ms - mean_ms);
    }
  };

  static std::string key_of(int user, int query) { return "5/" + std::to_string(user) + "/" + std::to_string(query); }

  Entry& entry_of(const std::string& key) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) return found->second;
    if (!model_.is_digest && entries_.size() >= most_entries_) evict();
    auto& entry = entries_[key];
    entry.since = model_.whole_seconds ? std::floor(now_) : now_;
    return entry;
  }

  // The least used 5 %, at least ten of a real table; here at least two.
  void evict() {
    if (model_.has_info) ++dealloc_;
    for (int i = 0; i < 2; ++i) {
      auto least = entries_.begin();
      for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        if (entry->second.calls < least->second.calls) least = entry;
      }
      forget(least->first);
    }
  }

  void forget(std::string key) {
    truth_[key].losses.insert(Loss::Eviction);
    entries_.erase(key);
  }

  void lose_all(Loss loss) {
    for (const auto& [key, entry] : entries_) truth_[key].losses.insert(loss);
    entries_.clear();
  }

  [[nodiscard]] ResetMarks marks() const {
    if (model_.is_digest) return {};
    ResetMarks result;
    result.stats_reset = at(stats_reset_);
    if (model_.has_info) result.dealloc = dealloc_;
    return result;
  }

  double uptime_error() { return model_.is_digest ? static_cast<double>(random_() % 2) : 0; }

  void add_row(StatementSnapshot& result, const std::string& key, const Entry& entry) {
    if (entry.calls == 0) return;
    if (!granted_ && key.substr(0, 4) != "5/0/") {
      result.null_query_ids = true;
      return;
    }
    auto row = statement(key, entry.calls, entry.total_ms);
    if (model_.has_since) row.since = at(entry.since);
    row.counters[2].real = entry.mean_ms;
    row.counters[3].real = std::sqrt(entry.squares / static_cast<double>(entry.calls));
    result.rows.push_back(std::move(row));
  }

  ServerModel model_;
  std::mt19937_64& random_;
  std::size_t most_entries_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, Truth> truth_;
  std::map<std::string, Truth> read_truth_;
  double now_ = 100, started_ = 0, stats_reset_ = 1;
  std::int64_t dealloc_ = 0;
  bool granted_ = true;
};

}  // namespace dbi::collect
