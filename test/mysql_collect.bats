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
teardown() {
  local folder
  for folder in "${MARIADB_DIR:-}" "${REPLICA_DIR:-}"; do
    [ -z "$folder" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$folder"
  done
}
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

# Starts a second server that replicates the first one.
start_replica() {
  REPLICA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  "$DBI_SOURCE_DIR/scripts/private-mariadb" restart "$MARIADB_DIR" server_id=1 log_bin=bin 3>&- 4>&- >/dev/null
  REPLICA=$("$DBI_SOURCE_DIR/scripts/private-mariadb" start "$REPLICA_DIR" server_id=2 3>&- 4>&- | tail -1)
  local port
  port=$(cat "$MARIADB_DIR/port")
  root -e "create user replica; grant replication slave on *.* to replica"
  if [[ $(root -e 'select version()') == *MariaDB* ]]; then
    root -e 'reset master'
    replica -e "change master to master_host='127.0.0.1', master_port=$port, master_user='replica', master_delay=3600; start slave"
  else
    root -e 'reset binary logs and gtids'
    replica -e "change replication source to source_host='127.0.0.1', source_port=$port, source_user='replica',
      get_source_public_key=1, source_delay=3600; start replica"
  fi
}
replica() { mariadb --no-defaults -S "$REPLICA_DIR/socket" -u root -N -B "$@"; }
# lag [TARGET]: replica_lag_s of a cycle's scrape, or "absent"; every cycle has to be whole.
lag() {
  dbi-collect --no-config --once "${1:-$REPLICA}" |
    jq -r 'select(.kind=="scrape") | if .outcome == "ok" then .replica_lag_s // "absent" else .outcome end'
}
lag_is() { [ "$(lag)" = "$1" ]; }
lag_exceeds() { [ "$(lag | sed 's/[^0-9].*//')" -gt "$1" ]; }

@test "a replica tells how far it is behind, a primary and one that stands tell nothing" {
  start_replica
  wait_until 10 lag_is 0
  # An event of ten minutes ago, which waits for its hour. (MariaDB 10.5 lets already the head of the log wait.)
  local least=599
  [[ $(replica -e 'select version()') != 10.5.* ]] || least=0
  root -e 'set timestamp = unix_timestamp() - 600; create table app.late (id int)'
  wait_until 10 lag_exceeds $least
  [ "$(lag)" -lt 700 ]
  [ "$(lag "$TARGET")" = absent ]
  replica -e 'create user dbi_narrow; grant process on *.* to dbi_narrow; grant select on performance_schema.* to dbi_narrow'
  # Without the right nothing is told, and nothing is wrong but what the probe says.
  [ "$(lag "${REPLICA/dbi_monitor/dbi_narrow}")" = absent ]
  run dbi-collect --no-config --probe "${REPLICA/dbi_monitor/dbi_narrow}"
  assert_success
  assert_line --regexp 'limited +a replica: how far it is behind'
  sed -n "s/.*fix: \(GRANT.*\)/\1/p" <<<"$output" | replica
  [ "$(lag "${REPLICA/dbi_monitor/dbi_narrow}")" -gt $least ]
  replica -e 'stop slave' 2>/dev/null || replica -e 'stop replica'
  [ "$(lag)" = absent ]
}

@test "limits on what a statement may read, set for the server, cut no reading" {
  for i in $(seq 50); do echo "select 1 as column_$i;"; done | root app
  root -e "set global sql_select_limit = 3; set global max_join_size = 10000"
  run --separate-stderr dbi-collect --no-config --once "$TARGET"
  assert_success
  [ "$(jq 'select(.kind=="scrape" and .outcome=="ok") | .cost.statements.rows > 50' <<<"$output")" = true ]
}

# hold N: takes a place in the server for a while, or is refused; either is certain when it returns.
hold() {
  mariadb --no-defaults -S "$MARIADB_DIR/socket" -u app --unbuffered -e "select 1; select sleep(30)" \
    >"$BATS_TEST_TMPDIR/hold.$1" 2>&1 3>&- 4>&- &
  wait_until 10 test -s "$BATS_TEST_TMPDIR/hold.$1"
}

@test "a server that is full is too_many_connections, over TLS as well" {
  root -e "set global max_connections = 10"
  for n in $(seq 14); do hold "$n"; done
  grep -q 1040 "$BATS_TEST_TMPDIR/hold.14"
  run --separate-stderr dbi-collect --no-config --once "mysql://dbi_monitor@127.0.0.1:$(cat "$MARIADB_DIR/port")/?tls=preferred"
  assert_equal "$status" 4
  assert_equal "$(jq -r 'select(.kind=="error") | .error_class' <<<"$output" | sort -u)" too_many_connections
}
