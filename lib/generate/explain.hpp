// A key of the configuration: what it means, and where its value comes from in each environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "generate/environment_document.hpp"

namespace dbi::generate {

/// The key's meaning, type, range and default by the tables, the flags and variables that say the same, then a line an
/// environment: the value as it is written and the file, line and column it stands at, or that it is the default. Keys
/// inside lists and maps are written without index or name ("adaptive_sampler.rules.sample_rate"); then every value is
/// shown with its path. A section shows its keys. Fails with ErrorKind::Usage for an unknown key, with the nearest one.
Result<std::string> explain(const std::vector<ToolTable>& tables, std::string_view key,
                            const std::vector<EnvironmentDocument>& documents);

}  // namespace dbi::generate
