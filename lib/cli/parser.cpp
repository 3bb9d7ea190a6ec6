// The only file that includes CLI11. It splits the arguments; meaning, types and messages are the tree's.
// SPDX-License-Identifier: Apache-2.0
#include "cli/parser.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace dbi::cli {

namespace {

constexpr std::string_view kHelp = "help";
constexpr std::string_view kVersion = "version";

using Pairs = std::vector<std::pair<Node*, CLI::Option*>>;

bool is_toggle(const Node& node) {
  return node.shape == Shape::Scalar && node.type == Type::Boolean;
}

// The names in CLI11's notation: "-q,--quiet,!--no-quiet".
std::string library_names(const Node& node) {
  std::string names = "--" + node.flag;
  if (node.short_flag != '\0') names += fmt::format(",-{}", node.short_flag);
  if (node.negatable) names += ",!--no-" + node.flag;
  return names;
}

// Repeated flags are resolved in take(), by the node.
CLI::Option* declare(CLI::App& app, const Node& node) {
  auto* option = is_toggle(node) ? app.add_flag(library_names(node)) : app.add_option(library_names(node))->expected(1);
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

tl::unexpected<Error> unknown(const Tree& tree, std::string_view argument) {
  // Behind a short flag may stand its value, of -p a password.
  const bool is_long = argument.starts_with("--");
  const std::string_view flag = argument.substr(0, is_long ? argument.find('=') : 2);
  std::vector<std::string> known;
  for (const Node& node : tree.nodes()) {
    if (node.flag.empty()) continue;
    known.push_back("--" + node.flag);
    if (node.negatable) known.push_back("--no-" + node.flag);
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view nearest = nearest_name(flag, candidates);
  return fail(ErrorKind::Usage, fmt::format("unknown flag {}", flag),
              nearest.empty() ? "The flag --help lists all flags." : fmt::format("Did you mean {}?", nearest));
}

Status offer_flag(Node& node, const std::vector<Word>& words) {
  auto taken = offer(node, words, Source::Flag);
  if (taken) return {};
  Error error = std::move(taken).error();
  return fail(error.kind, display_name(node) + ": " + error.message, error.hint);
}

// What was given, flag by flag, in the order of the declarations.
Status take_flags(const Pairs& pairs) {
  for (const auto& [node, option] : pairs) {
    if (option->count() == 0) continue;
    std::vector<Word> words;
    for (const auto& text : option->results()) {
      if (!node->repeatable) words.clear();
      for (auto& item : items_of(*node, {text})) words.push_back(std::move(item));
    }
    DBI_TRY(offer_flag(*node, words));
  }
  return {};
}

// The verb that the first argument is, or nullptr.
Node* verb_of(Tree& tree, std::string_view argument) {
  const auto node = std::ranges::find_if(
      tree.nodes(), [argument](const Node& each) { return !each.verb.empty() && each.verb == argument; });
  return node == tree.nodes().end() ? nullptr : &*node;
}

// What CLI11 left over: unknown flags, and the arguments that are no flags.
Status take_rest(Tree& tree, const std::vector<std::string>& rest) {
  std::vector<Word> words;
  bool only_arguments = false;
  bool first = true;
  for (const auto& argument : rest) {
    if (!only_arguments && argument == "--") {
      only_arguments = true;
    } else if (!only_arguments && argument.size() > 1 && argument.starts_with('-')) {
      return unknown(tree, argument);
    } else if (Node* verb = first && !only_arguments ? verb_of(tree, argument) : nullptr) {
      DBI_TRY(offer_flag(*verb, {{argument}}));
      first = false;
    } else {
      words.push_back({argument});
      first = false;
    }
  }
  if (words.empty()) return {};
  const auto node = std::ranges::find_if(tree.nodes(), &Node::positional);
  if (node == tree.nodes().end()) {
    return fail(ErrorKind::Usage, fmt::format("unexpected argument '{}'", words.front().text),
                "This tool takes flags only.");
  }
  return offer_flag(*node, words);
}

// CLI11 takes the argument behind "--name=" for the value that is missing; "--name" and an empty text say what is
// meant. It reads from the back.
std::vector<std::string> reversed_arguments(const Tree& tree, const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  bool flags = true;
  for (const auto& argument : arguments) {
    flags = flags && argument != "--";
    const std::string name = argument.substr(0, argument.size() - 1);
    const bool empty_value = flags && argument.starts_with("--") && argument.find('=') == name.size();
    const Node* node = empty_value ? tree.find(name) : nullptr;
    if (node != nullptr && !is_toggle(*node)) {
      out.push_back(name);
      out.emplace_back();
    } else {
      out.push_back(argument);
    }
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

void declare_help(Tree& tree) {
  tree.request("-h, --help", "print the flags (-h) or all about them (--help)");
  tree.request("--version", "print the version");
}

Result<Request> parse(Tree& tree, const std::vector<std::string>& arguments) try {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Pairs pairs;
  const auto* brief = app.add_flag("-h");
  const auto* full = app.add_flag("--help");
  const auto* version = app.add_flag("--version");
  for (Node& node : tree.nodes()) {
    if (node.flag.empty() || node.flag == kHelp || node.flag == kVersion) continue;
    pairs.emplace_back(&node, declare(app, node));
  }
  app.parse(reversed_arguments(tree, arguments));
  if (full->count() > 0) return Request::FullHelp;
  if (brief->count() > 0) return Request::BriefHelp;
  if (version->count() > 0) return Request::Version;
  DBI_TRY(take_flags(pairs));
  DBI_TRY(take_rest(tree, app.remaining()));
  return Request::Run;
} catch (const CLI::ArgumentMismatch& mismatch) {
  // "--to: 1 required TEXT missing": the only mismatch that these declarations leave is a value that is not there.
  const std::string_view text = mismatch.what();
  return fail(ErrorKind::Usage, fmt::format("{} needs a value", text.substr(0, text.find(':'))));
} catch (const CLI::ParseError& error) {
  return fail(ErrorKind::Usage, error.what());
}

}  // namespace dbi::cli
