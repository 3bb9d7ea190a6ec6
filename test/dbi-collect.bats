# dbi-collect on a real PostgreSQL: what it counts, what it says when something is wrong, how it ends.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db
#
# Placeholders of statements stand in filters of jq.
# shellcheck disable=SC2016

load helper

setup_file() {
  start_postgres
  sql "create table t (a int, b text)" "insert into t values (1, 'x')" "grant select on t to public"
}
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-collect
  cd "$BATS_TEST_TMPDIR" || return
  unset XDG_CONFIG_HOME DBI_CONFIG
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
  TARGET=$(postgres_url)
}

# collect [OPTION ...] [TARGET]: once, with state in ./state.
collect() { dbi-collect --no-config --state-dir state "$@"; }

# collect_into OUTPUT [OPTION ...]: the same in the background; sets COLLECTOR, its process. status_of_collector waits
# for its end and sets status.
collect_into() {
  local output=$1
  shift
  dbi-collect --no-config --state-dir state "$@" >"$output" 3>&- 4>&- 7<&- &
  COLLECTOR=$!
}
status_of_collector() {
  status=0
  wait "$COLLECTOR" || status=$?
}

# times N STATEMENT ...: each N times, in one connection.
times() {
  local n=$1 i statements=()
  shift
  for ((i = 0; i < n; i++)); do statements+=("$@"); done
  sql "${statements[@]}" >/dev/null
}

@test "two runs with state count known statements exactly" {
  run_split collect "$TARGET"
  assert_success
  assert_records 1 '.kind == "scrape" and .outcome == "ok" and .baseline'
  assert_records 0 '.kind == "query_stats"'
  times 7 "select count(*) from t where a = 1"
  times 4 "select count(*) from t where a = 2 and b = 'y'"
  run_split collect "$TARGET"
  assert_success
  assert_equal "$stderr" ""
  assert_equal "$(member '.query == "select count(*) from t where a = $1"' '"\(.calls) \(.quality) \(.user) \(.database)"')" \
    "7 exact postgres app"
  assert_equal "$(member '.query == "select count(*) from t where a = $1 and b = $2"' .calls)" 4
  assert_records 1 '.kind == "scrape" and .outcome == "ok" and (has("baseline") | not) and .self_calls > 0'
}

@test "the scrape is the last record and counts those before it" {
  collect "$TARGET" >/dev/null
  times 3 "select 'three'"
  run_split collect "$TARGET"
  assert_success
  assert_equal "$(tail -1 <<<"$output" | jq -r .kind)" scrape
  assert_equal "$(jq -r 'select(.kind == "scrape") | .records' <<<"$output")" \
    "$(record_count '.kind == "query_stats" or .kind == "session"')"
  assert_records 0 '.kind == "scrape" and (.cycle_ms < 0 or .guards != "session" or .tls != "off")'
}

@test "its own statements have no record from the first difference on" {
  collect "$TARGET" >/dev/null
  for _ in 1 2 3; do
    run_split collect "$TARGET"
    assert_success
    assert_records 0 '.kind == "query_stats" and .user == "dbi_monitor"'
  done
}

@test "two users of one statement stay apart, and so do toplevel and nested" {
  sql "create or replace function nested() returns bigint language plpgsql as \$\$ begin return (select count(*) from t); end \$\$"
  collect "$TARGET" >/dev/null
  sql -U app "select count(*) from t" "select count(*) from t" >/dev/null
  sql "select (select count(*) from t)" "select nested()" "select nested()" "select nested()" >/dev/null
  run_split collect "$TARGET"
  assert_equal "$(member '.query == "select count(*) from t" and .toplevel' '"\(.user) \(.calls)"')" "app 2"
  assert_equal "$(member '.query == "(select count(*) from t)" and (.toplevel | not)' '"\(.user) \(.calls)"')" "postgres 3"
}

