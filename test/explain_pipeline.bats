# Plans asked for by dbi-collect --explain, through dbi-plan and dbi-sample, on a real PostgreSQL; and the one pipe of a CI
# job that notices a lost index.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() {
  start_postgres
  sql "create table orders (id int primary key, customer int, note text)" \
    "insert into orders select n, n % 1000, 'note ' || n from generate_series(1, 50000) n" \
    "create index orders_customer on orders (customer)" "analyze orders" "grant select on orders to dbi_monitor"
}
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-collect
  require_tool dbi-plan
  require_tool dbi-sample
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$PWD/state
  unset XDG_CONFIG_HOME DBI_CONFIG STATE_DIRECTORY DBI_ENV
  set -o pipefail
}

# explained [OPTION ...]: the records of file.sql.
explained() { dbi-collect --no-config "$(postgres_url)" --explain=file.sql; }
matches() { jq ".counters[\"rule_matches{rule=\\\"$1\\\"}\"] // 0" state/default/telemetry/dbi-sample@dbi-sample.total.json; }

@test "a plan that was asked for has the hash, the figures and the gist of the one that psql shows" {
  cat >file.sql <<'SQL'
-- name: by key
select note from orders where id = 4711;
-- name: grouped
select customer, count(*) from orders where note like 'CANARY%' group by customer order by 2 desc;
-- name: generic
select note from orders where id = $1;
SQL
  explained | dbi-plan --no-history >out
  assert_equal "$(jq -r 'select(.kind == "plan") | "\(.plan_name) \(.plan_source) \(.plan_has_seq_scan)"' out)" \
    $'by key explain false\ngrouped explain true\ngeneric generic false'
  shown() { "$(client psql)" -XqAt -h "$PG_DIR" -p "$PG_PORT" -U postgres -d app -c "explain $1" | dbi-plan --no-history; }
  for format in "(format json)" "(verbose, format json)"; do
    for statement in "by key:select note from orders where id = 1" \
      "grouped:select customer, count(*) from orders where note like 'other%' group by customer order by 2 desc"; do
      assert_equal \
        "$(shown "$format ${statement#*:}" | jq -c '[.plan_hash, .plan_gist, .plan_node_count, .plan_depth, .plan_operation]')" \
        "$(jq -c "select(.plan_name == \"${statement%%:*}\") | [.plan_hash, .plan_gist, .plan_node_count, .plan_depth, .plan_operation]" out)"
    done
  done
  # The planner chose the same tree for any value.
  assert_equal "$(jq -r 'select(.plan_name == "generic") | .plan_hash' out)" "$(jq -r 'select(.plan_name == "by key") | .plan_hash' out)"
  [ "$(jq -s 'map(select(.kind == "plan" and .plan_cost > 0 and .plan_rows >= 1 and .query_signature != null)) | length' out)" = 3 ]
  run ! grep CANARY out
}

# Of findings only those that need no measured figure. EXPLAIN says that a node is disabled from PostgreSQL 18 on.
@test "a plan that had to use what is forbidden has the finding" {
  echo "select note from orders where note = 'x'" >file.sql
  dbi-collect --no-config "$(postgres_url)?options=-cenable_seqscan%3Doff" --explain=file.sql | dbi-plan --no-history >out
  local expected=null
  [ "$(pg_major)" -lt 18 ] || expected=disabled_node
  assert_equal "$(jq -r 'select(.kind == "plan") | .plan_finding_codes' out)" "$expected"
}

# What was never measured has no duration, and no plan has calls: critical_queries and high_frequency are for the records
# that a cycle of the same collector gives.
@test "every default rule and deduplication of dbi-sample match behind dbi-plan, those on plans by plans alone" {
  dbi-collect --no-config --once "$(postgres_url)" >first
  for ((j = 0; j < 1001; ++j)); do echo "select relname from pg_class where oid = $j;"; done >often.sql
  "$(client psql)" -Xq -o /dev/null -h "$PG_DIR" -p "$PG_PORT" -U postgres -d app -f often.sql
  sql_in_background "select pg_sleep(30), 'long'"
  wait_for_sql "select exists (select from pg_stat_activity where query like '%long%' and pid <> pg_backend_pid() and now() - query_start > interval '1.1 s')"
  cat >file.sql <<'SQL'
select * from orders;
select note from orders where id = 1;
select note from orders where id = 2;
select note from orders where id = 3;
select count(*) from orders where customer = 4;
SQL
  explained | dbi-plan --no-history | dbi-sample --no-config --default-sample-rate 1 >out
  for rule in missing_indexes default; do [ "$(matches "$rule")" -ge 1 ] || fail "$rule matched nothing"; done
  for rule in critical_queries high_frequency; do assert_equal "$(matches "$rule")" 0; done
  assert_equal "$(jq -r 'select(.kind == "plan") | .plan_name' out | paste -sd' ')" "1 2 5"
  jq -s -e 'map(select(.kind == "dropped" and .reason == "dedup") | .count) | add == 2' out
  find state -name 'dbi-sample*' -delete
  { dbi-collect --no-config --once "$(postgres_url)"; explained; } | dbi-plan --no-history | dbi-sample --no-config --default-sample-rate 1 >out
  for rule in critical_queries missing_indexes high_frequency default; do
    [ "$(matches "$rule")" -ge 1 ] || fail "$rule matched nothing"
  done
  jq -s -e 'map(select(.kind == "dropped" and .reason == "dedup") | .count) | add == 2' out
}

@test "a CI job is one pipe: the same plans pass, a lost index is status 1 and is told by name" {
  cat >file.sql <<'SQL'
-- name: of a customer
select note from orders where customer = 7;
-- name: by key
select note from orders where id = 7;
-- name: any customer
select note from orders where customer = $1;
SQL
  explained | dbi-plan --no-history --save-baseline plans.baseline >/dev/null
  run_split bash -o pipefail -c "dbi-collect --no-config '$(postgres_url)' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on changed"
  assert_success
  assert_equal "$stderr" "compared 3, changed 0, regressed 0, missing 0, new 0"
  sql "drop index orders_customer"
  run_split bash -o pipefail -c "dbi-collect --no-config '$(postgres_url)' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on changed"
  sql "create index orders_customer on orders (customer)" "analyze orders"
  assert_failure 1
  assert_records 3 '.kind == "plan" and .plan_hash != null'
  [[ $stderr == *"of a customer: the plan has "*"index orders_customer of orders is no longer used"* ]]
  [[ $stderr == *"any customer: the plan has "* ]]
  [[ $stderr != *"by key:"* ]]
  assert_equal "$(tail -1 <<<"$stderr" | sed 's/regressed [0-9]/regressed N/')" "compared 3, changed 2, regressed N, missing 0, new 0"
}

@test "a statement that is refused or gone from the file is missing, one that is new is told, nothing at all is status 1" {
  printf '%s\n' '-- name: kept' 'select 1 from orders where id = 1;' '-- name: lost' 'select 1 from going;' >file.sql
  sql "create table going (a int)" "grant select on going to dbi_monitor"
  explained | dbi-plan --no-history --save-baseline plans.baseline >/dev/null
  sql "drop table going"
  printf '%s\n' ';' '-- name: added' 'select customer, note from orders where id = 2' >>file.sql
  gate() { run_split bash -c "dbi-collect --no-config '${1:-$(postgres_url)}' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on $2"; }
  gate "" missing
  assert_failure 1
  assert_equal "$(tail -1 <<<"$stderr")" "compared 1, changed 0, regressed 0, missing 1, new 1"
  gate "" changed,regressed
  assert_success
  # No server, no answer.
  gate "postgresql://nobody@127.0.0.1:1/none" changed
  assert_failure 1
  assert_equal "$(tail -1 <<<"$stderr")" "compared 0, changed 0, regressed 0, missing 2, new 0"
}

@test "statements that differ in their values only are held apart by their names" {
  cat >file.sql <<'SQL'
-- name: rare
select note from orders where id < 5;
-- name: common
select note from orders where id < 49000;
SQL
  explained | dbi-plan --no-history --save-baseline plans.baseline >first
  [ "$(jq -r 'select(.kind == "plan") | .query_signature' first | uniq | wc -l)" = 1 ]
  [ "$(jq -r 'select(.kind == "plan") | .plan_hash' first | uniq | wc -l)" = 2 ]
  run_split bash -o pipefail -c "dbi-collect --no-config '$(postgres_url)' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on changed,missing"
  assert_success
  assert_equal "$stderr" "compared 2, changed 0, regressed 0, missing 0, new 0"
  sql "alter table orders drop constraint orders_pkey"
  run_split bash -o pipefail -c "dbi-collect --no-config '$(postgres_url)' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on changed"
  sql "alter table orders add primary key (id)"
  assert_failure 1
  [[ $stderr == "rare: the plan has "*"compared 2, changed 1, "* ]]
}
