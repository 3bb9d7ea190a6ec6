#!/usr/bin/env bats
# Every command of an EXAMPLES section runs, against a live server, and so does every pipeline of examples/.
# bats file_tags=db
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

# The commands between ``` below "# EXAMPLES" of a page, one a line; a line that ends with \ goes on.
examples_of() {
  awk '/^# /{ on = ($0 == "# EXAMPLES") } !on { next } /^```/ { code = !code; next } code' "$1" |
    sed -e ':a' -e '/\\$/N; s/\\\n//; ta'
}

@test "the pages' examples run" {
  compgen -G "$DBI_SOURCE_DIR/tools/*.cpp" >/dev/null || skip "no tool is there yet"
  for page in "$DBI_SOURCE_DIR"/man/*.1.scd; do
    tool=$(basename "$page" .1.scd)
    command -v "$tool" >/dev/null || continue
    while read -r -u 8 command; do
      [ -n "$command" ] || continue
      echo "$tool: $command"
      run timeout 60 bash -o pipefail -c "$command" 8<&-
      echo "$output"
      # --probe answers 1 where a privilege is denied; all else must work.
      if [[ $command == *--probe* ]]; then [ "$status" -le 1 ]; else assert_success; fi
    done 8< <(examples_of "$page")
  done
}

@test "the pipelines of examples/ run" {
  for file in "$DBI_SOURCE_DIR"/examples/*.sh; do
    [ -e "$file" ] || continue
    run timeout 60 bash "$file"
    echo "$file: $output"
    assert_success
  done
}

@test "every page is built without a warning of man" {
  command -v man >/dev/null || no_server "no man"
  for page in "$DBI_BUILD_DIR"/man/dbi*.[0-9]; do
    [ -e "$page" ] || continue
    run man --warnings -l -E UTF-8 -Tutf8 -Z "$page"
    refute_output --partial "warning"
  done
}
