#!/usr/bin/env bash
# Measures each filter, its full check on and everything kept, beside wc -l, cat, jq and Miller on one core, and the
# three filters in one pipe beside three cats and three jqs on all cores: records/s, MB/s, ratio to wc -l, the share of
# the records that was kept, peak memory. The run with the median of processor time (of elapsed time for pipes) counts.
# jq and Miller read a prefix; their figures are those of the prefix. dbi-sample is also measured as it comes: the coin,
# weights, deduplication, the goal and the ledger at work; and with its state, telemetry and memory limit.
# usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=${1:?usage: filters.sh BUILD_FOLDER [RECORDS [RUNS]]}
build=$(realpath "$build")
records=${2:-1000000}
runs=${3:-5}
core=${DBI_BENCH_CORE:-0}
PATH=$build/tools:$build/test/passthrough:$build/test/bench:$PATH

folder=$(mktemp -d)
export DBI_STATE_DIR=$folder/state
trap 'rm -rf "$folder"' EXIT

dbi_generate_records --records "$records" --seed 1 >"$folder/all"
prefix=$((records < 20000 ? records : 20000))
head -n "$prefix" "$folder/all" >"$folder/prefix"

# What lets everything pass, decided all the same: the default rules at rate 1, no limit in reach.
cat >"$folder/dbi.yaml" <<'END'
adaptive_sampler:
  default_sample_rate: 1
  max_records_per_second: 1000000000
  deduplication: {enabled: false}
  rules:
    - {name: critical_queries, priority: 100, sample_rate: 1, conditions: [{attribute: duration_ms, operator: gt, value: 1000}]}
    - name: missing_indexes
      priority: 90
      sample_rate: 1
      conditions:
        - {attribute: plan_has_seq_scan, operator: eq, value: true}
        - {attribute: plan_rows, operator: gt, value: 10000}
    - name: high_frequency
      priority: 50
      sample_rate: 1
      conditions:
        - {attribute: kind, operator: eq, value: query_stats}
        - {attribute: calls, operator: gt, value: 1000}
    - {name: default, priority: 0, sample_rate: 1}
rate_limiter: {default_rps: 1000000000, default_burst: 1000000000}
END
export DBI_CONFIG=$folder/dbi.yaml

# A filter at the records' own time: what is measured is the filter, not how long the run takes.
sample=(dbi-sample --replay)
breaker=(dbi-breaker --replay)
ratelimit=(dbi-ratelimit --replay)
select='select(.duration_ms >= 0 or true)'

# report NAME RECORDS BYTES PROCESSOR ELAPSED KIB KEPT: a line for the table; "-" is nothing to say.
report() { echo "$@" >>"$folder/figures"; }

# kept INPUT-RECORDS COMMAND...: the share of the records that comes out, in percent, `dropped` and events left out.
kept() {
  local count=$1
  shift
  "$@" | grep -vc -E '^\{"v":1,"kind":"(dropped|event)"' | awk -v count="$count" '{ printf "%.2f", 100 * $1 / count }'
}

# measure NAME INPUT RECORDS COMMAND...
measure() {
  local name=$1 input=$2 count=$3 share
  shift 3
  share=-
  [ "$name" = wc-l ] || share=$(kept "$count" "$@" <"$input") # and reads the file into the page cache
  report "$name" "$count" "$(stat -c %s "$input")" "$(
    for ((i = 0; i < runs; ++i)); do
      /usr/bin/time -o "$folder/time" -f '%U %S %e %M' taskset -c "$core" "$@" <"$input" >/dev/null
      awk '{ print $1 + $2, $3, $4 }' "$folder/time"
    done | sort -n | sed -n "$(((runs + 1) / 2))p"
  )" "$share"
}

# measure_pipe NAME INPUT RECORDS COMMAND-LINE: elapsed time of the whole, the greatest peak memory of a member.
measure_pipe() {
  local name=$1 input=$2 count=$3 line=$4
  report "$name" "$count" "$(stat -c %s "$input")" "$(
    for ((i = 0; i < runs; ++i)); do
      /usr/bin/time -o "$folder/time" -f '%U %S %e %M' bash -c "$line" <"$input" >/dev/null
      awk '{ print $3, $1 + $2, $4 }' "$folder/time"
    done | sort -n | sed -n "$(((runs + 1) / 2))p" | awk '{ print $2, $1, $3 }'
  )" "$(kept "$count" bash -c "$line" <"$input")"
}

measure wc-l "$folder/all" "$records" wc -l
measure cat "$folder/all" "$records" cat
measure dbi-passthrough "$folder/all" "$records" dbi-passthrough
measure dbi-sample "$folder/all" "$records" "${sample[@]}"
measure sample-defaults "$folder/all" "$records" dbi-sample --replay --no-config
measure sample-with-state "$folder/all" "$records" \
  bash -c 'rm -rf "$DBI_STATE_DIR"; exec dbi-sample --no-config' # every run begins without what the one before kept
measure dbi-breaker "$folder/all" "$records" "${breaker[@]}"
measure dbi-ratelimit "$folder/all" "$records" "${ratelimit[@]}"
measure jq-c-select "$folder/prefix" "$prefix" jq -c "$select"
if command -v mlr >/dev/null; then
  measure mlr-filter "$folder/prefix" "$prefix" mlr --ijsonl --ojsonl filter 'true'
fi
measure_pipe "sample|breaker|ratelimit" "$folder/all" "$records" "${sample[*]} | ${breaker[*]} | ${ratelimit[*]}"
measure_pipe "cat|cat|cat" "$folder/all" "$records" "cat | cat | cat"
measure_pipe "jq|jq|jq" "$folder/prefix" "$prefix" "jq -c '$select' | jq -c '$select' | jq -c '$select'"

echo "$records records, $(stat -c %s "$folder/all") bytes, from the page cache to /dev/null, median of $runs runs;" \
  "single programs on core $core by processor time, pipes on $(nproc) cores by elapsed time"
# A time below what is measured (10 ms) counts as that.
awk '
  function at_least(s) { return s < 0.01 ? 0.01 : s }
  BEGIN {
    printf "%-24s %9s %9s %12s %9s %10s %9s %9s\n", "", "processor", "elapsed", "records/s", "MB/s", "x wc -l", "kept", "KiB"
  }
  { time = at_least($1 ~ /\|/ ? $5 : $4); rate = $2 / time }
  NR == 1 { peer = rate }
  {
    printf "%-24s %7.2f s %7.2f s %12.0f %9.1f %10.4f %8s%% %9d\n", $1, $4, $5, rate, $3 / time / 1e6, rate / peer,
      $7, $6
  }' "$folder/figures"
