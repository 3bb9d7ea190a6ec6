#!/usr/bin/env bats
# dbi-collect and its configuration: what SIGHUP changes, and which of two sources has its way.
# bats file_tags=db
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # placeholders of statements stand in filters of jq

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-collect
  cd "$BATS_TEST_TMPDIR" || return
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
  configure 1h '[session]'
}

# configure INTERVAL KINDS
configure() {
  printf 'targets: [{name: main, url: "%s"}]\ncollector: {interval: %s, kinds: %s}\n' "$(postgres_url)" "$1" "$2" >dbi.yaml
}

# The number of complete cycles so far.
scrapes() { [ "$(record_count '.kind == "scrape"' out)" -ge "$1" ]; }

@test "SIGHUP: a bad configuration is reported, a good one takes effect, counters go on from the last reading" {
  configure 1h '[query_stats]'
  sql "select 4711 as hangup"
  dbi-collect --config dbi.yaml --state-dir state >out 2>err 3>&- 4>&- &
  local pid=$!
  wait_until 10 scrapes 1
  echo 'collector: {interval: soon}' >dbi.yaml
  kill -HUP "$pid"
  wait_until 10 grep -q "collector.interval: not a duration: 'soon'" err
  wait_until 10 scrapes 2
  echo 'targets: []' >dbi.yaml
  kill -HUP "$pid"
  wait_until 10 grep -q "no target" err
  wait_until 10 scrapes 3
  sql "select 4712 as hangup" "select 4713 as hangup"
  configure 100ms '[query_stats, session]'
  kill -HUP "$pid"
  wait_until 10 scrapes 8
  kill "$pid"
  wait "$pid"
  assert_records 1 '.kind == "scrape" and .baseline' out
  [ "$(sum_of .calls '.kind == "query_stats" and .query == "select $1 as hangup"' out)" = 2 ]
}

@test "--once has its way over a configured interval" {
  run_split timeout 30 dbi-collect --config dbi.yaml --state-dir state --once
  assert_success
  assert_records 1 '.kind == "scrape"'
  run_split dbi-collect --config dbi.yaml --once --interval 1s
  assert_failure 2
}

@test "what dbi-collect wrote is in its totals, over runs and a reload" {
  configure 1h '[session]'
  dbi-collect --config dbi.yaml --state-dir state --once >first
  dbi-collect --config dbi.yaml --state-dir state >out 2>err 3>&- 4>&- &
  local pid=$!
  wait_until 10 scrapes 1
  jq -e '.counters.records_out >= 0 and .gauges.threads >= 2' "state/default/telemetry/dbi-collect@dbi-collect.$pid.json"
  kill -HUP "$pid"
  wait_until 10 scrapes 2
  kill "$pid"
  wait "$pid"
  run jq -c '[.counters.records_out, .counters.bytes_out]' state/default/telemetry/dbi-collect@dbi-collect.total.json
  assert_output "[$(cat first out | wc -l),$(cat first out | wc -c)]"
}
