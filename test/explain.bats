# dbi-collect --explain=FILE on a real PostgreSQL: a plan or a reason for every statement, none is carried out, and no
# literal leaves.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() {
  start_postgres track_functions=all log_statement=all
  sql "create table orders (id int primary key, customer int, note text)" \
    "insert into orders select n, n % 100, 'note ' || n from generate_series(1, 2000) n" \
    "create index orders_customer on orders (customer)" "analyze orders" "create sequence counter" \
    "grant select, insert, update, delete on orders to dbi_monitor" "grant usage on sequence counter to dbi_monitor" \
    "create function inserts() returns int volatile language plpgsql as \$\$ begin insert into orders values (-1); return 1; end \$\$" \
    "create function writes() returns int immutable language plpgsql as \$\$ begin return inserts(); end \$\$" \
    "create function sleeps() returns int immutable language plpgsql as \$\$ begin perform pg_sleep(60); return 1; end \$\$" \
    "create function counts() returns int immutable language plpgsql as \$\$ begin return nextval('counter'); end \$\$" \
    "create function unguards() returns int immutable language plpgsql as \$\$ begin perform set_config('transaction_read_only', 'off', false); perform inserts(); return 1; end \$\$" \
    "create function unlimits() returns int immutable language plpgsql as \$\$ begin perform set_config('statement_timeout', '0', false); perform sleeps(); return 1; end \$\$" \
    "create function locks() returns int immutable language plpgsql as \$\$ begin perform pg_advisory_lock(4711); return 1; end \$\$"
}
teardown_file() { stop_everything; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
}

# explain OPTION ...: of the statements on standard input.
explain() {
  cat >file.sql
  run_split dbi-collect --no-config "$(postgres_url)" --explain=file.sql "$@"
}
# reason NAME
reason() { member ".kind == \"plan\" and .plan_name == \"$1\"" '.plan_reason // "none"'; }

@test "every statement has a plan under its name, in order, and the cycle ends with its scrape" {
  explain <<'SQL'
-- The orders.
-- name: by key
select * from orders where id = 7;
select count(*) from orders where customer = 3; -- name: of nobody
-- name: all
with o as (select * from orders) select * from o order by note;
SQL
  assert_success
  assert_equal "$stderr" ""
  assert_equal "$(member '.kind == "plan"' '"\(.plan_name) \(.plan_source) \(.plan_format) \(.plan.Plan."Node Type")"')" \
    $'by key explain json Index Scan\n2 explain json Aggregate\nall explain json Sort'
  assert_equal "$(jq -r .kind <<<"$output" | uniq | paste -sd' ')" "plan scrape"
  assert_equal "$(member '.kind == "plan" and .plan_name == "by key"' '.query, .database, .system')" \
    $'select * from orders where id = ?\napp\npostgresql'
  assert_records 3 '.kind == "plan" and (.query_signature | test("^[0-9a-f]{16}$"))'
  assert_equal "$(member '.kind == "scrape"' '"\(.outcome) \(.records) \(.cost.explain.rows)"')" "ok 3 3"
}

@test "the query id is that of the statement in pg_stat_statements, where the server gives one" {
  sql "select pg_stat_statements_reset()" "select note from orders where id = 12"
  explain <<<"select note from orders where id = 99"
  local expected=null # EXPLAIN gives none before PostgreSQL 14
  [ "$(pg_major)" -lt 14 ] ||
    expected=$(sql "select queryid from pg_stat_statements where toplevel and query ilike 'select note from orders where id = %'")
  assert_equal "$(member '.kind == "plan"' .query_id)" "$expected"
}

@test "placeholders give the generic plan, as many as there are and whatever their order" {
  explain <<'SQL'
select * from orders where customer = $2 and note = $1;
select * from orders where id = $1 and note = 'CANARY-3';
select $1;
select * from orders where id = ?;
SQL
  assert_success
  assert_equal "$(member '.kind == "plan"' .plan_source | paste -sd' ')" "generic generic generic explain"
  assert_equal "$(member '.kind == "plan" and .plan_name == "1"' '[.plan | .. | ."Index Cond"? // empty] | first')" \
    "(orders.customer = \$2)"
  # It is not that of a NULL.
  refute_output --partial "One-Time Filter"
  refute_output --partial CANARY
  [[ $(reason 4) == "refused by the server: syntax error at end of input (42601)" ]]
  assert_records 1 '.kind == "error" and (.message | contains("statement 4: ")) and (.hint | startswith("Is the ? a placeholder?"))'
  assert_equal "$(sql "select count(*) from pg_prepared_statements")" 0
}

