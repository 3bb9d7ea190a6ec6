#!/usr/bin/env bash
# What a cycle of dbi-collect costs a server whose pg_stat_statements holds many entries with long texts: the first
# cycle, the one that reads the texts, and those after it, beside a query that reads the texts every time. Server time is
# what pg_stat_statements itself counts for the statements (execution and planning), wall time what the client waited.
# usage: collect_cost.sh BUILD_FOLDER [ENTRIES [TEXT_BYTES [CYCLES]]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=$(realpath "${1:?usage: collect_cost.sh BUILD_FOLDER [ENTRIES [TEXT_BYTES [CYCLES]]]}")
entries=${2:-5000}
text_bytes=${3:-17000}
cycles=${4:-5}
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
chmod 755 "$folder"
server=$folder/server
finish() {
  scripts/private-postgres remove "$server" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

scripts/private-postgres start "$server" pg_stat_statements.max=$((entries + 1000)) \
  pg_stat_statements.track_planning=on >/dev/null
port=$(cat "$server/port")
PATH=$PATH:$(cat "$server/bin")
sql() { psql -XqAt -v ON_ERROR_STOP=1 -h "$server" -p "$port" -U postgres -d app "$@"; }

# Each statement is of a shape of its own: which of two columns each of its terms reads is the binary form of its
# number. The length is that of a comment, which pg_stat_statements keeps.
sql -c "create table bench (a int, b int)"
awk -v n="$entries" -v bytes="$text_bytes" 'BEGIN {
  for (filler = "filler"; length(filler) < bytes;) filler = filler filler
  filler = substr(filler, 1, bytes)
  for (i = 0; i < n; ++i) {
    terms = "a"
    for (bit = i + n; bit > 1; bit = int(bit / 2)) terms = terms " + " (bit % 2 ? "a" : "b")
    print "select /* " filler " */ " terms " from bench;"
  }
}' | sql -o /dev/null

sql -F ' ' -c "select 'entries ' || count(*) || ', text ' || pg_size_pretty(sum(octet_length(query))) from pg_stat_statements"

# What the server counted for the statements that carry a mark; texts are asked for by another statement than those.
server_ms() {
  sql -c "select coalesce(sum(total_exec_time + total_plan_time), 0) from pg_stat_statements where query like '%/* $1%'"
}
row() { printf '%-44s %10s %10s %8s %12s\n' "$@"; }
difference() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'; }

# collector NAME: one run, that is a cycle with its connect and its look at the catalog.
collector() {
  local before after
  before=$(server_ms dbi-collect)
  "$build/tools/dbi-collect" --no-config --once --state-dir "$folder/state" \
    "host=$server port=$port user=dbi_monitor dbname=app" >"$folder/cycle"
  after=$(server_ms dbi-collect)
  # shellcheck disable=SC2046
  row "$1" $(jq -r --arg server "$(difference "$before" "$after")" 'select(.kind == "scrape") |
    [.cost[]] | "\(map(.ms) | add * 10 | round / 10) \($server) \(map(.rows) | add) \(map(.bytes) | add)"' "$folder/cycle")
}
# reader NAME SELECT: a client that reads all columns.
reader() {
  local before after start end
  before=$(server_ms "$1")
  start=$(date +%s%N)
  sql -c "select /* $1 */ $2" >"$folder/rows"
  end=$(date +%s%N)
  after=$(server_ms "$1")
  row "$1" "$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.1f", (b - a) / 1e6 }')" "$(difference "$before" "$after")" \
    "$entries" "$(stat -c %s "$folder/rows")"
}

row "read" "wall ms" "server ms" rows bytes
collector "dbi-collect, first cycle (baseline)"
collector "dbi-collect, second cycle (reads the texts)"
for ((i = 0; i < cycles; ++i)); do collector "dbi-collect, later cycle (no new text)"; done
reader "text-reader" "* from pg_stat_statements"
reader "text-reader" "* from pg_stat_statements"
reader "one-text-reader" "queryid, left(query, 40) from pg_stat_statements"
reader "counter-reader" "* from pg_stat_statements(false)"

# Over one connection, as a service runs: the collector's own account, without connect and catalog.
"$build/tools/dbi-collect" --no-config --interval 500ms --count $((cycles + 2)) --state-dir "$folder/state" \
  "host=$server port=$port user=dbi_monitor dbname=app" >"$folder/cycles"
jq -rs --argjson n "$cycles" 'map(select(.kind == "scrape")) | .[-$n:] |
  "over one connection, mean of \(length) cycles: wall ms by source: " +
  ([.[].cost | to_entries[]] | group_by(.key) | map("\(.[0].key) \(map(.value.ms) | add / length * 100 | round / 100)") | join(", ")) +
  "; self_ms (server, of the statements of the cycle before) \(map(.self_ms // 0) | add / length * 100 | round / 100)"' \
  "$folder/cycles"
