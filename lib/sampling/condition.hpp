// What a rule asks of a record, as the configuration gives it: a comparison, or several put together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/option.hpp"

namespace dbi::sampling {

/// How a member is compared with a value.
enum class Operator : std::uint8_t { Eq, Ne, Gt, Gte, Lt, Lte, Contains, Exists, In, Matches, StartsWith };

/// Either a comparison (attribute, comparison, value) or one of `any`, `all`, `negated`: one of them holds, all of them
/// hold, none of them holds.
struct Condition {
  std::string attribute;  ///< a member of the record, or an alias of one
  std::optional<Operator> comparison;
  cli::Any value;
  std::vector<cli::Any> values;  ///< of `in`, where it is a list
  std::vector<Condition> any;
  std::vector<Condition> all;
  std::vector<Condition> negated;
};

/// Declares the keys of a condition and its check: `attribute`, `operator`, `value`, or `any`, `all`, `not`.
void describe_condition(cli::Tree& tree, Condition& condition);

/// The same for a rule template, where the value is called `value_template`.
void describe_condition_template(cli::Tree& tree, Condition& condition);

/// The kinds of which a record must be for all of `conditions` to hold, by comparisons of `kind` with eq and in;
/// nothing where they leave that open. Rules with such a condition are the only ones for kinds that are not sampled.
[[nodiscard]] std::optional<std::set<std::string>> named_kinds(std::span<const Condition> conditions);

}  // namespace dbi::sampling
