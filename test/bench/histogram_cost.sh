#!/usr/bin/env bash
# What it costs MySQL to give the histograms of statements, beside the counters of all of them: processor time of the
# server, the least of some rounds. Needs MySQL 8.0 or later: DBI_TEST_MYSQL_ROOT (scripts/get-mysql mysql-9.7).
# usage: histogram_cost.sh [DIGESTS [ROUNDS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

digests=${1:-5000}
rounds=${2:-3}
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
chmod 755 "$folder"
server=$folder/server
finish() {
  scripts/private-mariadb remove "$server" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

scripts/private-mariadb start "$server" >/dev/null
sql() { mariadb --no-defaults -S "$server/socket" -u root -D app -N -B --quick "$@"; }

sql -e 'create table bench (a int)'
awk -v n="$digests" 'BEGIN { for (i = 0; i < n; ++i) print "select a as c" i " from bench;" }' | sql
sql -e "select concat(version(), ', ', count(*), ' digests of at most ', @@performance_schema_digests_size)
  from performance_schema.events_statements_summary_by_digest"

ticks() { sed 's/.*) //' "/proc/$(cat "$server/pid")/stat" | awk '{ print $12 + $13 }'; }
# cost NAME TIMES STATEMENT
cost() {
  local least='' begin used
  for ((i = 0; i < rounds; ++i)); do
    begin=$(ticks)
    for ((j = 0; j < $2; ++j)); do echo "$3;"; done | sql >"$folder/rows"
    used=$(($(ticks) - begin))
    [ -n "$least" ] && [ "$least" -le "$used" ] || least=$used
  done
  awk -v name="$1" -v ticks="$least" -v hz="$(getconf CLK_TCK)" -v times="$2" -v rows="$(wc -l <"$folder/rows")" \
    'BEGIN { printf "%-36s %8.1f ms %10d rows\n", name, ticks * 1000 / hz / times, rows / times }'
}
histogram=performance_schema.events_statements_histogram_by_digest
counts="select digest, bucket_number, count_bucket from $histogram"
cost 'counters of all digests' 10 \
  'select schema_name, digest, count_star, sum_timer_wait from performance_schema.events_statements_summary_by_digest'
cost 'histograms, all buckets' 1 "$counts"
cost 'histograms, buckets that count' 2 "$counts where count_bucket > 0"
for some in 1 10 50 500; do
  keys=$(sql -e "select group_concat(quote(digest)) from (select digest from
    performance_schema.events_statements_summary_by_digest where schema_name = 'app' limit $some) as d;" \
    --init-command='set group_concat_max_len = 1000000')
  cost "histograms of $some digests by their key" 3 \
    "$counts where schema_name = 'app' and digest in ($keys) and count_bucket > 0"
done
