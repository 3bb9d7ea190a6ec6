# dbi-collect against MariaDB or MySQL servers whose truth is known: a case of known_mysql_statements.py each.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

setup() { require_mysql; }

known() {
  require_tool dbi-collect
  run python3 "$DBI_SOURCE_DIR/test/live/known_mysql_statements.py" "$1"
  assert_success
}

@test "known statements of MySQL and MariaDB: exact when nothing happens" { known exact_when_nothing_happens; }
@test "known statements of MySQL and MariaDB: own statements have no records" { known own_statements_have_no_records; }
@test "known statements of MySQL and MariaDB: truncate" { known truncate; }
@test "known statements of MySQL and MariaDB: truncate and return within a second" { known truncate_and_return_within_a_second; }
@test "known statements of MySQL and MariaDB: restart" { known restart; }
@test "known statements of MySQL and MariaDB: crash" { known crash; }
@test "known statements of MySQL and MariaDB: full table" { known full_table; }
@test "known statements of MySQL and MariaDB: two schemas stay apart" { known two_schemas_stay_apart; }
@test "known statements of MySQL and MariaDB: changed time zone" { known changed_time_zone; }
@test "known statements of MySQL and MariaDB: other holds the rest" { known other_holds_the_rest; }
@test "known statements of MySQL and MariaDB: several statements in one packet" { known several_statements_in_one_packet; }
@test "known statements of MySQL and MariaDB: privilege taken away" { known privilege_taken_away; }
@test "known statements of MySQL and MariaDB: consumer switched off" { known consumer_switched_off; }
@test "known statements of MySQL and MariaDB: sessions and their blockers" { known sessions_and_their_blockers; }
@test "known statements of MySQL and MariaDB: performance schema off" { known performance_schema_off; }
@test "known statements of MySQL and MariaDB: no literal comes out" { known no_literal_comes_out; }

@test "every case of known_mysql_statements.py is one of these tests" {
  while read -r name; do
    grep -q "{ known $name; }" "$BATS_TEST_FILENAME" || fail "$name"
  done < <(python3 "$DBI_SOURCE_DIR/test/live/known_mysql_statements.py" --list)
}

@test "random work on MySQL and MariaDB in 30 intervals has no wrong exact count" {
  require_tool dbi-collect
  run python3 "$DBI_SOURCE_DIR/test/live/random_mysql_workload.py" --intervals 30
  assert_success
}
