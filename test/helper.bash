# What every .bats file loads: assertions, a throw-away PostgreSQL and PgBouncer, readers of records.
# SPDX-License-Identifier: Apache-2.0
#
# A file that needs a server says `# bats file_tags=db` in its head (CTest labels it so) and
#
#   setup_file()    { start_postgres [SETTING=VALUE ...]; }
#   teardown_file() { stop_everything; }
#
# The tools under test are in PATH.

bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

DBI_SOURCE_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DBI_SOURCE_DIR

# --- Servers -----------------------------------------------------------------------------------------------------

# Skips the test without a PostgreSQL server; in scripts/test that is a failure (DBI_TEST_REQUIRE=1).
require_postgres() {
  local bin=${DBI_TEST_PG_BIN:-$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)}
  [ -x "$bin/postgres" ] || no_server "no PostgreSQL server (DBI_TEST_PG_BIN names the folder of one)"
}
require_pgbouncer() { command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || no_server "no pgbouncer"; }
# Debian's MariaDB, or the server of the folder DBI_TEST_MYSQL_ROOT.
require_mysql() {
  command -v mariadb >/dev/null || no_server "no client of MariaDB"
  [ -x "${DBI_TEST_MYSQL_ROOT:-}/usr/sbin/mariadbd" ] || [ -x "${DBI_TEST_MYSQL_ROOT:-/none}/usr/sbin/mysqld" ] ||
    no_server "no MariaDB or MySQL server"
}
require_tool() { command -v "$1" >/dev/null || no_server "$1 is not built"; }
no_server() {
  [ -z "${DBI_TEST_REQUIRE:-}" ] || fail "$1"
  skip "$1"
}

# start_postgres [SETTING=VALUE ...]: a new server. Sets PG_DIR (its folder, also the socket's), PG_PORT, and
# PGHOST, PGPORT, PGUSER (dbi_monitor), PGDATABASE (app), so that libpq's programs find it without a word.
# Roles: see scripts/private-postgres. Called again it starts a further server, and PG_* name that one.
start_postgres() {
  require_postgres
  PG_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-pg.XXXXXX")
  remember "$PG_DIR"
  private_postgres start "$@"
  use_postgres "$PG_DIR"
}
# use_postgres DIR: PG_* and PGHOST ... name the server of DIR from now on.
use_postgres() {
  export PG_DIR=$1 PG_PORT
  PG_PORT=$(cat "$PG_DIR/port")
  export PGHOST=$PG_DIR PGPORT=$PG_PORT PGUSER=dbi_monitor PGDATABASE=app
}
private_postgres() {
  local verb=$1
  shift
  "$DBI_SOURCE_DIR/scripts/private-postgres" "$verb" "$PG_DIR" "$@" >/dev/null 3>&- 4>&-
}
# restart_postgres [SETTING=VALUE ...], e.g. pg_stat_statements.save=off
restart_postgres() { private_postgres restart "$@"; }
stop_postgres() { private_postgres stop "${1:-fast}"; }
# After stop_postgres or crash_postgres: the same server, its data as they were left.
revive_postgres() { private_postgres start "$@"; }
# kill -9 of every process of the server.
crash_postgres() { private_postgres crash; }
# postgres_url [USER [DATABASE]]: a TARGET over loopback.
postgres_url() { echo "postgresql://${1:-dbi_monitor}@127.0.0.1:$PG_PORT/${2:-app}"; }

# sql [-U ROLE] [-d DATABASE] STATEMENT ...: runs each as its own command, superuser on database app unless told
# otherwise; prints unaligned rows.
sql() {
  local role=postgres database=app
  while :; do
    case ${1:-} in
      -U) role=$2; shift 2 ;;
      -d) database=$2; shift 2 ;;
      *) break ;;
    esac
  done
  local statement commands=()
  for statement in "$@"; do commands+=(-c "$statement"); done
  env -u PGOPTIONS "$(client psql)" -X -q -A -t -v ON_ERROR_STOP=1 -h "$PG_DIR" -p "$PG_PORT" -U "$role" -d "$database" "${commands[@]}"
}
# sql_in_background ARGUMENTS: the same, running on; sets BACKGROUND_PID. stop_everything ends it.
sql_in_background() {
  sql "$@" >/dev/null 2>&1 3>&- 4>&- &
  BACKGROUND_PID=$!
  disown
  echo "$BACKGROUND_PID" >>"$(everything_file).pids"
}
# wait_for_sql STATEMENT: until it prints t (a session waits, a backend is gone); fails after 10 s.
wait_for_sql() { wait_until 10 sql_is_true "$1"; }
sql_is_true() { [ "$(sql "$1")" = t ]; }
# wait_until SECONDS COMMAND ...: until it succeeds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "not within the time: $*"
    sleep 0.02
  done
}
client() { command -v "$1" || find /usr/lib/postgresql -path "*/bin/$1" | sort -V | tail -1; }
pg_major() { sql "select current_setting('server_version_num')::int / 10000"; }

