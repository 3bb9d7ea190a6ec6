# dbi-collect on a MariaDB or MySQL beside other servers: one run, one probe, one dead target.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

setup() {
  require_mysql
  require_tool dbi-collect
  export DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  TARGET=$("$DBI_SOURCE_DIR/scripts/private-mariadb" start "$MARIADB_DIR" 3>&- 4>&- | tail -1)
}
teardown() { [ -z "${MARIADB_DIR:-}" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$MARIADB_DIR"; }
root() { mariadb --no-defaults -S "$MARIADB_DIR/socket" -u root -N -B "$@"; }

@test "servers of two makes and one that is dead in one run: the others are on time" {
  start_postgres
  run --separate-stderr dbi-collect --no-config --once "$TARGET" "postgresql://dbi_monitor@127.0.0.1:$PG_PORT/app" \
    mysql://nobody@127.0.0.1:1/
  assert_equal "$status" 4
  jq -rs 'map(select(.kind=="scrape")) | map("\(.system) \(.outcome)") | sort | .[]' <<<"$output" >"$BATS_TEST_TMPDIR/said"
  make=mysql
  [[ $(root -e 'select version()') != *MariaDB* ]] || make=mariadb
  diff <(printf '%s\n' "$make ok" "mysql failed" "postgresql ok" | sort) "$BATS_TEST_TMPDIR/said"
  [ "$(jq -s 'map(select(.kind=="scrape" and .outcome=="ok")) | map(.cycle_ms) | max < 3000' <<<"$output")" = true ]
}

@test "the probe says what is there, and what an account may not see with the lines that let it" {
  run dbi-collect --no-config --probe "$TARGET"
  assert_success
  assert_line --regexp '^  connection +ok +account .dbi_monitor.@.%., no database'
  assert_line --regexp '^  statements +ok +[0-9]+ statements'
  assert_line --partial 'fix: in my.cnf, below [mysqld]: max_digest_length = 4096'
  run dbi-collect --no-config --probe "${TARGET/dbi_monitor/dbi_plain}"
  assert_failure 1
  assert_line --partial "fix: GRANT SELECT ON performance_schema.* TO 'dbi_plain'@'%';"
  assert_line --partial "fix: GRANT PROCESS ON *.* TO 'dbi_plain'@'%';"
  # Exactly these lines let it.
  sed -n "s/.*fix: \(GRANT.*\)/\1/p" <<<"$output" | root
  run dbi-collect --no-config --probe "${TARGET/dbi_monitor/dbi_plain}"
  assert_success
}

@test "a configured target has its name, its password file and its tls" {
  (umask 077 && echo 'correct horse' >"$BATS_TEST_TMPDIR/password")
  cat >"$BATS_TEST_TMPDIR/dbi.yaml" <<CONF
targets:
  - {name: shop, url: "mysql://dbi_password@127.0.0.1:$(cat "$MARIADB_DIR/port")/", password_file: $BATS_TEST_TMPDIR/password, tls: preferred}
CONF
  run --separate-stderr dbi-collect --config "$BATS_TEST_TMPDIR/dbi.yaml" --once
  assert_success
  assert_equal "$(jq -r 'select(.kind=="scrape") | "\(.target) \(.outcome)"' <<<"$output")" "shop ok"
  refute_output --partial horse
  run ! grep -r horse "$DBI_STATE_DIR"
}

@test "records of MySQL and MariaDB have the members that dbi-record(5) knows" {
  for _ in 1 2; do dbi-collect --no-config --once "$TARGET"; done >"$BATS_TEST_TMPDIR/records"
  dbi-export --to "sqlite:$BATS_TEST_TMPDIR/app.db" <"$BATS_TEST_TMPDIR/records"
  [ "$(sqlite3 "$BATS_TEST_TMPDIR/app.db" "select count(*) > 0 from query_stats where calls > 0 and rows_examined >= 0 and system in ('mysql', 'mariadb')")" = 1 ]
}