@test "--top folds the rest into other" {
  collect "$TARGET" >/dev/null
  times 2 "select 1" "select 'a', 1" "select 1, 2, 3"
  run_split collect --top 1 "$TARGET"
  assert_success
  assert_records 1 '.kind == "query_stats" and .query_id != "other"'
  assert_records 1 '.kind == "query_stats" and .query_id == "other" and .calls >= 4'
}

@test "--baseline emit writes lifetime totals and says so" {
  times 5 "select b from t where a = 77"
  run_split collect --baseline emit "$TARGET"
  assert_success
  assert_equal "$(member '.query == "select b from t where a = $1"' '"\(.calls) \(.quality)"')" "5 baseline"
  assert_records 0 '.kind == "query_stats" and .quality != "baseline"'
}

@test "--baseline wait shows a difference at once" {
  run_split collect --baseline wait --interval 200ms --count 1 "$TARGET"
  assert_success
  assert_records 1 '.kind == "scrape"'
  assert_records 1 '.kind == "scrape" and .interval_s > 0 and (has("baseline") | not)'
}

@test "a terminal run keeps no state and waits" {
  run script -qec "dbi-collect --no-config --baseline wait --once $TARGET 2>&1 >records" /dev/null
  assert_success
  assert_output --partial "the difference follows in 5s"
  assert_records 1 '.kind == "scrape" and .interval_s > 0' records
  assert_not_exists "$XDG_STATE_HOME"
}

@test "--interval with --count gives that many cycles over one connection" {
  run_split collect --interval 100ms --count 3 "$TARGET"
  assert_success
  assert_records 3 '.kind == "scrape" and .outcome == "ok"'
  assert_equal "$(member '.kind == "scrape"' .cycle | sort -u | wc -l)" 3
  assert_equal "$(member '.kind == "scrape"' .cycle | sort)" "$(member '.kind == "scrape"' .cycle)"
}

@test "a database without the extension is partial, names the line that mends it, and shows its sessions" {
  sql_in_background -d postgres "select pg_sleep(60)"
  wait_for_sql "select count(*) > 0 from pg_stat_activity where query = 'select pg_sleep(60)'"
  run_split collect "$(postgres_url dbi_monitor template1)"
  assert_success
  assert_records 1 '.kind == "error" and .error_class == "missing_feature" and .source == "statements"'
  assert_equal "$(member '.kind == "error"' .hint)" 'in database "template1": CREATE EXTENSION pg_stat_statements;'
  assert_records 1 '.kind == "scrape" and .outcome == "partial"'
  assert_records 1 '.kind == "session" and (.query | test("pg_sleep"))'
}

@test "a role without the privilege is partial with the grant; after the grant the first run is a baseline" {
  sql "create role newcomer login"
  run_split collect "$(postgres_url newcomer)"
  assert_success
  assert_equal "$(member '.kind == "error" and .source == "statements"' '"\(.error_class) \(.hint)"')" 'privilege GRANT pg_monitor TO "newcomer";'
  assert_records 1 '.kind == "scrape" and .outcome == "partial"'
  sql "grant pg_monitor to newcomer"
  run_split collect "$(postgres_url newcomer)"
  assert_records 1 '.kind == "scrape" and .outcome == "ok" and .baseline and .incomparable == "null_query_ids"'
  run_split collect "$(postgres_url newcomer)"
  assert_records 0 '.kind == "query_stats" and .quality != "exact"'
}

@test "a wrong password is failed with status 4 and never shown" {
  export PGPASSWORD=canary-password
  run_split collect "$(postgres_url dbi_password)"
  assert_failure 4
  assert_records 1 '.kind == "error" and .error_class == "authentication" and .source == "server"'
  assert_records 1 '.kind == "scrape" and .outcome == "failed" and .records == 0'
  refute_regex "$output$stderr" canary
  refute grep -rq canary state
}

@test "an unreachable server fails alone; the others are unharmed" {
  run_split collect postgresql://dbi_monitor@127.0.0.1:1/app "$TARGET"
  assert_failure 4
  assert_records 1 '.kind == "error" and .error_class == "connection" and .target == "127.0.0.1:1"'
  assert_records 1 '.kind == "scrape" and .outcome == "failed" and .target == "127.0.0.1:1"'
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
}