# start_pgbouncer refuse|ignore [POOL_SIZE]: PgBouncer in transaction mode before the server of PG_DIR, which refuses
# the startup parameter `options`, or ignores it. Sets POOLER_PORT; every database and role of the server is there.
start_pgbouncer() {
  require_pgbouncer
  local ignored=
  case $1 in
    refuse) ;;
    ignore) ignored=options ;;
    *) fail "start_pgbouncer refuse|ignore" ;;
  esac
  local size=${2:-2} folder attempt role
  folder=$(mktemp -d "${TMPDIR:-/tmp}/dbi-pgbouncer.XXXXXX")
  remember "$folder"
  for role in postgres dbi_monitor dbi_plain app; do echo "\"$role\" \"\""; done >"$folder/users"
  for attempt in 1 2 3 4 5; do
    POOLER_PORT=$((32000 + (RANDOM % 700)))
    cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=$PG_DIR port=$PG_PORT
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $POOLER_PORT
unix_socket_dir =
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = $size
ignore_startup_parameters = $ignored
logfile = $folder/log
pidfile = $folder/pid
INI
    chmod a+rx "$folder"
    if [ "$(id -u)" = 0 ]; then
      chown -R postgres "$folder"
      setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups \
        "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" -q -d "$folder/pgbouncer.ini" 3>&- 4>&- && break
    else
      "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" -q -d "$folder/pgbouncer.ini" 3>&- 4>&- && break
    fi
    [ "$attempt" -lt 5 ] || fail "pgbouncer did not start: $(cat "$folder/log")"
  done
  export POOLER_PORT
  wait_until 10 pooler_answers
}
pooler_answers() { (: </dev/tcp/127.0.0.1/"$POOLER_PORT") 2>/dev/null; }
pooler_url() { echo "postgresql://${1:-dbi_monitor}@127.0.0.1:$POOLER_PORT/${2:-app}"; }

# What was started is written down in a file, since each test runs in a process of its own.
everything_file() { echo "${BATS_FILE_TMPDIR:-${TMPDIR:-/tmp}}/dbi-started"; }
remember() { echo "$1" >>"$(everything_file)"; }
# Ends every server and background session that this file started: call it in teardown_file.
stop_everything() {
  local folder pid
  if [ -e "$(everything_file).pids" ]; then
    while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$(everything_file).pids"
  fi
  [ -e "$(everything_file)" ] || return 0
  while read -r folder; do
    if [ -s "$folder/pid" ]; then
      kill "$(cat "$folder/pid")" 2>/dev/null || true
      rm -rf "$folder"
    else
      PG_DIR=$folder private_postgres remove || true
      rm -rf "$folder"
    fi
  done <"$(everything_file)"
  rm -f "$(everything_file)" "$(everything_file).pids"
}

# --- Records -----------------------------------------------------------------------------------------------------

# records FILTER [FILE]: the records that a jq condition holds for, one a line; of $output without FILE.
records() {
  if [ $# -gt 1 ]; then jq -c "select($1)" "$2"; else jq -c "select($1)" <<<"$output"; fi
}
# record_count FILTER [FILE]
record_count() { records "$@" | wc -l; }
# assert_records N FILTER [FILE]: exactly N records hold it.
assert_records() {
  local expected=$1 found
  shift
  found=$(record_count "$@")
  [ "$found" = "$expected" ] || {
    if [ $# -gt 1 ]; then cat "$2"; else echo "$output"; fi
    fail "$found records hold $1, not $expected"
  }
}
# member FILTER EXPRESSION [FILE]: an expression of each record that holds FILTER, raw.
member() {
  if [ $# -gt 2 ]; then jq -r "select($1) | $2" "$3"; else jq -r "select($1) | $2" <<<"$output"; fi
}
# sum_of MEMBER FILTER [FILE]: integers stay exact up to 2^53.
sum_of() { member "$2" "$1" "${@:3}" | awk '{ s += $1 } END { printf "%.0f\n", s }'; }

# run_split COMMAND ...: like bats' run, with standard output in $output and standard error in $stderr.
run_split() { run --separate-stderr "$@"; }
bats_require_minimum_version 1.5.0
