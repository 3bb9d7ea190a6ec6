// How the printers word a node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/node.hpp"
#include "cli/option.hpp"

namespace dbi::cli {

/// A run of nodes under one heading.
struct Section {
  std::string heading;
  std::vector<const Node*> nodes;
};

/// Verbs under "Commands", positionals under "Arguments", then flags by heading in the order of its first use.
[[nodiscard]] std::vector<Section> sections(const Tree& tree, bool with_maintenance);

/// Whether the flag or positional is followed by a value.
[[nodiscard]] bool takes_value(const Node& node);

/// The summary and the text as sentences, then the words of a choice, then where the value may come from; one paragraph
/// an entry.
[[nodiscard]] std::vector<std::string> paragraphs(const Node& node);

/// "Read every DURATION." from "read every DURATION".
[[nodiscard]] std::string sentence(std::string_view summary);

}  // namespace dbi::cli
