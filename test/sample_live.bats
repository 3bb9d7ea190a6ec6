#!/usr/bin/env bats
# dbi-sample on what a server gives: every default rule, max_per_minute and deduplication have something to do. Plans are
# made of the server's statements and the members of dbi-record(5).
# bats file_tags=db
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-collect
  require_tool dbi-sample
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$PWD/state
  unset XDG_CONFIG_HOME DBI_CONFIG STATE_DIRECTORY DBI_ENV
}

matches() { jq ".counters[\"rule_matches{rule=\\\"$1\\\"}\"]" state/default/telemetry/dbi-sample@dbi-sample.total.json; }

@test "every default rule, max_per_minute and deduplication match on records of a live server" {
  dbi-collect --no-config --once "$(postgres_url)" >first
  # Statements that ran often (high_frequency), one that runs long (critical_queries), one that just began (default).
  for i in {1..12}; do
    local columns
    columns=$(printf 'oid, %.0s' $(seq "$i"))
    for ((j = 0; j < 1001; ++j)); do echo "select ${columns}relname from pg_class where oid = $j;"; done
  done >often.sql
  "$(client psql)" -Xq -o /dev/null -h "$PG_DIR" -p "$PG_PORT" -U postgres -d app -f often.sql
  sql_in_background "select pg_sleep(30), 'long'"
  wait_for_sql "select exists (select from pg_stat_activity where query like '%long%' and pid <> pg_backend_pid() and now() - query_start > interval '1.1 s')"
  sql_in_background "select pg_sleep(30), 'just begun'"
  wait_for_sql "select exists (select from pg_stat_activity where query like '%just begun%' and pid <> pg_backend_pid() and state = 'active')"
  dbi-collect --no-config --once "$(postgres_url)" >second
  [ "$(jq -c 'select(.kind == "query_stats" and .calls > 1000)' second | wc -l)" -ge 11 ]
  {
    cat second
    jq -c 'select(.kind == "query_stats") | {v, kind: "plan", ts, observed_ts, target, database, cycle, system, query_id,
      query_signature, plan_hash: .query_signature, plan_has_seq_scan: true, plan_rows: 20000}' second | tee plans
    cat plans
  } >all

  dbi-sample --no-config all >out
  for rule in critical_queries missing_indexes high_frequency default; do
    [ "$(matches "$rule")" -ge 1 ] || fail "$rule matched nothing"
  done
  # Plans are kept by their rule, and each only once.
  [ "$(jq -c 'select(.kind == "plan")' out | wc -l)" = "$(jq -r '.plan_hash' plans | sort -u | wc -l)" ]
  [ "$(jq -s 'map(select(.kind == "dropped" and .reason == "dedup") | .count) | add' out)" -ge 1 ]
  # With the coin out of the way more statements come than a minute may hold.
  echo 'adaptive_sampler: {rule_overrides: {high_frequency: 1}}' >dbi.yaml
  dbi-sample --config dbi.yaml --replay all >limited
  [ "$(jq -c 'select(.kind == "query_stats" and .calls > 1000 and (.duration_ms // 0) < 1000)' limited | wc -l)" = 10 ]
  [ "$(jq -s 'map(select(.kind == "dropped" and .reason == "limit") | .count) | add' limited)" -ge 1 ]
}

# What dbi-plan reads of the server's log; only high_frequency is about another kind.
@test "the default rules and deduplication match on the plans of a server's log" {
  require_tool dbi-plan
  sql "create table if not exists large as select n as id, n % 100 as part from generate_series(1, 50000) n" "analyze large"
  : >"$PG_DIR/log"
  sql "load 'auto_explain'" "set auto_explain.log_min_duration = 0" "set max_parallel_workers_per_gather = 0" \
    "select id from large" "select id from large" "select id from large" \
    "select pg_sleep(1.1) from pg_class limit 1" "select relname from pg_class where oid = 1" >/dev/null
  dbi-plan --target main "$PG_DIR/log" >plans
  [ "$(jq -s 'map(select(.kind == "plan")) | length' plans)" = 5 ]
  dbi-sample --no-config plans >out
  for rule in critical_queries missing_indexes default; do
    [ "$(matches "$rule")" -ge 1 ] || fail "$rule matched nothing"
  done
  # Three executions of one plan are told once.
  jq -s -e 'map(select(.kind == "dropped" and .reason == "dedup") | .count) | add == 2' out
  jq -s -e 'map(select(.plan_has_seq_scan and .plan_rows > 10000)) | length == 1' out
  jq -s -e 'map(select((.duration_ms // 0) > 1000)) | length == 1' out
}
