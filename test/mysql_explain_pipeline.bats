# Plans asked of MariaDB or MySQL by dbi-collect --explain, through dbi-plan and dbi-sample; and the one pipe of a CI job
# that notices a lost index.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

setup_file() {
  require_mysql
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  TARGET=$("$DBI_SOURCE_DIR/scripts/private-mariadb" start "$MARIADB_DIR" 3>&- 4>&- | tail -1)
  export MARIADB_DIR TARGET
  root app <<'SQL'
create table digits (d int);
insert into digits values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table orders (id int primary key, customer int, note varchar(40), key by_customer (customer));
insert into orders select n, n % 1000, concat('note ', n)
  from (select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d n
    from digits a, digits b, digits c, digits e, digits f where f.d < 2) seq;
analyze table orders;
grant select on app.* to dbi_monitor;
SQL
}
teardown_file() { [ -z "${MARIADB_DIR:-}" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$MARIADB_DIR"; }

setup() {
  require_tool dbi-plan
  require_tool dbi-sample
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$PWD/state
  unset XDG_CONFIG_HOME DBI_CONFIG STATE_DIRECTORY DBI_ENV
  set -o pipefail
}
root() { mariadb --no-defaults -S "$MARIADB_DIR/socket" -u root -N -B "$@"; }
explained() { dbi-collect --no-config "${TARGET/\/\?/\/app?}" --explain=file.sql; }
matches() { jq ".counters[\"rule_matches{rule=\\\"$1\\\"}\"] // 0" state/default/telemetry/dbi-sample@dbi-sample.total.json; }

@test "a plan that was asked for has the hash and the gist of the one that the client shows" {
  cat >file.sql <<'SQL'
-- name: by key
select note from orders where id = 4711;
-- name: grouped
select note, count(*) from orders where note like 'CANARY%' group by note order by 2 desc;
SQL
  explained | dbi-plan --no-history >out
  assert_equal "$(jq -r 'select(.kind == "plan") | "\(.plan_name) \(.plan_source) \(.plan_has_seq_scan)"' out)" \
    $'by key explain false\ngrouped explain true'
  names() { jq -c '[.plan_hash, .plan_gist, .plan_node_count, .plan_depth, .plan_operation]'; }
  for statement in "by key:select note from orders where id = 1" \
    "grouped:select note, count(*) from orders where note like 'other%' group by note order by 2 desc"; do
    assert_equal "$(root --raw app -e "explain format=json ${statement#*:}" | dbi-plan --no-history | names)" \
      "$(jq -c "select(.plan_name == \"${statement%%:*}\")" out | names)"
  done
  run ! grep CANARY out
}

@test "a scan that throws most away is told with its columns, by estimate and by measure" {
  # MariaDB guesses nothing without statistics of the column.
  [[ $(root -e 'select version()') != *MariaDB* ]] || root app -e 'analyze table orders persistent for all' >/dev/null
  echo "select id from orders where note = 'CANARY'" >file.sql
  explained | dbi-plan --no-history >out
  jq -s -e 'map(select(.kind == "plan"))[0].plan_findings | map(select(.code == "seq_scan_discards"))[0] |
    .severity == "warning" and .subject == "orders (note)" and .numbers.estimated_removed_rows > 10000 and
    (.advice | startswith("Consider an index"))' out
  local measure="analyze format=json"
  [[ $(root -e 'select version()') == *MariaDB* ]] || measure="explain analyze"
  root --raw app -e "$measure select count(*) from orders where note = 'CANARY'" | dbi-plan --no-history >out
  jq -e '.plan_findings | map(select(.code == "seq_scan_discards"))[0] |
    .subject == "orders (note)" and .numbers.removed_rows == 20000 and .numbers.rows == 0' out
  jq -e '.plan_rows_removed == 20000' out
  run ! grep CANARY out
}

@test "every default rule and deduplication of dbi-sample match behind dbi-plan" {
  # The first cycle is what the second is compared with.
  dbi-collect --no-config --once "$TARGET" >first
  for ((j = 0; j < 1001; ++j)); do echo "select note from orders where id = $j;"; done | root app >/dev/null
  root -e "select sleep(30)" >/dev/null 3>&- 4>&- &
  until [ "$(root -e "select count(*) from information_schema.processlist where info = 'select sleep(30)' and time > 1")" = 1 ]; do sleep 0.2; done
  cat >file.sql <<'SQL'
select id, note from orders;
select note from orders where id = 1;
select note from orders where id = 2;
select note from orders where id = 3;
select count(*) from orders where customer = 4;
SQL
  { dbi-collect --no-config --once "$TARGET"; explained; } | dbi-plan --no-history |
    dbi-sample --no-config --default-sample-rate 1 >out
  for rule in critical_queries missing_indexes high_frequency default; do
    [ "$(matches "$rule")" -ge 1 ] || fail "$rule matched nothing"
  done
  kill %1
  assert_equal "$(jq -r 'select(.kind == "plan") | .plan_name' out | paste -sd' ')" "1 2 5"
  jq -s -e 'map(select(.kind == "dropped" and .reason == "dedup") | .count) | add == 2' out
}

@test "a CI job is one pipe: the same plans pass, a lost index is status 1 and is told by name" {
  cat >file.sql <<'SQL'
-- name: of a customer
select note from orders where customer = 7;
-- name: by key
select note from orders where id = 7;
SQL
  explained | dbi-plan --no-history --save-baseline plans.baseline >/dev/null
  gate() { run_split bash -o pipefail -c "dbi-collect --no-config '${TARGET/\/\?/\/app?}' --explain=file.sql | dbi-plan --no-history --baseline plans.baseline --fail-on changed"; }
  gate
  assert_success
  assert_equal "$stderr" "compared 2, changed 0, regressed 0, missing 0, new 0"
  root app -e 'drop index by_customer on orders'
  gate
  root app -e 'create index by_customer on orders (customer)'
  assert_failure 1
  [[ $stderr == *"of a customer: the plan has "*"index by_customer of orders is no longer used"* ]]
  [[ $stderr != *"by key:"* ]]
  assert_equal "$(tail -1 <<<"$stderr" | sed 's/regressed [0-9]/regressed N/')" "compared 2, changed 1, regressed N, missing 0, new 0"
}