@test "a question mark that is an operator is none of a placeholder" {
  explain <<'SQL'
select * from orders where to_jsonb(note) ? 'CANARY-1';
select * from orders where to_jsonb(note) ? $1 and to_jsonb(note) ?| array['CANARY-2'];
SQL
  assert_success
  assert_records 2 '.kind == "plan" and .plan != null and .plan_reason == null'
  assert_equal "$(member '.kind == "plan"' .plan_source | paste -sd' ')" "explain generic"
  refute_output --partial CANARY
}

@test "nothing is carried out: DML is explained, what writes in planning is refused, utility statements are not sent" {
  before=$(sql "select count(*), sum(id) from orders" "select last_value, is_called from counter")
  cat >file.sql <<'SQL'
insert into orders values (99999, 1, 'CANARY-1');
update orders set note = 'CANARY-2' where id = 5;
delete from orders where id = 5;
select writes();
select * from orders where id = counts();
drop table orders;
truncate orders;
explain analyze delete from orders;
do $$ begin delete from orders; end $$;
call something();
copy orders to program 'touch /nowhere/CANARY-4';
select * into new_table from orders;
select nextval('counter');
prepare p as select 1;
(((delete from orders)));
select unguards();
(select 1 into new_table);
SQL
  run_split dbi-collect --no-config "$(postgres_url)" --explain=file.sql
  assert_success
  assert_equal "$(sql "select count(*), sum(id) from orders" "select last_value, is_called from counter")" "$before"
  assert_equal "$(sql "select to_regclass('new_table') is null")" t
  assert_equal "$(member '.kind == "plan" and (.plan_name | tonumber) <= 3' '.plan.Plan.Operation' | paste -sd' ')" "Insert Update Delete"
  [[ $(reason 4) == "refused by the server: cannot execute INSERT in a read-only transaction (25006)" ]]
  [[ $(reason 5) == "refused by the server: cannot execute nextval() in a read-only transaction (25006)" ]]
  [[ $(reason 16) == "refused by the server: transaction read-write mode must be set before any query (25001)" ]]
  for name in 6 7 8 9 10 11 14; do [[ $(reason $name) == "not explainable: "* ]]; done
  # What was refused was never sent: the server logs every statement.
  [ "$(sed -n '/dbi_monitor@app/p' "$PG_DIR/log" | grep -ciE 'drop table|truncate|explain analyze|do \$\$|call something|copy orders|prepare p')" = 0 ]
  assert_records 17 '.kind == "plan"'
  assert_records 0 '.kind == "error" and .sqlstate == null'
}

@test "no literal leaves, in plans, texts, reasons, errors and on standard error" {
  explain <<'SQL'
select * from orders where note = 'CANARY-1' or note like 'CANARY-2%' or id in (424242, 434343);
select * from orders where note = $tag$CANARY-3$tag$ order by note || 'CANARY-4' limit 5;
select 'CANARY-5'::int;
select * from orders where id = 'CANARY-6';
select * from "missing_CANARY_is_a_name" where a = 'CANARY-7';
select CANARY-8 from;
insert into orders values (515151, 525252, 'CANARY-9') on conflict (id) do update set note = 'CANARY-10';
create role joe password 'CANARY-11';
select * from orders where note = U&'CANARY-12' and note ~ E'CANARY\'-13';
SQL
  assert_success
  echo "$output$stderr" >said
  [ "$(grep -cE 'CANARY-?[0-9]|CANARY.-13|424242|434343|515151|525252' said)" = 0 ]
  assert_records 9 '.kind == "plan"'
  assert_records 4 '.kind == "plan" and .plan != null'
  assert_equal "$(member '.kind == "error"' '.message | capture("(?<place>file.sql line [0-9]+, statement [0-9]+): ").place' | head -1)" \
    "file.sql line 3, statement 3"
  # Kept on demand, and the record says so.
  explain --literals=keep <<<"select * from orders where note = 'CANARY-1'"
  assert_records 1 '.kind == "plan" and .literals == true and (.query | contains("CANARY-1")) and (.plan | tostring | contains("CANARY-1"))'
}

