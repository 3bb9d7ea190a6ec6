#!/usr/bin/env bats
# dbi-ratelimit as a program: limits, files, stops, reloads, what is remembered between runs.
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() {
  dbi_generate_records --records 30000 --seed 7 >"$BATS_FILE_TMPDIR/many"
  export MANY=$BATS_FILE_TMPDIR/many
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  pipes=$DBI_SOURCE_DIR/test/passthrough/pipes.py
  pid=
}

teardown() {
  if [ -n "$pid" ]; then
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
}

# records TARGET DATABASE COUNT [MICROSECONDS APART]: from 2026-11-25T08:00:00 on.
records() {
  jq -nc --arg t "$1" --arg d "$2" --argjson n "$3" --argjson apart "${4:-0}" 'range($n) | (. * $apart) as $us |
    {v: 1, kind: "session", ts: ((1795593600 + ($us / 1000000 | floor) | strftime("%Y-%m-%dT%H:%M:%S")) +
      ".\("000000\($us % 1000000)"[-6:])Z"), target: $t, database: $d, pid: "\(.)"}'
}
# by_key FILE ...: records that are no dropped ones and counts of those that are, summed by key.
by_key() {
  cat "$@" | jq -sc 'map(select(.kind != "event")) | group_by([.target, .database]) | map({
    key: "\(.[0].target)/\(.[0].database)", sum: (map(if .kind == "dropped" then .count else 1 end) | add)}) | .[]'
}
dropped() { cat "$@" | jq -s 'map(select(.kind == "dropped") | .count) | add // 0'; }
kept() { cat "$@" | jq -c 'select(.kind != "dropped")' | wc -l; }
wait_until() {
  for ((i = 0; i < 2000; ++i)); do
    if "$@"; then return 0; fi
    sleep 0.01
  done
  return 1
}
replay() { dbi-ratelimit --replay "$@"; }

@test "a clock that was far ahead holds nothing up" {
  { records a x 3; records a x 3 | sed 's/2026-/2036-/'; records a x 20 1000000; } >in
  replay --no-config --default-rps 1 --default-burst 1 in >out
  # 0 at once; 4 confirms the time ahead, 7 that it was wrong, when the bucket still holds what 4 put in: 8 passes.
  jq -nc '[inputs | select(.kind == "session")] | map(.ts[:4] + .ts[17:19])' out >seconds
  [ "$(cat seconds)" = "$(jq -nc '["202600", "203600"] + [range(2; 20) | "2026" + "0\(.)"[-2:]]')" ]
}

@test "within its limits every record leaves as the very bytes that came in" {
  dbi-ratelimit --default-rps 1e9 --default-burst 1000000 "$MANY" >out
  cmp out "$MANY"
  dbi-ratelimit --default-burst 1000000 --global-max-rps 1e9 --global-max-burst 1000000 <"$MANY" | cmp - "$MANY"
}

@test "a key has its burst, and then what its rate gives" {
  { records t a 1000 10000; records t b 3; } >in # ten seconds, a hundred a second
  replay --default-rps 10 --default-burst 5 in >out
  [ "$(jq -c 'select(.database == "a" and .kind == "session")' out | wc -l)" = 104 ] # 5 + 9.99 s x 10
  [ "$(jq -c 'select(.database == "b" and .kind == "session")' out | wc -l)" = 3 ]
  [ "$(jq -c 'select(.kind == "dropped") | [.database, .reason, .count]' out)" = '["a","limit",896]' ]
}

@test "in = out + dropped by key, whatever the limits" {
  jq -c 'select(.kind != "dropped")' "$MANY" >in
  for limits in "--default-rps 1 --default-burst 3" "--default-rps 50 --global-max-rps 20 --global-max-burst 100"; do
    # shellcheck disable=SC2086
    replay $limits in >out
    [ "$(dropped out)" -gt 1000 ]
    diff <(by_key in) <(by_key out)
    # Control records all pass.
    diff <(jq -c 'select(.kind == "scrape" or .kind == "error")' in) <(jq -c 'select(.kind == "scrape" or .kind == "error")' out)
  done
}

@test "dropped records stand before the scrape of their target" {
  { records t a 5; echo '{"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00Z","target":"t"}'; } >in
  replay --default-rps 1 --default-burst 3 in >out
  [ "$(jq -r .kind out | tr '\n' ' ')" = "session session session dropped scrape " ]
}

