# One signature for the text a client sends and for the texts that MySQL and MariaDB keep of it: digest, history, log.
# The server is Debian's MariaDB, or the one of the folder DBI_TEST_MYSQL_ROOT.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

have_server() {
  command -v mariadb >/dev/null || return 1
  [ -x "${DBI_TEST_MYSQL_ROOT:-}/usr/sbin/mariadbd" ] || [ -x "${DBI_TEST_MYSQL_ROOT:-/none}/usr/sbin/mysqld" ]
}
setup_file() {
  export MARIADB_DIR=
  have_server || return 0
  MARIADB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/dbi-mariadb.XXXXXX")
  "$DBI_SOURCE_DIR/scripts/private-mariadb" start "$MARIADB_DIR" performance_schema_max_digest_length=4096 \
    max_digest_length=4096 >/dev/null 3>&- 4>&-
}
teardown_file() {
  [ -z "$MARIADB_DIR" ] || "$DBI_SOURCE_DIR/scripts/private-mariadb" remove "$MARIADB_DIR"
}
setup() { have_server || no_server "no MariaDB or MySQL server"; }

signatures() {
  run "$DBI_SOURCE_DIR/test/live/mysql_signatures.py" "$DBI_BUILD_DIR/test/unit/sql/dbi_signature" "$MARIADB_DIR/socket" "$@"
}

@test "every construct: digest, history and log have the signature of the sent text, but for the listed exceptions" {
  signatures
  assert_success
  assert_output --regexp "2[0-9][0-9] agree, [0-9]+ excepted, 0 differ"
}

@test "random statements: digest, history and log have the signature of the sent text" {
  python3 "$DBI_SOURCE_DIR/test/live/random_mysql_statements.py" 4 200 >"$BATS_TEST_TMPDIR/statements.sql"
  signatures "$BATS_TEST_TMPDIR/statements.sql"
  assert_success
  assert_output --regexp "200 agree, 0 excepted, 0 differ"
}
