// The members of the control records: `error`, `scrape`, `event`, `dropped`.
// SPDX-License-Identifier: Apache-2.0
#include "record/schema/rows.hpp"
#include "record/schema/tables.hpp"

namespace dbi::record::schema {

namespace {

constexpr std::array<std::string_view, 8> kErrorClasses{"timeout",        "connection", "too_many_connections",
                                                        "authentication", "privilege",  "missing_feature",
                                                        "unsupported",    "other"};
constexpr std::array<std::string_view, 4> kOutcomes{"ok", "partial", "failed", "skipped"};
constexpr std::array<std::string_view, 2> kGuards{"session", "transaction"};
constexpr std::array<std::string_view, 7> kUnclean{"restarted",    "reset",        "evicted",      "unmarked",
                                                   "key_vanished", "counter_fell", "since_changed"};
constexpr std::array<std::string_view, 3> kIncomparable{"null_query_ids", "key_columns", "other_server"};
constexpr std::array<std::string_view, 3> kSeverities{"info", "warning", "error"};
// The words of state/circuits.hpp.
constexpr std::array<std::string_view, 3> kCircuitStates{"closed", "open", "half_open"};
// The words of ledger/reason.hpp.
constexpr std::array<std::string_view, 12> kReasons{"sampled", "rule",     "dedup",         "limit",
                                                    "circuit", "invalid",  "personal_data", "cardinality",
                                                    "memory",  "shutdown", "overlap",       "incomplete"};

// The words of history/history.hpp.
constexpr std::array<std::string_view, 3> kEvidence{"executions", "query_stats", "estimate"};

constexpr std::array kError{
    required(word("error_class", kErrorClasses, "what kind of fault it is")),
    text("sqlstate", "the server's code; absent where the server was not reached"),
    text("source", "what was being read (\"server\", \"statements\", \"texts\", \"sessions\")"),
    required(text("message", "what the server or the client library said, without literals and DETAIL")),
    text("hint", "the exact lines that would fix it"),
};

constexpr MemberRow kUncleanRow = [] {
  MemberRow row = texts("unclean", "why a delta of the interval may be a lower bound; absent where it is clean");
  row.words = kUnclean;
  return row;
}();

constexpr std::array kScrape{
    required(word("outcome", kOutcomes,
                  "ok; partial: the server was read, a source was not; failed: no connection, "
                  "guards refused or every source timed out; skipped: nothing was tried")),
    text("reason", "why the cycle was skipped, or what it left out"),
    number("interval_s", "s", "length of the interval of the deltas by the server's clock"),
    required(number("cycle_ms", "ms", "how long the cycle took")),
    number("late_s", "s", "how much later than planned the cycle began"),
    required(count("records", "", "records of the cycle that are no control records")),
    member("cost", MemberType::Object, "by source: an object with `ms`, `rows` and `bytes` of its reads"),
    text("ack_from", "the exporter whose acknowledgement is waited for (--commit exported)"),
    text("since_cycle", "the cycle that the deltas start from, where an exporter commits them"),
    flag("baseline", "true where the cycle only began a baseline: its counters give no query_stats"),
    kUncleanRow,
    word("incomparable", kIncomparable, "why no delta could be taken"),
    texts("left_out", "databases that were not read"),
    number("coverage_pct", "%", "share of the server's own totals that the records explain"),
    count("self_calls", "", "calls of the collector's own statements, which have no records"),
    number("self_ms", "ms", "execution time of the collector's own statements"),
    of(kPostgreSql, count("dealloc", "", "times that entries were evicted in the interval")),
    of(kMySqlFamily, count("digest_lost", "", "statements that found no room for a row of their own in the interval")),
    number("connections_used_pct", "%", "share of the server's connections in use"),
    number("replica_lag_s", "s",
           "how far a replica is behind; absent on a primary, and where the server does not know or may not tell"),
    text("server_version", "as the server gives it (\"15.8\", \"11.8.3-MariaDB\")"),
    text("tls", "the protocol of the connection (\"TLSv1.3\"), or \"off\""),
    word("guards", kGuards, "how the limits of the connection were set: once, or in each transaction"),
    texts("missing", "members that this server cannot provide"),
};

constexpr std::array kEvent{
    required(text("event", "what happened, as one word (\"state_corrupt\")")),
    word("severity", kSeverities, "how much it matters"),
    required(text("message", "the same for people")),
    word("circuit_state", kCircuitStates, "what the circuit has become"),
    number("open_for_s", "s", "how long the circuit stays open"),
    number("broken_for_s", "s", "how long the circuit that closed had not been closed"),
    text("query_signature", "as in query_stats"),
    text("plan_name", "the name of the statement in a file of statements"),
    text("plan_source", "where the plan comes from; plans of different sources are never compared"),
    word("evidence", kEvidence, "what a statement is called slower by"),
    text("plan_hash", "the plan that the statement has now"),
    text("plan_hash_before", "the plan that it had; absent where none was seen"),
    text("plan_gist", "the same in a line that a person reads"),
    text("plan_gist_before", "likewise"),
    number("plan_cost", "", "the planner's estimate of the plan that the statement has now"),
    number("plan_cost_before", "", "likewise of the plan that it had"),
    number("median_ms", "ms",
           "the median of the executions that were compared; the mean where evidence is query_stats"),
    number("median_ms_before", "ms", "likewise of those before; the largest mean where evidence is query_stats"),
    number("load_factor", "", "how many times slower the target's other statements have become; at least 1"),
    count("plans", "", "plans that the statement had in its last 100 executions"),
    texts("plan_differences", "what differs between the two plans, as codes"),
    text("record_kind", "the kind of the records that it is about"),
    text("member", "the member of theirs that it is about"),
    text("check", "which check of dbi-verify it was, or which pattern was found"),
    count("records", "", "how many records it is about: those since the last event like it, at least 1"),
    number("quality_score", "", "how good the records of the target were, from 0 to 1 (dbi-verify(1))"),
    count("distinct_values", "", "about how many values the member has had"),
    text("remedy", "what to do"),
};

constexpr std::array kDropped{
    required(word("reason", kReasons, "why the records were dropped")),
    required(count("count", "", "records dropped")),
    required(
        number("weight", "", "records of the source that they stood for; 0 where survivors' weights make up for it")),
    required(number("calls", "", "their weighted `calls`")),
    required(number("total_ms", "ms", "their weighted `total_ms`")),
    flag("folded", "true where many keys share the record, which then has no `database`"),
};

}  // namespace

std::span<const MemberRow> error_members() {
  return kError;
}

std::span<const MemberRow> scrape_members() {
  return kScrape;
}

std::span<const MemberRow> event_members() {
  return kEvent;
}

std::span<const MemberRow> dropped_members() {
  return kDropped;
}

}  // namespace dbi::record::schema
