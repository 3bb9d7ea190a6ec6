#!/usr/bin/env bats
# What `cmake --install` puts where: programs, manual pages, completions, examples; nothing else.
# SPDX-License-Identifier: Apache-2.0

load helper

setup_file() {
  export ROOT=$BATS_FILE_TMPDIR/root
  cmake --install "$DBI_BUILD_DIR" --prefix "$ROOT" >/dev/null
}

wanted() {
  local tool page
  for tool in "$DBI_SOURCE_DIR"/tools/*.cpp; do
    tool=$(basename "$tool" .cpp)
    echo "bin/$tool"
    echo "share/bash-completion/completions/$tool"
    echo "share/zsh/site-functions/_$tool"
    echo "share/fish/vendor_completions.d/$tool.fish"
  done
  for page in "$DBI_SOURCE_DIR"/man/*.scd; do
    page=$(basename "$page" .scd)
    echo "share/man/man${page##*.}/$page"
  done
  (cd "$DBI_SOURCE_DIR" && git ls-files examples 2>/dev/null || find examples -type f) | sed 's|^|share/dbi/|'
}

@test "every program with its page and completions, and every example, is installed" {
  diff <(wanted | sort) <(cd "$ROOT" && find . -type f | sed 's|^\./||' | sort)
}

@test "an installed program runs" {
  for tool in "$ROOT"/bin/*; do
    run "$tool" --version
    assert_success
  done
}

@test "examples that can be run are programs" {
  for example in "$ROOT"/share/dbi/examples/*.sh; do [ -x "$example" ]; done
}

@test "installed pages are manual pages" {
  for page in "$ROOT"/share/man/man*/*; do
    name=$(basename "$page")
    run mandoc -T ascii "$page"
    assert_success
    assert_line --index 0 --partial "${name%.*}(${name##*.})"
  done
}
