#!/usr/bin/env bats
# dbi-plan as a program: plans in records, plans as EXPLAIN printed them, a server's log.
# SPDX-License-Identifier: Apache-2.0

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  export DBI_STATE_DIR=$PWD/state XDG_CONFIG_HOME=$PWD/config
  fixtures=$DBI_BUILD_DIR/test/fixtures/plans
  set -o pipefail
}

# fixture FORMAT: the plan of a hash join of PostgreSQL 18 in that format.
fixture() {
  jq -r --arg format "$1" 'select(.name == "hash_join" and .options == "full" and .format == $format) | .plan' \
    "$fixtures/postgresql-18.ndjson"
}

@test "a plan in any format becomes one record, and all have one hash and one set of facts" {
  for format in text json yaml xml; do
    fixture "$format" >"plan.$format"
    run_split dbi-plan "plan.$format"
    assert_success
    [ -z "$stderr" ]
    echo "$output" | jq -e --arg format "$format" '.kind == "plan" and .plan_format == $format and
      .plan_source == "explain" and .plan_name == "plan.\($format)" and (.plan | tostring | contains("Bergen") | not)'
    echo "$output" | jq -S '{plan_hash, plan_shape, plan_gist, plan_cost, plan_rows, plan_actual_rows, plan_node_count,
      plan_depth, plan_relations, plan_indexes, plan_rows_removed}' >"facts.$format"
    diff facts.text "facts.$format"
  done
  jq -e '.plan_gist == "HJ(BHS:orders(BIS:orders_status_total),H(SS:customers))" and .plan_node_count == 5' facts.text
}

@test "plans that follow each other are a record each, in order" {
  { fixture json; fixture json; } | dbi-plan --plan-name two >two
  [ "$(jq -r .plan_name two | xargs)" = "two two:2" ]
  { fixture text; echo; fixture text; } | dbi-plan | jq -s -e 'length == 2 and .[0].plan_hash == .[1].plan_hash'
}

@test "every entry of auto_explain in a log is a record, whatever kind of log it is" {
  for log in "$fixtures"/auto_explain-15.*; do
    dbi-plan --target main "$log" >"plans.${log##*.}"
    jq -s -e 'length == 64 and all(.[]; .plan_source == "auto_explain" and .target == "main" and .duration_ms > 0 and
      .plan_hash and .query_signature and .query)' "plans.${log##*.}"
  done
  diff <(jq -c '[.plan_hash, .query, .duration_ms]' plans.log | sort) <(jq -c '[.plan_hash, .query, .duration_ms]' plans.csv | sort)
  jq -e '.database' plans.csv >databases
}

@test "an entry of a log whose plan cannot be read is a record with plan_error, and the others are none the worse" {
  printf '%s\n\t%s\n' "2026-01-01 00:00:00.000 UTC [1] a@b LOG:  duration: 1.500 ms  plan:" '{"Query Text": "select 1", "Plan": {"Node Type": "Result"}}' \
    "2026-01-01 00:00:01.000 UTC [1] a@b LOG:  duration: 2.500 ms  plan:" '{"Query Text": "select '"'canary'"'", "Plan": {"Node Type" 1}}' \
    "2026-01-01 00:00:02.000 UTC [1] a@b LOG:  duration: 3.500 ms  plan:" '{"Query Text": "select 3", "Plan": {"Node Type": "Result"}}' >log
  run_split dbi-plan log
  [ "$status" -eq 0 ]
  [[ $output != *canary* ]]
  jq -s -e 'map([.duration_ms, has("plan_hash"), has("query"), has("plan_error")]) == [[1.5,true,true,false],[2.5,false,false,true],[3.5,true,true,false]]' <<<"$output"
  printf '%s\n\t%s\n\t%s\n' "2026-01-01 00:00:00.000 UTC [1] a@b LOG:  duration: 1.500 ms  plan:" "Query Text: select 'canary" "Result  (cost=0.00..0.01 rows=1 width=4)" >log
  run_split dbi-plan log
  [[ $output != *canary* ]]
  jq -e '(.plan_error | test("^where the statement ends")) and .duration_ms == 1.5' <<<"$output"
}

