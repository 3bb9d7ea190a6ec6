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

# --- What dbi-collect really wrote: two targets, three cycles each, one of them with a chain of locks ---

@test "the table of a real stream names who blocks whom and what is slow" {
  run --separate-stderr dbi-export --to table --width 100 "$DBI_SOURCE_DIR/test/fixtures/collected.ndjson"
  assert_success
  assert_equal "$stderr" ""
  assert_equal "$(grep -c '^orders  ok' <<<"$output")" 3
  assert_equal "$(grep -c '^reports  ok' <<<"$output")" 3
  assert_line --regexp '^SESSIONS  [0-9]+, 4 blocked by [0-9]+ \(app\), idle in tx for '
  assert_line --regexp '^  └ [0-9]+ .* Lock/transactionid app '
  assert_line --regexp '^STATEMENTS by total time in app  '
  assert_line --partial "UPDATE pgbench_branches SET bbalance"
  assert_line "STATEMENTS  waiting for the next cycle: a difference takes two readings"
}

@test "SQLite takes a real stream whole and its views answer" {
  db=$BATS_TEST_TMPDIR/o.db
  fixture=$DBI_SOURCE_DIR/test/fixtures/collected.ndjson
  run dbi-export --to "sqlite:$db" "$fixture"
  assert_success
  assert_output ""
  for kind in query_stats session scrape; do
    assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM $kind")" "$(grep -c "\"kind\":\"$kind\"" "$fixture")"
  done
  assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM scrape AS s WHERE records <> (SELECT count(*) FROM query_stats AS q
    WHERE q.target = s.target AND q.cycle = s.cycle) + (SELECT count(*) FROM session AS e
    WHERE e.target = s.target AND e.cycle = s.cycle)")" 0
  assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM query_stats WHERE extra IS NOT NULL")" 0
  assert_equal "$(sqlite3 "$db" "SELECT sum(calls) FROM top_statements_by_hour")" \
    "$(jq -s 'map(select(.kind == "query_stats").calls) | add' "$fixture")"
  assert_equal "$(sqlite3 "$db" "SELECT count(DISTINCT blocker) FROM blocked_sessions WHERE blocker_state IS NOT NULL")" \
    "$(jq -s '[.[] | select(.blocked_by).blocked_by[]] | unique | length' "$fixture")"
  assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM unfinished_cycles")" 0
}

# on_terminal COLUMNS LINES COMMAND: what the command writes to a terminal of that size.
on_terminal() {
  run --separate-stderr env TERM=xterm script -qec "stty cols $1 rows $2; $3" /dev/null </dev/null
}

@test "a terminal gets one picture that is painted anew from its first line" {
  on_terminal 80 24 "dbi-export --to table '$DBI_SOURCE_DIR/test/fixtures/collected.ndjson'"
  assert_success
  esc=$'\e'
  assert_output --partial "${esc}[H"
  assert_output --partial "${esc}[1morders${esc}[0m  ${esc}[32mok${esc}[0m"
  assert_output --partial "${esc}[1;31mSESSIONS"
  # Every picture ends by clearing what is below, and every line by clearing what is beside.
  assert_output --partial "${esc}[K"
  assert_output --partial "${esc}[J"
}

@test "NO_COLOR and --color never leave the pictures plain" {
  for how in "env NO_COLOR=1 dbi-export" "dbi-export --color never"; do
    on_terminal 80 24 "$how --to table '$input'"
    assert_success
    refute_output --regexp $'\e\\[[0-9;]*m'
  done
}

@test "no line is wider than the terminal, and lines are not counted in bytes" {
  on_terminal 60 200 "dbi-export --color never --to table '$DBI_SOURCE_DIR/test/fixtures/collected.ndjson'"
  assert_success
  plain=$(sed -e 's/\x1b\[[0-9;]*[A-Za-z]//g' -e 's/\r//g' <<<"$output")
  [ "$(LC_ALL=C.UTF-8 wc -L <<<"$plain")" -le 60 ]
  grep -q "└ [0-9]*" <<<"$plain"
}

@test "a terminal that waits is told what for" {
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  # A writer that says nothing until the waiting is on the screen.
  script -qefc "stty cols 80 rows 24; dbi-export --to table '$BATS_TEST_TMPDIR/pipe'" "$BATS_TEST_TMPDIR/screen" \
    </dev/null >/dev/null 3>&- &
  exec 8>"$BATS_TEST_TMPDIR/pipe"
  wait_until 10 grep -q "Waiting for the first cycle" "$BATS_TEST_TMPDIR/screen"
  cat "$input" >&8
  exec 8>&-
  wait $!
  grep -q "select 1" "$BATS_TEST_TMPDIR/screen"
}

# --- Cycles and faults ---

whole_cycles() {
  assert_equal "$(sqlite3 "$1" "SELECT count(*) FROM (SELECT q.target, q.cycle, count(*) AS n FROM query_stats AS q
    GROUP BY 1, 2) AS q LEFT JOIN scrape AS s USING (target, cycle) WHERE s.records IS NOT q.n")" 0
}

# cycles N: a scrape after every 40 records.
cycles() {
  awk -v n="$1" 'BEGIN { for (c = 1; c <= n; c++) {
    r = sprintf("\"ts\":\"2026-11-25T08:00:00.000000Z\",\"target\":\"main\",\"cycle\":\"%032d\",\"system\":\"postgresql\"", c)
    for (i = 1; i <= 40; i++) printf "{\"v\":1,\"kind\":\"query_stats\",%s,\"query_id\":\"%d\",\"query\":\"select %0200d\",\"calls\":1,\"total_ms\":1,\"quality\":\"exact\"}\n", r, i, i
    printf "{\"v\":1,\"kind\":\"scrape\",%s,\"outcome\":\"ok\",\"cycle_ms\":1,\"records\":40}\n", r } }'
}

