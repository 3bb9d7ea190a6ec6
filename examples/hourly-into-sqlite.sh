#!/bin/bash
# One more hour of every configured target into a database to query; for cron:
#
#   5 * * * *  /usr/share/dbi/examples/hourly-into-sqlite.sh /var/lib/dbi/records.db
#
# The readings are kept in the state folder, so two runs give the exact difference between them; the first gives none.
# A run that is killed loses nothing: dbi-collect goes on from what the database holds.
# SPDX-License-Identifier: Apache-2.0
#
#   examples/hourly-into-sqlite.sh DATABASE [TARGET ...]
set -euo pipefail
database=${1:?a file for the records}
shift
dbi-collect --once --commit exported --pipeline hourly "$@" |
  dbi-export --pipeline hourly --to "sqlite:$database" --retain 2160h --fail-on-scrape
