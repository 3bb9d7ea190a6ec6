#!/usr/bin/env bash
# Measures dbi-plan on one core over plans that real PostgreSQL servers printed as JSON (median 6 KiB, test/plans):
# reading, naming, judging and taking out literals alone, with the slowest of a hundred plans and the allocations for one;
# then the tool from file to file beside Python's json.loads, which does no more than read: plans that no cache knows,
# plans of which nine in ten come again, one plan that comes again and again, and plans of 1 to 4 MB.
# usage: plans.sh BUILD_FOLDER [PLANS [RUNS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=$(realpath "${1:?usage: plans.sh BUILD_FOLDER [PLANS [RUNS]]}")
plans=${2:-20000}
runs=${3:-5}
core=${DBI_BENCH_CORE:-0}
here=$(realpath "$(dirname "$0")")
folder=$(mktemp -d)
export DBI_STATE_DIR=$folder/state
trap 'rm -rf "$folder"' EXIT

make() { python3 "$here/plan_records.py" "$build/test/fixtures/plans" "$@"; }
make distinct "$plans" >"$folder/distinct"
make repeated "$plans" >"$folder/repeated"
make large 40 >"$folder/large"
# As dbi's own writers have it, without blanks.
compact=$(make distinct 1 | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin), separators=(",", ":")))')
for ((i = 0; i < plans * 3; ++i)); do echo "$compact"; done >"$folder/same"

echo "# steps, one core"
taskset -c "$core" "$build/test/bench/plan_bench" --benchmark_min_time=1 2>/dev/null | sed 1,3d

# measure NAME FILE COMMAND...: the run with the median of processor time.
measure() {
  local name=$1 file=$2 count bytes
  shift 2
  count=$(wc -l <"$file") bytes=$(wc -c <"$file")
  for ((i = 0; i < runs; ++i)); do
    taskset -c "$core" /usr/bin/time -f "%U %S" "$@" <"$file" 2>&1 >/dev/null | tail -n 1
  done | awk '{ print $1 + $2 }' | sort -n |
    awk -v name="$name" -v count="$count" -v bytes="$bytes" '{ t[NR] = $1 }
      END { m = t[int((NR + 1) / 2)]; if (m <= 0) m = 0.01
            printf "%-34s %9.0f plans/s %7.0f MB/s\n", name, count / m, bytes / m / 1e6 }'
}

echo "# the tool, one core, from file to file"
loads='import json, sys
for line in sys.stdin: json.loads(line)'
measure "dbi-plan, no cache" "$folder/distinct" "$build/tools/dbi-plan" --replay --cache-entries 0
measure "python3 json.loads" "$folder/distinct" python3 -c "$loads"
measure "dbi-plan, 9 of 10 come again" "$folder/repeated" "$build/tools/dbi-plan" --replay
measure "dbi-plan, the same plan" "$folder/same" "$build/tools/dbi-plan" --replay
measure "dbi-plan, 1 to 4 MB" "$folder/large" "$build/tools/dbi-plan" --replay

# The rate of hits, as telemetry says it.
"$build/tools/dbi-plan" --quiet <"$folder/repeated" >"$folder/out"
total=$(find "$DBI_STATE_DIR" -name 'dbi-plan@*.total.json' -o -name 'dbi-plan@*.json' | head -n 1)
jq -r '[.. | objects | select(has("cache_hits")) | .cache_hits / (.cache_hits + .cache_misses)] | first |
  "hit rate where 9 of 10 come again: \(. * 1000 | round / 10) %"' "$total"