@test "a forged semicolon runs nothing: what is one statement to us goes as one to the server" {
  # To a server with standard_conforming_strings = off the string ends elsewhere.
  sql "alter role dbi_monitor set standard_conforming_strings = off"
  explain <<'SQL'
select '\'; drop table orders; --';
select * from orders where id = $1 and note = '\'; drop table orders; --';
SQL
  sql "alter role dbi_monitor reset all"
  assert_success
  assert_equal "$(sql "select count(*) from orders")" 2000
  assert_records 2 '.kind == "plan" and .plan != null'
  refute_output --partial "drop table"
}

@test "a statement that outlives the limit of time, or waits for a lock, costs the others nothing" {
  sql_in_background "begin" "lock table orders" "select pg_sleep(60)"
  wait_for_sql "select exists (select from pg_locks where relation = 'orders'::regclass and granted and mode = 'AccessExclusiveLock')"
  explain --statement-timeout=300ms --lock-timeout=100ms <<'SQL'
select unlimits();
select * from orders;
select 1;
select sleeps();
SQL
  sql "select pg_terminate_backend(pid) from pg_locks where relation = 'orders'::regclass and granted and mode = 'AccessExclusiveLock'"
  assert_success
  [[ $(reason 1) == "over the time limit: "*"(57014)" ]]
  [[ $(reason 2) == "over the time limit: "*"(55P03)" ]]
  [ "$(reason 3)" = none ]
  # What one has set for the session is no limit of the next.
  [[ $(reason 4) == "over the time limit: "*"(57014)" ]]
  assert_records 3 '.kind == "error" and .error_class == "timeout" and .source == "explain"'
  assert_equal "$(member '.kind == "error"' '.hint | capture("(?<flag>--[a-z-]+)").flag' | paste -sd' ')" \
    "--statement-timeout --lock-timeout --statement-timeout"
  assert_equal "$(member '.kind == "scrape"' .outcome)" partial
  # Nothing but time-outs is a server that does not answer.
  explain --statement-timeout=300ms <<<"select sleeps()"
  assert_failure 4
  assert_equal "$(member '.kind == "scrape"' .outcome)" failed
}

@test "what planning leaves in the session goes with it" {
  explain <<<"select locks()"
  assert_success
  wait_for_sql "select not exists (select from pg_locks where locktype = 'advisory')"
}

@test "the budget: so many statements, so many alike, so long; the next cycle goes on where it ended" {
  explain --explain-limit=2 --interval=100ms --count=2 <<'SQL'
select 1 from orders;
select 2, 2 from orders;
select 3, 3, 3 from orders;
SQL
  assert_success
  # Two of three, then from the third on.
  assert_equal "$(member '.kind == "plan"' '"\(.plan_name)\(if .plan then "+" else "-" end)"' | paste -sd' ')" "1+ 2+ 3- 3+ 1+ 2-"
  [[ $(reason 3) == "over budget: 2 statements "* ]]
  explain < <(for i in $(seq 12); do echo "select note from orders where id = $i;"; done)
  assert_records 10 '.kind == "plan" and .plan != null'
  [[ $(reason 12) == "over budget: 10 statements that differ in their values only"* ]]
  assert_equal "$(member '.kind == "scrape"' .outcome)" ok
}

@test "names are found by the role's own search path" {
  sql "create schema if not exists side" "create table if not exists side.elsewhere (a int)" \
    "grant usage on schema side to dbi_monitor" "grant select on side.elsewhere to dbi_monitor" \
    "alter role dbi_monitor set search_path = side"
  explain <<<"select * from elsewhere"
  sql "alter role dbi_monitor reset all"
  assert_equal "$(member '.kind == "plan"' '.plan.Plan.Schema')" side
  explain <<<"select * from elsewhere"
  [[ $(reason 1) == 'refused by the server: relation "elsewhere" does not exist (42P01)' ]]
}

