# One signature for the text a client sends and for the text that pg_stat_statements stores of it.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

signatures() { PGUSER=postgres run "$DBI_SOURCE_DIR/test/live/signatures.sh" "$DBI_BUILD_DIR/test/unit/sql/dbi_signature" "$@"; }

@test "every construct: the stored text has the signature of the sent one, but for the listed exceptions" {
  signatures
  assert_success
  assert_output --regexp "[12][0-9][0-9] agree, [0-9]+ excepted, 0 differ"
}

@test "random statements: the stored text has the signature of the sent one" {
  python3 "$DBI_SOURCE_DIR/test/live/random_statements.py" 4 60 >"$BATS_TEST_TMPDIR/statements.sql"
  signatures "$BATS_TEST_TMPDIR/statements.sql"
  assert_success
  assert_output --regexp "[3-6][0-9] agree, 0 excepted, 0 differ"
}
