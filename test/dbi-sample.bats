#!/usr/bin/env bats
# dbi-sample from end to end: what is kept and with which weight, what is counted, and that a stop changes nothing.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016  # ${VARIABLES} of a configuration

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup_file() {
  dbi_generate_records --records 20000 --seed 7 >"$BATS_FILE_TMPDIR/many"
  export MANY=$BATS_FILE_TMPDIR/many
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  unset DBI_CONFIG DBI_ENV
  pid=
}

teardown() {
  if [ -n "$pid" ]; then
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
}

sample() { dbi-sample "$@"; }

# data FILE...: how many records are neither control records nor made by the filter.
data() { cat "$@" | jq -c 'select(.kind | IN("error", "scrape", "event", "dropped") | not)' | wc -l; }
# dropped REASON FILE...: the sum of the counts of a reason.
dropped() { local reason=$1; shift; cat "$@" | jq -s --arg r "$reason" 'map(select(.kind == "dropped" and .reason == $r) | .count) | add // 0'; }
all_dropped() { cat "$@" | jq -s 'map(select(.kind == "dropped") | .count) | add // 0'; }

everything_configured() {
  cat >dbi.yaml <<'YAML'
adaptive_sampler:
  default_sample_rate: 0.3
  slow_query_threshold_ms: 500
  max_records_per_second: 100
  sampled_kinds: [session, plan, query_stats]
  deduplication: {hash_attribute: query_id, window_seconds: 60, cache_size: 500}
  rules:
    - name: none
      priority: 9
      sample_rate: 0
      conditions: [{attribute: user, operator: eq, value: migrations}]
    - name: few
      priority: 5
      max_per_minute: 100
      conditions: [{attribute: calls, operator: gt, value: 100}]
    - name: blocked
      priority: 4
      conditions: [{attribute: blocked_by, operator: exists}]
YAML
}

@test "about the default rate is kept, and every survivor stands for as many as it should" {
  sample --replay --default-sample-rate 0.1 "$MANY" >out
  [ "$(data out)" -lt "$(data "$MANY")" ]
  # query_stats are not sampled, but for what the default rule high_frequency names.
  jq -e -s 'map(select(.kind == "session" and (.duration_ms // 0) < 1000)) | all(.weight == 10)' out
  jq -e -s 'map(select(.kind == "query_stats" and .calls <= 1000)) | all(has("weight") | not)' out
  before=$(jq -s 'map(select(.kind == "session")) | length' "$MANY")
  after=$(jq -s 'map(select(.kind == "session") | .weight // 1) | add' out)
  [ "$(jq -n "($after - $before | fabs) < 0.1 * $before")" = true ]
}

@test "control records and what is kept whole leave as the bytes that came" {
  sample --replay "$MANY" >out
  diff <(jq -c 'select(.kind | IN("error", "scrape"))' "$MANY") <(jq -c 'select(.kind | IN("error", "scrape"))' out)
  grep -F '"kind":"scrape"' "$MANY" >scrapes
  grep -F '"kind":"scrape"' out | diff scrapes -
}

@test "with the same seed the same bytes, with another one others" {
  everything_configured
  sample --replay --config dbi.yaml --seed 5 "$MANY" >first
  sample --replay --config dbi.yaml --seed 5 <"$MANY" >second
  cmp first second
  sample --replay --config dbi.yaml --seed 5 < <(cat "$MANY") >third # a pipe
  cmp first third
  sample --replay --config dbi.yaml --seed 6 "$MANY" >other
  run ! cmp -s first other
  [ ! -e state ]
}

@test "in = out + dropped, by key and for every reason" {
  everything_configured
  sample --replay --config dbi.yaml "$MANY" >out
  for reason in sampled rule limit dedup; do [ "$(dropped "$reason" out)" -gt 0 ]; done
  counts() { jq -r 'select(.kind != "dropped") | "\(.target)/\(.database) 1"' "$1"; }
  { counts out; jq -r 'select(.kind == "dropped") | "\(.target)/\(.database) \(.count)"' out; } |
    awk '{ n[$1] += $2 } END { for (key in n) print key, n[key] }' | sort >after
  counts "$MANY" | awk '{ n[$1] += $2 } END { for (key in n) print key, n[key] }' | sort >before
  diff before after
  # The weights of what the coin did not throw for are exact.
  jq -e -s 'map(select(.kind == "dropped" and .reason == "sampled")) | all(.weight == 0 and .calls == 0 and .total_ms == 0)' out
}

