#!/usr/bin/env bash
# Measures the pass-through filter, its full check on, beside wc -l, cat and jq -c on one core: records/s, MB/s and ratio
# by processor time and by elapsed time, peak memory; median of several runs. jq reads a prefix; its figures are those of
# the prefix.
# usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=${1:?usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]}
records=${2:-1000000}
runs=${3:-5}
core=${DBI_BENCH_CORE:-0}

folder=$(mktemp -d)
export DBI_STATE_DIR=$folder/state
trap 'rm -rf "$folder"' EXIT

"$build/test/bench/dbi_generate_records" --records "$records" --seed 1 >"$folder/all"
prefix=$((records < 20000 ? records : 20000))
head -n "$prefix" "$folder/all" >"$folder/prefix"

# measure NAME INPUT RECORDS COMMAND...: a line "name records bytes processor-seconds elapsed-seconds KiB". The run with
# the median of processor time (user and system) counts, which a busy machine changes less than the elapsed one.
measure() {
  local name=$1 input=$2 count=$3
  shift 3
  taskset -c "$core" "$@" <"$input" >/dev/null # reads the file into the page cache
  for ((i = 0; i < runs; ++i)); do
    /usr/bin/time -o "$folder/time" -f '%U %S %e %M' taskset -c "$core" "$@" <"$input" >/dev/null
    awk '{ print $1 + $2, $3, $4 }' "$folder/time"
  done | sort -n | sed -n "$(((runs + 1) / 2))p" | sed "s/^/$name $count $(stat -c %s "$input") /"
}

{
  measure dbi-passthrough "$folder/all" "$records" "$build/test/passthrough/dbi-passthrough"
  measure wc-l "$folder/all" "$records" wc -l
  measure cat "$folder/all" "$records" cat
  measure "jq-c-(first-$prefix-records)" "$folder/prefix" "$prefix" jq -c .
} >"$folder/figures"

echo "$records records, $(stat -c %s "$folder/all") bytes, from the page cache to /dev/null, core $core, median of $runs runs"
# Rates and ratios for both times; a time below what is measured (10 ms) counts as that.
awk '
  function at_least(s) { return s < 0.01 ? 0.01 : s }
  BEGIN { printf "%-32s %9s %12s %9s %6s %9s %12s %9s %6s %9s\n", "", "processor", "records/s", "MB/s", "ratio",
          "elapsed", "records/s", "MB/s", "ratio", "KiB" }
  { cpu = at_least($4); real = at_least($5) }
  NR == 1 { own_cpu = $2 / cpu; own_real = $2 / real }
  { printf "%-32s %7.2f s %12.0f %9.1f %6.2f %7.2f s %12.0f %9.1f %6.2f %9d\n", $1, $4, $2 / cpu, $3 / cpu / 1e6,
      own_cpu / ($2 / cpu), $5, $2 / real, $3 / real / 1e6, own_real / ($2 / real), $6 }' "$folder/figures"
echo "ratio: records a second of the pass-through filter to those of the row"
