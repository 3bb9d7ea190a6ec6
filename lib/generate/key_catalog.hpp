// Every key of the configuration, with what the tools' tables say about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/option.hpp"
#include "generate/tool_table.hpp"

namespace dbi::generate {

/// One key. Lists and maps are keys, and so is what their entries hold.
struct KeyRow {
  std::string path;                    ///< without indices and names: "adaptive_sampler.rules.sample_rate"
  const cli::Node* node = nullptr;     ///< of the first tool that has it; lives as long as the catalog
  std::vector<std::string> flags;      ///< "dbi-sample --default-sample-rate", of every tool that has it
  std::vector<std::string> variables;  ///< "DBI_SAMPLE_DEFAULT_SAMPLE_RATE"
};

/// The keys, in the order of the tables. Owns the trees of entries.
class KeyCatalog {
 public:
  explicit KeyCatalog(const std::vector<ToolTable>& tables);

  [[nodiscard]] const std::vector<KeyRow>& rows() const { return rows_; }
  /// nullptr where there is no such key.
  [[nodiscard]] const KeyRow* find(std::string_view path) const;

 private:
  void add(const cli::Tree& tree, const std::string& prefix, const std::string& tool, int depth);
  void add_node(const cli::Node& node, const std::string& path, const std::string& tool, int depth);

  std::vector<KeyRow> rows_;
  std::vector<std::shared_ptr<const cli::Tree>> entries_;
};

}  // namespace dbi::generate