@test "a log that grows is read entry by entry" {
  mkfifo pipe
  dbi-plan <pipe >out &
  pid=$!
  exec 9>pipe
  head -c 20000 "$fixtures/auto_explain-15.log" >&9
  for ((i = 0; i < 400; ++i)); do [ -s out ] && break; sleep 0.05; done
  [ -s out ]
  exec 9>&-
  wait "$pid"
  [ "$(wc -l <out)" -gt 3 ]
}

@test "records pass as they are, and a plan in one gets its facts" {
  dbi_generate_records --records 2000 --seed 3 | grep -v '"plan":' >plain
  dbi-plan <plain | cmp - plain
  fixture json | jq -c '{v: 1, kind: "plan", ts: "2026-01-01T00:00:00.000000Z", target: "t", mine: [1, 2], plan: .[0]}' >record
  dbi-plan <record >out
  jq -e '.mine == [1, 2] and .plan_hash and .plan.Plan["Node Type"] == "Hash Join" and .plan_cost == 153.45' out
  dbi-plan <out | cmp - out
}

@test "a plan that cannot be read leaves the stream without its text, and the record passes" {
  echo '{"v":1,"kind":"plan","ts":"2026-01-01T00:00:00.000000Z","target":"t","plan":"no plan of '"'canary'"'"}' >record
  run_split dbi-plan record
  assert_success
  echo "$output" | jq -e '.plan_error and (.plan | test("^<[0-9]+ bytes, xxh3 [0-9a-f]{16}>$"))'
  refute_output --partial canary
}

@test "what is neither a record nor a plan is malformed, and what is behind it is read" {
  { echo 'cut off":3}'; echo '{"v":1,"kind":"session"}'; } >mixed
  run_split dbi-plan mixed
  assert_failure 3
  assert_output '{"v":1,"kind":"session"}'
  [[ $stderr == *"mixed: line 1: neither a record nor the beginning of a plan or of a log"* ]]
  echo '{"Plan": {"Node Type": "Seq Scan"' >truncated
  run_split dbi-plan truncated
  assert_failure 3
  [ -z "$output" ]
  [[ $stderr == *"no plan: the JSON ends within the plan"* ]]
}

@test "a plan nested 100,000 deep is a clear error and nothing worse" {
  python3 -c 'print("[" + "{\"Node Type\": \"Limit\", \"Plans\": [" * 100000 + "]}" * 100000 + "]")' >deep
  run_split dbi-plan deep
  assert_failure 3
  [[ $stderr == *"nested deeper than a plan is"* ]]
  python3 -c 'print("[{\"Plan\": " + "{\"Node Type\": \"Limit\", \"Plans\": [" * 2000 + "{\"Node Type\": \"Result\"}" + "]}" * 2000 + "}]")' >deeper
  dbi-plan deeper | jq -e '.plan == null and .plan_error and .plan_depth == 2001'
}

@test "--literals keep keeps them and says so" {
  fixture text | dbi-plan --literals keep | jq -e '.literals and (.plan | contains("Bergen"))'
  fixture text | dbi-plan | jq -e '.literals == null'
}

@test "a threshold is an option" {
  fixture text >plan
  [ "$(dbi-plan plan | jq -r .plan_finding_codes)" = null ]
  run -0 bash -c 'dbi-plan --misestimate-info 5 --misestimate-rows 1 plan | jq -r .plan_finding_codes'
  assert_output row_misestimate
}

