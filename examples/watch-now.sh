#!/bin/bash
# What does the server do right now? Statements by their share of the last seconds, sessions, blockers; until Ctrl-C.
# Nothing is kept.
# SPDX-License-Identifier: Apache-2.0
#
#   examples/watch-now.sh [TARGET]     INTERVAL=2s COUNT=10 examples/watch-now.sh mysql://dbi_monitor@db1.example.net
set -euo pipefail
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
dbi-collect --state-dir "$state" --baseline wait --interval "${INTERVAL:-5s}" ${COUNT:+--count "$COUNT"} \
  "${1:-postgresql:///}" | dbi-export --state-dir "$state" --to table
