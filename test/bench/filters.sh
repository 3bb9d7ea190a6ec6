#!/usr/bin/env bash
# Measures the pass-through filter, its full check on, beside wc -l, cat and jq -c on one core: records/s, MB/s, ratio and
# peak memory, median of several runs. jq reads a prefix; its figures are those of the prefix.
# usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=${1:?usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]}
records=${2:-1000000}
runs=${3:-5}
core=${DBI_BENCH_CORE:-0}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$build/test/bench/dbi_generate_records" --records "$records" --seed 1 >"$folder/all"
prefix=$((records < 20000 ? records : 20000))
head -n "$prefix" "$folder/all" >"$folder/prefix"

# measure NAME INPUT RECORDS COMMAND...: a line "name records/s MB/s KiB elapsed", by the median of processor times (user and system), which a busy machine
# changes less than elapsed ones.
measure() {
  local name=$1 input=$2 count=$3
  shift 3
  local bytes times
  bytes=$(stat -c %s "$input")
  taskset -c "$core" "$@" <"$input" >/dev/null # reads the file into the page cache
  times=$(for ((i = 0; i < runs; ++i)); do
    /usr/bin/time -o "$folder/time" -f '%e %U %S %M' taskset -c "$core" "$@" <"$input" >/dev/null
    awk '{ print $2 + $3, $4, $1 }' "$folder/time"
  done | sort -n | sed -n "$(((runs + 1) / 2))p")
  awk -v name="$name" -v n="$count" -v b="$bytes" -v t="$times" 'BEGIN {
    split(t, f, " "); s = f[1] > 0 ? f[1] : 0.01
    printf "%s %.0f %.1f %d %.2f\n", name, n / s, b / s / 1e6, f[2], f[3] }'
}

{
  measure dbi-passthrough "$folder/all" "$records" "$build/test/passthrough/dbi-passthrough"
  measure wc-l "$folder/all" "$records" wc -l
  measure cat "$folder/all" "$records" cat
  measure "jq-c-(first-$prefix-records)" "$folder/prefix" "$prefix" jq -c .
} >"$folder/figures"

echo "$records records, $(stat -c %s "$folder/all") bytes, from the page cache to /dev/null, core $core, by processor time, median of $runs runs"
awk 'NR == 1 { own = $2 }
  { printf "%-34s %12d records/s %10.1f MB/s %8d KiB %7.2f s elapsed   passthrough runs at %.2f of it\n", $1, $2, $3, $4, $5, own / $2 }' \
  "$folder/figures"
