// A document as a list of paths and values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/value.hpp"

namespace dbi::generate {

struct FlatValue {
  std::string path;  ///< "adaptive_sampler.rules.slow.sample_rate"; items without a name by number: "schedule[0].rps"
  std::string text;  ///< as YAML in one line
  config::Place place;  ///< of the value
};

using FlatDocument = std::vector<FlatValue>;

/// Every scalar, every list of scalars (whole) and every empty list or map, in the order of the document.
[[nodiscard]] FlatDocument flatten(const config::Value& root);

}  // namespace dbi::generate
