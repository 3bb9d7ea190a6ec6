# The loop of dbi-collect and dbi-breaker on a real PostgreSQL: a server in trouble is left alone, and read again without
# anybody's help once it is well.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { start_postgres log_connections=on; }
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-breaker
  cd "$BATS_TEST_TMPDIR" || return
  unset XDG_CONFIG_HOME DBI_CONFIG
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
  TARGET=$(postgres_url)
  KEY=127.0.0.1:$PG_PORT
  CIRCUITS=state/default/circuits.json
}
teardown() {
  for pid in ${STOPPED:-}; do kill -CONT "$pid" 2>/dev/null || true; done
  unlock_statements
  [ -z "${COLLECTOR:-}" ] || kill "$COLLECTOR" 2>/dev/null || true
}

collect() { dbi-collect --no-config "$@" "$TARGET"; }
# A circuit opens where half of at least two cycles failed, and two that succeed close it. The machine's own load has no
# say.
breaker() {
  dbi-breaker --no-config --cpu-threshold 0 --memory-threshold-mb 0 --pressure-threshold 0 --jitter 0 \
    --failure-threshold 2 --success-threshold 2 "$@"
}
# start_pipe OPEN_TIME [OPTION ...]: the three in the background, into ./out; dbi-collect with the options. stop_pipe
# ends them.
start_pipe() {
  local open_time=$1
  shift
  mkfifo raw guarded
  breaker --open-time "$open_time" <raw >guarded 3>&- 4>&- &
  dbi-export --no-config --to ndjson:out <guarded >/dev/null 3>&- 4>&- &
  dbi-collect --no-config --interval 200ms --lock-timeout 20ms "$@" "$TARGET" >raw 3>&- 4>&- &
  COLLECTOR=$!
}
stop_pipe() {
  kill "$COLLECTOR"
  wait
  COLLECTOR=
}