@test "a kill of the tool at any moment leaves no half cycle, and the next run goes on" {
  db=$BATS_TEST_TMPDIR/o.db
  for round in 1 2 3 4 5; do
    mkfifo "$BATS_TEST_TMPDIR/$round"
    dbi-export --name "e$round" --to "sqlite:$db" "$BATS_TEST_TMPDIR/$round" 3>&- &
    tool=$!
    cycles 20000 | sed "s/\"target\":\"main\"/\"target\":\"t$round\"/" >"$BATS_TEST_TMPDIR/$round" 2>/dev/null 3>&- &
    wait_until 20 scrapes_of "t$round" "$db"
    kill -KILL "$tool"
    wait "$tool" || true
    whole_cycles "$db"
  done
  assert_equal "$(sqlite3 "$db" "SELECT count(DISTINCT target) FROM scrape; PRAGMA integrity_check")" "5
ok"
}
scrapes_of() { [ "$(sqlite3 "$2" "SELECT count(*) > 3 FROM scrape WHERE target = '$1'" 2>/dev/null)" = 1 ]; }

@test "a disk that fills up in a series of cycles is status 5 and leaves the earlier ones whole" {
  db=$BATS_TEST_TMPDIR/o.db
  cycles 2000 >"$BATS_TEST_TMPDIR/many"
  run bash -c "ulimit -f 4096; trap '' XFSZ; dbi-export --to 'sqlite:$db' --to 'ndjson:$BATS_TEST_TMPDIR/o' '$BATS_TEST_TMPDIR/many'"
  assert_failure 5
  assert_output --partial "sqlite:$db: "
  assert_output --partial "ndjson:$BATS_TEST_TMPDIR/o: write: File too large"
  assert_equal "$(sqlite3 "$db" "SELECT count(*) BETWEEN 2 AND 1999 FROM scrape; PRAGMA integrity_check")" "1
ok"
  whole_cycles "$db"
  # The file's last line is whole as well.
  tail -1 "$BATS_TEST_TMPDIR/o" | jq -e .kind
}

@test "a cycle that was cut off is left out of SQLite, counted and told" {
  db=$BATS_TEST_TMPDIR/o.db
  run bash -c "head -60 | dbi-export --to 'sqlite:$db'" < <(cycles 2)
  assert_success
  assert_output --partial "19 records of main, cycle 00000000000000000000000000000002, are left out: their scrape never came"
  assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM query_stats; SELECT reason, count, calls FROM dropped")" "40
incomplete|19|19.0"
}

@test "a stream whose scrapes were filtered out is stored where that is allowed" {
  db=$BATS_TEST_TMPDIR/o.db
  cycles 1000 | grep -v '"scrape"' >"$BATS_TEST_TMPDIR/filtered"
  run bash -c "ulimit -n 40; dbi-export --memory-limit 1GiB --to 'sqlite:$db' --uncounted allow '$BATS_TEST_TMPDIR/filtered'"
  assert_success
  assert_output ""
  assert_equal "$(sqlite3 "$db" "SELECT count(*) FROM query_stats; SELECT sum(calls) FROM top_statements_by_hour;
    SELECT count(*) FROM unfinished_cycles")" "40000
40000
1000"
  run dbi-export --to "sqlite:$BATS_TEST_TMPDIR/p.db" "$BATS_TEST_TMPDIR/filtered"
  assert_success
  assert_output --partial "hint: If something in the pipe takes scrapes out, --uncounted allow stores the rest as it comes."
  assert_output --partial "1000 cycles were left out"
  assert_equal "$(sqlite3 "$BATS_TEST_TMPDIR/p.db" "SELECT count(*) FROM query_stats; SELECT sum(count) FROM dropped")" "0
40000"
}

@test "a sink that is an input is refused" {
  cp "$input" "$BATS_TEST_TMPDIR/self"
  run dbi-export --to "ndjson:$BATS_TEST_TMPDIR/self" "$BATS_TEST_TMPDIR/self"
  assert_failure 2
  assert_output --partial "is an input, too"
  run bash -c "dbi-export --to 'ndjson:$BATS_TEST_TMPDIR/self' <'$BATS_TEST_TMPDIR/self'"
  assert_failure 2
  cmp "$input" "$BATS_TEST_TMPDIR/self"
}

@test "a database of another program is refused and stays as it is" {
  db=$BATS_TEST_TMPDIR/event.db
  sqlite3 "$db" "CREATE TABLE event (id INTEGER PRIMARY KEY, ts TEXT, extra TEXT, title TEXT);
    INSERT INTO event VALUES (1, '2020-01-01', 'x', 'wedding')"
  cp "$db" "$db.before"
  run dbi-export --to "sqlite:$db" --retain 30d "$input"
  assert_failure 5
  assert_output --partial "is not one of dbi-export's; it stays as it is"
  cmp "$db" "$db.before"
}

@test "a file of another form is refused and stays as it is" {
  printf 'a note' >"$BATS_TEST_TMPDIR/note"
  run dbi-export --to "ndjson:$BATS_TEST_TMPDIR/note" "$input"
  assert_failure 5
  assert_output --partial "is not NDJSON"
  assert_equal "$(cat "$BATS_TEST_TMPDIR/note")" "a note"
}

@test "the torn end of a crash is cut off and told" {
  printf '{"v":1}\n{"v":1,"ki' >"$BATS_TEST_TMPDIR/o"
  run dbi-export --to "ndjson:$BATS_TEST_TMPDIR/o" "$input"
  assert_success
  assert_output --partial "10 bytes at the end were no whole record"
  (echo '{"v":1}'; cat "$input") | cmp - "$BATS_TEST_TMPDIR/o"
}
