// A comparison, compiled: one member of a record against the value of a condition. A door to RE2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/record.hpp"
#include "sampling/condition.hpp"

namespace re2 {
class RE2;
}

namespace dbi::sampling {

/// A member of the record that is decided upon. A view, as record::Value is; what is read of it is remembered.
class Operand {
 public:
  Operand() = default;
  explicit Operand(record::Value value) : value_(value) {}

  /// Neither absent nor null.
  [[nodiscard]] bool present() const { return !value_.raw().empty() && value_.kind() != record::ValueKind::Null; }
  [[nodiscard]] const record::Value& value() const { return value_; }

  /// A number, or a text that is one from its first to its last character; nothing for all else.
  [[nodiscard]] std::optional<double> number();

  /// The unescaped text of a string, the bytes of every other value; nothing where it is absent. `scratch` as in
  /// record::Value::text.
  [[nodiscard]] std::optional<std::string_view> text(std::string& scratch) const;

 private:
  record::Value value_;
  std::optional<double> number_;
  bool number_known_ = false;
};

/// What a member must be. An absent member meets nothing but `ne`, which is the opposite of `eq`, and `exists: false`.
/// Numbers are compared as the nearest doubles, an id (a text of digits) with a whole number exactly.
class Matcher {
 public:
  /// `condition` is a comparison. Fails with ErrorKind::Usage where the operator is missing or cannot take the value.
  static Result<Matcher> compile(const Condition& condition);

  /// `scratch` holds unescaped text during the call.
  [[nodiscard]] bool matches(Operand& operand, std::string& scratch) const;

  /// The member's own name, never an alias.
  [[nodiscard]] const std::string& member() const { return member_; }

 private:
  [[nodiscard]] bool compares(double number) const;
  [[nodiscard]] bool text_matches(std::string_view text) const;

  std::string member_;
  Operator operator_ = Operator::Exists;
  bool wanted_ = true;            // of exists
  double number_ = 0;             // of gt, gte, lt, lte
  std::string text_;              // of contains, starts_with
  std::vector<cli::Any> values_;  // of eq, ne, in
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace dbi::sampling
