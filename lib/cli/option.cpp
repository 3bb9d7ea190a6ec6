// SPDX-License-Identifier: Apache-2.0
#include "cli/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/text.hpp"

namespace dbi::cli {

namespace {

// "state-dir" -> "STATE_DIR".
std::string variable_part(std::string_view flag) {
  std::string out(flag);
  for (char& c : out) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

// "-q, --quiet" -> flag and short flag; anything without dashes is a configuration key.
void put_names(Node& node, std::string_view names) {
  for (const auto piece : split(names, ',')) {
    const auto name = trim(piece);
    if (name.starts_with("--")) {
      node.flag = name.substr(2);
    } else if (name.starts_with('-') && name.size() == 2) {
      node.short_flag = name[1];
    } else {
      node.key = name;
    }
  }
}

bool has_name(const Node& node, std::string_view name) {
  if (name.starts_with("--")) return !node.flag.empty() && node.flag == name.substr(2);
  return (node.positional && node.value_name == name) || (!node.key.empty() && node.key == name);
}

constexpr std::string_view kKeyBytes = "abcdefghijklmnopqrstuvwxyz0123456789_";

// Of the entry that `rest`, what follows the node's key in a message, goes on with; else of the node.
const std::string& place_in(const Node& node, std::string_view rest) {
  const std::string* place = &node.place;
  std::size_t longest = 0;
  for (const auto& [name, at] : node.entry_places) {
    if (name.size() <= longest || !rest.starts_with(name)) continue;
    longest = name.size();
    place = &at;
  }
  return *place;
}

Status store_texts(std::vector<std::string>* member, const Node& node, std::span<const Word> words, bool keep) {
  std::vector<std::string> values;
  for (const auto& word : words) {
    DBI_TRY_ASSIGN(std::string value, read_text(node, word));
    values.push_back(std::move(value));
  }
  if (keep) *member = std::move(values);
  return {};
}

}  // namespace

std::string display_name(const Node& node) {
  if (node.positional) return node.value_name;
  if (!node.verb.empty()) return node.verb;
  return node.flag.empty() ? node.key : "--" + node.flag;
}

Status offer(Node& node, std::span<const Word> words, Source source) {
  const bool keep = source >= node.source;
  DBI_TRY(node.store(node, words, keep));
  if (keep) node.source = source;
  return {};
}

std::vector<Word> items_of(const Node& node, const Word& word) {
  if (node.shape != Shape::List || node.repeatable || node.positional) return {word};
  std::vector<Word> items;
  if (word.text.empty()) return items;
  for (const auto piece : split(word.text, ',')) items.push_back({std::string(trim(piece)), word.plain});
  return items;
}

Option& Option::text(std::string text) {
  node_->text = std::move(text);
  return *this;
}

Option& Option::key(std::string path) {
  node_->key = std::move(path);
  return *this;
}

Option& Option::environment(std::string name) {
  node_->environment = std::move(name);
  return *this;
}

Option& Option::no_environment() {
  node_->environment.clear();
  return *this;
}

Option& Option::value(std::string name) {
  node_->value_name = std::move(name);
  return *this;
}

Option& Option::bounds(std::optional<double> lowest, std::optional<double> highest) {
  node_->range = {lowest, highest};
  return *this;
}

Option& Option::default_text(std::string text) {
  node_->default_value = std::move(text);
  node_->default_is_told = true;
  return *this;
}

Option& Option::choices(std::vector<ChoiceWord> words) {
  node_->choices = std::move(words);
  node_->completion = Completion::Choices;
  return *this;
}

Option& Option::accepts(std::function<Status(const std::string& text)> check) {
  node_->accepts = std::move(check);
  return *this;
}

Option& Option::completes(Completion completion) {
  node_->completion = completion;
  return *this;
}

Option& Option::repeatable() {
  node_->repeatable = true;
  return no_environment();
}

Option& Option::or_one() {
  node_->lone = true;
  return *this;
}

Option& Option::secret() {
  node_->secret = true;
  node_->default_value.clear();
  return *this;
}

Option& Option::maintenance() {
  node_->maintenance = true;
  node_->negatable = false;
  return no_environment();
}

Node& Tree::add(std::string_view names, Shape shape, Type type, std::string value_name, std::string summary) {
  Node& node = nodes_.emplace_back();
  node.shape = shape;
  node.type = type;
  node.value_name = std::move(value_name);
  node.summary = std::move(summary);
  node.group = group_;
  put_names(node, names);
  if (!node.flag.empty() && !environment_prefix_.empty()) {
    node.environment = environment_prefix_ + variable_part(node.flag);
  }
  return node;
}

Option Tree::toggle(std::string_view names, bool* member, std::string summary) {
  const auto show = [](bool value) -> std::string { return value ? "true" : "false"; };
  Node& node = scalar(names, Type::Boolean, {}, member, std::move(summary), read_boolean, show);
  node.negatable = !node.flag.starts_with("no-");
  if (!node.flag.empty() && !*member) node.default_value.clear();
  return Option(node);
}

Option Tree::request(std::string_view names, std::string summary) {
  Node& node = add(names, Shape::Scalar, Type::Boolean, {}, std::move(summary));
  node.environment.clear();
  node.store = [](const Node&, std::span<const Word>, bool) -> Status { return {}; };
  return Option(node);
}

Option Tree::any(std::string_view names, Any* member, std::string summary) {
  Node& node = add(names, Shape::Scalar, Type::Any, "VALUE", std::move(summary));
  node.store = [member](const Node&, std::span<const Word> words, bool keep) -> Status {
    if (keep) *member = read_any(words.back());
    return {};
  };
  return Option(node);
}

Option Tree::any_list(std::string_view names, std::vector<Any>* member, std::string summary) {
  Node& node = add(names, Shape::List, Type::Any, "LIST", std::move(summary));
  node.store = [member](const Node&, std::span<const Word> words, bool keep) -> Status {
    if (!keep) return {};
    member->clear();
    for (const Word& word : words) member->push_back(read_any(word));
    return {};
  };
  return Option(node);
}

Option Tree::texts(std::string_view names, std::vector<std::string>* member, std::string summary) {
  Node& node = add(names, Shape::List, Type::Text, "LIST", std::move(summary));
  node.default_value = fmt::format("{}", fmt::join(*member, ","));
  node.store = [member](const Node& self, std::span<const Word> words, bool keep) {
    return store_texts(member, self, words, keep);
  };
  return Option(node);
}

Option Tree::positional(std::string value_name, std::vector<std::string>* member, std::string summary) {
  Node& node = add({}, Shape::List, Type::Text, std::move(value_name), std::move(summary));
  node.positional = true;
  node.store = [member](const Node& self, std::span<const Word> words, bool keep) {
    return store_texts(member, self, words, keep);
  };
  return Option(node);
}

Status Tree::run_checks() const {
  for (const Rule& rule : rules_) {
    if (Status status = rule.run(); !status) return fail(placed(std::move(status).error(), rule.section));
  }
  return {};
}

// Puts the place of the first key that the message names and the configuration gives in front of it.
Error Tree::placed(Error fault, const std::string& section) const {
  if (section.empty()) return fault;
  const std::string_view message = fault.message;
  const auto node_called = [&](std::string_view key) {
    return std::ranges::find(nodes_, fmt::format("{}.{}", section, key), &Node::key);
  };
  const bool leads = node_called(message.substr(0, message.find_first_not_of(kKeyBytes))) != nodes_.end();
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find_first_not_of(kKeyBytes, begin), message.size());
    const auto found = node_called(message.substr(begin, end - begin));
    if (found != nodes_.end() && found->source == Source::Configuration && !found->place.empty()) {
      std::string text = fmt::format("{}: {}", place_in(*found, message.substr(end)), leads ? section + "." : "");
      return {ErrorKind::Configuration, text.append(message), std::move(fault.hint)};
    }
    begin = end + 1;
  }
  return fault;
}

const Node* Tree::find(std::string_view name) const {
  const auto found = std::ranges::find_if(nodes_, [&](const Node& node) { return has_name(node, name); });
  return found == nodes_.end() ? nullptr : &*found;
}

Node* Tree::find(std::string_view name) {
  return const_cast<Node*>(std::as_const(*this).find(name));
}

bool Tree::given(std::string_view name) const {
  const Node* node = find(name);
  assert(node != nullptr);
  return node != nullptr && node->source != Source::Default;
}

}  // namespace dbi::cli