@test "workers change nothing of what leaves, and count what does not" {
  dbi-plan --replay --no-history "$fixtures/auto_explain-18.log" >alone
  dbi-plan --replay --no-history --workers 4 "$fixtures/auto_explain-18.log" | cmp - alone
  for i in {1..40}; do cat alone; done >many
  dbi-plan --replay --no-history --workers 1 many >alone
  dbi-plan --replay --no-history --workers 4 many | cmp - alone
  dbi-plan --state-dir state --workers 4 <many | head -n 1 >first || true
  jq -e '.counters | .cut_off > 0 and .records_in + .notices == .records_out + .cut_off' state/default/telemetry/*.total.json
}

@test "--replay gives the same bytes for the same bytes" {
  dbi-plan --replay "$fixtures/auto_explain-18.log" >one
  dbi-plan --replay "$fixtures/auto_explain-18.log" | cmp - one
  [ ! -e state ]
}

@test "--input and --resume that do not go together are told" {
  run_split dbi-plan --resume state --input log
  assert_failure 2
  [[ $stderr == *"--resume goes on between records"* ]]
}

@test "a baseline gates a run: the same plans pass, another one does not, and nothing to compare is no pass" {
  fixture json | dbi-plan --plan-name q --save-baseline base >/dev/null
  # Another format, other costs: the same plan.
  fixture text | sed 's/cost=[0-9.]*/cost=1.00/' >same
  run_split dbi-plan --plan-name q --baseline base --fail-on changed same
  assert_success
  assert_equal "$stderr" "compared 1, changed 0, regressed 0, missing 0, new 0"
  echo "Seq Scan on orders  (cost=0.00..9000.00 rows=1 width=4)" >other
  run_split dbi-plan --plan-name q --baseline base --fail-on changed other
  assert_failure 1
  [[ $stderr == *"q: the plan has "*"after   SS:orders"*"compared 1, changed 1, "* ]]
  run_split dbi-plan --plan-name q --baseline base other
  assert_success
  run_split dbi-plan --plan-name unknown --baseline base other
  assert_failure 1
  [[ $stderr == *"compared 0, changed 0, regressed 0, missing 1, new 1" ]]
}

@test "--fail-on takes codes of findings, and says what it does not know" {
  echo "Seq Scan on t  (cost=0.00..9.00 rows=10 width=4) (actual time=0.1..5.0 rows=200000 loops=1)" >bad
  run_split dbi-plan --fail-on stale_statistics bad
  assert_failure 1
  assert_equal "$stderr" "found stale_statistics"
  run_split dbi-plan --fail-on sort_on_disk,hash_batches bad
  assert_success
  run_split dbi-plan --fail-on sort_on_disc bad
  assert_failure 2
  [[ $stderr == *sort_on_disk* ]]
  run_split dbi-plan --fail-on missing bad
  assert_failure 2
  [[ $stderr == *"--baseline FILE"* ]]
}

@test "--compress packs plans of a size, and what is packed is the plan" {
  fixture text | dbi-plan | jq -r .plan >plain
  fixture text | dbi-plan --compress 1KiB >packed
  jq -e '.plan == null and .plan_hash' packed
  jq -r .plan_lz4 packed | base64 -d | lz4 -dc | diff <(head -c -1 plain) -
  fixture text | dbi-plan --compress 1MiB | jq -e '.plan and .plan_lz4 == null'
  # In a record the plan goes, and all else stays.
  jq -c '{v: 1, kind: "plan", plan: {Plan: {"Node Type": "Result"}}, mine: 1}' -n >record
  dbi-plan --compress 1 record >out
  jq -e '.plan == null and .mine == 1' out
  jq -r .plan_lz4 out | base64 -d | lz4 -dc | grep -x '{"Plan":{"Node Type":"Result"}}'
  dbi-plan out | cmp - out
}

# With standard_conforming_strings off the literal ends elsewhere, and the log does not say which.
@test "a logged statement that two settings read differently is replaced as a whole" {
  printf '%s\n\t%s\n\t%s\n' "2026-11-25 08:00:00.123 UTC [42] LOG:  duration: 1.5 ms  plan:" \
    "Query Text: select 'a\\' or b = ' canary '" "Result  (cost=0.00..0.01 rows=1 width=4)" >log
  run_split dbi-plan log
  assert_success
  refute_output --partial canary
  echo "$output" | jq -e '(.query | test("^<[0-9]+ bytes, xxh3 ")) and .query_signature == null and .plan_hash'
}
