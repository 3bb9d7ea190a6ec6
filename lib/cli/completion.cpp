// Completion files for bash, zsh and fish.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/print.hpp"
#include "cli/wording.hpp"

namespace dbi::cli {

namespace {

std::vector<const Node*> visible_flags(const Tree& tree) {
  std::vector<const Node*> out;
  for (const Node& node : tree.nodes()) {
    if (!node.flag.empty() && !node.maintenance) out.push_back(&node);
  }
  return out;
}

const Node* positional_of(const Tree& tree) {
  const auto found = std::ranges::find_if(tree.nodes(), &Node::positional);
  return found == tree.nodes().end() ? nullptr : &*found;
}

std::string verb_words(const Tree& tree) {
  std::vector<std::string_view> words;
  for (const Node& node : tree.nodes()) {
    if (!node.verb.empty()) words.push_back(node.verb);
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string choice_words(const Node& node) {
  std::vector<std::string_view> words;
  for (const auto& choice : node.choices) words.push_back(choice.word);
  return fmt::format("{}", fmt::join(words, " "));
}

// Puts a backslash before each of `special`.
std::string escape(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// In single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\'";
    out += c;
  }
  return out + "'";
}

// A comment line that names the origin.
std::string origin(const Program& program) {
  return fmt::format("# Completion of {}, printed by {} --print-completion; see scripts/generate.\n", program.name,
                     program.name);
}

std::string function_name(const Program& program) {
  std::string out = "_" + std::string(program.name);
  std::ranges::replace(out, '-', '_');
  return out;
}

// --- bash ---

std::string bash_action(const Node& node) {
  switch (node.completion) {
    case Completion::File:
      return "compgen -f -- \"$current\"";
    case Completion::Folder:
      return "compgen -d -- \"$current\"";
    case Completion::Choices:
      return fmt::format("compgen -W '{}' -- \"$current\"", choice_words(node));
    case Completion::None:
      break;
  }
  return ":";
}

std::string bash_case(const Node& node) {
  const std::string short_name = node.short_flag == '\0' ? "" : fmt::format(" | -{}", node.short_flag);
  return fmt::format("    --{}{}) mapfile -t COMPREPLY < <({}) ;;\n", node.flag, short_name, bash_action(node));
}

std::string bash_flags(const Tree& tree) {
  std::vector<std::string> names;
  for (const Node* node : visible_flags(tree)) {
    names.push_back("--" + node->flag);
    if (node->negatable) names.push_back("--no-" + node->flag);
  }
  return fmt::format("{}", fmt::join(names, " "));
}

std::string bash_completion(const Program& program, const Tree& tree) {
  std::string cases;
  for (const Node* node : visible_flags(tree)) {
    if (takes_value(*node)) cases += bash_case(*node);
  }
  const Node* positional = positional_of(tree);
  std::string rest = positional == nullptr ? ":" : bash_action(*positional);
  const std::string verbs = verb_words(tree);
  if (!verbs.empty()) rest = fmt::format("compgen -W '{}' -- \"$current\"; {}", verbs, rest);
  // bash splits words at '='.
  return origin(program) + fmt::format(R"(# shellcheck shell=bash
{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  COMPREPLY=()
  case $previous in
{1}    *)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '{2}' -- "$current")
      else
        mapfile -t COMPREPLY < <({3})
      fi
      ;;
  esac
}}
complete -o filenames -F {0} {4}
)",
                                       function_name(program), cases, bash_flags(tree), rest, program.name);
}

// --- zsh ---

std::string zsh_action(const Node& node) {
  switch (node.completion) {
    case Completion::File:
      return "_files";
    case Completion::Folder:
      return "_files -/";
    case Completion::Choices:
      return fmt::format("({})", choice_words(node));
    case Completion::None:
      break;
  }
  return " ";
}

std::string zsh_argument(const Node& node, std::string_view name, bool short_name) {
  std::string out = node.repeatable ? "*" : "";
  out += name;
  if (takes_value(node)) out += short_name ? "+" : "=";
  out += fmt::format("[{}]", escape(node.summary, "[]:\\"));
  if (takes_value(node)) out += fmt::format(":{}:{}", node.value_name, zsh_action(node));
  return fmt::format("  {} \\\n", shell_quoted(out));
}

std::string zsh_completion(const Program& program, const Tree& tree) {
  std::string out = fmt::format("#compdef {}\n", program.name) + origin(program) + "_arguments -s -S \\\n";
  for (const Node* node : visible_flags(tree)) {
    if (node->short_flag != '\0') out += zsh_argument(*node, fmt::format("-{}", node->short_flag), true);
    out += zsh_argument(*node, "--" + node->flag, false);
    if (node->negatable) out += zsh_argument(*node, "--no-" + node->flag, false);
  }
  const std::string verbs = verb_words(tree);
  if (!verbs.empty()) out += fmt::format("  '1:COMMAND or FILE:{{compadd {}; _files}}' \\\n", verbs);
  if (const Node* node = positional_of(tree)) {
    return out + "  " + shell_quoted(fmt::format("*:{}:{}", node->value_name, zsh_action(*node))) + "\n";
  }
  return out.substr(0, out.size() - 3) + "\n";
}

// --- fish ---

std::string fish_value(const Node& node) {
  switch (node.completion) {
    case Completion::File:
      return " -r -F";
    case Completion::Folder:
      return " -x -a '(__fish_complete_directories)'";
    case Completion::Choices:
      return fmt::format(" -x -a '{}'", choice_words(node));
    case Completion::None:
      break;
  }
  return " -x";
}

std::string fish_line(const Program& program, const Node& node, std::string_view flag) {
  std::string out = fmt::format("complete -c {} -l {}", program.name, flag);
  if (node.short_flag != '\0' && flag == node.flag) out += fmt::format(" -s {}", node.short_flag);
  if (takes_value(node)) out += fish_value(node);
  return out + fmt::format(" -d '{}'\n", escape(node.summary, "'\\"));
}

std::string fish_completion(const Program& program, const Tree& tree) {
  std::string out = origin(program);
  const Node* positional = positional_of(tree);
  if (positional == nullptr || positional->completion != Completion::File) {
    out += fmt::format("complete -c {} -f\n", program.name);
  }
  for (const Node& node : tree.nodes()) {
    if (node.verb.empty()) continue;
    out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d '{}'\n", program.name, node.verb,
                       escape(node.summary, "'\\"));
  }
  for (const Node* node : visible_flags(tree)) {
    out += fish_line(program, *node, node->flag);
    if (node->negatable) out += fish_line(program, *node, "no-" + node->flag);
  }
  return out;
}

}  // namespace

std::string completion(const Program& program, const Tree& tree, Shell shell) {
  switch (shell) {
    case Shell::Bash:
      return bash_completion(program, tree);
    case Shell::Zsh:
      return zsh_completion(program, tree);
    case Shell::Fish:
      return fish_completion(program, tree);
  }
  return {};
}

}  // namespace dbi::cli
