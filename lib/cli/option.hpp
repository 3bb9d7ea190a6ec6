// The option tree: a tool declares each option once, bound to a member of its plain options struct. From these
// declarations come the parser, the help, the manual's OPTIONS, the completions and the checks of the configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "cli/node.hpp"
#include "cli/value.hpp"

namespace dbi::cli {

/// A word of a choice with the value that it stands for.
template <typename E>
struct Choice {
  std::string_view word;
  E value;
  std::string_view meaning = "";  // "= {}" does not link with g++ 12 and UBSan
};

/// Adds to a declaration what not every option has. A handle: valid as long as the tree.
class Option {
 public:
  explicit Option(Node& node) : node_(&node) {}

  /// Sentences for --help and the manual, behind the summary.
  Option& text(std::string text);
  /// Path in the configuration: "collector.interval".
  Option& key(std::string path);
  /// The environment variable instead of the one made from the flag's name.
  Option& environment(std::string name);
  Option& no_environment();
  /// What stands for the value in the help, instead of the type's own name.
  Option& value(std::string name);
  /// Bounds, both included; a duration's are durations, a size's are bytes.
  template <typename Number>
  requires std::is_arithmetic_v<Number> Option& range(Number lowest, Number highest) {
    return bounds(static_cast<double>(lowest), static_cast<double>(highest));
  }
  Option& range(std::chrono::microseconds lowest, std::chrono::microseconds highest) {
    return bounds(static_cast<double>(lowest.count()), static_cast<double>(highest.count()));
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number> Option& at_least(Number lowest) {
    return bounds(static_cast<double>(lowest), std::nullopt);
  }
  Option& at_least(std::chrono::microseconds lowest) {
    return bounds(static_cast<double>(lowest.count()), std::nullopt);
  }
  /// How the help writes a default that is worked out at run time ("the tool's name").
  Option& default_text(std::string text);
  /// The words that the items of a list may be.
  Option& choices(std::vector<ChoiceWord> words);
  /// What a text, or each of a list, must be besides; fails with ErrorKind::Usage and names the value.
  Option& accepts(std::function<Status(const std::string& text)> check);
  Option& completes(Completion completion);
  /// A list flag is given once an item; without this, one value holds the items joined by ','.
  Option& repeatable();
  /// A list of entries of which one may stand without the list: "not: {...}" for "not: [{...}]".
  Option& or_one();
  Option& secret();
  Option& maintenance();

 private:
  Option& bounds(std::optional<double> lowest, std::optional<double> highest);
  Node* node_;
};

namespace detail {

template <typename T>
struct Bare {
  using type = T;
};
template <typename T>
struct Bare<std::optional<T>> {
  using type = T;
};
template <typename T>
using BareT = typename Bare<T>::type;

template <typename T>
const BareT<T>* value_of(const T& member) {
  if constexpr (std::is_same_v<T, BareT<T>>) {
    return &member;
  } else {
    return member ? &*member : nullptr;
  }
}

}  // namespace detail

/// The options of a tool, or of one entry of a list or map in the configuration.
///
/// `names` of a declaration is "--interval", "-q, --quiet" (flags) or "password_file", "guards.timeout" (configuration
/// only, relative to the entry). The value that the member has when it is declared is the default; a member that is an
/// std::optional without value has none. Members must outlive the tree and not move.
///
///     tree.group("Reading");
///     tree.duration("--interval", &options.interval, "read every DURATION instead of once")
///         .key("collector.interval").range(100ms, 24h);
///     tree.texts("--to", &options.sinks, "where to deliver").value("SINK").repeatable();
///     tree.positional("TARGET", &options.targets, "what to read");
class Tree {
 public:
  /// `environment_prefix` ("DBI_COLLECT_") leads the variables made from flag names; empty: none are made.
  explicit Tree(std::string environment_prefix = {}) : environment_prefix_(std::move(environment_prefix)) {}
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// Heading in the help for what is declared from here on.
  void group(std::string heading) { group_ = std::move(heading); }
  void environment_prefix(std::string prefix) { environment_prefix_ = std::move(prefix); }

  /// true or false; a flag also has --no-x (unless it begins with no- itself) and takes no value.
  Option toggle(std::string_view names, bool* member, std::string summary);

  /// A whole number; what the member's type cannot hold is refused.
  template <typename T>
  requires std::integral<detail::BareT<T>> Option integer(std::string_view names, T* member, std::string summary);

