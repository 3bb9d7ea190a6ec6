// SPDX-License-Identifier: Apache-2.0
#include "generate/compare.hpp"

#include <algorithm>
#include <utility>

#include "generate/flat_document.hpp"
#include "terminal/display_width.hpp"
#include "terminal/text_table.hpp"

namespace dbi::generate {

namespace {

// A value that is wider is cut; --explain shows it whole.
constexpr std::size_t kValueWidth = 48;

using Row = std::vector<std::string>;

// Every path that some document has; those of later documents stand behind what precedes them there.
std::vector<std::string> all_paths(const std::vector<FlatDocument>& documents) {
  std::vector<std::string> out;
  for (const FlatDocument& document : documents) {
    auto behind = out.begin();
    for (const FlatValue& value : document) {
      const auto found = std::ranges::find(out, value.path);
      behind = found == out.end() ? out.insert(behind, value.path) + 1 : found + 1;
    }
  }
  return out;
}

std::string value_at(const FlatDocument& document, const std::string& path) {
  const auto found = std::ranges::find(document, path, &FlatValue::path);
  return found == document.end() ? "-" : found->text;
}

}  // namespace

std::string compare(const std::vector<EnvironmentDocument>& documents) {
  std::vector<FlatDocument> flat;
  Row heading{"key"};
  for (const EnvironmentDocument& document : documents) {
    flat.push_back(flatten(document.document.root));
    heading.push_back(document.environment);
  }
  terminal::TextTable table(std::move(heading), {});
  for (const std::string& path : all_paths(flat)) {
    Row row{path};
    for (const FlatDocument& document : flat) row.push_back(value_at(document, path));
    const bool same = std::all_of(row.begin() + 2, row.end(), [&](const std::string& cell) { return cell == row[1]; });
    if (same) continue;
    for (std::size_t i = 1; i < row.size(); ++i) row[i] = terminal::fit(row[i], kValueWidth);
    table.add(std::move(row));
  }
  std::string out;
  if (!table.empty()) table.print(out);
  return out;
}

}  // namespace dbi::generate
