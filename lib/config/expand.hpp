// The variables of a whole document, replaced by what they stand for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "cli/parser.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// Expands the variables in every scalar but those whose place `keeps` is told to keep. The document reads as before:
/// a "${" that is no variable, or that stood in one, is written "$${". Where a variable is missing, or its form is
/// wrong, the scalar stays and a fault is added.
void expand(Document& document, const cli::EnvironmentLookup& environment,
            const std::function<bool(const Place&)>& keeps);

}  // namespace dbi::config
