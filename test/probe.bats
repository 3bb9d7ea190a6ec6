# dbi-collect --probe on a real server: what each source can give, and the lines that mend the rest.
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=db

load helper

setup_file() { start_postgres; }
teardown_file() { stop_everything; }

setup() { cd "$BATS_TEST_TMPDIR" || return; }

probe() { run --separate-stderr dbi-collect --no-config --probe "$@"; }

@test "a monitor of a good setup is told that all is well" {
  sql "alter system set track_io_timing = on" "select pg_reload_conf()"
  wait_for_sql "select current_setting('track_io_timing') = 'on'"
  probe "$(postgres_url)"
  assert_success
  assert_equal "$stderr" ""
  assert_line --regexp '^  connection +ok +role "dbi_monitor", database "app", by 127.0.0.1:[0-9]+, TLS off$'
  assert_line --regexp '^  guards +ok +session: read-only, statement_timeout 5000 ms, lock_timeout 100 ms'
  assert_line --regexp '^  server +ok +PostgreSQL '
  assert_line --regexp '^  statements +ok +[0-9]+ statements'
  assert_line --regexp '^  sessions +ok +[0-9]+ sessions'
  refute_output --partial "fix:"
}

@test "the lines that a probe prints for a role without rights mend it" {
  probe "$(postgres_url dbi_plain)"
  assert_failure 1
  assert_line --partial 'fix: GRANT pg_monitor TO "dbi_plain";'
  sql 'GRANT pg_monitor TO "dbi_plain";'
  probe "$(postgres_url dbi_plain)"
  assert_success
  sql 'REVOKE pg_monitor FROM "dbi_plain";'
}

@test "a name with a line feed stays on its line, and the line that mends it is one" {
  sql $'create role "line\nfeed" login'
  probe "$(postgres_url 'line%0Afeed')"
  assert_failure 1
  assert_line --partial 'role "line\nfeed", database "app"'
  assert_equal "$(grep -c '^  connection' <<<"$output")" 1
  assert_line --partial 'fix: GRANT pg_monitor TO U&"line\000Afeed";'
  sql 'GRANT pg_monitor TO U&"line\000Afeed";'
  probe "$(postgres_url 'line%0Afeed')"
  assert_success
  sql $'drop role "line\nfeed"'
}

@test "a missing extension is denied only to those who ask for it" {
  probe "$(postgres_url dbi_monitor template1)"
  assert_failure 1
  assert_line --partial "CREATE EXTENSION pg_stat_statements;"
  assert_line --regexp '^  sessions +ok '
  probe --kinds session "$(postgres_url dbi_monitor template1)"
  assert_success
}

@test "a setting that keeps statements from being counted is named with its remedy" {
  sql "alter system set pg_stat_statements.track = 'none'" "select pg_reload_conf()"
  wait_for_sql "select current_setting('pg_stat_statements.track') = 'none'"
  probe "$(postgres_url)"
  assert_failure 1
  assert_line --partial "fix: ALTER SYSTEM SET pg_stat_statements.track = 'top'; SELECT pg_reload_conf();"
  sql "alter system reset pg_stat_statements.track" "select pg_reload_conf()"
}

@test "a server that is not there is status 4, and the others are told of all the same" {
  probe "postgresql://nobody@127.0.0.1:1/x" "$(postgres_url)"
  assert_failure 4
  assert_line --regexp '^  connection +denied +connection: 127.0.0.1:1: '
  assert_line --regexp '^  guards +ok '
}

@test "behind a pooler the guards take the transaction form" {
  start_pgbouncer ignore
  probe "$(pooler_url)"
  assert_line --regexp '^  guards +ok +transaction: read-only, statement_timeout 5000 ms'
}

# Two servers that take connections and never answer: their ports, "both" once each has one, and SIGTERM to the process
# whose id it reads then.
silent_servers() {
  python3 -c '
import os, signal, socket, sys
servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(server.getsockname()[1] for server in servers), flush=True)
taken = [server.accept() for server in servers]
os.kill(int(sys.stdin.readline()), signal.SIGTERM)
taken[0][0].recv(1 << 16)
while taken[0][0].recv(1 << 16): pass
'
}

@test "all targets are probed at once, and a signal ends those that do not answer" {
  coproc SILENT { silent_servers; }
  local first second
  read -r first second <&"${SILENT[0]}"
  dbi-collect --no-config --probe --connect-timeout 10min "postgresql://x@127.0.0.1:$first/x?sslmode=disable" \
    "postgresql://x@127.0.0.1:$second/x?sslmode=disable" >answers 2>errors 3>&- 4>&- &
  local probing=$!
  echo "$probing" >&"${SILENT[1]}"
  status=0
  wait "$probing" || status=$?
  assert_equal "$status" 4
  assert_equal "$(grep -c 'connection  denied   other: stopped' answers)" 2
  assert_equal "$(cat errors)" ""
}

@test "what a probe shows comes in the order of its targets" {
  probe "$(postgres_url)" "postgresql://nobody@127.0.0.1:1/x"
  assert_failure 4
  assert_equal "$(grep -c '^[^ ]' <<<"$output")" 2
  assert_equal "$(grep '^[^ ]' <<<"$output" | tail -1)" "127.0.0.1:1"
}
