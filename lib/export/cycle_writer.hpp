// What becomes of a held cycle in a SQLite database: it is written whole, or what is left of one that is refused or was
// cut off, with a `dropped` record for the rest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "export/cycle_gate.hpp"
#include "export/held_cycles.hpp"
#include "export/sqlite_database.hpp"
#include "ledger/reason.hpp"

namespace dbi::exporting {

/// Every call wants a transaction of the caller's, who forgets the cycle once that is committed. What is left out is
/// told, of each kind but refusals the first. Fails with ErrorKind::Output.
class CycleWriter {
 public:
  using Warn = std::function<void(const std::string& message, const char* hint)>;

  /// `database` and `held` are not owned. `name`: of the instance. `uncounted`: cycles may lack records.
  CycleWriter(SqliteDatabase& database, HeldCycles& held, std::string name, bool uncounted, Warn warn)
      : database_(&database), held_(&held), name_(std::move(name)), uncounted_(uncounted), warn_(std::move(warn)) {}

  /// All of a cycle, its scrape included; what is missing of it is counted.
  Status take(const CycleKey& key, const ScrapeFacts& scrape);

  /// The control records but the scrape; the others are counted.
  Status refuse(const CycleKey& key, Verdict verdict);

  /// The control records of a cycle whose scrape never came; the others are counted.
  Status write_cut_off(const CycleKey& key);

  /// As it came, whatever is missing.
  Status write_whole(const CycleKey& key);

  /// Of how many cycles without scrape records were left out.
  [[nodiscard]] std::uint64_t cut_off() const { return cut_off_; }

 private:
  struct LeftOut;
  Status write_dropped(const CycleKey& key, ledger::Reason reason, const LeftOut& left_out);

  SqliteDatabase* database_;
  HeldCycles* held_;
  std::string name_;
  bool uncounted_;
  Warn warn_;
  std::uint64_t cut_off_ = 0;
  std::uint64_t incomplete_ = 0;  ///< cycles with a scrape that lack records
};

}  // namespace dbi::exporting
