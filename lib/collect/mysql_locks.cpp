// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_locks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "collect/cell_values.hpp"

namespace dbi::collect {

namespace {

// The columns of the statements below; the first one is the collector's alias.
enum TransactionColumn : std::size_t { kTransactionId = 1, kTransactionPid, kTransactionState, kTransactionMs };
enum WaitColumn : std::size_t { kWaiting = 1, kBlocking, kWaitColumns };
enum LockColumn : std::size_t { kLockPid = 1, kLockType, kLockSchema, kLockName, kLockMode, kLockStatus, kLockColumns };

// A transaction of no session is named by its own id, as a prepared one of PostgreSQL is.
std::string name_of(std::string_view transaction_id, const Transaction& transaction) {
  return transaction.has_session() ? transaction.pid : fmt::format("xid:{}", transaction_id);
}

// The modes of a table's lock by rising strength, and for each, which of those conflict with it while they are granted:
// the table in sql/mdl.cc, MDL_lock::MDL_object_lock::m_granted_incompatible.
struct Mode {
  std::string_view name;
  std::string_view conflicts;  ///< in the order of kModes
};
constexpr std::array<Mode, 10> kModes{{{"SHARED", "0000000001"},
                                       {"SHARED_HIGH_PRIO", "0000000001"},
                                       {"SHARED_READ", "0000000011"},
                                       {"SHARED_WRITE", "0000001111"},
                                       {"SHARED_WRITE_LOW_PRIO", "0000001111"},
                                       {"SHARED_UPGRADABLE", "0000010111"},
                                       {"SHARED_READ_ONLY", "0001100011"},
                                       {"SHARED_NO_WRITE", "0001110111"},
                                       {"SHARED_NO_READ_WRITE", "0011111111"},
                                       {"EXCLUSIVE", "1111111111"}}};

}  // namespace

void add_blocker(std::vector<std::string>& blockers, std::string_view pid) {
  if (std::ranges::find(blockers, pid) == blockers.end()) blockers.emplace_back(pid);
}

OwnStatement transactions_sql() {
  return OwnStatement::select("transactions",
                              "trx_id, trx_mysql_thread_id, trx_state, TIMESTAMPDIFF(MICROSECOND, trx_started, "
                              "CONVERT_TZ(NOW(6), '+00:00', 'SYSTEM')) FROM information_schema.innodb_trx",
                              {kTransactionId, kTransactionState});
}

Result<Transactions> read_transactions(const Cells& cells) {
  constexpr double kMicrosecondsPerMillisecond = 1000;
  Transactions transactions;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (row.size() <= kTransactionMs) return fail(ErrorKind::Other, "transactions have other columns than asked for");
    DBI_TRY_ASSIGN(const auto us, parse_number<double>("trx_started", row[kTransactionMs]));
    transactions[text_of(row[kTransactionId])] = {.pid = text_of(row[kTransactionPid]),
                                                  .waits = row[kTransactionState] == "LOCK WAIT",
                                                  .ms = std::max(us.value_or(0), 0.0) / kMicrosecondsPerMillisecond};
  }
  return transactions;
}

OwnStatement row_lock_waits_sql(sql::System system) {
  return OwnStatement::select(
      "row lock waits",
      system == sql::System::MariaDb
          ? "requesting_trx_id, blocking_trx_id FROM information_schema.innodb_lock_waits LIMIT ?"
          : "REQUESTING_ENGINE_TRANSACTION_ID, BLOCKING_ENGINE_TRANSACTION_ID FROM performance_schema.data_lock_waits "
            "LIMIT ?",
      {kWaiting, kBlocking});
}

Blockers row_lock_blockers(const Cells& cells, const Transactions& transactions) {
  Blockers blockers;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (row.size() < kWaitColumns) continue;
    const auto waiting = transactions.find(row[kWaiting].value_or(std::string_view()));
    const auto blocking = transactions.find(row[kBlocking].value_or(std::string_view()));
    // One that ended between the two reads blocks nobody any more.
    if (waiting == transactions.end() || blocking == transactions.end()) continue;
    add_blocker(blockers[waiting->second.pid], name_of(blocking->first, blocking->second));
  }
  return blockers;
}

OwnStatement metadata_locks_sql() {
  return OwnStatement::select(
      "metadata locks",
      "t.PROCESSLIST_ID, l.OBJECT_TYPE, l.OBJECT_SCHEMA, l.OBJECT_NAME, l.LOCK_TYPE, l.LOCK_STATUS "
      "FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID "
      "JOIN (SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM performance_schema.metadata_locks "
      "WHERE LOCK_STATUS = 'PENDING') w ON w.OBJECT_TYPE = l.OBJECT_TYPE "
      "AND w.OBJECT_SCHEMA <=> l.OBJECT_SCHEMA AND w.OBJECT_NAME <=> l.OBJECT_NAME "
      "WHERE l.LOCK_STATUS IN ('GRANTED', 'PENDING') LIMIT ?",
      {kLockType, kLockSchema, kLockMode, kLockStatus});
}

std::vector<MetadataLock> read_metadata_locks(const Cells& cells) {
  std::vector<MetadataLock> locks;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (row.size() < kLockColumns) continue;
    locks.push_back(
        {.pid = text_of(row[kLockPid]),
         .object = fmt::format("{}/{}/{}", text_of(row[kLockType]), text_of(row[kLockSchema]), text_of(row[kLockName])),
         .mode = text_of(row[kLockMode]),
         .granted = row[kLockStatus] == "GRANTED"});
  }
  return locks;
}

bool metadata_locks_conflict(std::string_view wanted, std::string_view held) {
  // Of the locks of the whole server and of schemas (MDL_scoped_lock): intentions go together.
  if (wanted == "INTENTION_EXCLUSIVE" || held == "INTENTION_EXCLUSIVE") return wanted != held;
  const auto request = std::ranges::find(kModes, wanted, &Mode::name);
  const auto grant = std::ranges::find(kModes, held, &Mode::name);
  if (request == kModes.end() || grant == kModes.end()) return wanted != held;
  return request->conflicts[static_cast<std::size_t>(grant - kModes.begin())] == '1';
}

Blockers metadata_lock_blockers(std::span<const MetadataLock> locks) {
  Blockers blockers;
  for (const auto& request : locks) {
    if (request.granted) continue;
    const auto add = [&](bool granted) {
      bool found = false;
      for (const auto& other : locks) {
        if (other.granted != granted || other.pid == request.pid || other.object != request.object) continue;
        if (!metadata_locks_conflict(request.mode, other.mode)) continue;
        add_blocker(blockers[request.pid], other.pid);
        found = true;
      }
      return found;
    };
    if (!add(true)) add(false);
  }
  return blockers;
}

}  // namespace dbi::collect
