# dbi-collect against servers whose truth is known: test/live/, a case of known_statements.py each, and random work.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { require_postgres; }

known() {
  require_tool dbi-collect
  run python3 "$DBI_SOURCE_DIR/test/live/known_statements.py" "$1"
  assert_success
}

@test "known statements: exact when nothing happens" { known exact_when_nothing_happens; }
@test "known statements: restart of the collector" { known restart_of_the_collector; }
@test "known statements: reset of all" { known reset_of_all; }
@test "known statements: restart with save on" { known restart_with_save_on; }
@test "known statements: restart with save off" { known restart_with_save_off; }
@test "known statements: crash" { known crash; }
@test "known statements: kill of a backend" { known kill_of_a_backend; }
@test "known statements: eviction" { known eviction; }
@test "known statements: privilege granted in between" { known privilege_granted_in_between; }
@test "known statements: reset of a single entry" { known reset_of_a_single_entry; }
@test "known statements: entry created again" { known entry_created_again; }
@test "known statements: undetectable reset of a new entry" { known undetectable_reset_of_a_new_entry; }
@test "known statements: two users stay apart" { known two_users_stay_apart; }
@test "known statements: toplevel and nested stay apart" { known toplevel_and_nested_stay_apart; }
@test "known statements: other holds the rest" { known other_holds_the_rest; }

@test "every case of known_statements.py is one of these tests" {
  while read -r name; do
    grep -q "{ known $name; }" "$BATS_TEST_FILENAME" || fail "$name"
  done < <(python3 "$DBI_SOURCE_DIR/test/live/known_statements.py" --list)
}

@test "random work in 40 intervals has no wrong exact count" {
  require_tool dbi-collect
  run python3 "$DBI_SOURCE_DIR/test/live/random_workload.py" --intervals 40
  assert_success
}

# The suites themselves: they find a collector out that takes the rule near at hand, and let a careful one pass.
model() { env DBI_COLLECT="$DBI_SOURCE_DIR/test/live/model_collector.py" MODEL_RULE="$1" python3 "$DBI_SOURCE_DIR/test/live/known_statements.py" "${@:2}"; }

@test "a careless collector is found out" {
  for name in reset_of_all crash kill_of_a_backend privilege_granted_in_between eviction; do
    run model careless $name
    assert_failure
    assert_line --partial "not ok $name"
  done
}

@test "a careful collector passes" {
  run model careful reset_of_all crash eviction privilege_granted_in_between other_holds_the_rest
  assert_success
}
