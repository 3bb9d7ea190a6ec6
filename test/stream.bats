#!/usr/bin/env bats
# The manners of every filter (DESIGN.md section 3), shown by the pass-through filter, which takes the way of the others.
# SPDX-License-Identifier: Apache-2.0
# DBI_PASSTHROUGH and DBI_GENERATE name the programs where those in PATH are not meant.
# Each test has a state folder of its own, state/ in the test's folder.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup_file() {
  export DBI_PASSTHROUGH=${DBI_PASSTHROUGH:-dbi-passthrough} DBI_GENERATE=${DBI_GENERATE:-dbi_generate_records}
  "$DBI_GENERATE" --records 30000 --seed 7 >"$BATS_FILE_TMPDIR/many"
  export MANY="$BATS_FILE_TMPDIR/many"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  pipes=${DBI_SOURCE_DIR:-$BATS_TEST_DIRNAME/..}/test/passthrough/pipes.py
  pid=
}

teardown() {
  if [ -n "$pid" ]; then
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
}

pass() {
  "$DBI_PASSTHROUGH" "$@"
}

# Sum of the counts of the dropped records in the given files.
dropped() {
  cat "$@" | jq -s 'map(select(.kind == "dropped") | .count) | add // 0'
}

# Peak resident memory of a command, in KiB, into the file; its status is not looked at.
peak_of() {
  local file=$1
  shift
  python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))' "$file" "$@"
}

# Records that are no dropped ones.
kept() {
  cat "$@" | jq -c 'select(.kind != "dropped")' | wc -l
}

wait_until() {
  for ((i = 0; i < 2000; ++i)); do
    if "$@"; then return 0; fi
    sleep 0.01
  done
  return 1
}

@test "records leave as the very bytes that came in" {
  pass <"$MANY" >out
  cmp out "$MANY"
  cat "$MANY" | pass | cmp - "$MANY"
  pass "$MANY" - </dev/null | cmp - "$MANY"
}

@test "hostile but well-formed lines pass untouched" {
  cat >in <<'END'
{}
{ }
 {"a" : [ 1 , 2 ] } 
{"n":123456789012345678901234567890,"m":-0.0e-999999,"big":1e400}
{"t":"\ud800 alone","u":"😀 \u0000 \"\\\/"}
{"":"","a\u0062":1,"a":{"a":1,"a":2}}
END
  pass <in >out 2>err
  cmp out in
  assert [ ! -s err ]
}

@test "CR LF, empty lines and a last line without LF" {
  printf '{"a":1}\r\n\r\n\n\n{"b":2}' | pass >out 2>err
  printf '{"a":1}\r\n{"b":2}\n' | cmp - out
  assert [ ! -s err ]
}

@test "1,024 nested containers are a record, 1,025 are none" {
  nested() { printf '{"a":'; printf '[%.0s' $(seq 1 "$(($1 - 1))"); printf ']%.0s' $(seq 1 "$(($1 - 1))"); printf '}\n'; }
  nested 1024 >in
  pass <in | cmp - in
  nested 1025 >deep
  run pass deep
  assert_failure 3
  assert_output 'dbi-passthrough: input: deep: line 1: more than 1024 nested containers at byte 1029'
}

@test "malformed lines are told with line and reason, counted in the status, and the rest goes on" {
  printf '{"a":1}\n[1]\n{"a":1,"\\u0061":2}\n{"a":"\xff"}\n{"a":01}\n{"a":"\x01"}\n{"a":1}x\n{"b":2}\n' >in
  run --separate-stderr pass <in
  assert_equal "$status" 3
  assert_output $'{"a":1}\n{"b":2}'
  assert_equal "${stderr_lines[0]}" 'dbi-passthrough: input: line 2: not a JSON object'
  assert_equal "${stderr_lines[1]}" 'dbi-passthrough: input: line 3: repeated name at byte 9'
  assert_equal "${stderr_lines[2]}" 'dbi-passthrough: input: line 4: invalid UTF-8 at byte 7'
  assert_equal "${#stderr_lines[@]}" 6
}

