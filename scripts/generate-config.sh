#!/bin/bash
# Writes the configuration of each environment out of examples/config, or of the folder that DBI_CONFIG_SOURCES names.
# SPDX-License-Identifier: Apache-2.0
#
#   scripts/generate-config.sh all|production|staging|development [OPTIONS of dbi-gen-config]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# = 0 ]; then
  sed -n 's/^#   //p' "$0" >&2
  exit 2
fi

# An installed dbi-gen-config, else the newest that was built here.
find_tool() {
  local build
  for build in "${DBI_BUILD_DIR:-}" "$root/build/release" "$root/build/dev"; do
    if [ -x "$build/tools/dbi-gen-config" ]; then
      echo "$build/tools/dbi-gen-config"
      return
    fi
  done
  command -v dbi-gen-config || {
    echo "generate-config.sh: dbi-gen-config is not installed and not built; scripts/dev builds it" >&2
    exit 5
  }
}
tool=$(find_tool)
exec "$tool" --no-config --base "${DBI_CONFIG_SOURCES:-$root/examples/config}/base.yaml" "$@"
