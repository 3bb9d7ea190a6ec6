#!/bin/bash
# Prints what circuits cost dbi-breaker: peak memory, time and size of circuits.json with so many databases in 50
# targets, in a first run and in one that begins with that file. dbi-breaker(1) quotes it (STATE).
# SPDX-License-Identifier: Apache-2.0
#
#   test/bench/circuits_memory.sh [--build DIR] [N ...]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release
if [ "${1:-}" = --build ]; then build=$2; shift 2; fi
[ $# -gt 0 ] || set -- 10000 100000 1000000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for count in "$@"; do
  python3 - "$count" >"$work/in" <<'END'
import sys
count = int(sys.argv[1])
at = '"ts":"2026-11-25T12:00:00Z"'
for i in range(count):
    print('{"v":1,"kind":"plan",%s,"target":"t%d","database":"db_%d"}' % (at, i % 50, i))
for i in range(50):
    print('{"v":1,"kind":"scrape",%s,"target":"t%d","outcome":"ok","cycle_ms":1}' % (at, i))
END
  rm -rf "$work/state"
  for run in first next; do
    /usr/bin/time -f "$count databases, $run run: %M KiB, %e s" "$build/tools/dbi-breaker" --no-config \
      --state-dir "$work/state" --max-circuits 1000000 --memory-limit 8GiB "$work/in" >/dev/null
  done
  echo "$count databases: circuits.json has $(stat -c %s "$work/state/default/circuits.json") bytes"
done