@test "--strict ends at the first malformed line, after what came before has left" {
  printf '{"a":1}\nx\n{"b":2}\n' >in
  run --separate-stderr pass --strict <in
  assert_equal "$status" 3
  assert_output '{"a":1}'
}

@test "messages about malformed lines are rate-limited" {
  yes x | head -1000 >in
  run pass <in
  assert_equal "$status" 3
  assert_equal "${#lines[@]}" 11
  assert_line --index 10 'dbi-passthrough: warning: 990 more lines were malformed'
}

@test "binary junk is survived" {
  head -c 3000000 /dev/urandom >junk
  (cat junk; printf '\n{"last":1}\n') >in
  run --separate-stderr pass --rejects rejects --rejects-content full <in
  assert_equal "$status" 3
  assert_output '{"last":1}'
  jq -es 'length > 1000' rejects
}

@test "a line of exactly the limit passes, one byte more is rejected, however it is cut into reads" {
  printf '{"a":"%s"}\n' "$(head -c 1000 /dev/zero | tr '\0' x)" >fits
  printf '{"a":"%s"}\n' "$(head -c 1001 /dev/zero | tr '\0' x)" >longer
  cat fits longer fits >in
  run --separate-stderr pass --max-record-bytes 1008 --rejects rejects <in
  assert_equal "$status" 3
  assert_equal "$stderr" 'dbi-passthrough: input: line 2: longer than 1008 bytes'
  assert_equal "$(jq .bytes rejects)" 1009
}

@test "a line far beyond the limit takes no memory" {
  long() { head -c "$1" /dev/zero | tr '\0' x; printf '\n{"b":2}\n'; }
  printf 'x\n{"b":2}\n' | peak_of idle "$DBI_PASSTHROUGH" >out 2>err
  long 100000000 | peak_of low "$DBI_PASSTHROUGH" --max-record-bytes 100000 >out 2>err
  assert_equal "$(cat out)" '{"b":2}'
  assert_equal "$(cat err)" 'dbi-passthrough: input: line 1: longer than 100000 bytes'
  assert [ "$(cat low)" -lt "$(($(cat idle) + 4096))" ]
  # The default limit of 16 MiB: beyond it the length does not matter.
  long 20000000 | peak_of high "$DBI_PASSTHROUGH" >out 2>err
  long 150000000 | peak_of higher "$DBI_PASSTHROUGH" >out 2>err
  assert_equal "$(cat out)" '{"b":2}'
  assert [ "$(cat higher)" -lt "$(($(cat high) + 4096))" ]
}

@test "files that end with a page or a block, with a line end and without" {
  for size in 4096 8192 65536 262144 262145 524288; do
    printf '{"a":"%s"}\n' "$(head -c $((size - 9)) /dev/zero | tr '\0' x)" >in
    assert_equal "$(stat -c %s in)" "$size"
    pass <in | cmp - in
    pass in | cmp - in
    printf '{"a":"%s"}' "$(head -c $((size - 8)) /dev/zero | tr '\0' x)" >in
    assert_equal "$(stat -c %s in)" "$size"
    (cat in; echo) >expected
    pass <in | cmp - expected
    pass in | cmp - expected
  done
}

@test "rejects are kept in the state folder, redacted by default, whole when asked" {
  printf 'secret\n' | pass 2>/dev/null || true
  assert_equal "$(jq -r .reason state/default/rejects/dbi-passthrough@dbi-passthrough.ndjson)" 'not a JSON object'
  printf 'secret\n' | pass --rejects redacted 2>/dev/null || true
  refute grep -q secret redacted
  assert_equal "$(jq -r '"\(.line) \(.reason) \(.bytes)"' redacted)" '1 not a JSON object 6'
  assert_equal "$(stat -c %a redacted)" 600
  printf 'secret\n' | pass --rejects full --rejects-content full 2>/dev/null || true
  assert_equal "$(jq -r .content full)" secret
}

@test "--replay leaves the state folder alone" {
  run --separate-stderr pass --replay <<<x
  assert_equal "$status" 3
  assert [ ! -e state ]
}

