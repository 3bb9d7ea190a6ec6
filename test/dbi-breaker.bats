#!/usr/bin/env bats
# dbi-breaker from end to end: circuits open and close, records are tagged, dropped or diverted, operators have the last
# word, and nothing is lost between runs.
# SPDX-License-Identifier: Apache-2.0

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  circuits=$PWD/state/default/circuits.json
  pid=
}
teardown() { [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; }

cycles() { "$DBI_SOURCE_DIR/test/cycles.py" "$@"; }
# times N WORD
times() { local i; for ((i = 0; i < $1; ++i)); do echo "$2"; done; }
# The machine's own load has no say in these tests.
breaker() { dbi-breaker --cpu-threshold 0 --memory-threshold-mb 0 --pressure-threshold 0 --jitter 0 "$@"; }
# "main opened", "main/app closed": the events of a stream.
events() { jq -r 'select(.kind == "event") | ([.target // "@host", .database // empty] | join("/")) + " " + (.event | ltrimstr("circuit_"))'; }
state_of() { jq -r --arg key "$1" '.circuits[$key].state' "$circuits"; }
wait_until() { local i; for ((i = 0; i < 1000; ++i)); do if "$@"; then return 0; fi; sleep 0.01; done; return 1; }

# shellcheck disable=SC2046  # times gives several words
@test "a dead server opens the circuit of its target and tags what still comes of it, nothing else" {
  cycles --target dead $(times 5 failed,connection) ok,app >in
  cycles --target well $(times 6 ok,app) >>in
  run breaker --replay in
  assert_success
  assert_equal "$(events <<<"$output")" "dead opened"
  assert_equal "$(grep -c '"circuit":"open"}' <<<"$output")" 1
  assert_equal "$(jq -r 'select(.circuit == "open") | .target + " " + .kind' <<<"$output")" "dead query_stats"
  grep -v '"kind":"event"' <<<"$output" | sed 's/,"circuit":"open"}/}/' | cmp - in
}

# shellcheck disable=SC2046
@test "a database with errors of its own opens its own circuit and no other" {
  cycles $(times 5 partial,good,bad,timeout@bad) ok,good,bad >in
  run breaker --replay in
  assert_equal "$(events <<<"$output")" "main/bad opened"
  assert_equal "$(jq -r 'select(.circuit) | .database' <<<"$output")" bad
}

# shellcheck disable=SC2046
@test "a healthy server without pg_stat_statements never opens" {
  cycles $(times 100 partial,app,missing_feature,privilege@app) >in
  breaker --replay in | cmp - in
}

# shellcheck disable=SC2046
@test "drop and divert take blocked records out, counted by key and reason, control records pass" {
  cycles $(times 5 failed,connection) ok,app,app,other >in
  breaker --replay --on-open drop in >dropped
  breaker --replay --on-open divert --divert-to held in >diverted
  diff dropped diverted
  assert_equal "$(jq -c 'select(.kind == "dropped") | [.target, .database, .cycle, .reason, .count, .calls, .total_ms]' dropped)" \
    '["main","app","00000000000000000000000000000006","circuit",2,4,6]
["main","other","00000000000000000000000000000006","circuit",1,2,3]'
  assert_equal "$(tail -4 in | head -3)" "$(cat held)"
  assert_equal "$(tail -1 dropped | jq -r .kind)" scrape
  assert_equal "$(stat -c %a held)" 600
  # in = out + count
  assert_equal "$(jq -s 'map(select(.kind != "event" and .kind != "dropped")) | length' dropped)" $(($(wc -l <in) - 3))
}

# shellcheck disable=SC2046
@test "half-open admits its probes, and records of the first one pass" {
  cycles $(times 5 failed,connection) skipped skipped ok,app ok,app ok,app ok,app >in
  run breaker --replay in
  assert_equal "$(events <<<"$output")" $'main opened\nmain half_open\nmain closed'
  refute_output --partial '"circuit":"open"'
  run jq -r '.event // .kind' <<<"$output"
  # The probes are three: the change to closed stands in front of the third one's scrape.
  assert_equal "$(sed -n '/circuit_half_open/,/circuit_closed/p' <<<"$output" | grep -c query_stats)" 2
}

# shellcheck disable=SC2046
@test "a circuit that was open stays open over a restart and closes when its time has come" {
  cycles --start now $(times 5 failed,connection) | breaker --open-time 10s >/dev/null
  assert_equal "$(state_of main)" open
  cycles --start now ok,app | breaker >out
  assert_equal "$(jq -r 'select(.circuit) | .kind' out)" query_stats
  assert_equal "$(state_of main)" open
  cycles --start now+3600 ok,app ok,app ok,app | breaker >out
  assert_equal "$(events <out)" $'main half_open\nmain closed'
  assert_equal "$(state_of main)" closed
}

@test "under hourly cron every circuit that opened closes again, with three probes" {
  for hour in 0 1 2 3 4; do cycles --start now+$((hour * 3600)) failed,connection,timeout@app | breaker >>out; done
  assert_equal "$(events <out)" $'main opened\nmain/app opened'
  for hour in 5 6 7; do cycles --start now+$((hour * 3600)) ok,app | breaker >>out; done
  assert_equal "$(state_of main)" closed
  assert_equal "$(state_of main/app)" closed
  for hour in 8 9; do cycles --start now+$((hour * 3600)) ok,app | breaker; done >later
  assert_equal "$(jq -r .kind later | sort | uniq -c | tr -s ' ')" $' 2 query_stats\n 2 scrape'
}

# shellcheck disable=SC2046
@test "a server whose clock ran ahead by an hour, or by ten years, holds its circuit open no longer than its time" {
  for ahead in 2026-11-25T13:00:00Z 2036-11-25T12:00:00Z; do
    { cycles $(times 4 failed,connection)
      cycles --first 5 --start "$ahead" failed,connection failed,connection
      cycles --first 7 --start 2026-11-25T12:01:00Z $(times 30 ok,app); } >in
    run breaker --replay in
    assert_equal "$(events <<<"$output")" $'main opened\nmain half_open\nmain closed'
    assert_equal "$(grep -c '"circuit":"open"' <<<"$output")" 3
  done
}

# shellcheck disable=SC2046
@test "the open time follows the backoff" {
  cycles --step 2000 $(times 12 failed,connection) >in
  run breaker --replay --max-open-time 5m in
  assert_equal "$(jq -r 'select(.event == "circuit_opened") | .open_for_s' <<<"$output" | paste -sd ' ')" \
    "30 60 120 240 300 300 300 300"
}

# shellcheck disable=SC2046
@test "--replay gives the same bytes every time, also in pieces with SIGTERM and --resume, and leaves no state" {
  for t in a b c; do
    cycles --target "$t" $(for ((i = 0; i < 300; ++i)); do
      case $((RANDOM % 4)) in 0) echo ok,x,y ;; 1) echo partial,x,timeout@x ;; 2) echo failed,connection ;; 3) echo partial,y,timeout ;; esac
    done) >"$t"
  done
  sort -s -t, -k4,4 a b c >in
  dbi-breaker --replay --on-open drop in >whole
  dbi-breaker --replay --on-open drop in | cmp - whole
  [ "$(grep -c circuit_opened whole)" -gt 10 ]
  assert [ ! -e state ]
  : >pieces
  for ((i = 0; i < 400; ++i)); do
    { dbi-breaker --replay --on-open drop --resume resume in >>pieces & }
    pid=$!
    sleep "0.00$((RANDOM % 9))"
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || true
    pid=
    [ "$(wc -c <pieces)" -lt "$(wc -c <whole)" ] || break
  done
  dbi-breaker --replay --on-open drop --resume resume in >>pieces
  cmp pieces whole
}