outcomes() { jq -r 'select(.kind == "scrape") | .outcome' out 2>/dev/null; }
has_event() { grep -q "\"event\":\"circuit_$1\"" out; }
# circuit_skips N: there were so many cycles that a circuit kept from the server.
circuit_skips() { [ "$(grep -c '"outcome":"skipped","reason":"circuit ' out)" -ge "$1" ]; }
last_is() { [ "$(outcomes | tail -1)" = "$1" ]; }
# Of dbi-collect, in the server's log so far.
connections() { grep -c 'connection authorized: user=dbi_monitor' "$PG_DIR/log" || true; }

# The marks of pg_stat_statements cannot be read until unlock_statements: the read waits for --lock-timeout and fails.
lock_statements() {
  sql_in_background "begin; lock table pg_stat_statements_info in access exclusive mode; select pg_sleep(600)"
  LOCKER=$BACKGROUND_PID
  wait_for_sql "select count(*) > 0 from pg_locks where relation = 'pg_stat_statements_info'::regclass and granted and mode = 'AccessExclusiveLock'"
}
unlock_statements() {
  [ -n "${LOCKER:-}" ] || return 0
  sql "select pg_terminate_backend(pid) from pg_locks where relation = 'pg_stat_statements_info'::regclass and mode = 'AccessExclusiveLock'" >/dev/null
  LOCKER=
}

@test "a server that is locked up is left alone while its circuit is open, and recovers by itself" {
  start_pipe 8s --kinds query_stats
  wait_until 10 last_is ok
  lock_statements
  wait_until 20 circuit_skips 1
  local before
  before=$(connections)
  wait_until 20 circuit_skips 5  # a second of the eight
  assert_equal "$(connections)" "$before"
  unlock_statements
  wait_until 30 has_event closed
  wait_until 10 last_is ok
  stop_pipe
  assert_equal "$(jq -r 'select(.kind == "event") | .event' out | head -1)" circuit_opened
  assert_equal "$(jq -r 'select(.kind == "event") | .event' out | tail -2 | paste -sd ' ')" "circuit_half_open circuit_closed"
  assert_equal "$(jq -r --arg key "$KEY" '.circuits[$key].state' "$CIRCUITS")" closed
}

@test "a server that has stopped is left alone, and recovers by itself" {
  start_pipe 1s --connect-timeout 200ms --statement-timeout 100ms
  wait_until 10 last_is ok
  local postmaster
  postmaster=$(head -1 "$PG_DIR/data/postmaster.pid")
  STOPPED="$postmaster $(pgrep -P "$postmaster" | paste -sd ' ')"
  # shellcheck disable=SC2086
  kill -STOP $STOPPED
  wait_until 30 has_event opened
  wait_until 10 circuit_skips 3
  # shellcheck disable=SC2086
  kill -CONT $STOPPED
  wait_until 30 has_event closed
  wait_until 10 last_is ok
  stop_pipe
  assert_equal "$(jq -r 'select(.kind == "event") | .event' out | tail -2 | paste -sd ' ')" "circuit_half_open circuit_closed"
}

@test "from cron the target is skipped, then probed, and its circuit closes" {
  hourly() { collect --once --lock-timeout 20ms --kinds query_stats | breaker --open-time 10s >>out; }
  hourly
  lock_statements
  hourly
  hourly
  hourly
  assert_equal "$(outcomes | paste -sd ' ')" "ok failed skipped skipped"
  run jq -r 'select(.outcome == "skipped") | .reason' out
  assert_output --regexp "^circuit $KEY is open until .*: .* calls failed, the last one: timeout$"
  unlock_statements
  probed() { hourly && last_is ok; }
  wait_until 30 probed
  hourly
  assert_equal "$(jq -r 'select(.kind == "event") | .event' out | paste -sd ' ')" "circuit_opened circuit_half_open circuit_closed"
}

@test "where dbi-breaker has gone an open circuit ends by itself, and the target is read in full" {
  collect --once | breaker >/dev/null
  lock_statements
  for _ in 1 2; do collect --once --lock-timeout 20ms --kinds query_stats | breaker --open-time 1s >/dev/null; done
  unlock_statements
  assert_equal "$(jq -r --arg key "$KEY" '.circuits[$key].state' "$CIRCUITS")" open
  read_again() { collect --once >out && last_is ok; }
  wait_until 20 read_again
  for _ in 1 2 3; do
    collect --once >out
    assert_equal "$(outcomes)" ok
    assert_equal "$(jq -r 'select(.kind == "scrape") | .cost | keys | join(" ")' out)" \
      "server sessions statements statements_info"
  done
  assert_equal "$(jq -r --arg key "$KEY" '.circuits[$key].state' "$CIRCUITS")" open
}

@test "an operator's word wins with no dbi-breaker running, unless circuits are ignored" {
  run_split collect --once
  assert_success
  dbi-breaker --no-config open "$KEY" --why "moving house" >/dev/null
  local before
  before=$(connections)
  run_split collect --once
  assert_success
  assert_equal "$stderr" ""
  assert_records 1 '.kind == "scrape" and .outcome == "skipped" and
    .reason == "circuit '"$KEY"' is held open until it is closed by an operator: moving house"'
  assert_equal "$(connections)" "$before"
  run_split collect --once --ignore-circuits
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
  dbi-breaker --no-config close "$KEY" >/dev/null
  run_split collect --once
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
}

@test "a damaged circuits.json is told and keeps nothing from being read" {
  mkdir -p state/default
  echo '{"format":"circuits"' >"$CIRCUITS"
  run_split collect --once
  assert_success
  assert_regex "$stderr" "circuits.json was damaged"
  assert_records 1 '.kind == "event" and .event == "state_corrupt"'
  assert_records 1 '.kind == "scrape" and .outcome == "ok"'
  assert [ -e "$CIRCUITS.corrupt" ]
}

@test "the advised time limit is in force, but never above what somebody gave" {
  collect --once >/dev/null
  mkdir -p state/default
  printf '{"format":"circuits","version":1,"circuits":{"%s":{"state":"closed","timeout_ms":900}}}' "$KEY" >"$CIRCUITS"
  lock_statements
  cancelled() { jq -r 'select(.kind == "scrape") | .cycle_ms >= '"$1"' and .cycle_ms < '"$2" <<<"$output"; }
  run_split collect --once --lock-timeout 1m --kinds query_stats
  assert_records 1 '.kind == "error" and .error_class == "timeout" and (.message | test("statement timeout"))'
  assert_equal "$(cancelled 900 4000)" true
  run_split collect --once --lock-timeout 1m --kinds query_stats --statement-timeout 20ms
  assert_equal "$(cancelled 20 900)" true
}