  /// `member` points to a double or an std::optional of it.
  template <typename T>
  Option number(std::string_view names, T* member, std::string summary);

  /// `member` points to a std::string or an std::optional of it; so with file and folder, which complete as such.
  template <typename T>
  Option text(std::string_view names, T* member, std::string summary);
  template <typename T>
  Option file(std::string_view names, T* member, std::string summary);
  template <typename T>
  Option folder(std::string_view names, T* member, std::string summary);

  /// `member` points to std::chrono::microseconds or an std::optional of it.
  template <typename T>
  Option duration(std::string_view names, T* member, std::string summary);

  /// Bytes; `member` points to an unsigned integer or an std::optional of it.
  template <typename T>
  Option size(std::string_view names, T* member, std::string summary);

  /// One of some words; `member` points to an enumeration or an std::optional of it.
  template <typename T>
  Option choice(std::string_view names, T* member, std::vector<Choice<detail::BareT<T>>> choices, std::string summary);

  /// A flag that asks for something else than a run and is answered by the parser (--help).
  Option request(std::string_view names, std::string summary);

  /// Any scalar, configuration only.
  Option any(std::string_view names, Any* member, std::string summary);

  /// A list of any scalars, configuration only.
  Option any_list(std::string_view names, std::vector<Any>* member, std::string summary);

  /// A list of texts: "--kinds a,b", with repeatable() "--to a --to b", in the configuration a list.
  Option texts(std::string_view names, std::vector<std::string>* member, std::string summary);

  /// The arguments that are no flags; any number of them. At most one a tree.
  Option positional(std::string value_name, std::vector<std::string>* member, std::string summary);

  /// A word that asks for other work than the tool's usual one, as the first argument and before any "--" ("status");
  /// what follows goes to the positional. It sets `member` to `value`. `arguments` shows what follows it: "KEY", or
  /// empty. A file of that name is "./status".
  template <typename E>
  Option verb(std::string word, std::optional<E>* member, E value, std::string arguments, std::string summary);

  /// A list of entries, each described by `describe(Tree&, T&)`; configuration only.
  template <typename T, typename Describe>
  Option list(std::string_view key, std::vector<T>* member, std::string summary, Describe describe);

  /// Entries by name, each described by `describe(Tree&, T&)`; configuration only. Where that declares nothing but
  /// kWholeEntry, an entry is such a value.
  template <typename T, typename Describe>
  Option map(std::string_view key, std::map<std::string, T>* member, std::string summary, Describe describe);

  /// One of several forms, told apart by their shape; `declare(Tree&)` declares each with a name of its own, which only
  /// labels it. Configuration only.
  template <typename Declare>
  Option one_of(std::string_view key, std::string summary, Declare declare);

  /// Runs after all values are in; its error is a misuse (of the entry, where the tree is an entry's). With `section`
  /// the message may name keys of that section ("min_rps is above max_rps"): the first of them that the configuration
  /// gives says where the fault is.
  void check(std::function<Status()> rule, std::string section = {}) {
    rules_.push_back({std::move(rule), std::move(section)});
  }

  /// The first rule that fails, or success.
  [[nodiscard]] Status run_checks() const;

  /// The node of "--interval", a positional's name or a configuration key; nullptr where there is none.
  [[nodiscard]] const Node* find(std::string_view name) const;
  [[nodiscard]] Node* find(std::string_view name);
  /// Whether any source gave a value; `name` must exist.
  [[nodiscard]] bool given(std::string_view name) const;

  [[nodiscard]] std::deque<Node>& nodes() { return nodes_; }
  [[nodiscard]] const std::deque<Node>& nodes() const { return nodes_; }

 private:
  Node& add(std::string_view names, Shape shape, Type type, std::string value_name, std::string summary);

  // Declares a scalar; `read` gives the member's value from a word, `show` writes it.
  template <typename T, typename Read, typename Show>
  Node& scalar(std::string_view names, Type type, std::string value_name, T* member, std::string summary, Read read,
               Show show);

  std::string environment_prefix_;
  std::string group_;
  std::deque<Node> nodes_;
  struct Rule {
    std::function<Status()> run;
    std::string section;
  };
  [[nodiscard]] Error placed(Error fault, const std::string& section) const;

  std::vector<Rule> rules_;
};

}  // namespace dbi::cli

#include "cli/option_inline.hpp"
