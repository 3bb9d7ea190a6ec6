// ${NAME} and ${NAME:default} in the scalars of a document.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/parser.hpp"

namespace dbi::config {

/// Replaces each ${NAME} by the variable's value and each ${NAME:default} by it or the default; an empty variable
/// counts as not set. What stands in a variable is not expanded again; "$${" is a literal "${", every other '$' is
/// itself. NAME matches [A-Za-z_][A-Za-z0-9_]*. The forms of the shell and of the Collector, ${NAME:-default} and
/// ${env:NAME}, are refused: they would mean something else here. Fails with ErrorKind::Configuration (no place in the
/// message).
Result<std::string> interpolate(std::string_view text, const cli::EnvironmentLookup& environment);

/// Whether the text is one ${NAME} without a default: what a secret must be.
[[nodiscard]] bool is_bare_variable(std::string_view text);

/// Whether interpolate would replace something.
[[nodiscard]] bool has_variable(std::string_view text);

}  // namespace dbi::config
