// Environments side by side: the keys in which they differ.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generate/environment_document.hpp"

namespace dbi::generate {

/// A table with a line a key whose values differ, in the order of the documents: the key's path, then the value of each
/// environment as YAML, "-" where it has none. Items of lists with names are called by them ("rules.slow.sample_rate").
/// A value of more
/// than 48 columns is cut. Empty where nothing differs. Variables are shown as they are written.
[[nodiscard]] std::string compare(const std::vector<EnvironmentDocument>& documents);

}  // namespace dbi::generate
