// One node of the option tree: what an option means, where its value may come from and where it goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dbi::cli {

class Tree;

/// What a node holds. A List holds scalars or maps; a Map holds named entries of one form; a Union takes one of several
/// forms, told apart by their shape.
enum class Shape : std::uint8_t { Scalar, List, Map, Union };

/// The type of a scalar, or of the items of a list.
enum class Type : std::uint8_t { Boolean, Integer, Number, Text, Choice, Duration, Size, Any };

/// Key of the only option of an entry that is no map of options but that option's own value: "critical: 0.5".
inline constexpr std::string_view kWholeEntry = "=";

/// What a shell offers behind a flag.
enum class Completion : std::uint8_t { None, File, Folder, Choices };

/// Where a value came from; a later one wins over an earlier one.
enum class Source : std::uint8_t { Default, Configuration, Environment, Flag };

/// A word that a choice accepts.
struct ChoiceWord {
  std::string word;
  std::string meaning;  ///< may be empty where the word says it all
};

/// Bounds of a number, a duration (microseconds) or a size (bytes), both included.
struct Range {
  std::optional<double> lowest;
  std::optional<double> highest;
};

/// A scalar as a source gives it. `plain` is false for quoted YAML, which stays text where any type is allowed.
struct Word {
  std::string text;
  bool plain = true;
};

/// A node. Built by Tree, read by the parser, the printers and the checks.
struct Node {
  Shape shape = Shape::Scalar;
  Type type = Type::Text;
  std::string flag;              ///< long name without dashes; empty: no flag
  std::string verb;              ///< the first argument that asks for it; empty: no verb
  char short_flag = '\0';        ///< NUL: none
  std::string key;               ///< path in the configuration, parts joined by '.'; empty: not configurable
  std::string environment;       ///< name of the variable; empty: none
  std::string value_name;        ///< what stands behind the flag in the help, "DURATION"; also a positional's name,
                                 ///< and a verb's arguments
  std::string summary;           ///< one line, lower case, no full stop
  std::string text;              ///< more sentences for --help and the manual; may be empty
  std::string group;             ///< heading in the help
  std::string default_value;     ///< as one would write it; empty: none
  bool default_is_told = false;  ///< default_value says how the default is worked out, and is no value
  Range range;
  std::vector<ChoiceWord> choices;
  Completion completion = Completion::None;
  bool positional = false;
  bool negatable = false;           ///< a boolean that has --no-x as well
  bool lone = false;                ///< a list of entries: one may stand without the list
  bool repeatable = false;          ///< a list flag that is given once an item; otherwise items are joined by ','
  bool secret = false;              ///< in a document only ${VAR}; never shown
  bool maintenance = false;         ///< a flag for building dbi: in --help and nowhere else
  Source source = Source::Default;  ///< of the value that stands in the options
  std::string place;                ///< where the configuration gave it, "dbi.yaml:7:3"; of the latest that was kept
  /// Lists of maps and maps: the places of entries, by what stands between their key and theirs: ".name" or "[0]".
  std::map<std::string, std::string> entry_places;

  /// Texts: what is wrong with one, besides NUL bytes and words that are none of `choices`; may be empty.
  std::function<Status(const std::string& text)> accepts;

  /// Checks the words (one for a scalar) and, where `keep`, puts them into the bound member. Fails with
  /// ErrorKind::Usage and a message that names the value but not the option.
  std::function<Status(const Node& node, std::span<const Word> words, bool keep)> store;

  /// Lists of maps and maps: a tree bound to a new element of the container (named `name` in a map), or, where not
  /// `keep`, to a value of its own.
  std::function<std::shared_ptr<Tree>(const std::string& name, bool keep)> element;

  /// Lists of maps and maps: takes the default's entries away, before a source puts its own.
  std::function<void()> clear;

  /// Unions: the forms, in the order in which they are tried.
  std::shared_ptr<Tree> forms;
};

/// "--interval" for a flag, "TARGET" for a positional, "status" for a verb, "collector.guards" for all else.
[[nodiscard]] std::string display_name(const Node& node);

/// What one word gives to a node: a list that is not repeatable takes it apart at ',', everything else takes it whole.
[[nodiscard]] std::vector<Word> items_of(const Node& node, const Word& word);

/// Offers a value from `source`: it is always checked, and kept unless a stronger source was there before.
Status offer(Node& node, std::span<const Word> words, Source source);

}  // namespace dbi::cli
