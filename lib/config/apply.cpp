// SPDX-License-Identifier: Apache-2.0
#include "config/apply.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "config/dialect.hpp"
#include "config/interpolate.hpp"

namespace dbi::config {

namespace {

std::string joined(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

bool lies_under(std::string_view key, std::string_view prefix) {
  return key.size() > prefix.size() && key.starts_with(prefix) && key[prefix.size()] == '.';
}

cli::Node* node_of(cli::Tree& tree, std::string_view key) {
  const auto found = std::ranges::find(tree.nodes(), key, &cli::Node::key);
  return found == tree.nodes().end() ? nullptr : &*found;
}

// The keys that may stand under `prefix`, without it.
std::vector<std::string_view> keys_under(const cli::Tree& tree, std::string_view prefix) {
  std::vector<std::string_view> out;
  for (const cli::Node& node : tree.nodes()) {
    std::string_view key = node.key;
    if (!prefix.empty()) {
      if (!lies_under(key, prefix)) continue;
      key.remove_prefix(prefix.size() + 1);
    }
    key = key.substr(0, key.find('.'));
    if (!key.empty() && std::ranges::find(out, key) == out.end()) out.push_back(key);
  }
  return out;
}

std::string_view section_of(std::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

std::string_view kind_word(Kind kind) {
  switch (kind) {
    case Kind::Null:
      return "nothing";
    case Kind::Scalar:
      return "a single value";
    case Kind::List:
      return "a list";
    case Kind::Map:
      return "a map";
  }
  return {};
}

// Walks a document along the tree. `path` is how messages call the place, `prefix` how the tree's keys begin.
class Walker {
 public:
  Walker(const Document& document, const cli::EnvironmentLookup& environment, bool keep, const Visit* visit,
         std::vector<Error>& errors)
      : document_(&document), lookup_(&environment), keep_(keep), visit_(visit), errors_(&errors) {}

  void root(const Value& map, cli::Tree& tree) {
    for (const Entry& section : map.entries) {
      const bool known = std::ranges::find(kSections, section.key) != kSections.end();
      if (known && !has_options_under(tree, section.key)) continue;
      entry(section, tree, {}, {});
    }
  }

 private:
  void say(Place place, std::string_view path, std::string_view message, std::string hint = {}) {
    const std::string text = path.empty() ? std::string(message) : fmt::format("{}: {}", path, message);
    errors_->push_back(document_->error(place, text, std::move(hint)));
  }
  void say(Place place, std::string_view path, const Error& error) { say(place, path, error.message, error.hint); }

  void wrong_shape(const Value& value, std::string_view path, std::string_view wanted, std::string hint = {}) {
    if (hint.empty()) {
      hint = wanted == "a map" ? "Write its keys below, each with a colon and a value."
                               : "Write one value behind the colon.";
    }
    say(value.place, path, fmt::format("{} where {} is wanted", kind_word(value.kind), wanted), std::move(hint));
  }

  // How a list of maps is written, by the keys of its entries.
  static std::string list_hint(const cli::Node& node) {
    std::string keys;
    const auto entry = node.element({}, false);  // what keys_under() returns points into it
    for (const auto key : keys_under(*entry, {})) {
      keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key);
    }
    return fmt::format("Write a list whose entries begin with a hyphen (\"- \") and have the keys {}.", keys);
  }

  void members(const Value& value, cli::Tree& tree, const std::string& prefix, const std::string& path) {
    if (value.kind == Kind::Null) return;
    if (value.kind != Kind::Map) return wrong_shape(value, path, "a map");
    for (const Entry& member : value.entries) entry(member, tree, prefix, path);
  }

  // An override is called by where it stands, "section.environment_overrides.production.key".
  static std::string path_of(const Entry& member, const std::string& path) {
    if (member.environment.empty()) return joined(path, member.key);
    const std::size_t section = std::min(path.find('.'), path.size());
    return fmt::format("{}.{}.{}{}.{}", path.substr(0, section), kOverrides, member.environment, path.substr(section),
                       member.key);
  }

  void entry(const Entry& member, cli::Tree& tree, const std::string& prefix, const std::string& path) {
    const std::string key = joined(prefix, member.key);
    const std::string here = path_of(member, path);
    const bool one_word = !member.key.empty() && member.key.find('.') == std::string::npos;
    if (cli::Node* node = one_word ? node_of(tree, key) : nullptr) {
      value_of(*node, member.value, here);
    } else if (one_word && has_options_under(tree, key)) {
      members(member.value, tree, key, here);
    } else {
      unknown(member, tree, prefix, here);
    }
  }

  void unknown(const Entry& member, const cli::Tree& tree, const std::string& prefix, const std::string& path) {
    std::vector<std::string_view> candidates = keys_under(tree, prefix);
    const bool top = prefix.empty() && path == member.key;
    if (top) candidates.insert(candidates.end(), kSections.begin(), kSections.end());
    std::string hint = remedy_for(top ? std::string_view{} : section_of(path), member.key);
    if (hint.empty()) {
      const std::string_view nearest = nearest_name(member.key, candidates);
      hint = nearest.empty() ? names_hint(top, path, candidates) : fmt::format("Did you mean {}?", nearest);
    }
    say(member.place, path, top ? "unknown section" : "unknown key", std::move(hint));
  }

  // What may stand there, where that is few; else how to see it.
  static std::string names_hint(bool top, std::string_view path, const std::vector<std::string_view>& names) {
    constexpr std::size_t kMost = 12;
    if (top) return fmt::format("The sections are {}.", fmt::join(kSections, ", "));
    if (names.size() <= kMost) return fmt::format("The keys here are {}.", fmt::join(names, ", "));
    return fmt::format("dbi-gen-config --explain {} shows the keys.", section_of(path));
  }

  void value_of(cli::Node& node, const Value& value, const std::string& path) {
    if (visit_ != nullptr && *visit_) (*visit_)(node, value, path);
    switch (node.shape) {
      case cli::Shape::Scalar:
        return scalar(node, value, path);
      case cli::Shape::List:
        return node.element ? list(node, value, path) : words(node, value, path);
      case cli::Shape::Map:
        return map(node, value, path);
      case cli::Shape::Union:
        return one_of(node, value, path);
    }
  }

  // The word of a scalar with its variables expanded; nothing where that is said to be a fault, or cannot be checked.
  std::optional<cli::Word> word_of(const cli::Node& node, const Value& value, const std::string& path) {
    if (node.secret && !is_bare_variable(value.text)) {
      say(value.place, path, "a secret stands in the document", "Write ${NAME} and put it into the environment.");
      return std::nullopt;
    }
    // Other environments have other variables.
    if (!keep_ && has_variable(value.text)) return std::nullopt;
    auto text = interpolate(value.text, *lookup_);
    if (text) return cli::Word{*std::move(text), value.plain};
    say(value.place, path, text.error());
    return std::nullopt;
  }

  void offer(cli::Node& node, const std::vector<cli::Word>& words, Place place, const std::string& path) {
    const Status taken = keep_ ? cli::offer(node, words, cli::Source::Configuration) : node.store(node, words, false);
    if (!taken) say(place, path, taken.error());
    if (taken && keep_ && node.source == cli::Source::Configuration) node.place = document_->where(place);
  }

  void scalar(cli::Node& node, const Value& value, const std::string& path) {
    const bool any = node.type == cli::Type::Any;
    if (value.kind == Kind::Null && !any) {
      return say(value.place, path, "the value is missing", "Write one behind the colon, or take the key out.");
    }
    if (value.kind != Kind::Scalar && value.kind != Kind::Null) return wrong_shape(value, path, "a single value");
    if (const auto word = word_of(node, value, path)) offer(node, {*word}, value.place, path);
  }

  // A list of scalars; a single one is a list of one, or of those that ',' parts.
  void words(cli::Node& node, const Value& value, const std::string& path) {
    std::vector<cli::Word> out;
    if (value.kind == Kind::Scalar) {
      const auto word = word_of(node, value, path);
      if (!word) return;
      out = cli::items_of(node, *word);
    } else if (value.kind == Kind::List) {
      for (const Value& item : value.items) {
        if (item.kind != Kind::Scalar) return wrong_shape(item, path, "a single value");
        const auto word = word_of(node, item, path);
        if (!word) return;
        out.push_back(*word);
      }
    } else {
      return wrong_shape(value, path, "a list", "Write a list, for instance [one, another].");
    }
    offer(node, out, value.place, path);
  }

  // Whether the entries of a list or map are kept; a stronger source leaves them checked only.
  bool claim(cli::Node& node, Place place) const {
    const bool keep = keep_ && cli::Source::Configuration >= node.source;
    if (!keep) return false;
    node.source = cli::Source::Configuration;
    node.place = document_->where(place);
    node.entry_places.clear();
    if (node.clear) node.clear();
    return true;
  }

  void element(cli::Node& node, const std::string& name, bool keep, const Value& value, Place place,
               const std::string& path) {
    const auto tree = node.element(name, keep);
    const std::size_t before = errors_->size();
    if (cli::Node* whole = node_of(*tree, cli::kWholeEntry)) {
      value_of(*whole, value, path);
    } else {
      members(value, *tree, {}, path);
    }
    // Rules look at whole entries: those of other environments and those with faults are none.
    if (!keep_ || errors_->size() > before) return;
    if (const Status status = tree->run_checks(); !status) say(place, path, status.error());
  }

  void list(cli::Node& node, const Value& value, const std::string& path) {
    const bool lone = node.lone && value.kind == Kind::Map;
    if (!lone && value.kind != Kind::List) return wrong_shape(value, path, "a list", list_hint(node));
    const bool keep = claim(node, value.place);
    if (lone) return element(node, {}, keep, value, value.place, path);
    std::size_t number = 0;
    for (const Value& item : value.items) {
      const std::string index = fmt::format("[{}]", number++);
      if (keep) node.entry_places[index] = document_->where(item.place);
      element(node, {}, keep, item, item.place, path + index);
    }
  }

  void map(cli::Node& node, const Value& value, const std::string& path) {
    if (value.kind != Kind::Map) return wrong_shape(value, path, "a map");
    const bool keep = claim(node, value.place);
    for (const Entry& member : value.entries) {
      if (keep) node.entry_places["." + member.key] = document_->where(member.place);
      element(node, member.key, keep, member.value, member.place, path_of(member, path));
    }
  }

  static bool fits(const cli::Node& form, const Value& value) {
    switch (value.kind) {
      case Kind::Null:
      case Kind::Scalar:
        return form.shape == cli::Shape::Scalar;
      case Kind::List:
        return form.shape == cli::Shape::List;
      case Kind::Map:
        return form.shape == cli::Shape::Map;
    }
    return false;
  }

  // The first form of that shape which takes the value; the faults told are those of the last one tried. A form that is
  // declared as "label.member" takes a map of these members.
  void one_of(cli::Node& node, const Value& value, const std::string& path) {
    if (!claim(node, value.place) && keep_) return;
    std::vector<Error> faults;
    bool tried = false;
    for (cli::Node& form : node.forms->nodes()) {
      const bool of_members = value.kind == Kind::Map && form.key.find('.') != std::string::npos;
      if (!of_members && !fits(form, value)) continue;
      tried = true;
      faults.clear();
      Walker attempt(*document_, *lookup_, keep_, visit_, faults);
      if (of_members) {
        attempt.members(value, *node.forms, form.key.substr(0, form.key.find('.')), path);
      } else {
        attempt.value_of(form, value, path);
      }
      if (faults.empty()) return;
    }
    if (!tried) return say(value.place, path, fmt::format("{} is none of the forms", kind_word(value.kind)));
    errors_->insert(errors_->end(), faults.begin(), faults.end());
  }

  const Document* document_;
  const cli::EnvironmentLookup* lookup_;
  bool keep_;
  const Visit* visit_;
  std::vector<Error>* errors_;
};

}  // namespace

bool has_options_under(const cli::Tree& tree, std::string_view path) {
  return std::ranges::any_of(tree.nodes(),
                             [&](const cli::Node& node) { return node.key == path || lies_under(node.key, path); });
}

std::vector<Error> apply_sections(const Document& document, const Sections& sections, cli::Tree& tree,
                                  const cli::EnvironmentLookup& environment, const Visit& visit) {
  std::vector<Error> errors = document.faults;
  errors.insert(errors.end(), sections.errors.begin(), sections.errors.end());
  Walker(document, environment, true, &visit, errors).root(sections.root, tree);
  for (const Value& other : sections.others) Walker(document, environment, false, nullptr, errors).root(other, tree);
  return errors;
}

std::vector<Error> apply(const Document& document, cli::Tree& tree, const cli::EnvironmentLookup& environment,
                         const Visit& visit) {
  return apply_sections(document, choose_overrides(document, environment), tree, environment, visit);
}

}  // namespace dbi::config
