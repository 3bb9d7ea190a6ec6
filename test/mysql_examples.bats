# What examples/ has for MySQL and MariaDB, on a server that was made without it.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

EXAMPLES=$DBI_SOURCE_DIR/examples

setup() {
  require_mysql
  require_tool dbi-collect
  require_tool dbi-export
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  chmod 755 "$MARIADB_DIR"
  TARGET=$(mariadb_server start)
}
teardown() { [ -z "${MARIADB_DIR:-}" ] || mariadb_server remove; }
mariadb_server() { "$DBI_SOURCE_DIR/scripts/private-mariadb" "$1" "$MARIADB_DIR" "${@:2}" 3>&- 4>&- | tail -1; }
root() { mariadb --no-defaults -S "$MARIADB_DIR/socket" -u root -N -B "$@"; }
loopback() { echo "mysql://dbi_monitor@127.0.0.1:$(cat "$MARIADB_DIR/port")/"; }
make_account() {
  root -e "drop user dbi_monitor"
  sed "s/'\.\.\.'/'correct horse'/" "$EXAMPLES/mysql-account.sql" | root
  (umask 077 && echo 'correct horse' >password)
}

@test "examples/mysql-account.sql and mysql-server.cnf leave nothing to mend" {
  # A server as MariaDB is installed, and an account that is not there.
  mariadb_server restart performance_schema=OFF "performance-schema-instrument='wait/lock/metadata/sql/mdl=OFF'" >started
  run dbi-collect --no-config --probe "$(loopback)"
  assert_line --partial "performance_schema = ON"
  make_account
  sed -n '/^\[mysqld\]/,$ s/ = /=/p' "$EXAMPLES/mysql-server.cnf" >lines
  mapfile -t lines <lines
  [ ${#lines[@]} = 4 ]
  mariadb_server restart "${lines[@]}" >started
  cat >dbi.yaml <<CONF
targets:
  - {name: shop, url: "$(loopback)", password_file: $PWD/password, tls: preferred}
CONF
  run dbi-collect --config dbi.yaml --probe
  assert_success
  refute_line --partial "fix:"
}

@test "examples/mysql.yaml reads its three targets" {
  start_postgres
  make_account
  # Debian's MariaDB 10.11 has no certificate of its own.
  tls=required
  [ "$(root -e 'select @@have_ssl' 2>/dev/null || echo YES)" = YES ] || tls=off
  root -e "create user wiki; grant process on *.* to wiki; grant select on performance_schema.* to wiki"
  sed "s/tls: required/tls: $tls/" "$EXAMPLES/mysql.yaml" >dbi.yaml
  run_split env SHOP_URL="$(loopback)" SHOP_PASSWORD_FILE="$PWD/password" MAIN_URL="$(postgres_url)" \
    WIKI_URL="mysql://wiki@/?socket=$MARIADB_DIR/socket" dbi-collect --config dbi.yaml --once
  stop_everything
  assert_success
  [ "$(jq -r 'select(.kind == "scrape" and .outcome == "ok") | .target' <<<"$output" | sort | paste -sd' ')" = "main shop wiki" ]
}

@test "examples/watch-now.sh and who-blocks-whom.sh take a MySQL or a MariaDB" {
  root -e "create table app.contested (id int primary key) engine=innodb; insert into app.contested values (1)"
  mariadb --no-defaults -S "$MARIADB_DIR/socket" -u app app -e \
    "begin; update contested set id = 2; select sleep(60)" >/dev/null 2>&1 3>&- 4>&- &
  echo $! >>"$(everything_file).pids"
  wait_until 10 sleeps
  mariadb --no-defaults -S "$MARIADB_DIR/socket" -u app app -e "delete from contested" >/dev/null 2>&1 3>&- 4>&- &
  echo $! >>"$(everything_file).pids"
  wait_until 10 waits
  run_split "$EXAMPLES/who-blocks-whom.sh" "$TARGET"
  assert_success
  assert_line --regexp "^[0-9]+ app .*delete from .*contested.* waits [0-9]+ s for [0-9]+ app .*sleep"
  INTERVAL=1s COUNT=2 run_split timeout 60 "$EXAMPLES/watch-now.sh" "$TARGET"
  assert_success
  assert_output --partial "contested"
  stop_everything
}
sleeps() { [ "$(root -e "select count(*) from information_schema.processlist where state = 'User sleep'")" = 1 ]; }
# Not by innodb_trx: InnoDB makes that table anew only where nobody has read it for 100 ms, which a poll never lets happen.
waits() { [ "$(root -e "show global status like 'Innodb_row_lock_current_waits'" | cut -f2)" = 1 ]; }

@test "dbi-collect(1) shows the lines of the examples" {
  for file in mysql-account.sql mysql-server.cnf; do
    grep -v '^#\|^--' "$EXAMPLES/$file" | while read -r line; do
      grep -qxF -- "$line" "$DBI_SOURCE_DIR/man/dbi-collect.1.scd" || fail "$line"
    done
  done
}
