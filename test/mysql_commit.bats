# As commit.bats, on MariaDB or MySQL; scripts/exactness --mysql does it with 200 runs.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

holds() {
  require_mysql
  require_tool dbi-collect
  require_tool dbi-export
  run python3 "$DBI_SOURCE_DIR/test/live/acknowledged_commit.py" --mysql --runs 6 "$@"
  assert_success
}

@test "sums of MySQL and MariaDB survive kills" { holds kills; }
@test "changes of --commit never double an interval of MySQL and MariaDB" { holds changes_of_the_commit; }
@test "lost cycles of MySQL and MariaDB, a reader that leaves, an exporter that lags, runs that overlap" {
  holds twelve_lost_cycles_in_a_row a_reader_that_leaves an_exporter_that_lags cron_runs_that_overlap
}
@test "a deleted database and a FIFO that outlives its exporter, on MySQL and MariaDB" {
  holds a_deleted_database a_fifo_that_outlives_its_exporter
}
