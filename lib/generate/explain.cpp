// SPDX-License-Identifier: Apache-2.0
#include "generate/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/value.hpp"
#include "cli/wording.hpp"
#include "generate/flat_document.hpp"
#include "generate/key_catalog.hpp"

namespace dbi::generate {

namespace {

bool lies_under(std::string_view path, std::string_view key) {
  return path == key || (path.starts_with(key) && (path[key.size()] == '.' || path[key.size()] == '['));
}

std::string_view type_word(cli::Type type) {
  switch (type) {
    case cli::Type::Boolean:
      return "true or false";
    case cli::Type::Integer:
      return "a whole number";
    case cli::Type::Number:
      return "a number";
    case cli::Type::Text:
      return "a text";
    case cli::Type::Choice:
      return "a word";
    case cli::Type::Duration:
      return "a duration (500ms, 10s, 1h)";
    case cli::Type::Size:
      return "a size (64KiB, 16MiB)";
    case cli::Type::Any:
      return "any scalar";
  }
  return {};
}

std::string shape_text(const cli::Node& node) {
  if (node.shape == cli::Shape::Map) return "a map by name";
  if (node.shape == cli::Shape::Union) return "a scalar, a list or a map";
  if (node.element) return "a list of maps";
  const std::string range = cli::show_range(node);
  std::string out(type_word(node.type));
  if (node.shape == cli::Shape::List) out = "a list, each " + out;
  return range.empty() ? out : fmt::format("{} {}", out, range);
}

std::string meaning(const KeyRow& row) {
  const cli::Node& node = *row.node;
  std::string out = fmt::format("{}\n  {}{}\n", row.path, cli::sentence(node.summary),
                                node.text.empty() ? std::string() : " " + node.text);
  for (const auto& choice : node.choices) {
    out += fmt::format("    {}{}\n", choice.word, choice.meaning.empty() ? "" : ": " + choice.meaning);
  }
  out += fmt::format("  type      {}\n", shape_text(node));
  if (node.secret) out += "  secret    only ${NAME}, which is never written out\n";
  if (!node.default_value.empty()) out += fmt::format("  default   {}\n", node.default_value);
  if (!row.flags.empty()) out += fmt::format("  flag      {}\n", fmt::join(row.flags, ", "));
  if (!row.variables.empty()) out += fmt::format("  variable  {}\n", fmt::join(row.variables, ", "));
  return out;
}

// "adaptive_sampler.rules.slow.rate" or "schedule[0].rps" without what names the entry, by the keys there are.
bool is_value_of(const KeyCatalog& keys, std::string_view path, std::string_view key) {
  std::string known;
  while (!path.empty()) {
    const auto end = std::min(path.find_first_of(".["), path.size());
    const std::string_view piece = path.substr(0, end);
    const std::string longer = known.empty() ? std::string(piece) : fmt::format("{}.{}", known, piece);
    const auto begins = [&](const KeyRow& row) { return lies_under(row.path, longer); };
    // What is no key names an entry of a list or map.
    if (std::ranges::any_of(keys.rows(), begins)) known = longer;
    const bool index = end < path.size() && path[end] == '[';
    path = index ? path.substr(std::min(path.find(']', end) + 1, path.size())) : path.substr(end);
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return lies_under(known, key);
}

std::string sources_of(const KeyCatalog& keys, std::string_view key, const EnvironmentDocument& document) {
  const std::string name = document.environment.empty() ? "value" : document.environment;
  std::string out;
  for (const FlatValue& value : flatten(document.document.root)) {
    if (!is_value_of(keys, value.path, key)) continue;
    const std::string at = value.path == key ? std::string() : value.path + " = ";
    out += fmt::format("  {}: {}{}, from {}\n", name, at, value.text, document.document.where(value.place));
  }
  return out.empty() ? fmt::format("  {}: the default\n", name) : out;
}

std::string section_keys(const KeyCatalog& keys, std::string_view section) {
  std::string out;
  for (const KeyRow& row : keys.rows()) {
    if (lies_under(row.path, section)) out += fmt::format("  {}: {}\n", row.path, row.node->summary);
  }
  return out.empty() ? out : fmt::format("{}\n{}", section, out);
}

}  // namespace

Result<std::string> explain(const std::vector<ToolTable>& tables, std::string_view key,
                            const std::vector<EnvironmentDocument>& documents) {
  const KeyCatalog keys(tables);
  const KeyRow* row = keys.find(key);
  if (row == nullptr) {
    if (std::string section = section_keys(keys, key); !section.empty()) return section;
    std::vector<std::string_view> names;
    for (const KeyRow& each : keys.rows()) names.push_back(each.path);
    const std::string_view nearest = nearest_name(key, names);
    return fail(ErrorKind::Usage, fmt::format("no key '{}'", key),
                nearest.empty() ? std::string("A section, such as collector, shows its keys.")
                                : fmt::format("Did you mean {}?", nearest));
  }
  std::string out = meaning(*row);
  for (const EnvironmentDocument& document : documents) out += sources_of(keys, key, document);
  return out;
}

}  // namespace dbi::generate
