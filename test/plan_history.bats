#!/usr/bin/env bats
# dbi-plan tells on a live server's log that a plan changed, and that it got slower for that.
# bats file_tags=db
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() {
  start_postgres
  # Without autovacuum: it would come at a time of its own, and change plans. The tables are as large as makes the worse
  # plan take longer than a busy machine stops: one such pause among twenty executions before is as much as is forgiven.
  sql "create table readings (id int, sensor int, value float8) with (autovacuum_enabled = off)" \
    "insert into readings select n, n % 20000, random() from generate_series(1, 400000) n" \
    "create index readings_sensor on readings (sensor)" "analyze readings" \
    "create table sensors (id int, site int) with (autovacuum_enabled = off)" \
    "insert into sensors select n, n % 10 from generate_series(0, 499) n" "analyze sensors" \
    "create table samples (sensor int, value float8) with (autovacuum_enabled = off)" \
    "insert into samples select n % 100, n from generate_series(1, 30000) n" "analyze samples"
}
teardown_file() { stop_everything; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  set -o pipefail
  sql "alter role postgres reset all" "analyze samples" "analyze sensors"
  : >"$PG_DIR/log"
}

# looked_up TIMES: a statement that looks five times into a table, logged each time by auto_explain, with other values.
looked_up() {
  local n statements=()
  for ((n = 0; n < $1; ++n)); do
    statements+=("select max((select max(value) from readings where sensor = s)) from generate_series($n, $n + 4) s")
  done
  # An index scan costs as much as the bitmap: the other way could be taken for any value.
  sql "load 'auto_explain'" "set auto_explain.log_min_duration = 0" "set max_parallel_workers_per_gather = 0" \
    "set enable_bitmapscan = off" "${statements[@]}" >/dev/null
}

@test "a dropped index is a changed plan, and a regression after eight executions" {
  looked_up 25
  sql "drop index readings_sensor"
  looked_up 8
  dbi-plan --target main "$PG_DIR/log" >out
  jq -c 'select(.kind == "event") | {event, message, plan_gist, plan_gist_before}' out
  [ "$(jq -r 'select(.kind == "event") | .event' out | xargs)" = "plan_changed plan_regressed" ]
  jq -s -e 'map(select(.event == "plan_regressed"))[0] | .median_ms > 5 and .median_ms > 2 * .median_ms_before and
    .plan_source == "auto_explain" and (.plan_gist | contains("SS:readings")) and
    (.plan_gist_before | contains("readings_sensor")) and (.plan_differences | index("index_lost"))' out
  # The same once more: the history is kept, and nothing is new.
  sqlite3 state/default/plans.db "select count(*) from plan" | grep -x 2
  sql "create index readings_sensor on readings (sensor)"
}

# joined TIMES: a join, logged each time.
joined() {
  local n statements=()
  for ((n = 0; n < $1; ++n)); do
    statements+=("select count(*) from samples join sensors on sensors.id = samples.sensor where sensors.site = $((n % 10)) and samples.value > $n")
  done
  sql "load 'auto_explain'" "set auto_explain.log_min_duration = 0" "set max_parallel_workers_per_gather = 0" \
    "${statements[@]}" >/dev/null
}

# flipped STATEMENT ...: 25 executions, what the statements change, 8 more. The join has to cost three times as much (it
# costs more than ten times, so that a busy machine does not blur that), to be found at once, and to be called a
# regression by the eighth execution with the new plan.
flipped() {
  joined 25
  sql "$@"
  joined 8
  dbi-plan --target main "$PG_DIR/log" >out
  jq -c 'select(.kind == "event") | {event, message, plan_gist, plan_gist_before, median_ms, median_ms_before}' out
  [ "$(jq -r 'select(.kind == "event") | .event' out | xargs)" = "plan_changed plan_regressed" ]
  # The one behind the first, the other behind the eighth plan that differs.
  jq -s -e '(map(select(.kind == "plan"))[0].plan_hash) as $first | (map(.event == "plan_changed") | index(true)) as $told |
    (map(.event == "plan_regressed") | index(true)) as $judged | (map(.kind == "plan" and .plan_hash != $first) | index(true)) as $flip |
    $told == $flip + 1 and (.[$flip:$judged] | map(select(.kind == "plan")) | length) == 8' out
  jq -s -e 'map(select(.event == "plan_regressed"))[0] | .median_ms >= 3 * .median_ms_before and
    (.plan_gist_before | contains("HJ(")) and (.plan_gist | contains("NL(")) and
    (.plan_differences | index("join_method"))' out
}

@test "a join that settings of the role turn from hash to nested loop is a regression within eight executions" {
  flipped "alter role postgres set enable_hashjoin = off" "alter role postgres set enable_mergejoin = off"
}

@test "a join that wrong statistics turn from hash to nested loop is a regression within eight executions" {
  # A table that was loaded and not analysed: it has one row, as far as the planner knows.
  flipped "delete from pg_statistic where starelid in ('samples'::regclass, 'sensors'::regclass)" \
    "update pg_class set reltuples = 1, relpages = 10000 where oid in ('samples'::regclass, 'sensors'::regclass)"
}

@test "executions that vary and go on as they were tell nothing" {
  looked_up 200
  [ "$(dbi-plan --target main "$PG_DIR/log" | jq -c 'select(.kind == "event")' | wc -l)" = 0 ]
}

@test "--no-history keeps nothing" {
  looked_up 2
  dbi-plan --no-history "$PG_DIR/log" >/dev/null
  [ ! -e state/default/plans.db ]
}
