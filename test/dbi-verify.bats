#!/usr/bin/env bats
# dbi-verify as a program: what passes, what is told, what is dropped and counted; stops and reloads.
# SPDX-License-Identifier: Apache-2.0

load helper

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

verify() { dbi-verify --no-config --replay "$@"; }
# stats MEMBERS [TARGET [SECOND]]: a whole query_stats record; MEMBERS are JSON with a comma behind, or nothing.
stats() {
  printf '{"v":1,"kind":"query_stats","ts":"2026-11-25T08:00:%02d.000000Z","observed_ts":"2026-11-25T08:00:%02d.000000Z",' "${3:-0}" "${3:-0}"
  printf '"target":"%s","database":"app","cycle":"0193589f3e8a7b3c8a1d2e3f405162%02d","system":"postgresql",%s' "${2:-main}" "${3:-0}" "$1"
  printf '"query_id":"1","quality":"exact","calls":3,"total_ms":1.5}\n'
}
# by_key FILE ...: records that are no dropped ones and counts of those that are, summed by key.
by_key() {
  cat "$@" | jq -sc 'map(select(.kind != "event")) | group_by([.target, .database]) | map({
    key: "\(.[0].target)/\(.[0].database)", sum: (map(if .kind == "dropped" then .count else 1 end) | add)}) | .[]'
}
own() { jq -c 'select(.tool == "dbi-verify")' "$@"; }

@test "what is as it should be leaves as the very bytes that came in, and nothing is said" {
  dbi_generate_records --records 12000 --seed 7 >in
  run_split verify in
  assert_success
  [ -z "$stderr" ]
  verify in | cmp - in
  dbi-verify --no-config <in | cmp - in
}

@test "a member of another type is told once with what to do, and the record passes" {
  { stats '"rows":"many",'; stats '"rows":"many",'; } >in
  verify in >out
  diff <(jq -c 'select(.kind == "query_stats")' in) <(jq -c 'select(.kind == "query_stats")' out)
  run -0 own out
  assert_line --index 0 --partial '"event":"invalid_record","severity":"warning","message":"query_stats: member '"'rows'"' is of another type","record_kind":"query_stats","member":"rows","check":"wrong_type","records":1,"remedy":"Write it as'
  assert_line --index 1 --partial '"records":1,"remedy"'
  [ "${#lines[@]}" = 2 ]
}

@test "--invalid tag says in the record what is wrong" {
  stats '"rows":-1,' | verify --invalid tag >out
  [ "$(jq -c 'select(.kind == "query_stats") | .invalid' out)" = '["rows:out_of_range"]' ]
}

@test "--invalid drop counts what it drops: in = out + dropped by key" {
  dbi_generate_records --records 20000 --seed 3 |
    jq -c 'if .kind == "session" and (.pid | endswith("7")) then .pid |= tonumber else . end' >in
  verify --invalid drop in >out
  diff <(by_key in) <(by_key out)
  [ "$(jq -r 'select(.kind == "dropped") | .reason' out | sort -u)" = invalid ]
  [ "$(jq -s 'map(select(.kind == "dropped") | .count) | add' out)" = "$(jq -c 'select(.kind == "session" and (.pid | type) == "number")' in | wc -l)" ]
  diff <(jq -c 'select(.kind == "scrape" or .kind == "error")' in) <(jq -c 'select(.kind == "scrape" or .kind == "error")' out)
}

@test "a control record is never dropped" {
  echo '{"v":1,"kind":"scrape","ts":"never","target":"main"}' >in
  verify --invalid drop in | grep -v '"tool":"dbi-verify"' | cmp - in
}

@test "--required-members names members that data must have" {
  stats '' | verify --required-members query_stats.user,session.client >out
  [ "$(own out | jq -r '[.member, .check] | @tsv')" = "user	missing" ]
  run_split dbi-verify --required-members scrape.user </dev/null
  assert_failure 2
  [[ $stderr == *"'scrape.user' names no kind of data"* ]]
}

@test "a target that falls silent is told of, by the clock of the others with --replay" {
  { stats '' a 0; for s in $(seq 0 59); do stats '' b "$s"; done; stats '' a 59; for s in 58 59; do stats '' b "$s"; done; } >in
  verify --freshness 30s in >out
  [ "$(own out | jq -r 'select(.event | startswith("target_")) | [.target, .event] | @tsv')" = "a	target_stale" ]
}

@test "a target that falls silent is told of by the machine's clock, while nothing comes" {
  mkfifo in
  dbi-verify --no-config --freshness 200ms <in >out 3>&- 4>&- &
  pid=$!
  exec 9>in
  stats '' >&9
  wait_until 10 grep -q target_stale out
  stats '' >&9
  wait_until 10 grep -q target_fresh out
  exec 9>&-
  wait "$pid"
  pid=
}

