// The command line and the environment into the option tree. The only door to CLI11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/option.hpp"

namespace dbi::cli {

/// What a command line asks for.
enum class Request : std::uint8_t { Run, BriefHelp, FullHelp, Version };

/// The value of an environment variable; nothing where it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Declares -h, --help and --version, which parse() answers with a Request.
void declare_help(Tree& tree);

/// Reads the arguments (without the program's name) into the tree. A flag given twice: the last one counts, unless it
/// is repeatable. A request for help or the version wins over unknown flags and bad values. Fails with ErrorKind::Usage
/// at the first misuse; the hint names the nearest flag for an unknown one.
Result<Request> parse(Tree& tree, const std::vector<std::string>& arguments);

/// Reads the variables that the nodes name; an empty one counts as not set. Returns all faults (ErrorKind::Usage).
[[nodiscard]] std::vector<Error> read_environment(Tree& tree, const EnvironmentLookup& lookup);

}  // namespace dbi::cli
