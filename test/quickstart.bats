# scripts/quickstart with programs that are built already.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { require_postgres; }
teardown_file() { stop_everything; }

quickstart() {
  require_tool dbi-collect
  require_tool dbi-export
  run_split env DBI_QUICKSTART_BIN="$(dirname "$(command -v dbi-collect)")" \
    DBI_QUICKSTART_DB="$BATS_TEST_TMPDIR/quick.db" TMPDIR="$scratch" "$DBI_SOURCE_DIR/scripts/quickstart" "$@"
}

setup() {
  # The server runs as another user, who has to reach its folder: one that bats keeps to itself will not do.
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/dbi-quick.XXXXXX")
  chmod a+rx "$scratch"
}
teardown() { rm -rf "$scratch"; }

@test "the quick start shows pgbench's statements and leaves nothing but the SQLite file" {
  quickstart
  assert_success
  assert_equal "$stderr" ""
  assert_output --partial pgbench_accounts
  assert_output --partial "$BATS_TEST_TMPDIR/quick.db"
  run sqlite3 "$BATS_TEST_TMPDIR/quick.db" "select sum(calls) > 0 from query_stats where query like '%pgbench_accounts%'"
  assert_output 1
  run find "$scratch" -mindepth 1
  assert_output ""
}

@test "the quick start shows MariaDB's statements, too" {
  quickstart --mariadb
  assert_success
  assert_equal "$stderr" ""
  assert_output --partial 'INSERT INTO `transfer`'
  run sqlite3 "$BATS_TEST_TMPDIR/quick.db" "select sum(calls) > 0 from query_stats where query like 'UPDATE ACCOUNT%'"
  assert_output 1
  run find "$scratch" -mindepth 1
  assert_output ""
}

@test "the quick start watches the target that it is given" {
  start_postgres
  quickstart "$(postgres_url)"
  assert_success
  assert_file_exists "$BATS_TEST_TMPDIR/quick.db"
}
