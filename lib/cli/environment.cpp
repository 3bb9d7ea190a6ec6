// The environment as a source of option values.
// SPDX-License-Identifier: Apache-2.0
#include "cli/parser.hpp"

namespace dbi::cli {

std::vector<Error> read_environment(Tree& tree, const EnvironmentLookup& lookup) {
  std::vector<Error> errors;
  for (Node& node : tree.nodes()) {
    if (node.environment.empty()) continue;
    const auto value = lookup(node.environment);
    if (!value || value->empty()) continue;
    if (auto taken = offer(node, items_of(node, {*value}), Source::Environment); !taken) {
      Error error = std::move(taken).error();
      error.message = "$" + node.environment + ": " + error.message;
      errors.push_back(std::move(error));
    }
  }
  return errors;
}

}  // namespace dbi::cli