@test "a missing right, a placeholder without a type and a rule are reasons with advice" {
  sql "create table if not exists secret (a int)" "create table if not exists ruled (a int)" \
    "create or replace rule doubled as on insert to ruled do also insert into orders values (new.a)" \
    "grant insert on ruled to dbi_monitor"
  explain <<'SQL'
select * from secret;
insert into ruled values (1);
select 1 from orders where $1 is not null and $3 = id;
SQL
  assert_success
  [[ $(reason 1) == 'refused by the server: permission denied for table secret (42501)' ]]
  assert_records 1 '.kind == "error" and .error_class == "privilege" and (.hint | contains("GRANT SELECT"))'
  [ "$(reason 2)" = "rules of the server make 2 statements of it" ]
  [[ $(reason 3) == "refused by the server: could not determine data type of parameter"*"(42P18)" ]]
}

@test "a plan that passes the depth of a record leaves without its plan" {
  { printf 'select * from (%.0s' $(seq 600); printf 'select * from orders'; printf ' limit 10000) x%.0s' $(seq 600); } >deep.sql
  run_split dbi-collect --no-config "$(postgres_url)" --explain=deep.sql --statement-timeout=1min
  assert_success
  assert_records 1 '.kind == "plan" and .plan == null and .query_signature != null'
  [[ $(reason 1) == "the plan passes the limits of a record: "* ]]
}

@test "behind a pooler plans come by transactions, generic ones too, and nothing is left there" {
  start_pgbouncer refuse 1
  printf '%s\n' 'select * from orders where id = 3;' 'select * from orders where id = $1;' >file.sql
  run_split dbi-collect --no-config "$(pooler_url)" --explain=file.sql
  assert_success
  assert_records 2 '.kind == "plan" and .plan != null'
  assert_equal "$(member '.kind == "scrape"' .guards)" transaction
  assert_equal "$(psql -X -q -A -t -p "$POOLER_PORT" -h 127.0.0.1 -c "select count(*) from pg_prepared_statements" -c "show statement_timeout" | paste -sd' ')" "0 0"
}

@test "what is wrong with the file is told before anything is asked, with its line" {
  run_split dbi-collect --no-config "$(postgres_url)" --explain=missing.sql
  assert_failure 2
  assert_equal "$stderr" "dbi-collect: usage: --explain: missing.sql: cannot be read"
  explain <<<$'select 1;\nselect \'CANARY'
  assert_failure 2
  assert_equal "$output" ""
  [[ $stderr == *"file.sql: line 2: where the statement that begins here ends cannot be told"* && $stderr != *CANARY* ]]
  explain <<<$'-- name: a\nselect 1;\n-- name: a\nselect 2'
  assert_failure 2
  [[ $stderr == *"file.sql: line 4: a second statement is called 'a'"* ]]
  explain <<<'-- nothing'
  assert_failure 2
  [[ $stderr == *"file.sql: no statement in it"* ]]
  explain <<<$'select 1\x80'
  assert_failure 2
  [[ $stderr == *"file.sql: line 1: not UTF-8"* ]]
  for wrong in "--explain=" "--explain" "--explain=file.sql --probe" "--explain=file.sql --kinds=session" "--literals=keep"; do
    # shellcheck disable=SC2086
    run_split dbi-collect --no-config "$(postgres_url)" $wrong
    assert_failure 2
  done
}

@test "standard input is a file, and a run beside a collector of the same pipeline takes nothing from it" {
  dbi-collect --no-config --once "$(postgres_url)" >/dev/null
  kept() { find "$DBI_STATE_DIR" -type f ! -path '*/telemetry/*' -exec md5sum {} + | sort; }
  kept >before
  output=$(dbi-collect --no-config "$(postgres_url)" --explain=- <<<"select 1")
  assert_records 1 '.kind == "plan" and .plan != null'
  kept >after
  diff before after
}

@test "many targets: each has its plans, and one that is dead is status 4" {
  echo "select 1" >file.sql
  run_split dbi-collect --no-config "$(postgres_url)" postgresql://nobody@127.0.0.1:1/none --explain=file.sql
  assert_failure 4
  assert_records 1 '.kind == "plan"'
  assert_equal "$(member '.kind == "scrape"' .outcome | sort | paste -sd' ')" "failed ok"
}

@test "--record keeps nothing of the statements and plans" {
  explain --record=raw <<<"select * from orders where note = 'CANARY-1'"
  assert_success
  run ! bash -c 'find raw -name "*.lz4" -exec lz4 -dc {} + | grep -E "CANARY|orders"'
}