@test "a server that accepts and never answers delays nobody" {
  python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True); time.sleep(60)' >port 3>&- &
  echo $! >>"$(everything_file).pids"
  wait_until 10 test -s port
  run_split collect --connect-timeout 2s "postgresql://dbi_monitor@127.0.0.1:$(cat port)/app" "$TARGET"
  assert_failure 4
  assert_equal "$(jq -r 'select(.kind == "scrape") | .outcome' <<<"$output" | head -1)" ok
  assert_records 1 '.kind == "error" and (.error_class == "connection" or .error_class == "timeout")'
}

@test "a lock held by somebody else costs one error" {
  sql_in_background "begin; lock table pg_catalog.pg_extension in access exclusive mode; select pg_sleep(60)"
  wait_for_sql "select count(*) > 0 from pg_stat_activity where query like '%lock table%' and wait_event = 'PgSleep'"
  run_split collect --lock-timeout 50ms "$TARGET"
  kill "$BACKGROUND_PID"
  sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%lock table%' and pid <> pg_backend_pid()" >/dev/null
  assert_records 1 '.kind == "error" and .error_class == "timeout" and .sqlstate == "55P03"'
  assert_failure 4
}

@test "while the reader sleeps no transaction is open on the server" {
  # 200 statements that differ in the number of their columns: more than a pipe holds.
  local i statements=()
  for ((i = 1; i <= 200; i++)); do statements+=("select $(seq -s, -f 'a as c%g' "$i") from t"); done
  sql "${statements[@]}" >/dev/null
  mkfifo pipe
  collect_into pipe --interval 100ms --top 100000 --baseline emit "$TARGET"
  exec 7<pipe
  head -c 100 <&7 >/dev/null
  wait_until 10 grep -q pipe "/proc/$COLLECTOR/wchan"
  wait_for_sql "select count(*) > 0 from pg_stat_activity where application_name = 'dbi-collect' and state = 'idle'"
  for _ in 1 2 3 4 5; do
    assert_equal "$(sql "select string_agg(distinct state, ',') from pg_stat_activity where application_name = 'dbi-collect' and xact_start is not null")" ""
  done
  kill "$COLLECTOR"
  status_of_collector
  assert_equal "$status" 0
  exec 7<&-
}

@test "head -1 ends it quietly" {
  collect --interval 100ms "$TARGET" 2>err | head -1 >first
  assert_equal "${PIPESTATUS[*]}" "0 0"
  assert_file_empty err
  jq -e .kind first >/dev/null
}