@test "limits go by name and pattern" {
  cat >limits.yaml <<'END'
rate_limiter:
  default_rps: 1
  default_burst: 1
  database_limits:
    billing: {burst: 2}
    "app_*": {burst: 3}
    "main/app_*": {burst: 4}
    "main/": {burst: 5}
END
  { for name in billing app_1 x ""; do records main "$name" 9; records other "$name" 9; done; } |
    jq -c 'if .database == "" then del(.database) else . end' >in
  replay --config limits.yaml in | jq -r 'select(.kind == "session") | "\(.target)/\(.database // "")"' |
    sort | uniq -c | awk '{print $2, $1}' >found
  diff found - <<'END'
main/ 5
main/app_1 4
main/billing 2
main/x 1
other/ 1
other/app_1 3
other/billing 2
other/x 1
END
}

# On March 29 2026 at 01:00 UTC the clocks of Berlin go from 02:00 to 03:00.
@test "a schedule goes by the clocks of its zone, past midnight and through the change to summer time" {
  cat >limits.yaml <<'END'
rate_limiter:
  default_rps: 0
  default_burst: 1
  time_zone: Europe/Berlin
  schedule:
    - {days: [sat], from: "23:30", to: "03:30", rps: 1}
END
  # A record every four minutes from 23:01 on Saturday to 03:57 on Sunday in Berlin.
  every_four_minutes() { # UTC, from $1 to $2
    local at
    for ((at = $(date -ud "$1" +%s); at <= $(date -ud "$2" +%s); at += 240)); do date -ud "@$at" +%FT%TZ; done
  }
  every_four_minutes "2026-03-28 22:01" "2026-03-29 01:57" |
    jq -Rc '{v: 1, kind: "session", ts: ., target: "t", database: "d"}' >in
  replay --config limits.yaml in | jq -r 'select(.kind == "session").ts' >found
  # The first takes the burst; from 23:30 (22:30 UTC) to 03:30 (01:30 UTC) the bucket drains, which gives one more.
  { echo 2026-03-28T22:01:00Z; every_four_minutes "2026-03-28 22:33" "2026-03-29 01:33"; } | diff found -
}

@test "what is diverted is in the file, byte by byte, and counted" {
  records t a 10 >in
  replay --default-rps 1 --default-burst 4 --over divert --divert late in >out
  jq -c 'select(.kind == "session")' out | cat - late | cmp - in
  [ "$(dropped out)" = 6 ]
  [ "$(stat -c %a late)" = 600 ]
  run replay --over divert --divert in in
  assert_failure 2
  assert_output --partial "in is an input, too"
}

@test "a full device of --divert is status 5, after what is complete has left" {
  records t a 10 >in
  run --separate-stderr replay --default-rps 1 --default-burst 4 --over divert --divert /dev/full in
  assert_equal "$status" 5
  assert_equal "$stderr" "dbi-ratelimit: output: /dev/full: No space left on device"
  [ "$(echo "$output" | jq -c 'select(.kind == "session")' | wc -l)" = 4 ]
  [ "$(echo "$output" | jq 'select(.kind == "dropped").count')" = 6 ]
}

@test "delayed records all leave, no faster than the limit" {
  records t a 60 >in
  begin=$(date +%s%3N)
  dbi-ratelimit --default-rps 100 --default-burst 10 --over delay in >out
  end=$(date +%s%3N)
  cmp out in
  [ $((end - begin)) -ge 500 ] # 50 of them a hundredth of a second apart
  [ "$(jq '.counters.delayed' state/default/telemetry/dbi-ratelimit@dbi-ratelimit.total.json)" -ge 1 ]
}

@test "what may pass has left before a wait" {
  mkfifo in out
  dbi-ratelimit --default-rps 0 --default-burst 3 --over delay in >out 3>&- &
  pid=$!
  exec 5<>in 6<out
  records t a 9 >&5
  for ((i = 0; i < 3; ++i)); do read -r -t 20 -u 6 _; done
  kill -0 "$pid"
  exec 5>&- 6<&-
}

@test "a stop ends a wait: of a pipe what is held is counted, of a file it is left" {
  mkfifo in
  dbi-ratelimit --default-rps 0 --default-burst 3 --over delay --drain 100ms in >out 3>&- &
  pid=$!
  exec 5>in
  records t a 9 >&5
  wait_until [ -s out ]
  kill -TERM "$pid"
  wait "$pid"
  pid=
  exec 5>&-
  [ "$(kept out)" = 3 ]
  [ "$(jq -c 'select(.kind == "dropped") | [.reason, .count]' out)" = '["shutdown",6]' ]

  rm out
  records t b 9 >file
  dbi-ratelimit --name b --default-rps 0 --default-burst 3 --over delay --resume resume file >out 3>&- &
  pid=$!
  wait_until [ -s out ]
  kill -TERM "$pid"
  wait "$pid"
  pid=
  dbi-ratelimit --name b --default-rps 1e9 --default-burst 1000 --resume resume file >rest
  cat out rest | cmp - file
}