@test "a closed reader ends the run quietly" {
  pass <"$MANY" 2>err | head -1 >out
  assert_equal "${PIPESTATUS[0]}" 0
  assert [ ! -s err ]
  cat "$MANY" | pass 2>err | head -1 >out
  assert_equal "${PIPESTATUS[1]}" 0
  assert [ ! -s err ]
}

@test "a full device is status 5" {
  run bash -c '"$DBI_PASSTHROUGH" "$MANY" >/dev/full'
  assert_failure 5
  assert_output 'dbi-passthrough: output: No space left on device'
}

@test "a file that is not there is status 5" {
  run pass nowhere
  assert_failure 5
  assert_output 'dbi-passthrough: input: nowhere: No such file or directory'
}

@test "a record appears at once on an idle input" {
  mkfifo in out
  "$DBI_PASSTHROUGH" <in >out &
  pid=$!
  exec 7>in 8<out
  printf '{"a":1}\n{"b":' >&7
  read -r -t 20 -u 8 line
  assert_equal "$line" '{"a":1}'
  printf '2}\n' >&7
  read -r -t 20 -u 8 line
  assert_equal "$line" '{"b":2}'
  exec 7>&-
  wait $pid
}

@test "SIGTERM on a pipe: what comes before the end of the input is still passed" {
  mkfifo in out
  "$DBI_PASSTHROUGH" <in >out &
  pid=$!
  exec 7>in 8<out
  printf '{"a":1}\n' >&7
  read -r -t 20 -u 8 line
  kill -TERM $pid
  printf '{"b":2}\n' >&7
  read -r -t 20 -u 8 line
  assert_equal "$line" '{"b":2}'
  exec 7>&-
  wait $pid
}

@test "SIGTERM on a pipe that does not end: --drain is the limit, a line that is not complete is none" {
  mkfifo in
  "$DBI_PASSTHROUGH" --drain 1ms <in >out &
  pid=$!
  exec 7>in
  printf '{"v":1,"a":1}\n{"torn' >&7
  wait_until test -s out
  kill -TERM $pid
  wait $pid
  exec 7>&-
  assert_equal "$(cat out)" '{"v":1,"a":1}'
}

@test "SIGTERM on a file: the offset is left behind the last record taken" {
  mkfifo out
  (
    exec 6<"$MANY"
    "$DBI_PASSTHROUGH" <&6 >out &
    pid=$!
    wait_until test -e go
    kill -TERM $pid
    wait $pid
    echo $? >status
    cat <&6 >rest
  ) &
  exec 8<out
  head -c 100000 <&8 >first
  touch go
  cat <&8 >second
  wait $!
  assert_equal "$(cat status)" 0
  assert [ -s rest ]
  cat first second rest | cmp - "$MANY"
}

@test "--resume goes on after many stops as if there had been none" {
  pass --drop-every 10 <"$MANY" | jq -c 'select(.kind != "dropped")' >expected
  : >all
  for ((round = 0; round < 200; ++round)); do
    mkfifo out
    "$DBI_PASSTHROUGH" --drop-every 10 --resume position <"$MANY" >out &
    pid=$!
    exec 8<out
    head -c 2000000 <&8 >>all
    kill -TERM $pid 2>/dev/null || true
    cat <&8 >>all
    exec 8<&-
    wait $pid
    rm out
    if [ "$(jq -r 'select(.kind == "stream_position") | .offset' position)" -eq "$(stat -c %s "$MANY")" ]; then break; fi
  done
  assert [ "$round" -gt 3 ]
  jq -c 'select(.kind != "dropped")' all | cmp - expected
  assert_equal "$(($(kept all) + $(dropped all)))" 30000
}

@test "in = out + dropped, to the record" {
  pass --drop-every 3 <"$MANY" >out
  assert_equal "$(dropped out)" 10000
  assert_equal "$(kept out)" 20000
}

@test "counts of one target do not age by the clock of another" {
  for n in {10..59}; do
    echo "{\"kind\":\"session\",\"target\":\"a\",\"ts\":\"2026-01-01T00:00:00.${n}Z\"}"
    echo "{\"kind\":\"session\",\"target\":\"b\",\"ts\":\"2026-01-01T01:00:00.${n}Z\"}"
  done >two
  pass --drop-every 3 <two >out
  assert_equal "$(jq -sc 'map(select(.kind == "dropped") | [.target, .count]) | sort' out)" '[["a",17],["b",16]]'
}

