#!/usr/bin/env bats
# dbi-sample | dbi-breaker | dbi-ratelimit in one pipe: the drop ledger holds over all of them, whatever happens.
# SPDX-License-Identifier: Apache-2.0

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup_file() {
  dbi_generate_records --records 20000 --seed 11 >"$BATS_FILE_TMPDIR/many"
  # More than one pipe holds, less than two do.
  head -n 1500 "$BATS_FILE_TMPDIR/many" >"$BATS_FILE_TMPDIR/some"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state DBI_CONFIG=$PWD/dbi.yaml
  # Every reason is met: the coin, rate 0, deduplication, a circuit, a limit.
  cat >dbi.yaml <<'YAML'
adaptive_sampler:
  default_sample_rate: 0.5
  sampled_kinds: [query_stats, session, plan]
  rules:
    - {name: nothing_of_these, priority: 9, sample_rate: 0, conditions: [{attribute: database, operator: eq, value: tenant_03}]}
    - {name: every_plan, priority: 8, sample_rate: 1, conditions: [{attribute: kind, operator: eq, value: plan}]}
  deduplication: {hash_attribute: query_signature}
circuit_breaker: {on_open: drop}
rate_limiter: {default_rps: 1, default_burst: 40}
YAML
}

balanced() { run "$DBI_SOURCE_DIR/test/live/balance.py" "$@"; assert_success; }
wait_for() {
  for ((i = 0; i < 1000; ++i)); do
    if "$@"; then return 0; fi
    sleep 0.01
  done
  return 1
}
# What a stage could not write any more is written by its next run.
next_starts() {
  for tool in dbi-sample dbi-breaker dbi-ratelimit; do $tool </dev/null; done
}

@test "in = out + dropped by key over the chain, for every reason" {
  local in=$BATS_FILE_TMPDIR/many
  dbi-breaker <"$in" >known # so that there is a circuit to open
  dbi-breaker open orders-main/tenant_05 --for 1h
  dbi-sample <"$in" | dbi-breaker | dbi-ratelimit >out
  balanced "$in" out
  for reason in sampled rule dedup circuit limit; do assert_output --partial " $reason'"; done
  # The weights of survivors and of the dropped make up for the coin: the expectation of records is that of the input.
  share=$(jq -s 'map(if .kind == "dropped" then .weight elif (.kind | IN("scrape", "error", "event")) then 0 else .weight // 1 end) | add' out)
  of=$(jq -s 'map(select(.kind | IN("scrape", "error", "event", "dropped") | not)) | length' "$in")
  [ "$(jq -n "($share - $of | fabs) < 0.03 * $of")" = true ]
}

@test "in = out + dropped by key with dbi-verify before the chain, for each of its reasons" {
  # Some records are of another shape, some hold an address, some have a value too many.
  jq -c 'if .kind == "session" and (.pid | endswith("3")) then .pid |= tonumber
    elif .kind == "session" and (.pid | endswith("4")) then .application = "ann@example.com" else . end' \
    "$BATS_FILE_TMPDIR/many" >in
  cat >>dbi.yaml <<'YAML'
verification:
  quality_rules: {invalid: drop, over_cardinality: drop, cardinality_limits: {query_id: 1000}}
  pii_detection: {action: drop}
YAML
  dbi-verify <in | dbi-sample | dbi-breaker | dbi-ratelimit >out
  balanced in out
  for reason in invalid personal_data cardinality sampled limit; do assert_output --partial " $reason'"; done
}

@test "a replay of the chain gives the same bytes every time" {
  for n in 1 2; do
    dbi-sample --replay <"$BATS_FILE_TMPDIR/many" | dbi-breaker --replay | dbi-ratelimit --replay >"out.$n"
  done
  cmp out.1 out.2
  balanced "$BATS_FILE_TMPDIR/many" out.1
}

@test "reloads and a SIGTERM to every stage while records come: still in = out + dropped" {
  mkfifo one two three
  exec 9<>one # so that the input ends when we say so
  dbi-sample <one >two 9>&- 3>&- 4>&- &
  pids=($!)
  dbi-breaker <two >three 9>&- 3>&- 4>&- &
  pids+=($!)
  dbi-ratelimit <three >out 9>&- 3>&- 4>&- &
  pids+=($!)
  head -n 8000 "$BATS_FILE_TMPDIR/many" >&9
  sed -i 's/default_sample_rate: 0.5/default_sample_rate: 0.2/; s/default_burst: 40/default_burst: 30/' dbi.yaml
  kill -HUP "${pids[@]}"
  sed -n '8001,12000p' "$BATS_FILE_TMPDIR/many" >&9
  kill -TERM "${pids[@]}"
  sed -n '12001,20000p' "$BATS_FILE_TMPDIR/many" >&9
  exec 9>&-
  wait "${pids[@]}"
  balanced "$BATS_FILE_TMPDIR/many" out
  # The reload took effect: one of two before it, one of five behind it.
  for weight in 2 5; do jq -es --argjson weight "$weight" 'any(.kind != "dropped" and .weight == $weight)' out; done
}

# It is stopped before it can read what is in its pipe.
@test "a SIGTERM without time to drain: what lies in the pipe is counted" {
  mkfifo one
  exec 9<>one
  dbi-sample --drain 0s <one 9>&- 2>err > >(dbi-breaker 9>&- | dbi-ratelimit 9>&- >out; : >ended) &
  pid=$!
  head -n 20 "$BATS_FILE_TMPDIR/many" >&9
  wait_for grep -qrs '"records_in": 20,' state/default/telemetry # all of these were decided about, and have left
  kill -STOP "$pid"
  sed -n '21,40p' "$BATS_FILE_TMPDIR/many" >&9
  kill -TERM "$pid"
  kill -CONT "$pid"
  exec 9>&-
  wait "$pid"
  wait_for [ -e ended ]
  head -n 40 "$BATS_FILE_TMPDIR/many" >in
  balanced in out
  assert_output --partial "dbi-sample shutdown': 20"
}

@test "a reader that goes: what the stages had taken is counted, at the latest by their next runs" {
  # Nearly all of it passes, so that the last pipe gets full; what the first stages counted is still on its way then.
  sed -i 's/default_sample_rate: 0.5/default_sample_rate: 1/; s/default_burst: 40/default_burst: 100000/' dbi.yaml
  python3 "$DBI_SOURCE_DIR/test/passthrough/pipes.py" last-reader-goes "$BATS_FILE_TMPDIR/some" \
    dbi-sample -- dbi-breaker -- dbi-ratelimit >out
  next_starts >>out
  balanced "$BATS_FILE_TMPDIR/some" out
  for reason in rule shutdown; do assert_output --partial " $reason'"; done
}
