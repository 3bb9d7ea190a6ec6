// The OPTIONS part of the manual pages, in scdoc(5).
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/print.hpp"
#include "cli/wording.hpp"

namespace dbi::cli {

namespace {

// scdoc gives a meaning to these within a line.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '*' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

std::string term(const Node& node) {
  if (node.positional) return fmt::format("_{}_ ...", escape(node.value_name));
  if (!node.verb.empty()) {
    const std::string arguments = node.value_name.empty() ? "" : fmt::format(" _{}_", escape(node.value_name));
    return fmt::format("*{}*{}", escape(node.verb), arguments);
  }
  std::string out;
  if (node.short_flag != '\0') out += fmt::format("*-{}*, ", node.short_flag);
  out += fmt::format("*--{}*", escape(node.flag));
  if (node.negatable) out += fmt::format(", *--no-{}*", escape(node.flag));
  if (takes_value(node)) out += fmt::format(" _{}_", escape(node.value_name));
  return out;
}

}  // namespace

std::string manual_options(const Tree& tree) {
  std::string out = "# OPTIONS\n";
  for (const auto& section : sections(tree, false)) {
    out += fmt::format("\n## {}\n\n", section.heading);
    for (const Node* node : section.nodes) {
      out += term(*node) + "\n";
      const auto texts = paragraphs(*node);
      // "++" ends a line within a paragraph.
      for (std::size_t i = 0; i < texts.size(); ++i) {
        out += fmt::format("\t{}{}\n", escape(texts[i]), i + 1 < texts.size() ? "++" : "");
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace dbi::cli