# shellcheck disable=SC2046
@test "an operator's open holds whatever the circuit says, until its time is over or it is closed" {
  cycles --start now ok,app,other | breaker >/dev/null
  run dbi-breaker open main/app --for 1h --why "upgrade of app"
  assert_success
  assert_line --index 0 "folder $PWD/state/default"
  cycles --start now ok,app,other | breaker >out
  assert_equal "$(events <out)" "main/app forced_open"
  assert_equal "$(jq -r 'select(.circuit) | .database' out)" app
  assert_equal "$(jq -r 'select(.event) | .message' out)" "circuit main/app opened by an operator: upgrade of app"
  cycles --start now ok,app | breaker >out   # told once, however many runs there are
  assert_equal "$(events <out)" ""
  assert_equal "$(jq -r 'select(.circuit) | .database' out)" app
  run dbi-breaker status
  assert_line --regexp '^main/app +open +0 trips +by an operator, until .* \(35[0-9][0-9] s left\): upgrade of app$'
  dbi-breaker close main/app
  cycles --start now ok,app | breaker >out
  assert_equal "$(events <out)" "main/app released"
  refute grep -q '"circuit"' out
}

# shellcheck disable=SC2046
@test "an operator's close closes once" {
  cycles --start now $(times 5 failed,connection) | breaker >/dev/null
  dbi-breaker close main
  assert_equal "$(dbi-breaker status | grep -c '^main *closed')" 1
  cycles --start now ok,app | breaker >out
  assert_equal "$(events <out)" "main closed"
  refute grep -q '"circuit"' out
  cycles --start now $(times 5 failed,connection) | breaker >out
  assert_equal "$(events <out)" "main opened"
  assert_equal "$(state_of main)" open
}

