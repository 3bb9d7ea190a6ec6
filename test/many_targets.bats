# dbi-collect on servers of all makes and dead ones in one run, see test/live/many_targets.py.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db, mysql

load helper

@test "all makes of server in one run with dead targets of every kind: the others are on time" {
  require_postgres
  require_mysql
  require_tool dbi-collect
  run python3 "$DBI_SOURCE_DIR/test/live/many_targets.py"
  assert_success
}