@test "stopped in the middle of a file again and again, the total is what one run gives" {
  everything_configured
  sample --replay --config dbi.yaml "$MANY" >whole
  : >out
  for ((round = 0; round < 200; ++round)); do
    mkfifo pipe
    # Standard input is a file that can be sought; the pipe's reader says when to stop.
    dbi-sample --replay --config dbi.yaml --resume resume <"$MANY" >pipe 3>&- &
    pid=$!
    exec 8<pipe
    head -c $((100000 + 7919 * round)) <&8 >>out
    kill -TERM "$pid" 2>/dev/null || true
    cat <&8 >>out
    exec 8<&-
    wait "$pid"
    pid=
    rm pipe
    if [ "$(jq -r 'select(.kind == "stream_position") | .offset' resume)" -eq "$(stat -c %s "$MANY")" ]; then break; fi
  done
  [ "$round" -gt 3 ]
  # Where the last one was stopped too, it left the ledger to a run that comes to its end.
  dbi-sample --replay --config dbi.yaml --resume resume <"$MANY" >>out
  cmp whole out
}

@test "what was recently kept is known to the next run, not to a replay" {
  echo '{"v":1,"kind":"plan","ts":"2026-11-25T08:00:00Z","target":"a","plan_hash":"1"}' >plan
  sample --default-sample-rate 1 --no-config plan >out
  [ "$(data out)" -eq 1 ]
  sample --default-sample-rate 1 --no-config plan >out
  [ "$(data out)" -eq 0 ]
  [ "$(dropped dedup out)" -eq 1 ]
  sample --default-sample-rate 1 --no-config --no-deduplication plan >out
  [ "$(data out)" -eq 1 ]
  sample --replay --default-sample-rate 1 --no-config plan >out
  [ "$(dropped dedup out)" -eq 0 ]
}

# stream ORDER CYCLE: 500 records a second for 6 minutes, those of CYCLE seconds at once; of 100 one is slow, two are
# important, 20 less so. ORDER: mixed, important (first) or least (first).
stream() {
  awk -v order="$1" -v cycle="$2" 'BEGIN {
    for (turn = 0; turn < 360 / cycle; ++turn) {
      at = turn * cycle
      n = 500 * cycle
      for (i = 0; i < n; ++i) {
        place = order == "mixed" ? (i * 61) % 100 : order == "important" ? i * 100 / n : (n - 1 - i) * 100 / n
        class = place < 1 ? "slow" : place < 3 ? "high" : place < 23 ? "low" : "rest"
        printf "{\"v\":1,\"kind\":\"session\",\"ts\":\"2026-11-25T%02d:%02d:%02d.%03dZ\",\"target\":\"a\",\"user\":\"%s\",\"pid\":\"%d-%d\"%s}\n",
          8 + at / 3600, at / 60 % 60, at % 60, at * 1000 % 1000, class, at * 1000, i, class == "slow" ? ",\"duration_ms\":5000" : ""
      }
      printf "{\"v\":1,\"kind\":\"scrape\",\"target\":\"a\",\"outcome\":\"ok\"}\n"
    }
  }'
}

# goal_holds ORDER CYCLE: the output of that stream, of which 50 a second are to be kept.
goal_holds() {
  stream "$1" "$2" >in
  sample --replay --config goal.yaml in >out
  jq -r 'select(.kind == "session") | "\(.ts) \(.user)"' out | awk -v order="$1, $2 s" '
    { second = substr($1, 12, 2) * 3600 - 8 * 3600 + substr($1, 15, 2) * 60 + substr($1, 18, 2); of[$2]++
      if (second >= 120) { window[int(second / 60)]++; later[$2]++ } }
    END {
      for (w = 2; w < 6; ++w) {
        printf "%s: minute %d: %.1f a second\n", order, w, window[w] / 60
        if (window[w] < 0.9 * 3000 || window[w] > 1.1 * 3000) exit 1
      }
      # In the last four minutes 120,000 came: 1200 slow, 2400 high, 24,000 low.
      printf "%d slow, %d high, %d low, %d rest\n", of["slow"], later["high"], later["low"], later["rest"]
      if (of["slow"] != 1800 || later["high"] < 0.97 * 2400) exit 1
      if (later["low"] / 24000 < 10 * later["rest"] / 92400) exit 1
    }'
  [ "$(grep -c '"kind":"scrape"' out)" = "$(grep -c '"kind":"scrape"' in)" ]
}

