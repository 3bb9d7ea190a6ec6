// SPDX-License-Identifier: Apache-2.0
#include "cli/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::cli {

namespace {

constexpr std::string_view kCommands = "Commands";
constexpr std::string_view kArguments = "Arguments";

Section& section_of(std::vector<Section>& all, std::string_view heading) {
  const auto found = std::ranges::find(all, heading, &Section::heading);
  if (found != all.end()) return *found;
  return all.emplace_back(Section{std::string(heading), {}});
}

std::string range_sentence(const Node& node) {
  const std::string range = show_range(node);
  return range.empty() ? std::string() : fmt::format("A value {}. ", range);
}

// "From 1 to 8. Default: 2. Variable: DBI_X. Configuration: a.b."
std::string sources(const Node& node) {
  std::string out = range_sentence(node);
  if (!node.default_value.empty()) out += fmt::format("Default: {}. ", node.default_value);
  if (!node.environment.empty()) out += fmt::format("Environment: {}. ", node.environment);
  if (!node.key.empty()) out += fmt::format("Configuration: {}. ", node.key);
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace

std::vector<Section> sections(const Tree& tree, bool with_maintenance) {
  std::vector<Section> out;
  for (const Node& node : tree.nodes()) {
    if (!node.verb.empty()) section_of(out, kCommands).nodes.push_back(&node);
  }
  for (const Node& node : tree.nodes()) {
    if (node.positional) section_of(out, kArguments).nodes.push_back(&node);
  }
  for (const Node& node : tree.nodes()) {
    if (node.flag.empty() || (node.maintenance && !with_maintenance)) continue;
    section_of(out, node.group.empty() ? "Options" : node.group).nodes.push_back(&node);
  }
  return out;
}

bool takes_value(const Node& node) {
  return !node.positional && (node.shape != Shape::Scalar || node.type != Type::Boolean);
}

std::string sentence(std::string_view summary) {
  std::string out(summary);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 32);
  if (!out.empty() && !out.ends_with('.')) out += '.';
  return out;
}

std::vector<std::string> paragraphs(const Node& node) {
  std::string first = sentence(node.summary);
  if (!node.text.empty()) first += " " + node.text;
  if (node.repeatable) first += " May be given more than once.";
  std::vector<std::string> out = {first};
  for (const auto& choice : node.choices) {
    out.push_back(choice.meaning.empty() ? choice.word : fmt::format("{}: {}", choice.word, choice.meaning));
  }
  if (auto last = sources(node); !last.empty()) out.push_back(std::move(last));
  return out;
}

}  // namespace dbi::cli
