// SPDX-License-Identifier: Apache-2.0
#include "generate/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/emit.hpp"
#include "generate/flat_document.hpp"
#include "terminal/display_width.hpp"

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

std::string format_rows(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], terminal::display_width(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - terminal::display_width(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string compare(const std::vector<EnvironmentDocument>& documents) {
  std::vector<FlatDocument> flat;
  Row heading{"key"};
  for (const EnvironmentDocument& document : documents) {
    flat.push_back(flatten(document.document.root));
    heading.push_back(document.environment);
  }
  std::vector<Row> rows{std::move(heading)};
  for (const std::string& path : all_paths(flat)) {
    Row row{path};
    for (const FlatDocument& document : flat) row.push_back(value_at(document, path));
    const bool same = std::all_of(row.begin() + 2, row.end(), [&](const std::string& cell) { return cell == row[1]; });
    if (same) continue;
    for (std::size_t i = 1; i < row.size(); ++i) row[i] = terminal::fit(row[i], kValueWidth);
    rows.push_back(std::move(row));
  }
  return rows.size() == 1 ? std::string{} : format_rows(rows);
}

}  // namespace dbi::generate