@test "the goal is held within a tenth at ten times its input, steady and in cycles, in every order; slow ones all stay" {
  cat >goal.yaml <<'YAML'
adaptive_sampler:
  max_records_per_second: 50
  default_sample_rate: 1
  rules:
    - {name: high, priority: 2, conditions: [{attribute: user, operator: eq, value: high}]}
    - {name: low, priority: 1, conditions: [{attribute: user, operator: eq, value: low}]}
YAML
  goal_holds mixed 0.2
  goal_holds mixed 10
  goal_holds important 10
  goal_holds least 10
}

@test "--explain-decision says which rule decided, and at which rate" {
  everything_configured
  sample --replay --config dbi.yaml --explain-decision "$MANY" >out
  jq -r 'select(has("sample_rule")) | .sample_rule' out | sort -u >rules
  for rule in few blocked slow_queries default_sample_rate; do grep -qx "$rule" rules; done
  jq -e -s 'map(select(has("sample_rule"))) | all(.sample_rate > 0 and .sample_rate <= 1)' out
  jq -e -s 'map(select(.sample_rule == "slow_queries")) | length > 0 and all(.duration_ms >= 500 and .sample_rate == 1)' out
}

@test "two samplers of one seed in a row give the product of their rates" {
  echo 'adaptive_sampler: {rules: []}' >none.yaml
  all=(--replay --sampled-kinds "query_stats,session,plan" --max-records-per-second 0 --slow-query-threshold-ms 1e9
    --config none.yaml --seed 4 --default-sample-rate 0.2 --no-deduplication)
  sample "${all[@]}" "$MANY" | sample "${all[@]}" >out
  expected=$(($(data "$MANY") / 25))
  [ "$(data out)" -gt $((expected * 8 / 10)) ]
  [ "$(data out)" -lt $((expected * 12 / 10)) ]
  jq -e -s 'map(select(.kind == "session")) | all(.weight == 25)' out
}

@test "an environment chooses other rates, a variable another threshold" {
  cat >dbi.yaml <<'YAML'
adaptive_sampler:
  rule_templates:
    critical_queries:
      priority: 100
      condition_template:
        - attribute: avg_duration_ms
          operator: gt
          value_template: ${CRITICAL_QUERY_MS:100}
    rest: {priority: -1, sample_rate: 0}
  rules: []
  environment_overrides:
    staging: {rule_overrides: {rest: 1}}
YAML
  line() { echo "{\"v\":1,\"kind\":\"session\",\"pid\":\"$1\",\"duration_ms\":$1}"; }
  { line 50; line 150; line 250; } >in
  kept() { sample --replay --config dbi.yaml in | jq -r 'select(.kind == "session") | .pid' | paste -sd' '; }
  [ "$(kept)" = "150 250" ]
  [ "$(CRITICAL_QUERY_MS=200 kept)" = "250" ]
  [ "$(DBI_ENV=staging kept)" = "50 150 250" ]
}

@test "a wrong rule is told with its place, and nothing is read" {
  cat >dbi.yaml <<'YAML'
adaptive_sampler:
  rules:
    - name: broken
      conditions:
        - {attribute: calls, operator: gt, value: many}
YAML
  run --separate-stderr sample --config dbi.yaml "$MANY"
  assert_failure 2
  assert_output ""
  [[ $stderr == *"dbi.yaml:5:11: adaptive_sampler.rules[0].conditions[0]: gt compares with a number"* ]]
}

