// Reading and showing the values of options: the one grammar of the command line, the environment and the
// configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "cli/node.hpp"

namespace dbi::cli {

/// The value of an option that takes any scalar (YAML 1.2 core schema, section 10.3).
using Any = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// All read one word by the node's type, range and choices. They fail with ErrorKind::Usage; the message names the
/// value, the hint says what to write instead. A secret's value is never named.
Result<bool> read_boolean(const Node& node, const Word& word);
Result<std::int64_t> read_integer(const Node& node, const Word& word);
Result<double> read_number(const Node& node, const Word& word);
Result<std::string> read_text(const Node& node, const Word& word);
Result<std::chrono::microseconds> read_duration(const Node& node, const Word& word);
Result<std::uint64_t> read_size(const Node& node, const Word& word);
/// The index into the node's choices.
Result<std::size_t> read_choice(const Node& node, const Word& word);
/// Whether a plain word means nothing: "~", "null" and its other spellings, or no text at all.
[[nodiscard]] bool is_null_word(std::string_view text);
/// Plain words are re-typed (null, booleans, integers, floats), quoted ones stay text.
[[nodiscard]] Any read_any(const Word& word);

/// A number of the node's type as one would write it ("16MiB", "500ms", "0.1").
[[nodiscard]] std::string show_number(Type type, double value);

/// "from 100ms to 1h", "of at least 1", "of at most 8", or empty: stands behind "a value".
[[nodiscard]] std::string show_range(const Node& node);

}  // namespace dbi::cli
