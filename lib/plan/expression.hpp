// The canonical form of an expression as PostgreSQL prints it in a plan: what two plans that do the same print
// differently becomes the same. The rules stand in dbi-record(5), "PLAN FINGERPRINT".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/token_list.hpp"

namespace dbi::plan {

/// What an expression cannot know itself.
class NameResolver {
 public:
  /// What stands before the dot instead of a qualifier (unquoted); empty where it falls away. Valid until the next
  /// call.
  [[nodiscard]] virtual std::string_view qualifier(std::string_view alias) = 0;
  /// What stands for a column of that name, behind that qualifier or none (empty).
  [[nodiscard]] virtual std::string_view column(std::string_view alias, std::string_view name) = 0;
  /// The number that stands for "SubPlan 7" instead of its own.
  [[nodiscard]] virtual std::uint32_t subplan(std::string_view number) = 0;

 protected:
  ~NameResolver() = default;
};

/// Appends canonical forms. Reusable: after warm-up nothing is allocated. Not shared between threads.
class ExpressionWriter {
 public:
  /// Stands for a literal in what is appended: no byte of SQL, since `?` is an operator of jsonb.
  static constexpr char kLiteral = '\x01';

  /// Appends the form of `expression`, tokens with a blank between. One that the lexer cannot finish, or that was
  /// replaced by length and hash for that, is one literal and the result false. Linear in the text's length.
  bool append(std::string_view expression, NameResolver& names, std::string& out);

 private:
  enum class Kind : std::uint8_t { Literal, Column, Word, Keyword, Operator, Open, Close, Comma, SubPlan };
  /// A token of the result.
  struct Piece {
    Kind kind;
    std::string_view text = {};
    std::string_view qualifier = {};  ///< of Column
    std::uint32_t number = 0;         ///< of SubPlan
  };

  void take(NameResolver& names);
  void take_literal();
  void take_word(NameResolver& names);
  void take_chain(NameResolver& names, std::size_t end);
  bool take_operator_call();
  bool take_reference(NameResolver& names);
  void take_over();
  void take_operator();
  void take_cast();
  void skip_type();
  void close();
  bool fold_reference(std::size_t open);
  void fold_list_operator();
  void sort_conjunction(std::size_t open);
  [[nodiscard]] bool operand_expected() const;
  static void write(std::span<const Piece> pieces, std::string& out);

  std::string_view expression_;
  sql::TokenList tokens_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> open_;  // brackets that have not closed, by their piece
  /// One side of an AND: its form, and its pieces.
  struct Operand {
    std::string form;
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Operand> operands_;  // of the conjunction at hand
  std::vector<Piece> sorted_;
  std::size_t last_subplan_ = 0;  // the newest reference to one, where there is any
};

}  // namespace dbi::plan
