#!/usr/bin/env bats
# The manners of DESIGN.md section 3, for every tool there is.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2046  # inner shells expand their own; to_stdout gives several words

load helper

# Every tool that is built; filters and sinks are those that read records.
all_tools() {
  local source
  for source in "$DBI_SOURCE_DIR"/tools/*.cpp; do [ -e "$source" ] && basename "$source" .cpp; done
  return 0
}
# A source reads no records: what concerns its input, and a run without a target, makes no sense for it. dbi-collect.bats
# has its signals, its closed reader and its full device. Nor does dbi-gen-config.
reads_records() { [ "$1" != dbi-collect ] && [ "$1" != dbi-gen-config ]; }
readers() {
  local tool
  for tool in $(all_tools); do reads_records "$tool" && echo "$tool"; done
  return 0
}
# The arguments with which a reader writes records to standard output.
to_stdout() {
  case $1 in
    dbi-export) echo --to table ;;
  esac
}

setup() {
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
  [ -n "$(all_tools)" ] || skip "no tool is there yet"
  record='{"v":1,"kind":"session","ts":"2026-01-01T00:00:00.000000Z","target":"t","database":"d","pid":"7"}'
}

@test "--help and -h write to standard output, standard error stays silent, status 0" {
  for tool in $(all_tools); do
    for flag in --help -h; do
      run_split "$tool" "$flag"
      assert_success
      assert_line --index 0 --regexp "^$tool - "
      assert_line --partial "usage: $tool [OPTIONS]"
      [ -z "$stderr" ]
    done
  done
}

@test "help wins over other misuse" {
  for tool in $(all_tools); do
    run_split "$tool" --no-such-flag --help
    assert_success
  done
}

@test "-h fits 120 columns and --help 80" {
  for tool in $(all_tools); do
    [ "$("$tool" -h | wc -L)" -le 120 ]
    [ "$("$tool" --help | wc -L)" -le 80 ]
  done
}

@test "--version is one line" {
  for tool in $(all_tools); do
    run_split "$tool" --version
    assert_success
    assert_output --regexp "^$tool [0-9]+\.[0-9]+\.[0-9]+$"
    [ -z "$stderr" ]
  done
}

@test "an unknown flag is status 2 with the nearest name" {
  for tool in $(all_tools); do
    run_split "$tool" --log-levle info
    assert_failure 2
    [ -z "$output" ]
    [[ $stderr == "$tool: usage: unknown flag --log-levle"$'\n'"  hint: Did you mean --log-level?" ]]
  done
}

@test "bad values are status 2 and name flag and value" {
  for tool in $(all_tools); do
    run_split "$tool" --log-level loud
    assert_failure 2
    [[ $stderr == *"--log-level"*"'loud'"* ]]
    run_split "$tool" --pipeline ../elsewhere
    assert_failure 2
    run_split "$tool" --name ''
    assert_failure 2
    run_split "$tool" --config
    assert_failure 2
    [[ $stderr == *"--config needs a value"* ]]
  done
}

@test "a bad variable is status 2 and is named" {
  for tool in $(all_tools); do
    DBI_LOG_LEVEL=loud run_split "$tool"
    assert_failure 2
    [[ $stderr == *'$DBI_LOG_LEVEL'* ]]
  done
}

@test "a configuration with an unknown section is status 2 with file, line and column" {
  printf 'colector:\n  interval: 1s\n' >"$BATS_TEST_TMPDIR/dbi.yaml"
  for tool in $(all_tools); do
    run_split "$tool" --config "$BATS_TEST_TMPDIR/dbi.yaml"
    assert_failure 2
    [[ $stderr == *"dbi.yaml:1:1: colector: unknown section"*"Did you mean collector?"* ]]
  done
}

@test "empty input is fine" {
  for tool in $(readers); do
    run_split "$tool" $(to_stdout "$tool") </dev/null
    assert_success
    [ -z "$stderr" ]
  done
}

@test "a malformed line is reported, kept and status 3" {
  for tool in $(readers); do
    run_split "$tool" $(to_stdout "$tool") --state-dir "$BATS_TEST_TMPDIR/$tool" < <(printf '%s\nnonsense\n' "$record")
    assert_failure 3
    [[ $stderr == *"line 2"* ]]
    [ -s "$BATS_TEST_TMPDIR/$tool/default/rejects/$tool@$tool.ndjson" ]
  done
}

@test "--strict stops at the first malformed line with status 3" {
  for tool in $(readers); do
    run_split "$tool" $(to_stdout "$tool") --strict < <(printf 'nonsense\nnonsense\n')
    assert_failure 3
    [[ $stderr != *"line 2"* ]]
  done
}

@test "a last line without line end is a record" {
  for tool in $(readers); do
    # shellcheck disable=SC2046
    run_split "$tool" $(to_stdout "$tool") < <(printf '%s' "$record")
    assert_success
    [ -z "$stderr" ]
  done
}

@test "an input that is not there is status 5 and named" {
  for tool in $(readers); do
    run_split "$tool" $(to_stdout "$tool") "$BATS_TEST_TMPDIR/nothing"
    assert_failure 5
    [[ $stderr == *nothing* ]]
  done
}

@test "a reader that goes away is a quiet end" {
  for tool in $(readers); do
    # shellcheck disable=SC2046
    run_split bash -o pipefail -c 'yes "$1" | head -200000 | { "${@:2}"; echo "status $?" >&2; } | head -1' \
      bash "$record" "$tool" $(to_stdout "$tool")
    [ "$stderr" = "status 0" ]
  done
}

@test "a full device is status 5" {
  for tool in $(all_tools); do
    run_split bash -c '"$1" --help >/dev/full' bash "$tool"
    assert_failure 5
    [[ $stderr == *"No space left on device"* ]]
  done
  for tool in $(readers); do
    # shellcheck disable=SC2046
    run_split bash -c '"$@" >/dev/full' bash "$tool" $(to_stdout "$tool") <<<"$record"
    assert_failure 5
    [[ $stderr == *"No space left on device"* ]]
  done
}

@test "a closed standard output is status 5, and nothing that would go there gets into a file" {
  for tool in $(all_tools); do
    run_split bash -c '"$1" --help >&-' bash "$tool"
    assert_failure 5
    [[ $stderr == *"standard output: Bad file descriptor"* ]]
  done
  for tool in $(readers); do
    run_split bash -c '"$@" >&-' bash "$tool" $(to_stdout "$tool") <<<"$record"
    assert_failure 5
    [[ $stderr == *"Bad file descriptor"* ]]
    # What a filter could not write is counted there.
    run grep -rl --exclude='*.pending' '"kind"' "$XDG_STATE_HOME"
    assert_output ""
  done
}

@test "a closed standard input is status 5" {
  for tool in $(readers); do
    run_split bash -c '"$@" <&-' bash "$tool" $(to_stdout "$tool")
    assert_failure 5
    [[ $stderr == *"Bad file descriptor"* ]]
  done
}

@test "a closed standard error costs the diagnostics only, which get into no file" {
  for tool in $(all_tools); do
    run_split bash -c '"$@" 2>&-' bash "$tool" --no-such-flag
    assert_failure 2
  done
  for tool in $(readers); do
    run_split bash -c '"$@" 2>&-' bash "$tool" $(to_stdout "$tool") < <(printf 'nonsense\n')
    assert_failure 3
    run grep -rl "$tool: malformed" "$XDG_STATE_HOME"
    assert_output ""
  done
}

# ended_by SIGNAL TOOL: the status of a tool that waits on a pipe and gets the signal once it is up.
ended_by() {
  local fifo=$BATS_TEST_TMPDIR/$2.fifo lock=$XDG_STATE_HOME/dbi/default/$2@$2.json.lock status=0
  mkfifo "$fifo"
  # Background jobs of a shell ignore SIGINT; env puts the default back.
  env --default-signal=INT "$2" $(to_stdout "$2") --drain 10ms <"$fifo" >/dev/null 2>&1 3>&- 4>&- &
  local pid=$!
  exec 9>"$fifo"
  wait_until 10 test -s "$lock"
  kill -s "$1" "$pid"
  wait "$pid" || status=$?
  exec 9>&-
  rm -f "$fifo" "$lock"
  echo "$status"
}

@test "SIGTERM ends a reader with status 0 after the drain time" {
  for tool in $(readers); do [ "$(ended_by TERM "$tool")" = 0 ]; done
}

@test "SIGINT ends it by that signal: 130" {
  for tool in $(readers); do [ "$(ended_by INT "$tool")" = 130 ]; done
}

@test "a second instance of one name is status 5, another name is not" {
  for tool in $(readers); do
    mkfifo "$BATS_TEST_TMPDIR/$tool.in"
    "$tool" $(to_stdout "$tool") <"$BATS_TEST_TMPDIR/$tool.in" >/dev/null 2>&1 3>&- 4>&- &
    exec 9>"$BATS_TEST_TMPDIR/$tool.in"
    wait_until 10 test -s "$XDG_STATE_HOME/dbi/default/$tool@$tool.json.lock"
    run_split "$tool" $(to_stdout "$tool") </dev/null
    assert_failure 5
    [[ $stderr == *"$tool"* ]]
    run_split "$tool" $(to_stdout "$tool") --name second </dev/null
    assert_success
    exec 9>&-
    wait
  done
}

# started TOOL [OPTION ...]: a reader in the background that waits for its input; sets TOOL_PID, and $tool.err is what it
# says. ended lets its input end; sets status.
started() {
  local tool=$1
  mkfifo "$BATS_TEST_TMPDIR/$tool.in"
  "$tool" $(to_stdout "$tool") "${@:2}" <"$BATS_TEST_TMPDIR/$tool.in" >/dev/null 2>"$BATS_TEST_TMPDIR/$tool.err" 3>&- 4>&- &
  TOOL_PID=$!
  exec 9>"$BATS_TEST_TMPDIR/$tool.in"
  wait_until 10 test -s "$XDG_STATE_HOME/dbi/default/$tool@$tool.json.lock"
}
ended() {
  exec 9>&-
  status=0
  wait "$TOOL_PID" || status=$?
}

@test "at a terminal a second instance goes on without state and says so" {
  for tool in $(readers); do
    started "$tool"
    printf 'nonsense\n' >"$BATS_TEST_TMPDIR/second"
    run script -qec "$tool $(to_stdout "$tool") $BATS_TEST_TMPDIR/second" /dev/null
    assert_failure 3
    assert_output --partial "$tool: warning: going on without state: "
    assert_output --partial "is in use by $tool, process $TOOL_PID"
    ended
    assert_not_exists "$XDG_STATE_HOME/dbi/default/rejects/$tool@$tool.ndjson"
  done
}

@test "what was read, refused and written is in the totals after the run, and adds up over runs" {
  for tool in $(readers); do
    for _ in 1 2; do
      run_split "$tool" $(to_stdout "$tool") < <(printf '%s\n%s\nnonsense\n' "$record" "$record")
      assert_failure 3
    done
    run jq -c '[.tool, .name, .counters.records_in, .counters.rejects, .counters.bytes_in]' \
      "$XDG_STATE_HOME/dbi/default/telemetry/$tool@$tool.total.json"
    assert_output "[\"$tool\",\"$tool\",4,2,$((4 * (${#record} + 1) + 2 * 9))]"
    [ "$(ls "$XDG_STATE_HOME/dbi/default/telemetry")" = "$tool@$tool.total.json" ]
    rm -r "$XDG_STATE_HOME"
  done
}

@test "a running reader writes its snapshot, the next instance folds that of a killed one" {
  for tool in $(readers); do
    started "$tool"
    printf '%s\n' "$record" >&9
    local snapshot=$XDG_STATE_HOME/dbi/default/telemetry/$tool@$tool.$TOOL_PID.json
    wait_until 10 test -s "$snapshot"
    wait_until 10 jq -e '.counters.records_in == 1 and .gauges.resident_bytes > 1000000' "$snapshot"
    kill -9 "$TOOL_PID"
    ended
    assert_exists "$snapshot"
    run_split "$tool" $(to_stdout "$tool") <<<"$record"
    assert_success
    assert_not_exists "$snapshot"
    [ "$(jq .counters.records_in "$XDG_STATE_HOME/dbi/default/telemetry/$tool@$tool.total.json")" = 2 ]
    rm -r "$XDG_STATE_HOME" "$BATS_TEST_TMPDIR/$tool.in"
  done
}

@test "--resume takes the name of a file of the current folder" {
  cd "$BATS_TEST_TMPDIR"
  printf '%s\n' "$record" >in
  for tool in $(readers); do
    run_split "$tool" $(to_stdout "$tool") --resume r.state in
    assert_success
    [ -s r.state ]
    rm r.state
  done
}

@test "SIGHUP reads the configuration again: a bad one is reported and the old one stays" {
  local config=$BATS_TEST_TMPDIR/dbi.yaml
  for tool in $(readers); do
    echo 'memory_limiter: {limit: 1GiB}' >"$config"
    started "$tool" --config "$config"
    echo 'memory_limiter: {limit: much}' >"$config"
    kill -HUP "$TOOL_PID"
    wait_until 10 grep -q "dbi.yaml:1:25: memory_limiter.limit: not a size: 'much'" "$BATS_TEST_TMPDIR/$tool.err"
    printf '%s\n' "$record" >&9
    # One that takes effect: no program has as little.
    echo 'memory_limiter: {limit: 64KiB, spike: 0}' >"$config"
    kill -HUP "$TOOL_PID"
    wait_until 10 grep -q "memory is above its limit" "$BATS_TEST_TMPDIR/$tool.err"
    echo 'memory_limiter: {limit: 1GiB}' >"$config"
    kill -HUP "$TOOL_PID"
    ended
    assert_equal "$status" 0
    rm "$BATS_TEST_TMPDIR/$tool.in"
  done
}
