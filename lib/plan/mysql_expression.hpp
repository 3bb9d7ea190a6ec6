// The canonical form of what MySQL and MariaDB print in a plan, a condition or a whole operation in prose: what two
// plans that do the same print differently becomes the same. The rules stand in dbi-record(5), "PLAN FINGERPRINT".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/token_list.hpp"

namespace dbi::plan {

/// Appends canonical forms. Reusable: after warm-up nothing is allocated. Not shared between threads.
class MySqlExpressionWriter {
 public:
  /// Appends the form of a condition, of sort keys and the like, tokens with a blank between; a literal is
  /// ExpressionWriter::kLiteral. One that the lexer cannot finish, or that was replaced by length and hash for that, is
  /// one literal and the result false. Linear in the text's length.
  bool append(std::string_view expression, std::string& out);
  /// The same of an operation, as TREE has it before its figures: what ranges of an index it reads falls away.
  bool append_operation(std::string_view operation, std::string& out);

 private:
  enum class Kind : std::uint8_t { Literal, Name, Keyword, Operator, Open, Close, Comma, Dot };
  /// A token of the result.
  struct Piece {
    Kind kind;
    std::string_view text = {};
  };

  bool write(std::string& out);
  bool lex();
  void take();
  void take_word();
  void take_literal();
  void take_operator();
  void skip_ranges();
  void skip_window();
  void close();
  void fold_list(std::size_t open);
  [[nodiscard]] bool is_list_of_literals(std::size_t open) const;
  [[nodiscard]] bool operand_expected() const;
  [[nodiscard]] bool begins_literal(std::size_t token) const;

  std::string_view text_;
  std::string scratch_;  // the text, where the lexer would not read it as it is meant
  bool operation_ = false;
  sql::TokenList tokens_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> open_;  // brackets that have not closed, by their piece
};

}  // namespace dbi::plan
