// Any bytes as a configuration: no crash, no endless loop, every refusal names the file.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.hpp"
#include "config/apply.hpp"
#include "config/emit.hpp"
#include "config/merge.hpp"
#include "config/yaml.hpp"

namespace {

struct Rule {
  std::string name;
  dbi::cli::Any value;
};

struct Options {
  std::chrono::microseconds interval{1};
  std::uint64_t limit = 0;
  std::vector<std::string> kinds;
  std::vector<Rule> rules;
  std::map<std::string, Rule> targets;
  bool enabled = false;
  std::vector<std::string> names;
};

void describe_rule(dbi::cli::Tree& tree, Rule& rule) {
  tree.text("name", &rule.name, "its name").secret();
  tree.any("value", &rule.value, "any value");
}

void describe(dbi::cli::Tree& tree, Options& options) {
  tree.duration("--interval", &options.interval, "a duration").key("collector.interval");
  tree.size("collector.guards.limit", &options.limit, "a size");
  tree.texts("--kinds", &options.kinds, "a list").key("collector.kinds");
  tree.list("collector.rules", &options.rules, "rules", describe_rule);
  tree.map("targets", &options.targets, "targets", describe_rule);
  tree.one_of("collector.explain", "a union", [&](dbi::cli::Tree& forms) {
    forms.toggle("enabled", &options.enabled, "yes or no");
    forms.texts("names", &options.names, "names");
  });
}

std::optional<std::string> variable(const std::string& name) {
  if (name.size() > 3) return std::nullopt;
  return name;
}

// What was read is written, read again and written the same; merged with itself it stays as it is.
void check_text(const dbi::config::Document& document) {
  if (!document.faults.empty()) return;
  const std::string text = dbi::config::format_yaml(document.root);
  const auto again = dbi::config::parse_yaml(text, "dbi.yaml");
  if (!again || !again->faults.empty() || dbi::config::format_yaml(again->root) != text) std::abort();
  const auto merged = dbi::config::merge(document, document);
  if (dbi::config::format_yaml(merged.root) != dbi::config::format_yaml(dbi::config::merge(merged, document).root)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document =
      dbi::config::parse_yaml({reinterpret_cast<const char*>(data), size}, "dbi.yaml");  // NOLINT: bytes as text
  if (!document) {
    if (!document.error().message.starts_with("dbi.yaml:")) std::abort();
    return 0;
  }
  check_text(*document);
  Options options;
  dbi::cli::Tree tree;
  describe(tree, options);
  for (const auto& error : dbi::config::apply(*document, tree, variable)) {
    if (!error.message.starts_with("dbi.yaml:")) std::abort();
  }
  return 0;
}