@test "a full device is status 5 and advances no baseline" {
  collect "$TARGET" >/dev/null
  times 3 "select a + 1 from t"
  cp state/default/baselines/*.json before
  run --separate-stderr bash -c "dbi-collect --no-config --state-dir state '$TARGET' >/dev/full"
  assert_failure 5
  assert_regex "$stderr" "No space left on device"
  run jq -r .committed.cycle before
  local cycle=$output
  run jq -r '.committed.cycle, has("pending")' state/default/baselines/*.json
  assert_output "$cycle
false"
  run_split collect "$TARGET"
  assert_equal "$(member '.query == "select a + $1 from t"' .calls)" 3
}

@test "a closed standard output is status 5 and advances no baseline" {
  collect "$TARGET" >/dev/null
  times 3 "select a + 2 from t"
  run --separate-stderr bash -c "dbi-collect --no-config --state-dir state '$TARGET' >&-"
  assert_failure 5
  assert_regex "$stderr" "Bad file descriptor"
  run grep -rl query_stats state/default/telemetry state/default/*.lock
  assert_output ""
  run_split collect "$TARGET"
  assert_equal "$(member '.query == "select a + $1 from t"' .calls)" 3
}

@test "kill -9 in the middle never counts twice" {
  collect "$TARGET" >/dev/null
  times 6 "select a + 1, 6 from t"
  mkfifo pipe
  exec 7<>pipe
  collect_into pipe --interval 100ms "$TARGET"
  head -1 <&7 >seen
  kill -9 "$COLLECTOR"
  status_of_collector
  exec 7<&-
  run_split collect "$TARGET"
  assert_success
  assert_equal "$(sum_of .calls '.query == "select a + $1, $2 from t"')" 0
}

@test "SIGTERM ends a run that waits, with status 0; SIGINT by that signal" {
  collect_into out --interval 1h "$TARGET"
  wait_until 10 test -s out
  kill "$COLLECTOR"
  status_of_collector
  assert_equal "$status" 0
  python3 - "$TARGET" <<'PY'
import signal, subprocess, sys
p = subprocess.Popen(["dbi-collect", "--no-config", "--state-dir", "state", "--interval", "1h", sys.argv[1]],
                     stdout=subprocess.PIPE, restore_signals=True,
                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
p.stdout.readline()
p.send_signal(signal.SIGINT)
assert p.wait(10) == -signal.SIGINT, p.returncode
PY
}

@test "SIGTERM cancels a query that runs" {
  sql_in_background "begin; lock table pg_catalog.pg_extension in access exclusive mode; select pg_sleep(60)"
  wait_for_sql "select count(*) > 0 from pg_stat_activity where query like '%lock table%' and wait_event = 'PgSleep'"
  collect_into out --statement-timeout 60s --lock-timeout 60s "$TARGET"
  wait_for_sql "select count(*) > 0 from pg_stat_activity where application_name = 'dbi-collect' and wait_event_type = 'Lock'"
  kill "$COLLECTOR"
  status_of_collector
  assert_equal "$status" 0
  wait_for_sql "select count(*) = 0 from pg_stat_activity where application_name = 'dbi-collect'"
  sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%lock table%' and pid <> pg_backend_pid()" >/dev/null
}

@test "a connection killed during a run costs that cycle; the next one reconnects" {
  collect_into out --interval 200ms --count 20 "$TARGET"
  wait_until 10 test -s out
  sql "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dbi-collect'" >/dev/null
  status_of_collector
  assert_equal "$status" 0
  assert_equal "$(tail -1 out | jq -r .outcome)" ok
  assert_records 20 '.kind == "scrape"' out
  # Partial where it died behind the statements, in the middle of a cycle.
  assert_records 1 '.kind == "scrape" and (.outcome == "failed" or .outcome == "partial")' out
  assert_records 1 '.kind == "error"' out
}

@test "damaged state is set aside, told as an event, and begun afresh" {
  collect "$TARGET" >/dev/null
  local file
  file=$(ls state/default/baselines/*.json)
  echo "{broken" >"$file"
  run_split collect "$TARGET"
  assert_success
  assert_records 1 '.kind == "event" and .event == "state_corrupt" and .tool == "dbi-collect"'
  assert_records 1 '.kind == "scrape" and .baseline'
  assert_exists "$file.corrupt"
}

@test "state owned by another live process is status 5 and names it" {
  collect_into out --interval 1h "$TARGET"
  wait_until 10 test -s out
  run_split collect "$TARGET"
  kill "$COLLECTOR"
  assert_failure 5
  assert_regex "$stderr" "in use by dbi-collect, process $COLLECTOR"
}

@test "no literal of any statement leaves: not in the output, the state or the raw rows" {
  collect "$TARGET" >/dev/null
  sql "select -(42424242)" "select 'canary1', 42424242" "select E'canary2\\n', U&'canary3', \$\$canary4\$\$" >/dev/null
  sql "comment on table t is 'canary5'" "create role canaryrole password 'canary6'" "drop role canaryrole"
  sql "do \$\$ begin perform 'canary7'; end \$\$" "set application_name = 'canary8'" >/dev/null
  sql "/* canary9 */ select 1 /* canary10 */ from t -- canary11" >/dev/null
  run_split collect --record raw "$TARGET"
  assert_success
  lz4 -dc raw/*/*.lz4 >rows
  refute_regex "$output$stderr" 'canary[0-9]|42424242'
  run grep -rlE 'canary[0-9]|42424242' state rows
  assert_output ""
}

@test "--record keeps the raw rows of every read" {
  collect --record raw "$TARGET" >/dev/null
  run bash -c 'lz4 -dc raw/*/*.lz4 | jq -r .read | uniq'
  assert_success
  assert_line server
  assert_line statements_info
  assert_line statements
}

