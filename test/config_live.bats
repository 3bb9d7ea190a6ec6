# What dbi-gen-config says about real servers: the accounts it makes, and what it finds before the start.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

setup() {
  require_tool dbi-gen-config
  require_tool dbi-collect
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
  unset XDG_CONFIG_HOME DBI_CONFIG DBI_STATE_DIR STATE_DIRECTORY DBI_ENV
  url=postgresql://dbi_made@127.0.0.1:$PG_PORT/app
  printf 'targets:\n  - name: app\n    url: %s\n    password_file: password\n' "$url" >base.yaml
  (umask 077 && echo secret >password)
}

@test "the grants make a role that may read all that dbi-collect asks for" {
  dbi-gen-config --no-config --base base.yaml --grants --out - >grants.sql
  sql "drop role if exists dbi_made"
  psql -X -q -v ON_ERROR_STOP=1 -U postgres -f grants.sql
  sql "alter role dbi_made password 'secret'"
  run_split dbi-collect --config base.yaml --probe app
  assert_line --regexp '^  connection +ok '
  refute_output --partial denied
  # It reads no table.
  sql "create table if not exists private_things (id int)"
  run psql -X -U dbi_made -h 127.0.0.1 -p "$PG_PORT" -c "select * from private_things" app
  assert_failure
}

@test "--preflight says what is missing, and what to do" {
  sql "drop role if exists dbi_made"
  dbi-gen-config --no-config --base base.yaml --grants --out - | psql -X -q -v ON_ERROR_STOP=1 -U postgres
  sql "alter role dbi_made password 'secret'"
  run_split dbi-gen-config --no-config --base base.yaml --preflight
  assert_line --regexp '^ok    document default, with its variables$'
  assert_line 'ok    password file of app: password'
  assert_line --regexp '^ok    state folder: '
  assert_line --regexp '^ok    disk of the state folder: [0-9.]+ GiB free$'
  assert_line --partial "target app: dbi-collect --probe"
  assert_line --regexp '^ +connection +ok +role "dbi_made", database "app"'

  chmod 644 password
  run_split dbi-gen-config --no-config --base base.yaml --preflight
  assert_failure 1
  assert_line 'FAIL  password file of app: password: mode 0644, others than its owner may use it'
  assert_line '        chmod 600 password'
  refute_output --partial secret

  chmod 600 password
  sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:1/' base.yaml
  run_split dbi-gen-config --no-config --base base.yaml --preflight
  assert_failure 1
  assert_line 'FAIL  target app: dbi-collect --probe ended with 4'
}
