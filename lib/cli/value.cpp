// SPDX-License-Identifier: Apache-2.0
#include "cli/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"

namespace dbi::cli {

namespace {

tl::unexpected<Error> refuse(const Node& node, std::string_view what, const Word& word, std::string hint) {
  if (node.secret) return fail(ErrorKind::Usage, std::string(what), std::move(hint));
  return fail(ErrorKind::Usage, fmt::format("{}: '{}'", what, word.text), std::move(hint));
}

Status check_range(const Node& node, const Word& word, double value) {
  const bool low = node.range.lowest && value < *node.range.lowest;
  const bool high = node.range.highest && value > *node.range.highest;
  if (!low && !high) return {};
  return refuse(node, "out of range", word, fmt::format("Write a value {}.", show_range(node)));
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, value, base);
  if (fault != std::errc{} || rest != end) return std::nullopt;
  return value;
}

std::optional<double> real_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || rest != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Integers of the core schema: [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+.
std::optional<std::int64_t> core_integer(std::string_view text) {
  if (text.starts_with("0o") || text.starts_with("0x")) {
    const std::string_view digits = text.substr(2);
    if (digits.starts_with('-')) return std::nullopt;
    return whole_number<std::int64_t>(digits, text[1] == 'o' ? 8 : 16);
  }
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return whole_number<std::int64_t>(text);
}

// Floats of the core schema, less the infinities and not-a-number, which no option wants.
std::optional<double> core_float(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  return real_number(text);
}

}  // namespace

Result<bool> read_boolean(const Node& node, const Word& word) {
  constexpr std::array<std::string_view, 4> kTrue = {"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> kFalse = {"false", "no", "off", "0"};
  const std::string text = lower_case(word.text);
  if (std::ranges::find(kTrue, text) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, text) != kFalse.end()) return false;
  return refuse(node, "not a boolean", word, "Write true or false.");
}

Result<std::int64_t> read_integer(const Node& node, const Word& word) {
  const auto value = whole_number<std::int64_t>(word.text);
  if (!value) return refuse(node, "not a whole number", word, "Write digits only, for instance 500.");
  DBI_TRY(check_range(node, word, static_cast<double>(*value)));
  return *value;
}

Result<double> read_number(const Node& node, const Word& word) {
  const auto value = real_number(word.text);
  if (!value) return refuse(node, "not a number", word, "Write a decimal number, for instance 0.25.");
  DBI_TRY(check_range(node, word, *value));
  return *value;
}

Result<std::string> read_text(const Node& node, const Word& word) {
  if (word.text.find('\0') != std::string::npos) {
    return fail(ErrorKind::Usage, "a NUL byte in the text", "Take it out.");
  }
  const bool path = node.completion == Completion::File || node.completion == Completion::Folder;
  if (path && word.text.empty()) return fail(ErrorKind::Usage, "empty path", "Name a file or folder.");
  if (!node.choices.empty()) DBI_TRY(read_choice(node, word));
  if (node.accepts) DBI_TRY(node.accepts(word.text));
  return word.text;
}

Result<std::chrono::microseconds> read_duration(const Node& node, const Word& word) {
  const auto value = parse_duration(word.text);
  if (!value) return refuse(node, "not a duration", word, value.error().hint);
  DBI_TRY(check_range(node, word, static_cast<double>(value->count())));
  return *value;
}

Result<std::uint64_t> read_size(const Node& node, const Word& word) {
  const auto value = parse_size(word.text);
  if (!value) return refuse(node, "not a size", word, value.error().hint);
  DBI_TRY(check_range(node, word, static_cast<double>(*value)));
  return *value;
}

Result<std::size_t> read_choice(const Node& node, const Word& word) {
  const auto found = std::ranges::find(node.choices, word.text, &ChoiceWord::word);
  if (found != node.choices.end()) return static_cast<std::size_t>(found - node.choices.begin());
  std::vector<std::string_view> words;
  for (const auto& choice : node.choices) words.push_back(choice.word);
  const std::string_view nearest = node.secret ? std::string_view{} : nearest_name(word.text, words);
  return refuse(node, "unknown word", word,
                nearest.empty() ? fmt::format("Write one of {}.", fmt::join(words, ", "))
                                : fmt::format("Did you mean {}?", nearest));
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

Any read_any(const Word& word) {
  if (!word.plain) return word.text;
  const std::string& text = word.text;
  if (is_null_word(text)) return std::monostate{};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto integer = core_integer(text)) return *integer;
  if (const auto real = core_float(text)) return *real;
  return text;
}

std::string show_number(Type type, double value) {
  if (type == Type::Duration) return format_duration(std::chrono::microseconds{static_cast<std::int64_t>(value)});
  if (type == Type::Size) return format_size(static_cast<std::uint64_t>(value));
  return fmt::format("{}", value);
}

std::string show_range(const Node& node) {
  const auto& [lowest, highest] = node.range;
  if (lowest && highest) {
    return fmt::format("from {} to {}", show_number(node.type, *lowest), show_number(node.type, *highest));
  }
  if (lowest) return fmt::format("of at least {}", show_number(node.type, *lowest));
  if (highest) return fmt::format("of at most {}", show_number(node.type, *highest));
  return {};
}

}  // namespace dbi::cli
