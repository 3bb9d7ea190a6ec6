// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/print.hpp"
#include "cli/wording.hpp"

namespace dbi::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kBriefWidth = 120;
constexpr std::size_t kIndent = 8;
constexpr std::size_t kSummaryColumn = 32;

std::string with_arguments(const Node& verb) {
  return verb.value_name.empty() ? verb.verb : fmt::format("{} {}", verb.verb, verb.value_name);
}

// "  -q, --quiet", "      --to SINK", "  TARGET ...", "  open KEY".
std::string left_side(const Node& node) {
  if (node.positional) return fmt::format("  {} ...", node.value_name);
  if (!node.verb.empty()) return "  " + with_arguments(node);
  std::string out = node.short_flag == '\0' ? "      " : fmt::format("  -{}, ", node.short_flag);
  out += "--" + node.flag;
  if (takes_value(node)) out += " " + node.value_name;
  return out;
}

std::string usage(const Program& program, const Tree& tree) {
  std::string out = fmt::format("usage: {} [OPTIONS]", program.name);
  for (const Node& node : tree.nodes()) {
    if (node.positional) out += fmt::format(" [{} ...]", node.value_name);
  }
  for (const Node& node : tree.nodes()) {
    if (!node.verb.empty()) out += fmt::format("\n       {} [OPTIONS] {}", program.name, with_arguments(node));
  }
  return out + "\n";
}

std::string header(const Program& program, const Tree& tree) {
  return fmt::format("{} - {}\n\n{}", program.name, program.summary, usage(program, tree));
}

std::string brief_line(const Node& node) {
  std::string line = left_side(node);
  if (line.size() + 2 > kSummaryColumn) line += "\n";
  const std::size_t column = line.ends_with('\n') ? 0 : line.size();
  line.append(kSummaryColumn - column, ' ');
  std::string text = node.summary;
  if (!node.default_value.empty()) text += fmt::format(" (default {})", node.default_value);
  std::size_t width = kSummaryColumn;
  for (const auto word : split(text, ' ')) {
    const bool first = width == kSummaryColumn;
    if (!first && width + 1 + word.size() > kBriefWidth) {
      line += "\n" + std::string(kSummaryColumn, ' ');
      width = kSummaryColumn;
    }
    if (width > kSummaryColumn) line += ' ';
    width += word.size() + (width > kSummaryColumn ? 1 : 0);
    line += word;
  }
  return line + "\n";
}

// Appends the words of a paragraph, broken between words.
void wrap(std::string& out, std::string_view paragraph) {
  std::size_t column = 0;
  for (const auto word : split(paragraph, ' ')) {
    if (word.empty()) continue;
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out += '\n';
      column = 0;
    }
    out.append(column == 0 ? kIndent : 1, ' ');
    out += word;
    column += (column == 0 ? kIndent : 1) + word.size();
  }
  out += '\n';
}

std::string full_entry(const Node& node) {
  std::string out = left_side(node);
  if (node.negatable) out += fmt::format(", --no-{}", node.flag);
  out += '\n';
  for (const auto& paragraph : paragraphs(node)) wrap(out, paragraph);
  return out;
}

}  // namespace

std::string brief_help(const Program& program, const Tree& tree) {
  std::string out = header(program, tree);
  for (const auto& section : sections(tree, false)) {
    out += fmt::format("\n{}:\n", section.heading);
    for (const Node* node : section.nodes) out += brief_line(*node);
  }
  return out;
}

std::string full_help(const Program& program, const Tree& tree) {
  std::string out = header(program, tree);
  for (const auto& section : sections(tree, true)) {
    out += fmt::format("\n{}:\n", section.heading);
    for (const Node* node : section.nodes) out += "\n" + full_entry(*node);
  }
  return out;
}

std::string version_line(const Program& program) {
  return fmt::format("{} {}\n", program.name, version());
}

}  // namespace dbi::cli
