// SPDX-License-Identifier: Apache-2.0
#include "cli/review.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dbi::cli {

namespace {

using Findings = std::vector<std::string>;

// Entries may hold entries of their own form; what is wrong with them shows within a few levels.
constexpr int kMaxDepth = 4;

Findings review_to(const Tree& tree, int depth);

class Reviewer {
 public:
  Reviewer(Findings& findings, int depth) : findings_(&findings), depth_(depth) {}

  void look_at(const Node& node) {
    name_ = display_name(node);
    if (name_.empty()) say("has no name");
    look_at_names(node);
    look_at_texts(node);
    look_at_default(node);
    if (node.secret && !node.flag.empty()) say("is a secret and a flag");
    if (node.shape == Shape::Map || node.element) look_inside(node);
    if (node.forms) {
      for (const auto& finding : review_to(*node.forms, depth_ + 1)) say(finding);
    }
  }

 private:
  void say(std::string_view finding) { findings_->push_back(fmt::format("{}: {}", name_, finding)); }

  void once(std::set<std::string>& seen, const std::string& name) {
    if (!name.empty() && !seen.insert(name).second) say(fmt::format("{} is used twice", name));
  }

  void look_at_names(const Node& node) {
    constexpr std::string_view kFlag = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (node.flag.find_first_not_of(kFlag) != std::string::npos) say("is not lower kebab case");
    if (!node.flag.empty()) once(flags_, "--" + node.flag);
    if (node.negatable) once(flags_, "--no-" + node.flag);
    if (node.short_flag != '\0') once(flags_, fmt::format("-{}", node.short_flag));
    once(variables_, node.environment);
    look_at_key(node.key);
  }

  void look_at_key(const std::string& key) {
    constexpr std::string_view kKey = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    if (key.empty() || key == kWholeEntry) return;
    if (key.find_first_not_of(kKey) != std::string::npos) say("key is not lower snake case");
    for (const auto& other : keys_) {
      if (other.starts_with(key + ".") || key.starts_with(other + ".")) say(fmt::format("{} is in its way", other));
    }
    once(keys_, key);
  }

  void look_at_texts(const Node& node) {
    if (node.summary.empty()) say("has no summary");
    if (node.summary.ends_with('.')) say("summary ends with a full stop");
    if (!node.summary.empty() && node.summary.front() >= 'A' && node.summary.front() <= 'Z') {
      const bool word = node.summary.size() > 1 && node.summary[1] >= 'A' && node.summary[1] <= 'Z';
      if (!word) say("summary does not start in lower case");
    }
    if (!node.text.empty() && !node.text.ends_with('.')) say("text is not a sentence");
    if (node.type == Type::Choice && node.choices.empty()) say("has no words to choose from");
  }

  // The default must be a value that the option itself takes.
  void look_at_default(const Node& node) {
    if (node.default_value.empty() || node.default_is_told || node.shape != Shape::Scalar) return;
    const Word word{node.default_value};
    if (!node.store(node, {&word, 1}, false)) say(fmt::format("refuses its default {}", node.default_value));
  }

  void look_inside(const Node& node) {
    if (depth_ == kMaxDepth) return;
    for (const auto& finding : review_to(*node.element({}, false), depth_ + 1)) say(finding);
  }

  Findings* findings_;
  int depth_;
  std::string name_;
  std::set<std::string> flags_;
  std::set<std::string> variables_;
  std::set<std::string> keys_;
};

Findings review_to(const Tree& tree, int depth) {
  Findings findings;
  Reviewer reviewer(findings, depth);
  for (const Node& node : tree.nodes()) reviewer.look_at(node);
  if (std::ranges::count_if(tree.nodes(), &Node::positional) > 1) findings.emplace_back("more than one positional");
  return findings;
}

}  // namespace

std::vector<std::string> review(const Tree& tree) {
  return review_to(tree, 0);
}

}  // namespace dbi::cli
