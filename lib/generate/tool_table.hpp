// The flag tables of the tools, side by side: what a document is checked against.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.hpp"

namespace dbi::generate {

/// The flag table of a tool, bound to options that it owns.
struct ToolTable {
  std::string tool;  ///< "dbi-sample"
  std::shared_ptr<void> options;
  std::shared_ptr<cli::Tree> tree;  ///< never nullptr
};

/// Makes the tables anew, with every option at its default. A tool's place is the one it has in the pipeline.
using MakeTables = std::function<std::vector<ToolTable>()>;

/// `describe(tree, options)` declares the options, as the tool itself does it.
template <typename Options, typename Describe>
ToolTable make_table(std::string tool, Describe describe) {
  auto options = std::make_shared<Options>();
  auto tree = std::make_shared<cli::Tree>();
  describe(*tree, *options);
  return {std::move(tool), std::move(options), std::move(tree)};
}

}  // namespace dbi::generate
