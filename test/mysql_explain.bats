# dbi-collect --explain=FILE on MariaDB or MySQL: a plan or a reason for every statement, none writes, and no literal
# leaves.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

setup_file() {
  require_mysql
  require_tool dbi-collect
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  TARGET=$("$DBI_SOURCE_DIR/scripts/private-mariadb" start "$MARIADB_DIR" log_bin_trust_function_creators=1 general_log=1 log_output=TABLE 3>&- 4>&- | tail -1)
  export MARIADB_DIR TARGET
  root app <<'SQL'
create table orders (id int primary key, customer int, note varchar(40), key by_customer (customer));
insert into orders select seq.n, seq.n % 10, concat('note ', seq.n) from
  (select a.d + 10 * b.d n from (select 0 d union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9) a,
   (select 0 d union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9) b) seq;
grant select, insert, update, delete, execute on app.* to dbi_monitor;
grant file on *.* to dbi_monitor;
create table written (n int);
delimiter //
create function writes() returns int deterministic modifies sql data begin insert into written values (1); return 1; end //
delimiter ;
SQL
}
teardown_file() { [ -z "${MARIADB_DIR:-}" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$MARIADB_DIR"; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
}
root() { mariadb --no-defaults -S "$MARIADB_DIR/socket" -u root -N -B "$@"; }
explain() {
  cat >file.sql
  run_split dbi-collect --no-config "${TARGET/\/\?/\/app?}" --explain=file.sql "$@"
}
reason() { member ".kind == \"plan\" and .plan_name == \"$1\"" '.plan_reason // "none"'; }

@test "every statement has a plan or a reason under its name, and no literal leaves" {
  explain <<'SQL'
-- name: by key
select * from orders where id = 424242 and note = 'CANARY-1';
select * from orders where note like 'CANARY-2%' # ; 'CANARY-3'
  order by note limit 515151;
select * from nowhere where x = 'CANARY-4';
selec 'CANARY-5';
select * from orders where id = ?;
SQL
  assert_success
  echo "$output$stderr" >said
  [ "$(grep -cE 'CANARY-[0-9]|424242|515151' said)" = 0 ]
  assert_equal "$(member '.kind == "plan"' .plan_name | paste -sd,)" "by key,2,3,4,5"
  assert_records 2 '.kind == "plan" and .plan != null and .plan_source == "explain"'
  [[ $(reason 3) == "refused by the server: "*nowhere*"(42S02)" ]]
  [[ $(reason 4) == "not explainable: "* ]]
  [[ $(reason 5) == "placeholders: "* ]]
  assert_records 1 '.kind == "error" and .source == "explain" and (.message | startswith("file.sql line 5, statement 3: "))'
  assert_equal "$(member '.kind == "scrape"' '"\(.outcome) \(.records)"')" "partial 5"
}

@test "nothing is written: neither by the statements nor by what the optimizer calls" {
  root -e 'set global general_log = 0; truncate mysql.general_log; set global general_log = 1'
  explain <<'SQL'
insert into orders values (1000, 1, 'x');
update orders set note = 'x';
delete from orders;
replace into orders values (1, 1, 'x');
with o as (select 1 as id) update orders, o set note = 'x' where orders.id = o.id;
drop table orders;
/*!50000 drop table orders */;
explain select 1;
select * from orders into outfile 'canary';
select * from orders where id = writes();
select * from (select writes() as w) d where w > 0;
select 1; select 2;
/*!50000 select 2 */* "a */ 3 into outfile 'canary' -- "
;
select 1 /*!50000 into outfile 'canary' */;
select * from (select id from orders where id = writes()) d for update
SQL
  assert_success
  assert_equal "$(root app -e 'select count(*) from orders; select count(*) from written' | paste -sd' ')" "100 0"
  for name in 1 2 3 4 6 7 8 9 15; do [[ $(reason $name) == "not explainable: "* ]]; done
  assert_records 16 '.kind == "plan"'
  # There the comment is whole and the word stands in a string.
  [ "$(member '.kind == "plan" and .plan_name == "14"' .query)" = "select ? * ?" ]
  [ -z "$(find "$MARIADB_DIR" -name 'canary*')" ]
  # What was refused was never sent.
  [ "$(root -e "select count(*) from mysql.general_log where user_host like '%dbi_monitor%' and
    (argument like '%drop table%' or (argument like '%outfile%' and argument not like '%select 2 %') or argument like '%replace into%')")" = 0 ]
}

@test "the optimizer is held to the limit of time where it runs what it explains" {
  explain --statement-timeout=500ms <<'SQL'
select * from (select sleep(30) as s) d where s = 0;
select id from orders where id = 3;
select /*+ MAX_EXECUTION_TIME(0) */ * from (select sleep(30) as s) d where s = 0;
select /*+ SET_VAR(max_execution_time=0) */ * from (select sleep(30) as s) d where s = 0;
SQL
  assert_success
  [ "$(member '.kind == "scrape"' '.cycle_ms < 8000')" = true ]
  assert_records 1 '.kind == "plan" and .plan_name == "2" and .plan != null'
  for name in 1 3 4; do [[ $(reason $name) == "over the time limit: "* ]]; done
  assert_records 3 '.kind == "error" and .error_class == "timeout" and (.hint | contains("--statement-timeout"))'
  # Nor does one that was given up go on.
  [ "$(root -e "select count(*) from information_schema.processlist where info like '%sleep(30)%' and command = 'Query' and info not like '%processlist%'")" = 0 ]
}

@test "a forged semicolon goes as one statement, which the server refuses or takes as text" {
  explain <<'SQL'
select '\'; drop table orders; -- ' from orders;
select ";", `id` from orders where note = '''; drop table orders; -- ';
SQL
  assert_success
  assert_records 2 '.kind == "plan" and .plan != null'
  assert_equal "$(root app -e 'select count(*) from orders')" 100
}

@test "literals stay on demand, and the record says so" {
  explain --literals=keep <<<"select * from orders where note = 'CANARY-1'"
  assert_success
  assert_records 1 '.kind == "plan" and .literals == true and (.query | contains("CANARY-1")) and (.plan | type == "object")'
}

@test "a literal with a quotation mark costs its plan alone, also where literals stay" {
  explain --literals=keep <<'SQL'
select * from orders where note = 'it\'s' and id > 5;
select * from orders where note = 'say "CANARY-1"' and id > 5;
SQL
  assert_success
  assert_records 2 '.kind == "plan" and .plan != null'
}

@test "the plans go through dbi-plan, and are those that the client shows" {
  echo "select note from orders where id between 424242 and 424250 and note <> 'CANARY-1' order by note limit 515151;" >statement
  { echo "-- name: sorted"; cat statement; } >file.sql
  dbi-collect --no-config "${TARGET/\/\?/\/app?}" --explain=file.sql | dbi-plan --no-history >out
  assert_equal "$(grep -cE 'CANARY|42424|515151' out)" 0
  hash() { jq -r 'select(.kind == "plan") | "\(.system) \(.plan_hash)"' "$@"; }
  hash out >asked
  [[ $(cat asked) == "$(jq -r 'select(.kind == "plan") | .system' out) "[bm]1:p:* ]]
  formats=("explain format=json")
  root -e 'select version()' | grep -q MariaDB || formats=("set explain_json_format_version = 2; explain format=json" "explain format=tree")
  for format in "${formats[@]}"; do
    for options in "-t" "-N" "" "-r" "-N -r" "-E"; do
      # shellcheck disable=SC2086
      shown=$(mariadb --no-defaults -S "$MARIADB_DIR/socket" -u root app $options -e "$format $(cat statement)" | dbi-plan --no-history)
      [[ $shown != *CANARY* && $shown != *42424* && $shown != *515151* ]]
      if [[ $format == explain* && $(cat asked) == mariadb* || $format == set* ]]; then assert_equal "$(hash <<<"$shown")" "$(cat asked)"; fi
    done
  done
}
