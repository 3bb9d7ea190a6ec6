// The members of `session` and `lock_wait`: pg_stat_activity, pg_prepared_xacts and pg_locks, and their relatives.
// SPDX-License-Identifier: Apache-2.0
#include "record/schema/rows.hpp"
#include "record/schema/tables.hpp"

namespace dbi::record::schema {

namespace {

constexpr MemberRow kPid = text("pid", "the session's process or connection id; a prepared transaction has none");
constexpr MemberRow kUser = text("user", "the session's role");
constexpr MemberRow kApplication = text("application", "the name that the client gave itself");
constexpr MemberRow kClient = text("client", "the client's address; absent for a local socket");
constexpr MemberRow kQueryId = text("query_id", "the server's id of the statement, where it gives one");
constexpr MemberRow kSignature = text("query_signature", "as in query_stats");
constexpr MemberRow kQuery = text("query", "the text of the current or last statement without literals");
constexpr MemberRow kTruncated = flag("truncated", "true where `query` is not the whole text");
constexpr MemberRow kBlockedBy =
    texts("blocked_by",
          "the `pid` of each session that it waits for; a prepared transaction is named by \"xid:\" and "
          "its `transaction_id`");
constexpr MemberRow kMissing = texts("missing", "members that this server cannot provide");

constexpr std::array kSession{
    kPid,
    text("leader_pid", "the `pid` of the session that a parallel worker serves"),
    kUser,
    kApplication,
    kClient,
    text("backend_type", "what kind of process it is, where it is no client's (\"autovacuum worker\")"),
    text("state",
         "the server's word (\"active\", \"idle in transaction\"), or \"prepared\" for a prepared transaction"),
    text("wait_type", "the class of what it waits for (wait_event_type)"),
    text("wait_event", "what it waits for"),
    of(kMySqlFamily, text("stage", "what the server does for it (PROCESSLIST_STATE: \"Sending data\")")),
    kQueryId,
    kSignature,
    kQuery,
    kTruncated,
    number("duration_ms", "ms", "how long the statement has run so far; only where `state` is active"),
    number("transaction_ms", "ms", "how long the transaction has been open"),
    text("transaction_id",
         "the id of a prepared transaction, by which pg_prepared_xacts or information_schema.innodb_trx names it; "
         "the name given to it is a literal and is not written"),
    kBlockedBy,
    number("sample_s", "s",
           "how long from this sample to the next one: the interval, or two of them while the server is spared "
           "(dbi-collect(1), Circuits); absent where a run takes one sample"),
    kMissing,
};

constexpr std::array kLockWait{
    with(kPid, Presence::Required),
    kUser,
    kApplication,
    kClient,
    kQueryId,
    kSignature,
    kQuery,
    kTruncated,
    required(kBlockedBy),
    text("root", "the `pid` at the end of the chain: it waits for nobody"),
    count("depth", "", "sessions between this one and the root, the root included"),
    text("lock_type", "what is locked (\"relation\", \"transactionid\")"),
    text("lock_mode", "the mode that is waited for"),
    text("relation", "the relation that is locked, with its schema"),
    number("wait_ms", "ms", "how long it has waited"),
    kMissing,
};

}  // namespace

std::span<const MemberRow> session_members() {
  return kSession;
}

std::span<const MemberRow> lock_wait_members() {
  return kLockWait;
}

}  // namespace dbi::record::schema
