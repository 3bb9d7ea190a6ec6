# The helpers themselves: a server that starts, restarts, crashes and comes back; a pooler of both kinds.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

calls() { sql -d app "select calls from pg_stat_statements where query like '%from one_table%' and query not like '%pg_stat%'"; }

@test "a clean restart keeps statistics, one with save off and a crash do not" {
  sql "create table one_table (a int)" "select a from one_table"
  assert_equal "$(calls)" 1
  restart_postgres
  assert_equal "$(calls)" 1
  crash_postgres
  run sql "select 1"
  assert_failure
  revive_postgres
  assert_equal "$(calls)" ""
  sql "select a from one_table"
  restart_postgres pg_stat_statements.save=off
  assert_equal "$(calls)" ""
}

@test "sessions are those of the roles that were asked for" {
  assert_equal "$(sql -U dbi_plain 'select current_user')" dbi_plain
  run psql "host=127.0.0.1 user=dbi_password" -wAtc 'select 1'
  assert_failure
  PGPASSWORD='correct horse' run psql "host=127.0.0.1 user=dbi_password" -Atc 'select 1'
  assert_output 1
}

@test "a pooler refuses startup options, or drops them" {
  start_pgbouncer refuse
  PGOPTIONS='-c statement_timeout=77' run psql "$(pooler_url)" -Atc 'show statement_timeout'
  assert_failure
  assert_output --partial 'unsupported startup parameter'
  start_pgbouncer ignore
  PGOPTIONS='-c statement_timeout=77' run psql "$(pooler_url)" -Atc 'show statement_timeout'
  assert_output 0
}

@test "records are counted and summed" {
  output='{"kind":"a","calls":3}
{"kind":"b","calls":9007199254740993}
{"kind":"a","calls":4}'
  assert_records 2 '.kind=="a"'
  assert_equal "$(sum_of .calls '.kind=="a"')" 7
}
