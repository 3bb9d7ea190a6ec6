#!/bin/bash
# Runs every statement of signatures.sql on the server that the PG* variables name and compares the signature of the
# statement as it was sent (what pg_stat_activity shows) with that of the text pg_stat_statements stored.
# SPDX-License-Identifier: Apache-2.0
#
#   test/live/signatures.sh PROGRAM [STATEMENTS]     PROGRAM is the built dbi_signature
#
# A block begins with "== SETUP" (SQL run before, or nothing) or "=! VERSIONS SETUP" (may differ there: "all", or
# majors with commas), then the statement. Exit status 1 where a statement differs that may not.
set -uo pipefail
program=$1
list=${2:-$(dirname "$0")/signatures.sql}
version=$(($(psql -XAtqc 'show server_version_num') / 10000)) || exit 4
psql -Xq -c 'create extension if not exists pg_stat_statements' -c 'drop schema if exists dbi_signatures cascade' \
  -c 'create schema dbi_signatures' -c 'create table dbi_signatures.t (a int, b text, c jsonb, d date, e numeric, f bool, g int[])' \
  2>/dev/null || exit 4
export PGOPTIONS='-c search_path=dbi_signatures,public -c pg_stat_statements.track=top'
agree=0 differ=0 excepted=0 skipped=0
stored_text="select query from pg_stat_statements where query not like '%pg_stat_statements_reset%'
  and query not like 'select pg_catalog.%'
  and dbid = (select oid from pg_database where datname = current_database()) limit 1"

compare() {
  local stored sent
  stored=$(psql -XAtq -v ON_ERROR_STOP=0 ${setup:+-c "$setup"} -c 'do $$ begin perform pg_stat_statements_reset(); end $$' \
    -c "$1" -c '\echo @@@' -c "$stored_text" 2>/dev/null </dev/null)
  stored=${stored#*@@@}
  stored=${stored#$'\n'}
  if [ -z "$stored" ]; then skipped=$((skipped + 1)); echo "not stored: $1"; return; fi
  mapfile -t sent < <(printf '%s\0%s\0' "$1" "$stored" | "$program")
  # The canaries of the list: no literal comes out of either text, excepted or not.
  if [[ "${sent[*]#* }" == *secret* || "${sent[*]#* }" == *42[.4]* ]]; then
    differ=$((differ + 1))
    printf 'leaks: %s\n  stored: %s\n  %s\n  %s\n' "$1" "$stored" "${sent[0]}" "${sent[1]}"
  elif [ "${sent[0]%% *}" != - ] && [ "${sent[0]%% *}" = "${sent[1]%% *}" ]; then
    agree=$((agree + 1))
  elif [ "$exceptions" = all ] || [[ ",$exceptions," == *",$version,"* ]]; then
    excepted=$((excepted + 1))
  else
    differ=$((differ + 1))
    printf 'differs: %s\n  stored: %s\n  %s\n  %s\n' "$1" "$stored" "${sent[0]}" "${sent[1]}"
  fi
}

setup='' exceptions='' statement=''
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    ==* | =!*)
      [ -z "$statement" ] || compare "$statement"
      statement='' exceptions='' setup=${line#==}
      case $line in =!*) line=${line#=! }; exceptions=${line%% *}; setup=${line#"$exceptions"} ;; esac
      setup=${setup# }
      ;;
    '#'*) ;;
    *) statement+=${statement:+$'\n'}$line ;;
  esac
done <"$list"
[ -z "$statement" ] || compare "$statement"
psql -Xq -c 'drop schema dbi_signatures cascade' 2>/dev/null
echo "PostgreSQL $version: $agree agree, $excepted excepted, $differ differ, $skipped not stored"
[ $differ = 0 ] && [ $agree -gt 0 ]
