// SPDX-License-Identifier: Apache-2.0
#include "sampling/matcher.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include "record/schema/alias.hpp"

namespace dbi::sampling {

namespace {

constexpr std::array<std::string_view, 11> kWords{"eq",       "ne",     "gt", "gte",     "lt",         "lte",
                                                  "contains", "exists", "in", "matches", "starts_with"};

std::string_view word_of(Operator comparison) {
  return kWords.at(static_cast<std::size_t>(comparison));
}

template <typename Number>
std::optional<Number> whole_text(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

bool is_given(const cli::Any& value) {
  return !std::holds_alternative<std::monostate>(value);
}

std::optional<double> number_of(const cli::Any& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

bool equals(Operand& operand, bool value, std::string& scratch) {
  return operand.text(scratch) == (value ? std::string_view("true") : std::string_view("false"));
}

bool equals(Operand& operand, double value, std::string& /*scratch*/) {
  return operand.number() == value;
}

bool equals(Operand& operand, std::int64_t value, std::string& scratch) {
  if (operand.value().kind() == record::ValueKind::Text) {
    const auto whole = whole_text<std::int64_t>(operand.text(scratch).value_or(""));
    if (whole) return *whole == value;
  }
  return operand.number() == static_cast<double>(value);
}

bool equals(Operand& operand, const std::string& value, std::string& scratch) {
  return operand.text(scratch) == value;
}

bool equals_any(Operand& operand, const cli::Any& value, std::string& scratch) {
  return std::visit(
      [&](const auto& wanted) {
        if constexpr (std::is_same_v<std::decay_t<decltype(wanted)>, std::monostate>) {
          return false;
        } else {
          return equals(operand, wanted, scratch);
        }
      },
      value);
}

// A text, for operators that look into one; digits that YAML takes for a number are refused, since how they were
// written is lost.
Result<std::string> wanted_text(const Condition& condition) {
  if (const auto* text = std::get_if<std::string>(&condition.value)) return *text;
  return fail(ErrorKind::Usage, fmt::format("{} compares with a text", word_of(*condition.comparison)),
              "Write the value in quotes.");
}

// Also a text that is a number: a variable has to be quoted inside { }.
Result<double> wanted_number(const Condition& condition) {
  if (const auto number = number_of(condition.value)) return *number;
  if (const auto* text = std::get_if<std::string>(&condition.value)) {
    const auto number = whole_text<double>(*text);
    if (number && std::isfinite(*number)) return *number;
  }
  return fail(ErrorKind::Usage, fmt::format("{} compares with a number", word_of(*condition.comparison)),
              "Write a number as the value.");
}

Result<std::vector<cli::Any>> wanted_values(const Condition& condition) {
  std::vector<cli::Any> out = condition.values;
  if (is_given(condition.value)) out.push_back(condition.value);
  const bool several = condition.comparison == Operator::In;
  if (!out.empty() && std::ranges::all_of(out, is_given) && (several || condition.values.empty())) return out;
  return fail(
      ErrorKind::Usage,
      fmt::format("{} compares with {}", word_of(*condition.comparison), several ? "a list" : "one value"),
      several ? "Write a list of values, for instance [session, plan]." : "Write a text, a number or a boolean.");
}

Result<std::shared_ptr<const re2::RE2>> wanted_expression(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{1} << 20U);  // of each expression; a filter is to stay below 16 MiB
  auto expression = std::make_shared<const re2::RE2>(text, options);
  if (expression->ok()) return expression;
  return fail(ErrorKind::Usage, fmt::format("not a regular expression: '{}': {}", text, expression->error()),
              "The syntax is that of RE2.");
}

}  // namespace

std::optional<double> Operand::number() {
  if (number_known_) return number_;
  number_known_ = true;
  if (value_.kind() == record::ValueKind::Text) {
    const std::string_view raw = value_.raw();
    number_ = whole_text<double>(raw.substr(1, raw.size() - 2));
    if (number_ && !std::isfinite(*number_)) number_.reset();  // "inf" and "nan" are words
  } else if (!value_.raw().empty()) {
    number_ = value_.number();
  }
  return number_;
}

std::optional<std::string_view> Operand::text(std::string& scratch) const {
  if (!present()) return std::nullopt;
  if (value_.kind() == record::ValueKind::Text) return value_.text(scratch);
  return value_.raw();
}

Result<Matcher> Matcher::compile(const Condition& condition) {
  if (condition.attribute.empty()) return fail(ErrorKind::Usage, "a comparison without attribute");
  if (!condition.comparison) {
    return fail(ErrorKind::Usage, "a comparison without operator",
                fmt::format("Write one of {}.", fmt::join(kWords, ", ")));
  }
  Matcher out;
  out.member_ = record::schema::resolve_alias(condition.attribute);
  out.operator_ = *condition.comparison;
  switch (out.operator_) {
    case Operator::Eq:
    case Operator::Ne:
    case Operator::In: {
      DBI_TRY_ASSIGN(out.values_, wanted_values(condition));
      return out;
    }
    case Operator::Gt:
    case Operator::Gte:
    case Operator::Lt:
    case Operator::Lte: {
      DBI_TRY_ASSIGN(out.number_, wanted_number(condition));
      return out;
    }
    case Operator::Contains:
    case Operator::StartsWith: {
      DBI_TRY_ASSIGN(out.text_, wanted_text(condition));
      return out;
    }
    case Operator::Matches: {
      DBI_TRY_ASSIGN(out.text_, wanted_text(condition));
      DBI_TRY_ASSIGN(out.expression_, wanted_expression(out.text_));
      return out;
    }
    case Operator::Exists:
      break;
  }
  const auto* wanted = std::get_if<bool>(&condition.value);
  if ((wanted == nullptr && is_given(condition.value)) || !condition.values.empty()) {
    return fail(ErrorKind::Usage, "exists takes true or false", "Leave the value out for true.");
  }
  out.wanted_ = wanted == nullptr || *wanted;
  return out;
}

bool Matcher::matches(Operand& operand, std::string& scratch) const {
  switch (operator_) {
    case Operator::Exists:
      return operand.present() == wanted_;
    case Operator::Eq:
      return equals_any(operand, values_.front(), scratch);
    case Operator::Ne:
      return !equals_any(operand, values_.front(), scratch);
    case Operator::In:
      return std::ranges::any_of(values_, [&](const cli::Any& value) { return equals_any(operand, value, scratch); });
    case Operator::Gt:
    case Operator::Gte:
    case Operator::Lt:
    case Operator::Lte: {
      const auto number = operand.number();
      return number && compares(*number);
    }
    case Operator::Contains:
    case Operator::StartsWith:
    case Operator::Matches: {
      const auto text = operand.text(scratch);
      return text && text_matches(*text);
    }
  }
  return false;
}

bool Matcher::compares(double number) const {
  switch (operator_) {
    case Operator::Gt:
      return number > number_;
    case Operator::Gte:
      return number >= number_;
    case Operator::Lt:
      return number < number_;
    default:
      return number <= number_;
  }
}

bool Matcher::text_matches(std::string_view text) const {
  switch (operator_) {
    case Operator::Contains:
      return text.find(text_) != std::string_view::npos;
    case Operator::StartsWith:
      return text.starts_with(text_);
    default:
      return re2::RE2::PartialMatch({text.data(), text.size()}, *expression_);
  }
}

}  // namespace dbi::sampling
