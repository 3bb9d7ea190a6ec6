// The tokens of an expression, to look at ahead and behind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sql/statement.hpp"
#include "sql/token.hpp"

namespace dbi::sql {

/// Beyond the last token there are more without a text, of kind End. Views point into the text that was read. Reusable:
/// after warm-up nothing is allocated.
class TokenList {
 public:
  /// Takes all tokens of the text by a lexer of that system; false, and the tokens before, where it cannot finish.
  template <typename Lexer>
  bool read(std::string_view text, const Dialect& dialect) {
    clear();
    text_ = text;
    Lexer lexer(text, dialect);
    for (;;) {
      const Token token = lexer.next();
      if (token.kind == TokenKind::End) return true;
      if (token.kind == TokenKind::Failed) return false;
      tokens_.push_back(token);
    }
  }
  void clear() { tokens_.clear(); }

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  /// `token` is less than size().
  [[nodiscard]] const Token& token(std::size_t token) const { return tokens_[token]; }
  [[nodiscard]] std::string_view text(std::size_t token) const {
    return token < size() ? text_.substr(tokens_[token].begin, tokens_[token].size) : std::string_view();
  }
  [[nodiscard]] TokenKind kind(std::size_t token) const {
    return token < size() ? tokens_[token].kind : TokenKind::End;
  }
  [[nodiscard]] bool is_word(std::size_t token, std::string_view word) const {
    return kind(token) == TokenKind::Word && text(token) == word;
  }

  /// Behind what OVER at that place has for a window: brackets with all inside, a name, or nothing.
  [[nodiscard]] std::size_t behind_window(std::size_t over) const {
    std::size_t at = over + 1;
    if (kind(at) != TokenKind::Open) return is_name(kind(at)) ? at + 1 : at;
    int depth = 0;
    for (; at < size(); ++at) {
      if (kind(at) == TokenKind::Open) ++depth;
      if (kind(at) == TokenKind::Close && --depth == 0) return at + 1;
    }
    return at;
  }

 private:
  std::string_view text_;
  std::vector<Token> tokens_;
};

}  // namespace dbi::sql
