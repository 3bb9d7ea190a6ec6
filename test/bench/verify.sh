#!/usr/bin/env bash
# Measures dbi-verify with all that it looks for, with parts of it, and beside grep -P with the same expressions, on one
# core: records/s, MB/s, ratio to grep -P. grep reads a prefix of the records. It gets each expression as the tool has
# it, without what stands behind it (check digits, lengths), and looks at whole lines, not at texts as what they stand for.
# usage: verify.sh BUILD_FOLDER [RECORDS [RUNS]]
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

build=${1:?usage: verify.sh BUILD_FOLDER [RECORDS [RUNS]]}
build=$(realpath "$build")
records=${2:-500000}
runs=${3:-5}
core=${DBI_BENCH_CORE:-0}
PATH=$build/tools:$build/test/passthrough:$build/test/bench:$PATH

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dbi_generate_records --records "$records" --seed 1 >"$folder/all"
prefix=$((records < 20000 ? records : 20000))
head -n "$prefix" "$folder/all" >"$folder/prefix"
# One record in a hundred with something to take out.
awk 'NR % 100 == 0 { sub(/"query":"/, "&/* ann@example.com, 4111 1111 1111 1111 */ ") } { print }' "$folder/all" >"$folder/some"

cat >"$folder/own.yaml" <<'END'
verification:
  pii_detection:
    custom_patterns:
      staff: '\bEMP[0-9]{6}\b'
      customer: 'customer=([a-z]+)'
      contract: '\bK-[0-9]{4}-[A-Z]{2}\b'
      passport: '(?i)passport\s+no\.?\s*[A-Z0-9]{8}'
      patient: '\bPAT[0-9]{8}\b'
END

# RE2 writes a character's number as Perl does; (?i:...) and (?s) are the same.
dbi_print_patterns | paste -sd'|' >"$folder/expression"

# grep stops at the first match where its output is /dev/null.
output=$folder/out
# measure NAME INPUT RECORDS COMMAND...: the run with the median of processor time.
measure() {
  local name=$1 input=$2 count=$3
  shift 3
  cat "$input" >/dev/null
  echo "$name" "$count" "$(stat -c %s "$input")" "$(
    for ((i = 0; i < runs; ++i)); do
      /usr/bin/time -q -o "$folder/time" -f '%U %S %e %M' taskset -c "$core" "$@" <"$input" >"$output" || true
      awk '{ print $1 + $2, $3, $4 }' "$folder/time"
    done | sort -n | sed -n "$(((runs + 1) / 2))p"
  )" >>"$folder/figures"
}

verify=(dbi-verify --replay --no-config)
measure grep-P "$folder/prefix" "$prefix" env LC_ALL=C.UTF-8 grep -cP -f "$folder/expression"
output=/dev/null
measure dbi-passthrough "$folder/all" "$records" dbi-passthrough
measure dbi-verify "$folder/all" "$records" "${verify[@]}"
measure 1%-redacted "$folder/some" "$records" "${verify[@]}"
measure no-personal-data "$folder/all" "$records" "${verify[@]}" --personal-data ignore
measure no-shape "$folder/all" "$records" "${verify[@]}" --no-schema-validation
measure 5-own-patterns "$folder/all" "$records" dbi-verify --replay --config "$folder/own.yaml"
measure identity-hash "$folder/all" "$records" "${verify[@]}" --identity hash

echo "$records records, $(stat -c %s "$folder/all") bytes, from the page cache to /dev/null, median of $runs runs on core $core"
awk '
  function at_least(s) { return s < 0.01 ? 0.01 : s }
  BEGIN { printf "%-18s %9s %9s %12s %9s %10s %9s\n", "", "processor", "elapsed", "records/s", "MB/s", "x grep -P", "KiB" }
  { time = at_least($4); rate = $2 / time }
  NR == 1 { peer = rate }
  { printf "%-18s %7.2f s %7.2f s %12.0f %9.1f %10.2f %9d\n", $1, $4, $5, rate, $3 / time / 1e6, rate / peer, $6 }' "$folder/figures"