@test "the same bytes in give the same bytes out, whatever the time" {
  dbi_generate_records --records 10000 --seed 5 | jq -c 'if .kind == "plan" then del(.system) else . end' >in
  verify --invalid drop in >one
  sleep 0.1
  TZ=Asia/Tokyo verify --invalid drop in | cmp - one
}

@test "SIGHUP takes the configuration anew" {
  echo 'verification: {quality_rules: {invalid: report}}' >dbi.yaml
  mkfifo in
  dbi-verify --config dbi.yaml <in >out 2>err 3>&- 4>&- &
  pid=$!
  exec 9>in
  stats '"rows":-1,' >&9
  wait_until 10 grep -q query_stats out
  echo 'verification: {quality_rules: {invalid: tag}}' >dbi.yaml
  kill -HUP "$pid"
  sent() { stats '"rows":-1,' >&9; grep -q '"invalid":' out; }
  wait_until 10 sent
  exec 9>&-
  wait "$pid"
  pid=
  [ ! -s err ]
}

@test "figures of the run are in its telemetry" {
  { stats '"rows":-1,'; stats ''; session '"query":"a@b.cd e@f.gh"'; } | dbi-verify --no-config --invalid drop >/dev/null
  run -0 jq -c '.counters | [.invalid_records, .["records_dropped{reason=\"invalid\"}"], .records_with_personal_data,
    .["records_with_pattern{pattern=\"email\"}"], .["records_with_pattern{pattern=\"card\"}"]]' state/default/telemetry/dbi-verify@dbi-verify.total.json
  assert_output '[1,1,1,1,0]'
}

# session MEMBERS: a record of a session with more members.
session() {
  printf '{"v":1,"kind":"session","ts":"2026-11-25T08:00:00.000000Z","observed_ts":"2026-11-25T08:00:00.000000Z",'
  printf '"target":"main","database":"app","cycle":"0193589f3e8a7b3c8a1d2e3f40516200","system":"postgresql",%s}\n' "$1"
}

@test "personal data is taken out of texts and told of by its name only; all else keeps its bytes" {
  session '"application":"x","query":"select * from u where mail = '"'ann@example.com'"'"' >in
  run_split verify in
  assert_success
  [ -z "$stderr" ]
  assert_line --index 0 --partial '"event":"personal_data"'
  assert_line --index 0 --partial '"member":"query","check":"email"'
  assert_line --index 1 "$(sed 's/ann@example.com/[REDACTED:email]/' in)"
  refute_output --partial ann@
}

@test "escapes hide nothing, and plans are redacted within" {
  { session '"query":"\u0061nn\u0040example.com"'; session '"plan":{"Filter":"(mail = '"'ann@example.com'"')","Rows":4111111111111111}'; } >in
  verify in | jq -c 'select(.kind == "session") | .query // .plan' >out
  diff out - <<'END'
"[REDACTED:email]"
{"Filter":"(mail = '[REDACTED:email]')","Rows":4111111111111111}
END
}

@test "ids, hashes, targets and names of machines are never searched" {
  session '"query_id":"4111111111111111","query_signature":"4012888888881881","plan_hash":"4111111111111111","user":"ann@example.com","client":"415-555-2671","host":"a@b.cd"' >in
  verify in | cmp - in
  run_split dbi-verify --personal-members query,query_id </dev/null
  assert_failure 2
  [[ $stderr == *"'query_id' is never searched for personal data"* ]]
}

@test "--personal-data drop counts what it drops and redacts control records" {
  { session '"query":"a@b.cd"'; session '"query":"select 1"'; echo '{"v":1,"kind":"error","ts":"2026-11-25T08:00:00.000000Z","tool":"x","error_class":"other","message":"to a@b.cd"}'; } >in
  verify --personal-data drop in >out
  [ "$(jq -r 'select(.kind == "dropped") | [.reason, .count] | @tsv' out)" = "personal_data	1" ]
  [ "$(jq -r 'select(.kind == "error") | .message' out)" = "to [REDACTED:email]" ]
  [ "$(jq -c 'select(.kind == "session")' out | wc -l)" = 1 ]
}

@test "--personal-data tag marks, ignore does nothing" {
  session '"query":"a@b.cd 4111 1111 1111 1111"' >in
  [ "$(verify --personal-data tag in | jq -c 'select(.kind == "session") | .personal_data')" = '["email","card"]' ]
  verify --personal-data ignore in | cmp - in
}

