#!/usr/bin/env bats
# dbi-export from end to end: sinks, their faults and the exit statuses.
# SPDX-License-Identifier: Apache-2.0

setup() {
  load helper
  export DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
  input=$BATS_TEST_TMPDIR/in.ndjson
  local routing='"ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":"01","system":"postgresql"'
  {
    echo '{"v":1,"kind":"query_stats",'"$routing"',"database":"app","query_id":"1","query":"select 1","calls":3,"total_ms":12,"duration_ms":4,"quality":"exact"}'
    echo '{"v":1,"kind":"scrape",'"$routing"',"outcome":"failed","cycle_ms":3,"records":1}'
  } >"$input"
}

@test "every sink gets every record, and only the table is on standard output" {
  run --separate-stderr dbi-export --to table --to "ndjson:$BATS_TEST_TMPDIR/o" --to "sqlite:$BATS_TEST_TMPDIR/o.db" "$input"
  assert_success
  assert_line --partial "100.0%"
  assert_line --partial "select 1"
  assert_equal "$stderr" ""
  cmp "$input" "$BATS_TEST_TMPDIR/o"
  assert_equal "$(sqlite3 "$BATS_TEST_TMPDIR/o.db" 'SELECT calls, total_ms FROM query_stats')" "3|12.0"
}

@test "a failed scrape is status 4 only when asked for" {
  run --separate-stderr dbi-export --to "ndjson:$BATS_TEST_TMPDIR/o" "$input"
  assert_success
  assert_output ""
  run dbi-export --fail-on-scrape --to "ndjson:$BATS_TEST_TMPDIR/o" "$input"
  assert_failure 4
}

@test "without a sink and without a terminal it says what to write" {
  run dbi-export "$input"
  assert_failure 2
  assert_output --partial "--to table"
}

@test "a malformed line is status 3 and the others are delivered" {
  run bash -c "(echo bad; cat '$input') | dbi-export --to 'ndjson:$BATS_TEST_TMPDIR/o'"
  assert_failure 3
  cmp "$input" "$BATS_TEST_TMPDIR/o"
}

@test "a full device is status 5, named, and the other sink is unharmed" {
  run dbi-export --to ndjson:/dev/full --to "ndjson:$BATS_TEST_TMPDIR/o" "$input"
  assert_failure 5
  assert_output --partial "ndjson:/dev/full: write: No space left on device"
  cmp "$input" "$BATS_TEST_TMPDIR/o"
}

@test "a full standard output is status 5 and the file gets what was accepted" {
  run bash -c "dbi-export --to table --to 'ndjson:$BATS_TEST_TMPDIR/o' '$input' >/dev/full"
  assert_failure 5
  cmp "$input" "$BATS_TEST_TMPDIR/o"
}

@test "SQLite on a full disk is status 5 and leaves whole cycles" {
  db=$BATS_TEST_TMPDIR/o.db
  dbi-export --to "sqlite:$db" "$input"
  run bash -c "ulimit -f 600; trap '' XFSZ; dbi_generate_records --records 10000 | dbi-export --to 'sqlite:$db'"
  assert_failure 5
  assert_output --partial "sqlite:$db:"
  assert_equal "$(sqlite3 "$db" 'SELECT count(*) FROM query_stats; SELECT count(*) FROM scrape')" "1
1"
}

@test "frames of a compressed file are readable by lz4" {
  dbi-export --to "ndjson:$BATS_TEST_TMPDIR/o.lz4" "$input"
  lz4 -dc "$BATS_TEST_TMPDIR/o.lz4" | cmp "$input"
}
