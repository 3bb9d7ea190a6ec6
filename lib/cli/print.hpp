// What is printed from the option tree: help, the manual's OPTIONS and the shells' completions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cli/option.hpp"
#include "cli/program.hpp"

namespace dbi::cli {

enum class Shell : std::uint8_t { Bash, Zsh, Fish };

/// -h: name, usage, a line a flag. At most 120 columns wide.
[[nodiscard]] std::string brief_help(const Program& program, const Tree& tree);

/// --help: the full text of each flag with range, default, variable and configuration key, 80 columns wide.
[[nodiscard]] std::string full_help(const Program& program, const Tree& tree);

/// "dbi-collect 0.1.0" and a line end.
[[nodiscard]] std::string version_line(const Program& program);

/// The OPTIONS part of a manual page in scdoc, heading included.
[[nodiscard]] std::string manual_options(const Tree& tree);

/// A completion file of the shell.
[[nodiscard]] std::string completion(const Program& program, const Tree& tree, Shell shell);

}  // namespace dbi::cli