# shellcheck disable=SC2046
@test "a running breaker hears of an operator's word without a scrape" {
  cycles --start now ok,app | breaker >/dev/null  # from here on main is known
  mkfifo pipe
  { breaker <pipe >out & }
  pid=$!
  exec 7>pipe
  cycles --start now ok,app >&7
  wait_until grep -q scrape out
  dbi-breaker open main --for 1h
  wait_until grep -q circuit_forced_open out
  cycles --start now ok,app >&7
  exec 7>&-
  wait "$pid"
  pid=
  assert_equal "$(grep -c '"circuit":"open"' out)" 1
}

@test "an unknown pipeline or key is status 2 and names the nearest" {
  run dbi-breaker status
  assert_failure 2
  assert_output --partial "no pipeline 'default'"
  cycles --start now ok,app | breaker >/dev/null
  run dbi-breaker --pipeline defalut status
  assert_failure 2
  assert_output --partial "There are: default."
  run dbi-breaker open maim
  assert_failure 2
  assert_output --partial "Did you mean main?"
  run dbi-breaker close main/ap
  assert_failure 2
  assert_output --partial "Did you mean main/app?"
  run dbi-breaker close nothing
  assert_failure 2
  assert_output --partial "dbi-breaker status lists the circuits"
  run dbi-breaker open
  assert_failure 2
  run dbi-breaker open main other
  assert_failure 2
  run dbi-breaker status main
  assert_failure 2
  run dbi-breaker --why x in
  assert_failure 2
}

@test "a target that only dbi-collect knows can be opened, breaker running or not" {
  mkdir -p state/default/baselines
  touch state/default/baselines/main.json
  dbi-breaker open main --for 1h
  dbi-breaker open main/anything
  run dbi-breaker open other
  assert_failure 2
}

@test "what is damaged is set aside and told, and work starts afresh" {
  cycles --start now ok,app | breaker >/dev/null
  for damage in '{' '{"format":"circuits","version":1,"circuits":{"main":{"state":"closed","window":"what"}}}'; do
    echo "$damage" >"$circuits"
    rm -f "$circuits.corrupt"
    run --separate-stderr breaker < <(cycles --start now ok,app)
    assert_success
    assert_equal "$(jq -r 'select(.event) | .event' <<<"$output")" state_corrupt
    assert_file_exists "$circuits.corrupt"
    assert_equal "$(state_of main)" closed
  done
  echo '{"format":"circuits","version":2}' >"$circuits"
  run breaker in
  assert_failure 5
  assert_output --partial "has version 2"
  assert_equal "$(cat "$circuits")" '{"format":"circuits","version":2}'
}

@test "status tells of damage and leaves the file to those who write it" {
  cycles --start now ok,app | breaker >/dev/null
  echo '[1]' >"$circuits"
  run dbi-breaker status
  assert_success
  assert_line "$circuits is damaged (a member is not there, or of another type)"
  assert_equal "$(cat "$circuits")" '[1]'
}

@test "a file to divert to is opened anew with SIGHUP" {
  mkfifo pipe
  cat >dbi.yaml <<'END'
circuit_breaker: {cpu_threshold_percent: 0, memory_threshold_mb: 0, on_open: divert, divert_to: held}
END
  { dbi-breaker --config dbi.yaml <pipe >out & }
  pid=$!
  exec 7>pipe
  cycles --start now failed,authentication ok,app >&7
  wait_until test -s held
  mv held rotated
  kill -HUP "$pid"
  again() { cycles --start now ok,app >&7 && [ -s held ]; }
  wait_until again
  exec 7>&-
  wait "$pid"
  pid=
  assert_equal "$(stat -c %a held)" 600
}

