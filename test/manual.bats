#!/usr/bin/env bats
# Every command of an EXAMPLES section runs, against a live server, and so does every pipeline of examples/.
# bats file_tags=db
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() {
  start_postgres
  printf '[main]\nhost=%s\nport=%s\nuser=dbi_monitor\ndbname=app\n' "$PG_DIR" "$PG_PORT" >"$BATS_FILE_TMPDIR/services"
}
teardown_file() { stop_everything; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state PGSERVICEFILE=$BATS_FILE_TMPDIR/services
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
}

# The commands between ``` below "# EXAMPLES" of a page, one a line; a line that ends with \ goes on.
examples_of() {
  awk '/^# /{ on = ($0 == "# EXAMPLES") } !on { next } /^```/ { code = !code; next } code' "$1" |
    sed -e ':a' -e '/\\$/N; s/\\\n//; ta'
}

# examples_run TOOL: every command of its page works, and there is one.
examples_run() {
  local tool=$1 command ran=0
  while read -r -u 8 command; do
    [ -n "$command" ] || continue
    echo "$tool: $command"
    run timeout 60 bash -o pipefail -c "$command" 8<&-
    echo "$output"
    # --probe answers 1 where a privilege is denied; all else must work.
    if [[ $command == *--probe* ]]; then [ "$status" -le 1 ]; else assert_success; fi
    ran=$((ran + 1))
  done 8< <(examples_of "$DBI_SOURCE_DIR/man/$tool.1.scd")
  [ "$ran" -gt 0 ] || fail "no command below EXAMPLES of $tool(1)"
}

@test "the examples of dbi-breaker(1) run" { examples_run dbi-breaker; }
@test "the examples of dbi-collect(1) run" { examples_run dbi-collect; }
@test "the examples of dbi-sample(1) run" { examples_run dbi-sample; }
@test "the examples of dbi-export(1) run" { examples_run dbi-export; }
@test "the examples of dbi-ratelimit(1) run" { examples_run dbi-ratelimit; }
@test "the examples of dbi-verify(1) run" { examples_run dbi-verify; }
@test "the examples of dbi-gen-config(1) run" {
  cp -r "$DBI_SOURCE_DIR/examples/config" "$DBI_SOURCE_DIR/examples/dbi.yaml" .
  { examples_run dbi-gen-config; }
}
@test "the examples of dbi-plan(1) run" {
  export PGHOST=$PG_DIR PGPORT=$PG_PORT PGUSER=postgres DBI_EXAMPLE_LOG=$DBI_BUILD_DIR/test/fixtures/plans/auto_explain-15.log
  { examples_run dbi-plan; }
}

@test "each tool has a page, and each page with options is of a tool" {
  diff <(basename -a -s .cpp "$DBI_SOURCE_DIR"/tools/*.cpp) <(basename -a -s .1.scd "$DBI_SOURCE_DIR"/man/*.1.scd)
}

# What EXAMPLES show is in these two tests; a tool that comes needs its own.
@test "no tool's examples are left out" {
  for source in "$DBI_SOURCE_DIR"/tools/*.cpp; do
    grep -q "examples_run $(basename "$source" .cpp);" "$BATS_TEST_FILENAME"
  done
}

example() { timeout 60 "$DBI_SOURCE_DIR/examples/$1.sh" "${@:2}"; }

@test "examples/watch-now.sh shows the statements of a difference" {
  sql_in_background "do \$\$ begin for i in 1..400 loop perform count(*) from pg_class; perform pg_sleep(0.02); commit; end loop; end \$\$"
  INTERVAL=1s COUNT=2 run_split example watch-now
  assert_success
  assert_output --partial "pg_sleep"
}

@test "examples/hourly-into-sqlite.sh adds an hour to the database each time it runs" {
  run_split example hourly-into-sqlite records.db service=main
  assert_success
  for _ in 1 2 3; do sql -U dbi_monitor "select count(*) from pg_class"; done
  run_split example hourly-into-sqlite records.db service=main
  assert_success
  [ -z "$stderr" ]
  [ "$(sqlite3 records.db 'select count(*) from scrape')" = 2 ]
  [ "$(sqlite3 records.db "select sum(calls) from query_stats where query = 'select count(*) from pg_class'")" = 3 ]
}

@test "examples/who-blocks-whom.sh names the one who waits and the one who blocks" {
  sql "create table if not exists contested (id int)"
  sql_in_background "begin" "lock table contested" "select pg_sleep(60)"
  wait_for_sql "select exists (select from pg_locks where relation = 'contested'::regclass and granted)"
  sql_in_background "select count(*) from contested"
  wait_for_sql "select exists (select from pg_locks where relation = 'contested'::regclass and not granted)"
  run_split example who-blocks-whom
  assert_success
  assert_line --regexp "^[0-9]+ .*select count\(\*\) from contested.* waits .* for [0-9]+ .*pg_sleep"
}

@test "examples/dbi.yaml reads its two targets" {
  MAIN_URL=service=main REPORTING_URL=$(postgres_url) run_split dbi-collect --config "$DBI_SOURCE_DIR/examples/dbi.yaml" --once
  assert_success
  [ "$(jq -r 'select(.kind == "scrape") | .target' <<<"$output" | sort | paste -sd' ')" = "main reporting" ]
}

@test "every pipeline of examples/ is run here" {
  for file in "$DBI_SOURCE_DIR"/examples/*.sh; do
    [ -x "$file" ]
    grep -q "example $(basename "$file" .sh)" "$BATS_TEST_FILENAME"
  done
}

# vectors_of: the lines of test vectors of a text on standard input.
vectors_of() { sed -n -E 's/^[[:space:]]*((for|text|norm|sign): .*)$/\1/p'; }

@test "dbi-record(5) prints the test vectors byte by byte, backslashes too" {
  command -v man >/dev/null || no_server "no man"
  vectors_of <"$DBI_SOURCE_DIR/man/query-signature.scd.in" >published
  MANWIDTH=500 man -l -E UTF-8 -Tutf8 "$DBI_BUILD_DIR/man/dbi-record.5" | col -bx | vectors_of >printed
  grep -qF "E'it\\'s'" published
  diff published printed
}

@test "the targets of dbi-config(5) are read as they stand there" {
  awk '/^# /{ on = ($0 == "# TARGETS") } !on { next } /^```/ { code = !code; next } code' \
    "$DBI_SOURCE_DIR/man/dbi-config.5.scd" >shown
  echo "correct horse" >password
  chmod 600 password
  sed "s,@db1.example.net/,@127.0.0.1:$PG_PORT/,; s,/etc/dbi/orders.password,$PWD/password," shown >dbi.yaml
  [ "$(diff shown dbi.yaml | grep -c '^>')" = 2 ]
  printf '[stock]\nhost=%s\nport=%s\nuser=dbi_monitor\ndbname=app\n' "$PG_DIR" "$PG_PORT" >services
  PGSERVICEFILE=$PWD/services run_split dbi-collect --config dbi.yaml --once
  assert_success
  [ "$(jq -r 'select(.kind == "scrape" and .outcome == "ok") | .target' <<<"$output" | sort | paste -sd' ')" = "orders stock" ]
}

@test "every page is built without a warning of man" {
  command -v man >/dev/null || no_server "no man"
  for source in "$DBI_SOURCE_DIR"/man/*.scd; do
    page=$DBI_BUILD_DIR/man/$(basename "$source" .scd)
    assert_file_exists "$page"
    run_split man --warnings -l -E UTF-8 -Tutf8 -Z "$page"
    assert_success
    [ -z "$stderr" ]
  done
}
