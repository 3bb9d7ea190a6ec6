// SPDX-License-Identifier: Apache-2.0
#include "generate/key_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::generate {

namespace {

// Conditions hold conditions: one level of them says it all.
constexpr int kMaxDepth = 2;

std::string joined(const std::string& prefix, const std::string& key) {
  if (key.empty() || key == cli::kWholeEntry) return prefix;
  return prefix.empty() ? key : fmt::format("{}.{}", prefix, key);
}

}  // namespace

KeyCatalog::KeyCatalog(const std::vector<ToolTable>& tables) {
  for (const ToolTable& table : tables) add(*table.tree, {}, table.tool, 0);
}

void KeyCatalog::add(const cli::Tree& tree, const std::string& prefix, const std::string& tool, int depth) {
  for (const cli::Node& node : tree.nodes()) {
    if (!node.key.empty()) add_node(node, joined(prefix, node.key), tool, depth);
  }
}

void KeyCatalog::add_node(const cli::Node& node, const std::string& path, const std::string& tool, int depth) {
  const bool known = find(path) != nullptr;
  if (!known) rows_.push_back({path, &node, {}, {}});
  KeyRow& row = *std::ranges::find(rows_, path, &KeyRow::path);
  if (!node.flag.empty()) row.flags.push_back(fmt::format("{} --{}", tool, node.flag));
  if (!node.environment.empty()) row.variables.push_back(node.environment);
  if (known || depth >= kMaxDepth) return;
  if (node.element) {
    const auto entry = node.element({}, false);
    entries_.push_back(entry);
    add(*entry, path, tool, depth + 1);
  }
  if (node.forms) {
    for (const cli::Node& form : node.forms->nodes()) {
      const auto dot = form.key.find('.');
      if (dot != std::string::npos) add_node(form, joined(path, form.key.substr(dot + 1)), tool, depth + 1);
    }
  }
}

const KeyRow* KeyCatalog::find(std::string_view path) const {
  const auto found = std::ranges::find(rows_, path, &KeyRow::path);
  return found == rows_.end() ? nullptr : &*found;
}

}  // namespace dbi::generate