@test "--record that cannot be written is status 5, and the records come all the same" {
  collect "$TARGET" >/dev/null
  times 3 "select a + 3 from t"
  touch file
  run_split collect --record file/below "$TARGET"
  assert_failure 5
  assert_regex "$stderr" "^dbi-collect: output: cannot make file/below: Not a directory$"
  assert_equal "$(member '.query == "select a + $1 from t"' .calls)" 3
  run_split collect --record file/below --quiet "$TARGET"
  assert_failure 5
  [ -n "$stderr" ]
}

@test "a configuration names the targets" {
  cat >dbi.yaml <<YAML
targets:
  - name: orders
    url: $TARGET
  - name: gone
    url: postgresql://dbi_monitor@127.0.0.1:1/app
collector:
  top: 3
YAML
  run_split dbi-collect --config dbi.yaml --state-dir state orders
  assert_success
  assert_records 1 '.kind == "scrape" and .target == "orders"'
  run_split dbi-collect --config dbi.yaml --state-dir state
  assert_failure 4
  assert_records 2 '.kind == "scrape"'
  run_split dbi-collect --config dbi.yaml --state-dir state orderz
  assert_failure 2
  assert_regex "$stderr" "orderz"
}

@test "targets that are no list are told with how they are written" {
  printf 'targets:\n  orders: {url: "host=x"}\n' >dbi.yaml
  run_split dbi-collect --config dbi.yaml
  assert_failure 2
  assert_regex "$stderr" "dbi.yaml:2:3: targets: a map where a list is wanted.*begin with a hyphen.*name, url, service, password_file"
}

@test "a service that is not there is named: status 2 as the only target, among others a cycle that fails" {
  run_split collect service=nosuch
  assert_failure 2
  [ -z "$output" ]
  assert_regex "$stderr" 'configuration: target nosuch: definition of service "nosuch" not found'
  run_split collect service=nosuch "$TARGET"
  assert_failure 4
  assert_equal "$(member '.kind == "error"' '.target + " " + .message')" \
    'nosuch target nosuch: definition of service "nosuch" not found'
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
}

@test "a password is never shown, wherever it was written" {
  local arguments
  for arguments in mysql://u:canary@h/x Postgresql://u:canary@h/x postgresql+ssl://u:canary@h/x postgresql://u:canary \
    "--config postgresql://u:canary@h/x" "--interval mysql://u:canary@h" "--config password=canary" mariadb://u:canary; do
    # shellcheck disable=SC2086
    run_split dbi-collect --state-dir state $arguments
    assert_failure 2
    refute_regex "$output$stderr" canary
  done
  run_split dbi-collect --no-config maria://u:canary@h/x
  assert_regex "$stderr" "^dbi-collect: usage: 'maria://u:\*\*\*@h/x' is a URL of an unknown kind"
  assert_regex "$stderr" "hint: Write postgresql://user@host:port/database"
}

