#!/usr/bin/env bats
# What is generated from the flag tables and committed is what the tools print today.
# SPDX-License-Identifier: Apache-2.0

load helper

setup() {
  cd "$DBI_SOURCE_DIR" || return
  compgen -G 'tools/*.cpp' >/dev/null || skip "no tool is there yet"
}

@test "the committed completions are those that scripts/generate writes" {
  run scripts/generate --to "$BATS_TEST_TMPDIR" "$DBI_BUILD_DIR"
  assert_success
  run diff -r "$BATS_TEST_TMPDIR" completions
  assert_success
}

@test "bash parses each of its completion files" {
  for file in completions/bash/*; do bash -n "$file"; done
}

@test "zsh parses each of its completion files" {
  command -v zsh >/dev/null || no_server "no zsh"
  for file in completions/zsh/*; do zsh -n "$file"; done
}

@test "fish parses each of its completion files" {
  command -v fish >/dev/null || no_server "no fish"
  for file in completions/fish/*; do fish -n "$file"; done
}

@test "bash completes flags, and the words of a choice behind their flag" {
  for file in completions/bash/*; do
    tool=$(basename "$file")
    # shellcheck disable=SC1090
    source "$file"
    COMP_WORDS=("$tool" --log-) COMP_CWORD=1 COMPREPLY=()
    "_${tool//-/_}"
    [ "${COMPREPLY[*]}" = --log-level ]
    COMP_WORDS=("$tool" --log-level d) COMP_CWORD=2 COMPREPLY=()
    "_${tool//-/_}"
    [ "${COMPREPLY[*]}" = debug ]
  done
}