@test "SIGHUP takes new rules, refuses bad ones whole, and keeps what is known" {
  echo 'adaptive_sampler: {rules: [{name: a}]}' >dbi.yaml
  mkfifo in
  dbi-sample --config dbi.yaml <in >out 2>err 3>&- &
  pid=$!
  exec 9>in
  plan() { echo "{\"v\":1,\"kind\":\"plan\",\"ts\":\"2026-11-25T08:00:00Z\",\"target\":\"a\",\"plan_hash\":\"$1\"}" >&9; }
  until_lines() { for ((i = 0; i < 1000; ++i)); do [ "$(wc -l <out)" -ge "$1" ] && return; sleep 0.01; done; return 1; }
  plan 1
  until_lines 1
  echo 'adaptive_sampler: {rules: [{name: a, sample_rate: 7}]}' >dbi.yaml
  kill -HUP "$pid"
  for ((i = 0; i < 1000; ++i)); do grep -q "out of range: '7'" err && break; sleep 0.01; done
  plan 2
  until_lines 2
  echo 'adaptive_sampler: {rules: [{name: b, sample_rate: 0, conditions: [{attribute: plan_hash, operator: eq, value: "3"}]}, {name: a, priority: -1}]}' >dbi.yaml
  kill -HUP "$pid"
  # It takes effect between two blocks of input: marked by the first record that it drops.
  for ((i = 0; i < 1000; ++i)); do
    plan 3
    echo '{"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00Z","target":"a","outcome":"ok"}' >&9
    grep -q '"reason":"rule"' out && break
    sleep 0.01
  done
  # All that came before the new rules is counted; the first plan is known from the time of the old ones.
  before=$(dropped dedup out)
  plan 1
  exec 9>&-
  wait "$pid"
  pid=
  [ "$(dropped rule out)" -ge 1 ]
  [ "$(dropped dedup out)" -eq $((before + 1)) ]
  jq -e '[.counters["rule_matches{rule=\"a\"}"], .counters["records_dropped{reason=\"dedup\"}"]] | all(. >= 1)' \
    state/default/telemetry/dbi-sample@dbi-sample.total.json
}

# at KIND MEMBERS SECONDS...: records of one target at these times after 2026-11-25T08:00:00.
at() {
  local kind=$1 members=$2
  shift 2
  printf '%s\n' "$@" | jq -c --arg kind "$kind" --argjson members "$members" \
    '{v: 1, kind: $kind, ts: (1795593600 + . | strftime("%Y-%m-%dT%H:%M:%SZ")), target: "a"} + $members'
}
# kept_at FILE: the times of what was kept, in seconds as above.
kept_at() { jq -r 'select(.kind != "dropped") | .ts | fromdateiso8601 - 1795593600' "$1" | paste -sd' '; }

@test "a clock that was far ahead holds up neither max_per_minute nor deduplication" {
  echo 'adaptive_sampler: {default_sample_rate: 1, rules: [{name: a, max_per_minute: 1}]}' >dbi.yaml
  for ahead in 3600 300000000; do
    # The first record ahead is judged by the time before it, the first back by that ahead; the second ones set the clock.
    at session '{}' 0 "$ahead" "$ahead" "$ahead" 20 120 220 320 420 >in
    sample --replay --config dbi.yaml in >out
    [ "$(kept_at out)" = "0 $ahead 120 220 320 420" ]
    at plan '{"plan_hash": "x"}' 0 "$ahead" "$ahead" "$ahead" 20 120 220 320 420 720 >in
    sample --replay --no-config --default-sample-rate 1 in >out
    [ "$(kept_at out)" = "0 $ahead 120 420 720" ]
  done
}

@test "the first record after a gap of more than five minutes is judged by the time before it" {
  at plan '{"plan_hash": "x"}' 0 300 601 602 603 >in
  sample --replay --no-config --default-sample-rate 1 in >out
  [ "$(kept_at out)" = "0 300 602" ]
}

@test "hostile lines: what is no record is rejected, all else is counted or leaves" {
  {
    printf '{"kind":"session","duration_ms":1e999,"weight":1e999}\n'
    printf '{"kind":"session","duration_ms":-1e999,"weight":-5}\n'
    printf '{"kind":7,"query_id":["other"],"plan_hash":{}}\n'
    printf '{"kind":"pl\\u0061n","plan\\u005fhash":"x","target":"\\u00e4"}\n'
    printf '{"kind":"plan","plan_hash":"%0100000d"}\n' 1
    printf '{}\n'
    printf '{"kind":"session","kind":"plan"}\n'
    printf '\xff\n'
    printf '{"kind":"session","pid":123456789012345678901234567890}\n'
  } >in
  run --separate-stderr sample --replay --rejects rejects --no-config --default-sample-rate 0.5 in
  assert_failure 3
  echo "$output" >out
  [ "$(wc -l <rejects)" -eq 2 ]
  [ $(($(jq -c 'select(.kind != "dropped")' out | wc -l) + $(all_dropped out))) -eq 7 ]
}