# shellcheck disable=SC2046
@test "a breaker with room for few leaves the circuits of another one as they are" {
  databases=$(for ((i = 0; i < 50; ++i)); do printf ',db%d,timeout@db%d' "$i" "$i"; done)
  cycles --start now --target many $(times 5 "partial$databases") | breaker --name many >/dev/null
  assert_equal "$(jq '[.circuits[] | select(.state == "open")] | length' "$circuits")" 50
  cycles --start now --target one $(times 5 failed,connection) | breaker --max-circuits 3 >/dev/null
  assert_equal "$(jq '[.circuits[] | select(.state == "open")] | length' "$circuits")" 51
}

# shellcheck disable=SC2046
@test "two breakers of one pipeline keep each other's circuits" {
  mkfifo pipe
  { breaker <pipe >/dev/null & }
  pid=$!
  exec 7>pipe
  cycles --start now --target first $(times 5 failed,connection) >&7
  wait_until test -e "$circuits"
  cycles --start now --target second $(times 5 failed,connection) | breaker --name second >/dev/null
  cycles --start now --target first ok >&7
  exec 7>&-
  wait "$pid"
  pid=
  assert_equal "$(state_of first)" open
  assert_equal "$(state_of second)" open
}

@test "SIGHUP takes the whole section over, a bad one is refused whole" {
  mkfifo pipe
  printf 'circuit_breaker:\n  cpu_threshold_percent: 0\n  memory_threshold_mb: 0\n  on_open: tag\n' >dbi.yaml
  { dbi-breaker --config dbi.yaml <pipe >out 2>err & }
  pid=$!
  exec 7>pipe
  cycles --start now failed,authentication ok,app >&7
  wait_until grep -q '"circuit":"open"' out
  printf 'circuit_breaker:\n  on_open: drop\n  failure_threshold: 50\n  window_calls: 10\n' >dbi.yaml
  kill -HUP "$pid"
  wait_until grep -q 'never holds 50 calls' err
  cycles --start now ok,app >&7
  wait_until eval '[ "$(grep -c "\"circuit\":\"open\"" out)" = 2 ]'
  printf 'circuit_breaker:\n  on_open: drop\n' >dbi.yaml
  kill -HUP "$pid"
  drops() { cycles --start now ok,app >&7 && grep -q '"kind":"dropped"' out; }
  wait_until drops
  exec 7>&-
  wait "$pid"
  pid=
  assert_equal "$(jq -r 'select(.kind == "dropped") | .reason' out | sort -u)" circuit
}

@test "settings that do not go together are status 2" {
  run breaker --open-time 1h --max-open-time 1m in
  assert_failure 2
  run breaker --base-timeout 1m --max-timeout 1s in
  assert_failure 2
  run breaker --failure-threshold 20 --window-calls 10 in
  assert_failure 2
  run breaker --on-open divert in
  assert_failure 2
  run breaker --divert-to x in
  assert_failure 2
}

@test "the original's keys are taken, an unknown one is told" {
  cat >dbi.yaml <<'END'
circuit_breaker:
  failure_threshold: 2
  success_threshold: 1
  open_state_timeout: 45s
  base_timeout: 5s
  max_timeout: 30s
  enable_adaptive_timeout: true
  health_check_interval: 10s
  memory_threshold_mb: 0
  cpu_threshold_percent: 0
  jitter_percent: 0
END
  cycles failed,connection failed,connection skipped skipped skipped skipped ok,app >in
  run dbi-breaker --config dbi.yaml --replay in
  assert_success
  assert_equal "$(jq -r 'select(.event == "circuit_opened") | .open_for_s' <<<"$output")" 45
  assert_equal "$(events <<<"$output")" $'main opened\nmain half_open\nmain closed'
  echo '  max_concurent: 3' >>dbi.yaml
  run dbi-breaker --config dbi.yaml in
  assert_failure 2
  assert_output --partial "circuit_breaker.max_concurent: unknown key"
}

@test "30,000 databases have no more circuits than --max-circuits allows, and those without one are counted" {
  python3 -c '
for i in range(30000):
  print("{\"v\":1,\"kind\":\"session\",\"ts\":\"2026-11-25T12:00:00Z\",\"target\":\"t%d\",\"database\":\"db%d\"}" % (i % 3, i))
print("{\"v\":1,\"kind\":\"scrape\",\"ts\":\"2026-11-25T12:00:00Z\",\"target\":\"t0\",\"outcome\":\"ok\",\"cycle_ms\":1}")' >in
  breaker in | cmp - in
  total=state/default/telemetry/dbi-breaker@dbi-breaker.total.json
  assert [ "$(jq '.counters | .evictions + .refusals' "$total")" -ge 20000 ]
  assert [ "$(jq '.circuits | length' "$circuits")" -le 10001 ]
}