@test "waiting is by the machine's clock" {
  for flags in --replay "--clock record"; do
    # shellcheck disable=SC2086
    run dbi-ratelimit --over delay $flags "$MANY"
    assert_failure 2
    assert_output --partial "--over delay waits by the machine's clock"
  done
}

@test "a replay gives the same bytes each time, also in parts" {
  limits=(--default-rps 20 --default-burst 300 --global-max-rps 2000 --global-max-burst 10000 --adaptive --min-rps 5)
  replay "${limits[@]}" "$MANY" >whole
  [ "$(dropped whole)" -gt 1000 ]
  replay "${limits[@]}" "$MANY" | cmp - whole
  for ((stop = 0; stop < 4; ++stop)); do
    python3 "$pipes" slow-stop dbi-ratelimit --replay "${limits[@]}" --resume resume <"$MANY" >>parts
  done
  [ "$(jq 'select(.kind == "stream_position").offset' resume)" -lt "$(stat -c %s "$MANY")" ]
  replay "${limits[@]}" --resume resume <"$MANY" >>parts
  cmp parts whole
}

@test "what a run left in the buckets counts in the next" {
  records t a 10 >in
  dbi-ratelimit --default-rps 0.001 --default-burst 12 in >first
  dbi-ratelimit --default-rps 0.001 --default-burst 12 in >second
  [ "$(kept first)" = 10 ]
  [ "$(kept second)" = 2 ]
  replay --default-rps 0.001 --default-burst 12 in >third # knows nothing of it
  [ "$(kept third)" = 10 ]
  rm -r state
  dbi-ratelimit --default-rps 0.001 --default-burst 12 in >fourth
  [ "$(kept fourth)" = 10 ]
}

@test "status shows the keys, those most over their limit first" {
  { records main app 10; records main etl 40; } >in
  dbi-ratelimit --default-rps 0.5 --default-burst 10 in >out
  run --separate-stderr dbi-ratelimit status
  assert_success
  [ -z "$stderr" ]
  assert_line --index 0 "$PWD/state/default/dbi-ratelimit@dbi-ratelimit.json"
  assert_line --index 1 --regexp '^KEY +RATE +BURST +RECORDS +OVER +SHARE +LAST$'
  assert_line --index 2 --regexp '^main/etl +0.5 +10 +40 +30 +75.0%  20'
  assert_line --index 3 --regexp '^main/app +0.5 +10 +10 +0 +0.0%  20'
}

@test "status of what is not known is status 2, and makes no folder" {
  run dbi-ratelimit status
  assert_failure 2
  assert_output --partial "no pipeline 'default' in $PWD/state"
  [ ! -e state ]
  dbi-ratelimit </dev/null
  [ "$(dbi-ratelimit status | wc -l)" = 2 ] # no key yet
  run dbi-ratelimit --name other status
  assert_failure 2
  assert_output --partial "no state of other in $PWD/state/default"
  run dbi-ratelimit status main
  assert_failure 2
  records t a 1 >status
  [ "$(dbi-ratelimit ./status | wc -l)" = 1 ]
}

@test "a reload changes limits and keeps the buckets; a bad one is refused whole" {
  echo 'rate_limiter: {default_rps: 0.001, default_burst: 5}' >limits.yaml
  mkfifo in
  dbi-ratelimit --config limits.yaml in >out 2>err 3>&- &
  pid=$!
  exec 5>in
  records t a 9 >&5
  wait_until eval '[ "$(kept out)" = 5 ]'
  echo 'rate_limiter: {default_rps: 0.001, default_burst: 100, time_zone: Mars/Olympus}' >limits.yaml
  kill -HUP "$pid"
  wait_until grep -q "no such time zone" err
  records t a 9 >&5
  echo 'rate_limiter: {default_rps: 0.001, default_burst: 8}' >limits.yaml
  kill -HUP "$pid"
  # The bucket of a still holds five.
  wait_until eval 'records t a 1 >&5; [ "$(kept out)" = 8 ]'
  records t a 9 >&5
  exec 5>&-
  wait "$pid"
  pid=
  [ "$(kept out)" = 8 ]
  [ "$(grep -c "no such time zone" err)" = 1 ]
}

