# dbi-collect --commit exported | dbi-export --to sqlite: under kills and losses, see test/live/acknowledged_commit.py.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { require_postgres; }
setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

holds() {
  require_tool dbi-collect
  require_tool dbi-export
  run python3 "$DBI_SOURCE_DIR/test/live/acknowledged_commit.py" "$1"
  assert_success
}

@test "sums survive 20 kills" { holds kills; }
@test "changes of --commit never double an interval" { holds changes_of_the_commit; }
@test "twelve lost cycles in a row" { holds twelve_lost_cycles_in_a_row; }
@test "a reader that leaves" { holds a_reader_that_leaves; }
@test "a deleted database" { holds a_deleted_database; }
@test "a run that cannot acknowledge" { holds a_run_that_cannot_acknowledge; }
@test "a FIFO that outlives its exporter" { holds a_fifo_that_outlives_its_exporter; }
@test "an exporter that lags" { holds an_exporter_that_lags; }
@test "cron runs that overlap" { holds cron_runs_that_overlap; }

@test "every case of acknowledged_commit.py is one of these tests" {
  while read -r name; do
    grep -q "{ holds $name; }" "$BATS_TEST_FILENAME" || fail "$name"
  done < <(python3 "$DBI_SOURCE_DIR/test/live/acknowledged_commit.py" --list)
}

@test "an exporter that cannot acknowledge says so" {
  printf '%s\n' '{"v":1,"kind":"scrape","target":"t","cycle":"00000000000000000000000000000002","outcome":"ok",
    "ack_from":"dbi-export","since_cycle":"00000000000000000000000000000001","records":0}' | tr -d '\n' >scrape
  for sinks in "--to ndjson:o" "--to ndjson:o --to sqlite:o.db" "--name other --to sqlite:p.db"; do
    run bash -c "cat scrape | dbi-export --no-config --state-dir state $sinks"
    assert_success
    assert_output --partial "dbi-collect waits for an acknowledgement of 'dbi-export' that this run cannot give"
  done
  run bash -c "dbi-export --no-config --state-dir state --to sqlite:a.db scrape"
  assert_output "" # nobody waits for what becomes of an archive
  run bash -c "cat scrape | dbi-export --no-config --state-dir state --to sqlite:b.db"
  assert_output --partial "refused: overlap"
}

@test "--ack-from is a name" {
  run dbi-collect --no-config --state-dir state --commit exported --ack-from ../x --once postgresql://127.0.0.1:1/x
  assert_failure 2
  assert_output --partial "'../x' cannot be the name of a file"
}
