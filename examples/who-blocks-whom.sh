#!/bin/bash
# Who waits for whom? One line for each session that waits and each one that it waits for.
# SPDX-License-Identifier: Apache-2.0
#
#   examples/who-blocks-whom.sh [TARGET]     examples/who-blocks-whom.sh mysql://dbi_monitor@db1.example.net
set -euo pipefail
dbi-collect --once --kinds session "${1:-postgresql:///}" | jq -rs '
  def name: "\(.pid // "prepared transaction") \(.user // "-") (\(.state // "-")): \(.query // "-")";
  map(select(.kind == "session")) as $sessions
  | ($sessions | map(select(.pid) | {key: .pid, value: name}) | from_entries) as $names
  | $sessions[]
  | select(.blocked_by)
  | name as $waiter
  | ((.transaction_ms // 0) / 1000 | floor) as $seconds
  | .blocked_by[]
  | "\($waiter) waits \($seconds) s for \($names[.] // .)"'
