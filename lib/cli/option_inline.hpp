// The templates of cli/option.hpp; included by it alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/units.hpp"
#include "cli/option.hpp"

namespace dbi::cli {

namespace detail {

// Refuses what a narrower member cannot hold.
template <typename T, typename Wide>
Result<T> narrow(Wide value) {
  if (std::in_range<T>(value)) return static_cast<T>(value);
  return fail(ErrorKind::Usage, "out of range: '" + std::to_string(value) + "'",
              "Write a number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                  std::to_string(std::numeric_limits<T>::max()) + ".");
}

}  // namespace detail

template <typename T, typename Read, typename Show>
Node& Tree::scalar(std::string_view names, Type type, std::string value_name, T* member, std::string summary, Read read,
                   Show show) {
  Node& node = add(names, Shape::Scalar, type, std::move(value_name), std::move(summary));
  if (const auto* value = detail::value_of(*member)) node.default_value = show(*value);
  node.store = [member, read](const Node& self, std::span<const Word> words, bool keep) -> Status {
    DBI_TRY_ASSIGN(auto value, read(self, words.back()));
    if (keep) *member = std::move(value);
    return {};
  };
  return node;
}

template <typename T>
requires std::integral<detail::BareT<T>> Option Tree::integer(std::string_view names, T* member, std::string summary) {
  using Integer = detail::BareT<T>;
  return Option(scalar(
      names, Type::Integer, "NUMBER", member, std::move(summary),
      [](const Node& node, const Word& word) -> Result<Integer> {
        DBI_TRY_ASSIGN(const std::int64_t value, read_integer(node, word));
        return detail::narrow<Integer>(value);
      },
      [](Integer value) { return std::to_string(value); }));
}

template <typename T>
Option Tree::number(std::string_view names, T* member, std::string summary) {
  return Option(scalar(names, Type::Number, "NUMBER", member, std::move(summary), read_number,
                       [](double value) { return show_number(Type::Number, value); }));
}

template <typename T>
Option Tree::text(std::string_view names, T* member, std::string summary) {
  return Option(scalar(names, Type::Text, "TEXT", member, std::move(summary), read_text,
                       [](const std::string& value) { return value; }));
}

template <typename T>
Option Tree::file(std::string_view names, T* member, std::string summary) {
  return text(names, member, std::move(summary)).value("FILE").completes(Completion::File);
}

template <typename T>
Option Tree::folder(std::string_view names, T* member, std::string summary) {
  return text(names, member, std::move(summary)).value("DIR").completes(Completion::Folder);
}

template <typename T>
Option Tree::duration(std::string_view names, T* member, std::string summary) {
  return Option(scalar(names, Type::Duration, "DURATION", member, std::move(summary), read_duration, format_duration));
}

template <typename T>
Option Tree::size(std::string_view names, T* member, std::string summary) {
  using Size = detail::BareT<T>;
  return Option(scalar(
      names, Type::Size, "SIZE", member, std::move(summary),
      [](const Node& node, const Word& word) -> Result<Size> {
        DBI_TRY_ASSIGN(const std::uint64_t value, read_size(node, word));
        return detail::narrow<Size>(value);
      },
      format_size));
}

template <typename T>
Option Tree::choice(std::string_view names, T* member, std::vector<Choice<detail::BareT<T>>> choices,
                    std::string summary) {
  using E = detail::BareT<T>;
  std::vector<ChoiceWord> words;
  words.reserve(choices.size());
  for (const auto& choice : choices) words.push_back({std::string(choice.word), std::string(choice.meaning)});
  const auto show = [&choices](const E& value) {
    const auto found = std::ranges::find(choices, value, &Choice<E>::value);
    return found == choices.end() ? std::string() : std::string(found->word);
  };
  const auto read = [choices](const Node& node, const Word& word) -> Result<E> {
    DBI_TRY_ASSIGN(const std::size_t index, read_choice(node, word));
    return choices[index].value;
  };
  Node& node = scalar(names, Type::Choice, "WORD", member, std::move(summary), read, show);
  node.choices = std::move(words);
  node.completion = Completion::Choices;
  return Option(node);
}

template <typename E>
Option Tree::verb(std::string word, std::optional<E>* member, E value, std::string arguments, std::string summary) {
  Node& node = add({}, Shape::Scalar, Type::Boolean, std::move(arguments), std::move(summary));
  node.verb = std::move(word);
  node.store = [member, value](const Node&, std::span<const Word>, bool keep) -> Status {
    if (keep) *member = value;
    return {};
  };
  return Option(node);
}

template <typename T, typename Describe>
Option Tree::list(std::string_view key, std::vector<T>* member, std::string summary, Describe describe) {
  Node& node = add(key, Shape::List, Type::Any, {}, std::move(summary));
  node.clear = [member] { member->clear(); };
  node.element = [member, describe](const std::string&, bool keep) {
    auto spare = std::make_shared<T>();
    auto tree = std::make_shared<Tree>();
    describe(*tree, keep ? member->emplace_back() : *spare);
    // The tree keeps the spare value alive that it is bound to.
    return std::shared_ptr<Tree>(tree.get(), [tree, spare](Tree*) {});
  };
  return Option(node);
}

template <typename T, typename Describe>
Option Tree::map(std::string_view key, std::map<std::string, T>* member, std::string summary, Describe describe) {
  Node& node = add(key, Shape::Map, Type::Any, {}, std::move(summary));
  node.clear = [member] { member->clear(); };
  node.element = [member, describe](const std::string& name, bool keep) {
    auto spare = std::make_shared<T>();
    auto tree = std::make_shared<Tree>();
    describe(*tree, keep ? (*member)[name] : *spare);
    return std::shared_ptr<Tree>(tree.get(), [tree, spare](Tree*) {});
  };
  return Option(node);
}

template <typename Declare>
Option Tree::one_of(std::string_view key, std::string summary, Declare declare) {
  Node& node = add(key, Shape::Union, Type::Any, {}, std::move(summary));
  node.forms = std::make_shared<Tree>();
  declare(*node.forms);
  return Option(node);
}

}  // namespace dbi::cli