@test "a SQL_ASCII database gives sessions and texts, and tells others that it is in the way" {
  sql "select pg_stat_statements_reset()" "create database bytes encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'"
  sql -d bytes "create extension pg_stat_statements" $'create table "t\xe9\xff" (a text)' >/dev/null
  local raw
  for raw in "$TARGET" "$(postgres_url dbi_monitor bytes)"; do collect --state-dir "${raw##*/}" "$raw" >/dev/null; done
  sql -d bytes $'select a, 42424242 from "t\xe9\xff"' >/dev/null
  sql_in_background -d bytes $'select pg_sleep(60) from (select 1) "s\xe9"'
  wait_for_sql "select exists (select from pg_stat_activity where datname = 'bytes' and wait_event = 'PgSleep')"
  run_split collect --state-dir bytes "$(postgres_url dbi_monitor bytes)"
  assert_success
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
  assert_records 1 '.query == "select a, $1 from \"t\ufffd\ufffd\""'
  assert_records 1 '.kind == "session" and .query == "select pg_sleep(?) from (select ?) \"s\ufffd\""'
  run_split collect --state-dir app "$TARGET"
  assert_success
  assert_records 1 '.kind == "error" and .source == "texts" and .sqlstate == "22021"'
  assert_regex "$(member '.kind == "error"' .hint)" "encoding SQL_ASCII.*SELECT pg_stat_statements_reset\(\);"
  assert_records 1 '.kind == "query_stats" and .database == "bytes" and .calls == 1 and (.missing | index("query"))'
  assert_records 1 '.kind == "session" and .database == "bytes"'
  sql "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'bytes'" "drop database bytes" \
    "select pg_stat_statements_reset()" >/dev/null
}

@test "an application of the collector's role has records, unless it writes exactly the collector's comment" {
  sql "select pg_stat_statements_reset()" >/dev/null
  collect "$TARGET" >/dev/null
  sql -U dbi_monitor "select /* dbi-collect y */ count(*) from t" "select /* dbi-collect marks */ count(*), 1 from t" \
    "select count(*), 1 from t" "select /* dbi-collect marks, too */ 1, count(*) from t" >/dev/null
  run_split collect "$TARGET"
  assert_records 1 '.kind == "query_stats" and .query == "select count(*) from t" and .calls == 1'
  assert_records 1 '.kind == "query_stats" and .query == "select $1, count(*) from t" and .calls == 1'
  # The limit that the manual states: both executions are one entry, and its first text had the comment.
  assert_records 0 '.kind == "query_stats" and .query == "select count(*), $1 from t"'
}

@test "misuse is status 2 and reads nothing" {
  run_split dbi-collect --no-config
  assert_failure 2
  run_split dbi-collect --no-config "postgresql://user:canary-password@127.0.0.1:$PG_PORT/app"
  assert_failure 2
  refute_regex "$output$stderr" canary
  run_split collect --once --interval 1s "$TARGET"
  assert_failure 2
  run_split collect --kinds query_stat "$TARGET"
  assert_failure 2
  assert_regex "$stderr" query_stats
}

@test "an answer beyond the limit of bytes is one error, the other sources are there" {
  sql "select pg_stat_statements_reset()" >/dev/null
  local i list=1 statements=()
  for ((i = 0; i < 120; i++)); do statements+=("select $list") list+=,1; done
  sql "${statements[@]}" >/dev/null
  run_split collect --max-cycle-bytes 40KiB "$TARGET"
  assert_success
  assert_records 1 '.kind == "error" and .source == "statements" and .error_class == "other"'
  assert_equal "$(member '.kind == "error"' .hint)" "Raise --max-cycle-bytes or ask for fewer --kinds."
  assert_records 1 '.kind == "scrape" and .outcome == "partial" and .cost.sessions.rows >= 0 and .cost.statements == null'
  run_split collect "$TARGET"
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
}

@test "every statement that it sends carries its comment, those of a probe too" {
  sql "select pg_stat_statements_reset()" >/dev/null
  collect "$TARGET" >/dev/null
  sql "select 1 as new_statement" >/dev/null
  collect --text-interval 1s "$TARGET" >/dev/null
  dbi-collect --no-config --probe "$TARGET" >/dev/null
  start_pgbouncer ignore
  collect "$(pooler_url)" >/dev/null
  # PgBouncer itself sends SET for parameters that clients differ in.
  local ours="from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname = 'dbi_monitor'
    and query !~ '^SET '"
  assert_equal "$(sql "select query $ours and query !~ '^[a-zA-Z]+ /\\* dbi-collect[ a-z]* \\*/'")" ""
  [ "$(sql "select count(*) $ours")" -gt 5 ]
}