# Both pipes full, the counts known: see pipes.py. What was read and did not leave is counted by the next start, malformed
# lines as rejects.
cut_off_is_counted() {
  local mode=$1 fate later rejects
  shift
  fate=$(python3 "$pipes" "$mode" "$DBI_PASSTHROUGH" "$@" 2>/dev/null)
  echo "$fate"
  pass </dev/null >later 2>err
  assert [ ! -s err ]
  later=$(dropped later)
  rejects=$(wc -l <state/default/rejects/dbi-passthrough@dbi-passthrough.ndjson)
  jq -e --argjson later "$later" --argjson rejects "$rejects" '
    .status == 3 and .records == .delivered + .dropped + $later and .lines == .records + $rejects' <<<"$fate"
  # Told once, never again.
  assert [ ! -e state/default/dbi-passthrough@dbi-passthrough.json.pending ]
  assert_equal "$(pass </dev/null | wc -l)" 0
}

@test "in = out + dropped where the reader goes, the rest of the pipe included" {
  cut_off_is_counted reader-goes --drop-every 3
  jq -es 'any(.reason == "shutdown") and any(.reason == "rule") and all(.weight == .count and .calls == 2 * .count)' later
}

@test "in = out + dropped where the reader is stuck for longer than --drain" {
  cut_off_is_counted reader-stuck --drop-every 3 --drain 100ms
  jq -es 'any(.reason == "shutdown") and any(.reason == "rule")' later
}

@test "in = out + dropped where the input does not end within --drain" {
  cut_off_is_counted reader-reads --drop-every 3 --drain 200ms
  assert [ ! -s later ]
}

@test "inherited descriptors stay blocking and pipes are enlarged to 1 MiB" {
  mkfifo in out
  exec 6<>in 8<>out
  "$DBI_PASSTHROUGH" <&6 >&8 6>&- 8>&- &
  pid=$!
  printf '{"a":1}\n' >&6
  read -r -t 20 -u 8 line
  python3 - <<'END'
import fcntl, os
for fd in (6, 8):
    assert not fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK
    assert fcntl.fcntl(fd, 1032) >= 1 << 20
END
}

@test "a reader that waits until the pipe is full gets everything" {
  python3 "$pipes" slow "$DBI_PASSTHROUGH" <"$MANY" | cmp - "$MANY"
  assert_equal "${PIPESTATUS[0]}" 0
}

@test "SIGTERM when the pipe is full: nothing is lost if the reader goes on" {
  # From a file: what follows the stop is left to the next run, which begins there.
  exec 6<"$MANY"
  python3 "$pipes" slow-stop "$DBI_PASSTHROUGH" <&6 >first
  assert [ "$(stat -c %s first)" -lt "$(stat -c %s "$MANY")" ]
  cat first - <&6 | cmp - "$MANY"
}

@test "SIGINT is re-raised after the work ended" {
  mkfifo in
  env --default-signal=INT "$DBI_PASSTHROUGH" <in >out &
  pid=$!
  exec 7>in
  printf '{"a":1}\n' >&7
  wait_until test -s out
  kill -INT $pid
  exec 7>&-
  code=0
  wait $pid || code=$?
  assert_equal "$code" 130
  assert_equal "$(cat out)" '{"a":1}'
}

@test "SIGHUP: a bad configuration is reported and the run goes on" {
  mkfifo in
  env --default-signal=HUP "$DBI_PASSTHROUGH" <in >out 2>err &
  pid=$!
  exec 7>in
  printf '{"a":1}\n' >&7
  wait_until test -s out
  kill -HUP $pid
  wait_until test -s err
  printf '{"b":2}\n' >&7
  exec 7>&-
  wait $pid
  assert_equal "$(cat err)" 'dbi-passthrough: configuration: nothing to reload'
  assert_equal "$(wc -l <out)" 2
}