# snapshot PID BYTES: of an exporter with so much in its spool.
snapshot() {
  mkdir -p state/default/telemetry
  jq -nc --arg boot "$(cat /proc/sys/kernel/random/boot_id)" --argjson pid "$1" --argjson bytes "$2" \
    --argjson start "$(awk '{print $22}' "/proc/$1/stat" 2>/dev/null || echo 1)" \
    --arg ts "$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)" '{format: "telemetry", version: 1, tool: "dbi-export", name: "x",
      owner: {boot_id: $boot, pid: $pid, start_time: $start, tool: "dbi-export"}, ts: $ts, counters: {},
      gauges: {spool_bytes: $bytes}}' >"state/default/telemetry/dbi-export@x.$1.json"
}

@test "what a live exporter tells of its spool decides, what a dead one told does not" {
  records t a 6100 10000 >in # a minute, with twice the demand that the limit allows
  events() {
    rm -f state/default/dbi-ratelimit@*
    dbi-ratelimit --clock record --adaptive --default-rps 50 --default-burst 10 --min-rps 10 --max-rps 200 in |
      jq -rs 'map(select(.kind == "event").event) | join(" ")'
  }
  [ "$(events)" = rate_raised ]
  snapshot "$$" 1e12
  [ "$(events)" = "" ] # deep; whether it grows is not known yet
  rm state/default/telemetry/dbi-export@*
  snapshot 4194304 1e12 # no process has this number
  [ "$(events)" = rate_raised ]
}

@test "ten thousand keys and more stay within their memory, and evictions are counted" {
  jq -nc 'range(60000) | {v: 1, kind: "session", ts: "2026-11-25T08:00:00Z", target: "t\(. % 7)", database: "database_\(.)"}' >in
  python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' dbi-ratelimit --default-rps 1 --default-burst 1 in >peak
  [ "$(jq '.counters.key_evictions' state/default/telemetry/dbi-ratelimit@dbi-ratelimit.total.json)" = 50000 ]
  [ "$(dbi-ratelimit status | wc -l)" = 10002 ]
  # The sanitizers of a build for tests take many times what a program does.
  most=16384
  grep -q "CMAKE_BUILD_TYPE:STRING=Release" "$DBI_BUILD_DIR/CMakeCache.txt" || most=$((16 * most))
  [ "$(cat peak)" -le "$most" ]
}

@test "hostile names are keys like others" {
  printf '%s\n' '{"kind":"session","target":"a\u0000b","database":"c"}' '{"kind":"session","target":7,"database":null}' \
    '{"kind":["session"]}' '{}' '{"kind":"session","target":"\ud800","database":"\u001b[31m"}' >in
  dbi-ratelimit --default-burst 5 in >out
  cmp out in
  run dbi-ratelimit status
  assert_success
  refute_output --partial $'\x1b'
}

@test "the example's configuration is taken" {
  dbi-ratelimit --config "$DBI_SOURCE_DIR/examples/dbi.yaml" "$MANY" >out
}

@test "a reload goes on with a new file where the one of --divert was moved away" {
  echo 'rate_limiter: {default_rps: 0, default_burst: 1, over: divert, divert: over.ndjson}' >limits.yaml
  mkfifo in
  dbi-ratelimit --config limits.yaml in >out 2>err 3>&- &
  pid=$!
  exec 5>in
  records t a 3 >&5
  wait_until eval '[ "$(wc -l <over.ndjson)" = 2 ]'
  mv over.ndjson old.ndjson
  echo 'rate_limiter: {default_rps: 0, default_burst: 1}' >limits.yaml
  kill -HUP "$pid"
  wait_until grep -q "over and --divert take effect at the next start" err
  wait_until [ -e over.ndjson ]
  records t a 2 >&5
  exec 5>&-
  wait "$pid"
  pid=
  [ "$(wc -l <old.ndjson)" = 2 ]
  [ "$(wc -l <over.ndjson)" = 2 ]
}

@test "--divert is neither the output nor the rejects file" {
  records t a 3 >in
  run --separate-stderr dbi-ratelimit --replay --no-config --over divert --divert rejects --rejects rejects in
  assert_failure 2
  [[ $stderr == *"rejects is the rejects file, too"* ]]
  dbi-ratelimit --replay --no-config --over divert --divert out in >out 2>err && return 1
  grep -q "out is the output, too" err
  # Nor the one that is there without an option.
  run --separate-stderr dbi-ratelimit --no-config --state-dir s --over divert \
    --divert s/default/rejects/dbi-ratelimit@dbi-ratelimit.ndjson in
  assert_failure 2
  [[ $stderr == *"is the rejects file, too"* ]]
}
