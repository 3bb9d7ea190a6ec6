// SPDX-License-Identifier: Apache-2.0
#include "sql/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "sql/lexer.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/token.hpp"
#include "sql/word_table.hpp"

namespace dbi::sql {

namespace {

constexpr std::string_view kNameMark = "name:";

tl::unexpected<Error> malformed(std::size_t line, std::string_view what, std::string hint = {}) {
  return fail(ErrorKind::Malformed, fmt::format("line {}: {}", line, what), std::move(hint));
}

// Counts line ends as the places go up.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::size_t at(std::size_t place) {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(seen_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
    seen_ = place;
    return line_;
  }

 private:
  std::string_view text_;
  std::size_t seen_ = 0;
  std::size_t line_ = 1;
};

// From the mark of a block comment behind its end; comments nest on PostgreSQL.
std::size_t behind_comment(std::string_view gap, std::size_t at, bool nests) {
  std::size_t depth = 0;
  while (at < gap.size()) {
    const auto pair = gap.substr(at, 2);
    if (pair == "/*" && (nests || depth == 0)) {
      ++depth;
      at += 2;
    } else if (pair == "*/") {
      at += 2;
      if (--depth == 0) return at;
    } else {
      ++at;
    }
  }
  return at;
}

// What the last comment that names says, of those that stand alone on their line. `gap` is white space and comments;
// its first line is the rest of one that something else began unless `at_line_begin`.
std::string_view name_in(std::string_view gap, bool at_line_begin, bool nests) {
  std::string_view name;
  bool alone = at_line_begin;
  for (std::size_t at = 0; at < gap.size();) {
    if (gap[at] == '\n' || gap[at] == '\r') {
      alone = true;
      ++at;
    } else if (gap.substr(at, 2) == "--") {
      auto end = gap.find_first_of("\r\n", at);
      if (end == std::string_view::npos) end = gap.size();
      const auto comment = trim(gap.substr(at + 2, end - at - 2));
      if (alone && equals_folded(comment.substr(0, kNameMark.size()), kNameMark)) {
        name = trim(comment.substr(kNameMark.size()));
      }
      at = end;
    } else if (gap[at] == '#') {  // a comment of MySQL
      at = std::min(gap.find('\n', at), gap.size());
    } else if (gap.substr(at, 2) == "/*") {
      at = behind_comment(gap, at, nests);
      alone = false;
    } else {
      ++at;
    }
  }
  return name;
}

// Where the comment with code begins that the last token lies in (/*! ... */ of MySQL), and behind the last one.
std::size_t code_comment_begin(const Lexer& /*tokens*/) {
  return std::string_view::npos;
}
std::size_t code_comment_begin(const MySqlLexer& tokens) {
  return tokens.code_comment_begin();
}
std::size_t code_comment_end(const Lexer& /*tokens*/) {
  return 0;
}
std::size_t code_comment_end(const MySqlLexer& tokens) {
  return tokens.code_comment_end();
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

template <typename Tokens>
class Splitter {
 public:
  Splitter(std::string_view script, const Dialect& dialect)
      : script_(script), tokens_(script, dialect), lines_(script), nests_(dialect.system == System::PostgreSql) {}

  Result<std::vector<ScriptStatement>> split() {
    for (;;) {
      const Token token = tokens_.next();
      if (token.kind == TokenKind::Failed) return cannot_go_on();
      if (token.kind == TokenKind::End || token.kind == TokenKind::Semicolon) {
        if (code_comment_begin(tokens_) != std::string_view::npos) {
          return malformed(lines_.at(token.begin), "a semicolon in a comment with code (/*! ... */)",
                           "Write it behind the comment.");
        }
        DBI_TRY(end_statement());
        if (token.kind == TokenKind::End) return std::move(statements_);
        gap_ = token.begin + token.size;
        gap_begins_line_ = false;
        continue;
      }
      if (!begun_) DBI_TRY(begin_statement(token));
      take(token);
    }
  }

 private:
  Status begin_statement(const Token& token) {
    begun_ = true;
    current_ = {};
    // Without its mark the code's end would be an operator, and the rest another text than the one that was read.
    begin_ = std::min<std::size_t>(token.begin, code_comment_begin(tokens_));
    current_.line = lines_.at(token.begin);
    const auto name = name_in(script_.substr(gap_, token.begin - gap_), gap_begins_line_, nests_);
    if (name.size() > kMaxStatementName || has_control(name)) {
      return malformed(current_.line, fmt::format("the name of this statement is longer than {} bytes or holds control "
                                                  "characters",
                                                  kMaxStatementName));
    }
    current_.name = name.empty() ? std::to_string(statements_.size() + 1) : std::string(name);
    return {};
  }

  void take(const Token& token) {
    const auto text = script_.substr(token.begin, token.size);
    end_ = token.begin + token.size;
    if (token.kind == TokenKind::Word && equals_folded(text, "into")) current_.has_into = true;
    if (token.kind == TokenKind::Literal && text == "?") current_.question_marks = true;
    if (token.kind == TokenKind::Placeholder) {
      std::size_t number = 0;
      const auto read = std::from_chars(text.data() + 1, text.data() + text.size(), number);
      if (read.ec != std::errc{}) number = std::numeric_limits<std::size_t>::max();
      current_.placeholders = std::max(current_.placeholders, number);
    }
    if (verb_sought_ && token.kind == TokenKind::Word) {
      for (const char c : text) {
        current_.verb.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c);
      }
    }
    if (token.kind != TokenKind::Open) verb_sought_ = false;
  }

  Status end_statement() {
    if (!std::exchange(begun_, false)) return {};
    verb_sought_ = true;
    end_ = std::max(end_, code_comment_end(tokens_));
    current_.text = script_.substr(begin_, end_ - begin_);
    const auto [earlier, is_new] = names_.emplace(current_.name, current_.line);
    if (!is_new) {
      return malformed(
          current_.line,
          fmt::format("a second statement is called '{}', after the one of line {}", current_.name, earlier->second),
          "Give it a name of its own by a line `-- name: NAME` before it.");
    }
    statements_.push_back(std::move(current_));
    return {};
  }

  tl::unexpected<Error> cannot_go_on() {
    const auto line =
        begun_ ? current_.line : lines_.at(std::min(script_.find_first_not_of(" \t\r\n", gap_), script_.size()));
    return malformed(
        line, begun_ ? "where the statement that begins here ends cannot be told" : "what follows here is no statement",
        "Is there a string, a comment or a dollar quote that does not end, a command of psql (\\...), or a "
        "number with letters behind it?");
  }

  std::string_view script_;
  Tokens tokens_;
  Lines lines_;
  bool nests_;
  std::vector<ScriptStatement> statements_;
  std::map<std::string, std::size_t> names_;  // the line of each
  ScriptStatement current_;
  std::size_t gap_ = 0;  // behind the last semicolon
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool gap_begins_line_ = true;
  bool begun_ = false;
  bool verb_sought_ = true;
};

}  // namespace

Result<std::vector<ScriptStatement>> split_script(std::string_view script, const Dialect& dialect) {
  Lines lines(script);
  if (script.size() >= std::numeric_limits<std::uint32_t>::max()) return fail(ErrorKind::Malformed, "4 GiB or more");
  // A zero byte would end a statement for the client library, whatever the lexer makes of it.
  if (const auto zero = script.find('\0'); zero != std::string_view::npos) {
    return malformed(lines.at(zero), "a zero byte");
  }
  if (dialect.system == System::PostgreSql) return Splitter<Lexer>(script, dialect).split();
  return Splitter<MySqlLexer>(script, dialect).split();
}

}  // namespace dbi::sql
