// Who waits for whom on a MySQL or MariaDB server: transactions, row locks of InnoDB and metadata locks. Pure: texts of
// SQL in, values out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collect/server_reader.hpp"

namespace dbi::collect {

/// The open transactions of InnoDB. Its times are in the time zone of the server's system, whatever the session says.
[[nodiscard]] OwnStatement transactions_sql();

struct Transaction {
  std::string pid;  ///< "0": of no session, as a prepared one is
  bool waits = false;
  double ms = 0;

  [[nodiscard]] bool has_session() const { return pid != "0"; }
};
/// By transaction id.
using Transactions = std::map<std::string, Transaction, std::less<>>;
Result<Transactions> read_transactions(const Cells& cells);

/// Which transaction waits for which. Asked only where one waits: the server looks at every lock for it. The last `?`
/// is how many are read.
[[nodiscard]] OwnStatement row_lock_waits_sql(sql::System system);

/// Who waits for whom: by the waiter's pid, the blockers in the order they were found, each once.
using Blockers = std::map<std::string, std::vector<std::string>, std::less<>>;
/// Adds one that is not there yet.
void add_blocker(std::vector<std::string>& blockers, std::string_view pid);

[[nodiscard]] Blockers row_lock_blockers(const Cells& cells, const Transactions& transactions);

/// All metadata locks of what somebody waits for, at most `?`.
[[nodiscard]] OwnStatement metadata_locks_sql();

/// A metadata lock that is held or waited for.
struct MetadataLock {
  std::string pid;
  std::string object;  ///< its type, schema and name
  std::string mode;    ///< "SHARED_READ"
  bool granted = false;
};
[[nodiscard]] std::vector<MetadataLock> read_metadata_locks(const Cells& cells);

/// True where a request for `wanted` has to wait while `held` is granted (MySQL and MariaDB, sql/mdl.cc). Modes that
/// are not known conflict.
[[nodiscard]] bool metadata_locks_conflict(std::string_view wanted, std::string_view held);

/// A request waits for those who hold a lock that conflicts with it, and where there is none for conflicting requests
/// that wait ahead of it: a server prefers the stronger ones.
[[nodiscard]] Blockers metadata_lock_blockers(std::span<const MetadataLock> locks);

}  // namespace dbi::collect
