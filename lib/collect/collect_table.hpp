// The flag table of dbi-collect.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/option.hpp"
#include "collect/collect_options.hpp"

namespace dbi::collect {

/// Declares every option of dbi-collect but those that all tools share. Both must outlive what reads them.
void describe_collect_options(cli::Tree& tree, CollectOptions& options);

}  // namespace dbi::collect
