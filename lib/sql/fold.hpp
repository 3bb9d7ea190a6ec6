// Folds a statement's tokens, as they arrive, into the stream that signature and readable text are made of: what two
// sources of one statement show differently becomes the same. The rules stand in dbi-record(5), "QUERY SIGNATURE".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sql/statement.hpp"
#include "sql/token.hpp"

namespace dbi::sql {

/// Memory is bounded by the tokens that are left, so a list of a million values costs nothing.
class Fold {
 public:
  /// Tokens kept at most; a statement with more is not readable.
  static constexpr std::size_t kMaxTokens = std::size_t{1} << 18U;

  /// `text` is what the tokens' places refer to.
  Fold(std::string_view text, System system);

  /// Takes the next token, which is neither End nor Failed; false where there are too many.
  [[nodiscard]] bool add(const Token& token);
  /// Ends the statement.
  void finish();

  [[nodiscard]] const std::vector<Token>& tokens() const { return tokens_; }
  /// Each bracket has its partner.
  [[nodiscard]] bool balanced() const { return balanced_ && groups_.size() == 1; }
  /// Something follows a semicolon.
  [[nodiscard]] bool several() const { return several_; }

 private:
  /// What one element of a list looks like.
  enum class Shape : std::uint8_t { Other, Value, Row };
  /// The inside of one pair of brackets, or the whole statement.
  struct Group {
    std::uint32_t begin = 0;  ///< first token of the element that is being read
    Shape previous = Shape::Other;
    bool values = false;  ///< inside IN ( or ARRAY [: casts and parentheses of values fall away
    bool square = false;
  };
  /// What becomes of unquoted words that are a value: of SET, SAVEPOINT ...
  enum class Rule : std::uint8_t {
    None,
    SetName,      ///< behind SET: the value comes after = or TO
    SetTime,      ///< behind SET TIME: the value comes after ZONE
    SetValue,     ///< the rest of the statement is the value
    OptionName,   ///< behind SET within ALTER, CREATE
    OptionValue,  ///< one value; a comma announces another
    OptionComma,
    Name,        ///< the next name is the value, but for optional words before it
    RollbackTo,  ///< behind ROLLBACK, until TO
  };

  void begin_statement();
  [[nodiscard]] bool is_qualified_value(const Token& token);
  void add_word(Token token);
  void add_value(Token token);
  [[nodiscard]] bool joins_value(const Token& token);
  void hide_account();
  void add_unknown(Token token);
  void drop_execute(const Token& token);
  void open(const Token& token);
  void close(const Token& token);
  void fold_row();
  void fold_back_to(std::size_t begin);
  void end_element();
  void begin_element();
  void strip_casts(std::size_t begin);
  void drop_signs();
  [[nodiscard]] bool apply_rule(const Token& token);
  [[nodiscard]] bool apply_set_rule(const Token& token);
  void start_rule(const Token& token);
  [[nodiscard]] bool folds_to_value(const Token& token) const;
  [[nodiscard]] bool is_type_part(const Token& token) const;
  [[nodiscard]] bool is_sign(const Token& token) const;
  [[nodiscard]] bool operand_expected(std::size_t place) const;
  [[nodiscard]] Shape shape_from(std::size_t begin) const;
  [[nodiscard]] std::string_view text_of(const Token& token) const { return text_.substr(token.begin, token.size); }
  // The token at a distance from the end of those kept; End where there is none in this statement.
  [[nodiscard]] Token back(std::size_t distance = 0) const {
    return tokens_.size() > statement_begin_ + distance ? tokens_[tokens_.size() - 1 - distance] : Token{};
  }

  std::string_view text_;
  System system_;
  std::vector<Token> tokens_;
  std::vector<Group> groups_;
  Rule rule_ = Rule::None;
  Keyword verb_ = Keyword::None;
  std::size_t statement_begin_ = 0;
  Token semicolon_;
  bool semicolon_pending_ = false;
  bool swallowed_ = false;
  bool dotted_ = false;
  bool several_ = false;
  bool balanced_ = true;
};

}  // namespace dbi::sql
