#!/usr/bin/env bash
# Records a private PostgreSQL under load (several databases, many statements) with dbi-collect and runs dbi_sampling_bias
# over what came: 200 seeds of each configuration, the weighted sums against those of the stream. Status 1 where one is off.
# usage: sampling_bias.sh BUILD_FOLDER [SECONDS [SEEDS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=$(realpath "${1:?usage: sampling_bias.sh BUILD_FOLDER [SECONDS [SEEDS]]}")
seconds=${2:-90}
seeds=${3:-200}
databases=6
shapes=60
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
chmod 755 "$folder"
server=$folder/server
loads=()
finish() {
  if [ ${#loads[@]} -gt 0 ]; then kill "${loads[@]}" 2>/dev/null || true; fi
  scripts/private-postgres remove "$server" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

scripts/private-postgres start "$server" max_connections=50 >/dev/null
port=$(cat "$server/port")
PATH=$PATH:$(cat "$server/bin")

# Shape i reads a sum of columns that is the binary form of i. Low numbers are drawn far more often than high ones.
for ((d = 1; d <= databases; ++d)); do
  createdb -h "$server" -p "$port" -U postgres "tenant_$d"
  psql -Xq -h "$server" -p "$port" -U postgres -d "tenant_$d" \
    -c "create table t (a int, b int); insert into t select i, i from generate_series(1, 300) i"
  files=()
  for ((i = 1; i <= shapes; ++i)); do
    terms=a
    for ((bit = i + shapes * d; bit > 1; bit /= 2)); do terms+=" + $( ((bit % 2)) && echo a || echo b)"; done
    printf '\\set n random(1, 300)\nselect sum(%s) from t where a < :n;\n' "$terms" >"$folder/$d-$i.sql"
    files+=(-f "$folder/$d-$i.sql@$((1 + 400 / (i * d)))")
  done
  pgbench -h "$server" -p "$port" -U postgres -n -c 2 -R $((900 / d)) -T $((seconds + 60)) "${files[@]}" "tenant_$d" >/dev/null 2>&1 &
  loads+=($!)
done

"$build/tools/dbi-collect" --no-config --interval 250ms --count $((seconds * 4)) --state-dir "$folder/state" \
  "host=$server port=$port user=dbi_monitor dbname=app" >"$folder/stream"
kill "${loads[@]}" 2>/dev/null || true
loads=()
"$build/test/bench/dbi_sampling_bias" --seeds "$seeds" "$folder/stream"
