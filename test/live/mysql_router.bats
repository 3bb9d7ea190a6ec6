# dbi-collect behind MySQL Router whose clients share the sessions of one MySQL. Needs DBI_TEST_MYSQL_ROOT
# (scripts/get-mysql mysql-9.7) and DBI_TEST_MYSQL_ROUTER (the same mysql-router-9.7); scripts/test --matrix runs it.
# SPDX-License-Identifier: Apache-2.0

load ../helper

setup() {
  require_mysql
  require_tool dbi-collect
  export DBI_STATE_DIR=$BATS_TEST_TMPDIR/state
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  "$DBI_SOURCE_DIR/scripts/private-mariadb" start "$MARIADB_DIR" 3>&- 4>&- >/dev/null
}
teardown() {
  [ -z "${ROUTER_PID:-}" ] || kill "$ROUTER_PID"
  [ -z "${MARIADB_DIR:-}" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$MARIADB_DIR"
}

# Starts MySQL Router, of the folder DBI_TEST_MYSQL_ROUTER, so that its clients share the server's sessions.
start_router() {
  local root=${DBI_TEST_MYSQL_ROUTER:-} folder=$BATS_TEST_TMPDIR libraries
  [ -x "$root/usr/bin/mysqlrouter" ] || no_server "no MySQL Router (DBI_TEST_MYSQL_ROUTER)"
  libraries=$root/usr/lib/x86_64-linux-gnu
  ROUTER_PORT=$((33000 + RANDOM % 700))
  cat >"$folder/router.conf" <<CONF
[DEFAULT]
plugin_folder=$root/usr/lib/mysqlrouter/plugin
logging_folder=$folder
runtime_folder=$folder
data_folder=$folder
[routing:shared]
bind_address=127.0.0.1
bind_port=$ROUTER_PORT
destinations=127.0.0.1:$(cat "$MARIADB_DIR/port")
routing_strategy=first-available
protocol=classic
client_ssl_mode=DISABLED
server_ssl_mode=DISABLED
connection_sharing=1
connection_sharing_delay=0
[connection_pool]
max_idle_server_connections=2
CONF
  "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:$root/usr/lib/mysql-router" \
    "$root/usr/bin/mysqlrouter" -c "$folder/router.conf" >"$folder/router.log" 2>&1 3>&- 4>&- &
  ROUTER_PID=$!
  disown
  wait_until 10 router_answers
}
through_router() { mariadb --no-defaults -h 127.0.0.1 -P "$ROUTER_PORT" -u app --skip-ssl -N -e "$1"; }
router_answers() { through_router 'select 1' >/dev/null 2>&1; }

@test "behind MySQL Router each reading carries its own guards, and makes no records" {
  start_router
  local url="mysql://dbi_monitor@127.0.0.1:$ROUTER_PORT/?tls=off"
  # What its first statements cost it knows from the third cycle on.
  for _ in 1 2 3; do dbi-collect --no-config --once "$url"; done >"$BATS_TEST_TMPDIR/records"
  assert_records 3 '.kind=="scrape" and .outcome=="ok" and .guards=="transaction"' "$BATS_TEST_TMPDIR/records"
  assert_records 0 '.kind=="query_stats" and (.query | tostring | contains("dbi_collect"))' "$BATS_TEST_TMPDIR/records"
  [ "$(member '.kind=="scrape"' '.self_calls // 0' "$BATS_TEST_TMPDIR/records" | tail -1)" -ge 4 ]
  # The limits are those of the statement alone.
  assert_equal "$(through_router 'select @@max_execution_time')" 0
}
