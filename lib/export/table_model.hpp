// What the table shows of one target: statements summed up, sessions, errors. Bounded, whatever comes in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "record/record.hpp"

namespace dbi::exporting {

/// Weighted sums of a statement's records; `lower_bound` where one of them is.
struct StatementSum {
  std::string database;
  std::string user;
  std::string query;  ///< on one line, shortened
  double calls = 0;
  double total_ms = 0;
  double rows = 0;
  double blocks_hit = 0;
  double blocks_read = 0;
  bool lower_bound = false;
  bool has_mean = true;  ///< every record had `duration_ms`

  void add(const StatementSum& more);
};

struct SessionRow {
  std::string pid;  ///< "xid:123" for a prepared transaction, as `blocked_by` names it
  std::string user;
  std::string database;
  std::string application;
  std::string state;  ///< the backend's type where it has no state
  std::string wait;   ///< "Lock/transactionid"
  std::string query;
  std::optional<double> duration_ms;
  std::optional<double> transaction_ms;
  std::vector<std::string> blocked_by;
};

struct ErrorRow {
  std::string heading;  ///< "privilege, sessions, 42501"
  std::string message;
  std::string hint;  ///< lines
  std::uint64_t times = 1;
  std::set<std::string> databases;  ///< that it concerns
};

/// The records of one target: of a cycle, or of all of them where no `scrape` parts them.
class TargetView {
 public:
  /// Statements that are kept apart; when twice as many are there, the lesser half is folded into other().
  static constexpr std::size_t kMaxStatements = 5000;
  static constexpr std::size_t kMaxSessions = 1000;
  static constexpr std::size_t kMaxErrors = 50;

  /// Takes a record of any kind.
  void add(const record::Record& record);

  // From the records' routing members and the `scrape`; empty or absent where nothing said so.
  std::string target;
  std::string system;
  std::string ts;
  std::string server_version;
  std::string outcome;
  std::string reason;
  std::optional<double> interval_s;
  std::optional<double> cycle_ms;
  std::optional<double> connections_used_pct;
  std::optional<double> replica_lag_s;
  bool began_baseline = false;
  bool sessions_read = false;  ///< the scrape says so, also where there was none
  bool one_cycle = true;       ///< all records are of one cycle, so that a rate means something

  std::vector<SessionRow> sessions;
  std::vector<ErrorRow> errors;
  std::vector<std::string> events;
  std::uint64_t sessions_left_out = 0;
  std::uint64_t errors_left_out = 0;
  std::uint64_t lifetime_totals = 0;  ///< records of quality `baseline`, which enter no sum
  double dropped = 0;                 ///< by filters, as their ledgers say

  /// The view is complete: all but the `keep` largest statements are folded into other().
  void settle(std::size_t keep);

  /// By total time, the largest first.
  [[nodiscard]] std::vector<const StatementSum*> top_statements() const;
  /// What is beyond the collector's --top, and beyond kMaxStatements.
  [[nodiscard]] const std::optional<StatementSum>& other() const { return other_; }
  /// Statements that were folded into other() here; of the collector's residual nobody knows the number.
  [[nodiscard]] std::uint64_t folded() const { return folded_; }
  /// Of all statements, other() included.
  [[nodiscard]] StatementSum sum() const;

 private:
  void add_statement(const record::Record& record);
  void add_session(const record::Record& record);
  void add_error(const record::Record& record);
  void add_scrape(const record::Record& record);
  void fold_all_but(std::size_t keep);

  std::unordered_map<std::string, StatementSum> statements_;
  std::optional<StatementSum> other_;
  std::uint64_t folded_ = 0;
  std::string cycle_;
  std::string sessions_cycle_;
};

}  // namespace dbi::exporting