@test "patterns of one's own, patterns to leave out, members to leave alone" {
  echo 'verification: {pii_detection: {custom_patterns: {badge: "\\bB[0-9]{4}\\b"}, exclude_fields: [application]}}' >dbi.yaml
  session '"application":"B1234","query":"B1234 a@b.cd 123-45-6789"' >in
  [ "$(dbi-verify --config dbi.yaml --replay --patterns ssn in | jq -r 'select(.kind == "session") | .application, .query')" = "B1234
[REDACTED:badge] a@b.cd [REDACTED:ssn]" ]
  run_split dbi-verify --no-config --patterns emails </dev/null
  assert_failure 2
}

@test "--identity hash gives the same number for the same name and key, drop takes the members out" {
  session '"user":"ann","client":"10.0.0.1","host":"db1"' >in
  one=$(DBI_VERIFY_IDENTITY_KEY=k verify --identity hash in | jq -c '[.user, .client, .host]')
  [[ $one =~ ^\[\"[0-9a-f]{16}\",\"[0-9a-f]{16}\",\"[0-9a-f]{16}\"\]$ ]]
  # shellcheck disable=SC2016
  printf 'verification: {identity: hash, identity_key: "${KEY}"}\n' >dbi.yaml
  [ "$(KEY=k dbi-verify --config dbi.yaml --replay in | jq -c '[.user, .client, .host]')" = "$one" ]
  [ "$(DBI_VERIFY_IDENTITY_KEY=l verify --identity hash in | jq -c '[.user, .client, .host]')" != "$one" ]
  [ "$(verify --identity drop in | jq -c 'has("user"), has("client"), has("host")' | sort -u)" = false ]
}

@test "the key of --identity hash is never a value of the configuration" {
  echo 'verification: {identity: hash, identity_key: secret}' >dbi.yaml
  run_split dbi-verify --config dbi.yaml </dev/null
  assert_failure 2
  [[ $stderr == *"verification.identity_key"* && $stderr != *"'secret'"* ]]
  echo 'verification: {identity: hash, identity_key: "${KEY}"}' >dbi.yaml
  session '"user":"ann"' >in
  KEY=k run_split dbi-verify --config dbi.yaml --replay in
  assert_success
  assert_output "$(DBI_VERIFY_IDENTITY_KEY=k verify --identity hash in)"
}

@test "a canary that gets through makes the status 1, also behind escapes" {
  session '"query":"canary-7@example.com"' >in
  run_split verify --canary canary-7 in
  assert_success
  [ -z "$stderr" ]
  session '"query":"c\u0061nary-7"' >in
  run_split verify --canary none --canary canary-7 in
  assert_failure 1
  [ "$stderr" = "dbi-verify: warning: records with a canary that got through: 1" ]
  refute_output --partial canary-7
}

@test "values beyond a limit are told, become other or are dropped, and every record is accounted for" {
  cat >dbi.yaml <<'END'
verification: {quality_rules: {cardinality_limits: {query_id: 100, database: 5}}}
END
  dbi_generate_records --records 20000 --seed 3 >in
  over() { dbi-verify --config dbi.yaml --replay --over-cardinality "$@" in; }
  over report >out
  diff <(jq -c 'select(.tool != "dbi-verify")' out) <(jq -c . in)
  [ "$(own out | jq -r 'select(.event == "cardinality_limit") | .member' | sort -u)" = "database
query_id" ]
  over drop >out
  diff <(by_key in) <(by_key out)
  [ "$(jq -r 'select(.kind == "dropped") | .reason' out | sort -u)" = cardinality ]
  [ "$(jq -r 'select(.kind | IN("query_stats", "session", "plan")) | .query_id' out | sort -u | wc -l)" -le 100 ]
  over collapse >out
  diff <(by_key in) <(by_key out)
  [ "$(jq -r 'select(.kind | IN("query_stats", "session", "plan")) | .query_id' out | sort -u | wc -l)" = 101 ]
  # Control records are not held to a limit.
  [ "$(jq -r 'select(.kind | IN("query_stats", "session", "plan")) | .database' out | sort -u | wc -l)" = 5 ]
  diff <(jq -c 'select(.kind == "scrape" or .kind == "error")' in) <(jq -c 'select(.kind == "scrape" or .kind == "error")' out)
}

@test "--report shows what there is and touches no state" {
  { session '"query":"a@b.cd"'; stats '"rows":-1,' other; } >in
  run_split dbi-verify --no-config --report in
  assert_success
  [ -z "$stderr" ]
  assert_line --regexp '^  session +2026-11-25T08:00:00Z +2026-11-25T08:00:00Z +1 +[0-9]+$'
  assert_line --regexp '^  other .* 0\.700$'
  assert_line --regexp '^  personal_data +email +main +session +query +1$'
  assert_line --regexp '^  invalid_record +out_of_range +other +query_stats +rows +1$'
  assert_line --partial '  out_of_range: Look at'
  assert_not_exists state
  refute_output --partial a@b.cd
}

# 2,080 texts with personal data, 20,000 with what looks like it: recall 99 %, false alarms 0.1 %.
@test "of a labelled corpus nearly all personal data is found, and hardly anything else" {
  run "$DBI_SOURCE_DIR/test/bench/personal_data.py" --positives 2080 --negatives 20000 --seed 7
  echo "$output"
  assert_success
}
