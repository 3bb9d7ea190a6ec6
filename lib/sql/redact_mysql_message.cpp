// Messages of MySQL and MariaDB put names and values into the same quotes and double none inside (messages-*.txt of
// MySQL, errmsg-utf8.txt of MariaDB). A quoted text stays only behind words that announce a name and where it looks
// like one. A value goes up to the words that the server has behind it, looked for from the end, else up to the last
// quote.
// SPDX-License-Identifier: Apache-2.0
#include "sql/redact_mysql_message.hpp"

#include <algorithm>
#include <array>

#include "sql/characters.hpp"
#include "sql/message_password.hpp"
#include "sql/statement.hpp"

namespace dbi::sql {

namespace {

// The words directly before the quote, with the space. Only of what cannot be given as a string (a character set can).
constexpr std::string_view kNameWords[] = {
    "able ",        "olumn ",
    "ield ",        "atabase ",
    " key ",        "ndex ",
    "onstraint ",   "rigger ",
    "iew ",         "user ",
    "ariable ",     "ablespace ",
    "artition ",    "an't DROP ",
    "PROCEDURE ",   "FUNCTION ",
    "outine ",      "event ",
    "Event ",       "role ",
    "column name ", "key name ",
    "able name ",   "table/alias: ",
    "failed for ",  "default value for ",
    "savepoint ",   "base name ",
};
// The same for hosts and paths, which may hold nothing but digits.
constexpr std::string_view kPlaceWords[] = {"ost ", "server on ", "socket ", "server host "};
// What stands in quotes though it is no name.
constexpr std::string_view kPlaces[] = {"field list",
                                        "where clause",
                                        "having clause",
                                        "order clause",
                                        "group statement",
                                        "on clause",
                                        "WHERE",
                                        "HAVING",
                                        "SELECT",
                                        "ON",
                                        "GROUP BY",
                                        "ORDER BY",
                                        "SET",
                                        "VALUES",
                                        "IN/ALL/ANY subquery",
                                        "partition function",
                                        "reading authorization packet",
                                        "reading initial communication packet",
                                        "waiting for initial communication packet",
                                        "reading final connect information",
                                        "handshake: reading initial communication packet",
                                        "handshake: reading authorization packet"};
// What the server has behind a value, up to the name or number there, in messages that begin so. Those of other
// messages would be of the value.
struct Tail {
  std::string_view message;
  std::string_view words;
};
constexpr Tail kTails[] = {{"Duplicate entry ", "' for key '"},
                           {"Incorrect ", "' for column '"},
                           {"Incorrect ", "' for column `"},
                           {"Incorrect ", "' for function "},
                           {"You have an error in your ", "' at line "},
                           {"Invalid JSON text", "\" at position "},
                           {"User '", "' has exceeded the '"}};
// Words before a number that may stay.
constexpr std::string_view kNumberWords[] = {"line ", "row ", "position ", "errno: ", "Errcode: ", "system error: "};

// Classes of SQLSTATE that the servers use themselves; 45 is for applications.
constexpr std::array<std::string_view, 31> kOwnClasses = {
    "00", "01", "02", "07", "08", "0A", "0B", "0D", "0E", "0F", "0K", "0Z", "20", "21", "22", "23",
    "24", "25", "26", "27", "28", "2F", "34", "38", "3D", "40", "42", "44", "70", "HY", "XA"};
// SIGNAL and RESIGNAL: ER_SIGNAL_WARN, ER_SIGNAL_NOT_FOUND, ER_SIGNAL_EXCEPTION.
constexpr unsigned kFirstSignal = 1642;
constexpr unsigned kLastSignal = 1644;

constexpr std::size_t kLongestName = 256;

bool is_letter(char c) {
  return is(c, kNameStart);
}

template <std::size_t size>
bool ends_with_one(std::string_view text, const std::string_view (&words)[size]) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return text.ends_with(word); });
}

// Bytes of a name behind its opening quote, without the closing one, and whether there is one.
struct Name {
  std::size_t size = 0;
  bool found = false;
};

Name name_at(std::string_view rest, char quote, bool place) {
  constexpr std::string_view kMore = ".-/:%@$#";
  std::size_t size = 0;
  bool letter = false;
  while (size < rest.size() && (is(rest[size], kNamePart) || kMore.find(rest[size]) != std::string_view::npos)) {
    letter = letter || is_letter(rest[size]);
    ++size;
  }
  if (size > kLongestName || size >= rest.size() || rest[size] != quote) return {};
  if (size > 0 && !letter && !place) return {};
  const auto after = rest.substr(size + 1);
  const bool ends = after.empty() || std::string_view(" ,:;.)(@").find(after.front()) != std::string_view::npos;
  return {size, ends};
}

std::size_t digits_at(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is(text[size], kDigit)) ++size;
  return size;
}

// Whether a text is " at row N" and no more.
bool is_row(std::string_view text) {
  constexpr std::string_view kRow = " at row ";
  if (!text.starts_with(kRow)) return false;
  text.remove_prefix(kRow.size());
  return !text.empty() && digits_at(text) == text.size();
}

// `database`.`table`.`column` behind its first backtick, and the row.
bool is_column(std::string_view rest) {
  for (;;) {
    const auto name = rest.find('`');
    if (name == std::string_view::npos || name == 0 || name > kLongestName) return false;
    rest.remove_prefix(name + 1);
    if (!rest.starts_with(".`")) return is_row(rest);
    rest.remove_prefix(2);
  }
}

// max_user_connections' resource (current value: 1)
bool is_resource(std::string_view rest) {
  constexpr std::string_view kWords = "' resource (current value: ";
  const auto place = rest.find(kWords);
  if (place == std::string_view::npos || digits_at(rest) > 0) return false;
  const auto all_of_name = std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(place),
                                       [](char c) { return is(c, kNamePart); });
  rest.remove_prefix(place + kWords.size());
  const auto digits = digits_at(rest);
  return all_of_name && digits > 0 && rest.substr(digits) == ")";
}

// Whether what follows the words of a tail is what the server writes there, to the end of the message.
bool is_tail(std::string_view words, std::string_view rest) {
  if (words.ends_with("line ") || words.ends_with("function ")) {
    return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) { return is(c, kNamePart); });
  }
  if (words.ends_with("position ")) {
    constexpr std::string_view kColumn = " in value for column '";
    rest.remove_prefix(digits_at(rest));
    if (!rest.starts_with(kColumn)) return rest.empty() || rest == ".";
    rest.remove_prefix(kColumn.size());
    const auto name = name_at(rest, '\'', true);
    return name.found && rest.substr(name.size + 1) == ".";
  }
  if (words.ends_with('`')) return is_column(rest);
  if (words.ends_with("exceeded the '")) return is_resource(rest);
  const auto name = name_at(rest, '\'', true);
  const auto after = name.found ? rest.substr(name.size + 1) : std::string_view{};
  return name.found && (words.ends_with("key '") ? after.empty() : is_row(after));
}

class MySqlRedactor {
 public:
  explicit MySqlRedactor(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view before() const { return text_.substr(0, at_); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  void keep(std::size_t size) {
    out_.append(rest().substr(0, size));
    at_ += size;
  }

  void step() {
    const char c = text_[at_];
    if (c == '\'' || c == '"') return quoted(c);
    if (c == '`') return backticks();
    if (is(c, kDigit)) return number();
    if (!is_letter(c)) return keep(1);
    std::size_t size = 1;
    while (size < rest().size() && is(rest()[size], kNamePart)) ++size;
    keep(size);
    // doesn't
    if (rest().starts_with("'t ") && out_.ends_with('n')) keep(2);
  }

  void quoted(char quote) {
    const auto inside = text_.substr(at_ + 1);
    const bool place = ends_with_one(before(), kPlaceWords) || (before().ends_with("'@") && at_ > 2);
    if (place || ends_with_one(before(), kNameWords)) {
      const auto name = name_at(inside, quote, place);
      if (name.found) return keep(name.size + 2);
      if (ends_with_one(before(), kNameWords) || place) return value_to_end(quote);
    }
    if (before().ends_with(" in ") || before().ends_with(" at ")) {
      for (const auto words : kPlaces) {
        const auto after = inside.starts_with(words) ? inside.substr(words.size()) : std::string_view{};
        if (after == "'" || after.starts_with("',")) return keep(words.size() + 2);
      }
    }
    if (quote == '"' && is_error_text(inside)) return keep(inside.find('"') + 2);
    value(quote);
  }

  // (111 "Connection refused")
  [[nodiscard]] bool is_error_text(std::string_view inside) const {
    const auto end = inside.find('"');
    const auto open = before().rfind('(');
    if (end == std::string_view::npos || open == std::string_view::npos || inside.substr(end) != "\")") return false;
    const auto digits = digits_at(before().substr(open + 1));
    return digits > 0 && open + 2 + digits == at_ && before().back() == ' ' && before().starts_with("Can't connect") &&
           std::all_of(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(end),
                       [](char c) { return is_letter(c) || c == ' '; });
  }

  void value(char quote) {
    const auto inside = text_.substr(at_ + 1);
    for (const auto& [message, words] : kTails) {
      if (words.front() != quote || !text_.starts_with(message)) continue;
      const auto place = inside.rfind(words);
      if (place == std::string_view::npos || !is_tail(words, inside.substr(place + words.size()))) continue;
      put_value(quote);
      out_.append(inside.substr(place + 1));
      at_ = text_.size();
      return;
    }
    value_to_end(quote);
  }

  // All that follows may be of the value.
  void value_to_end(char quote) {
    put_value(quote);
    at_ = text_.size();
  }

  void put_value(char quote) {
    out_ += quote;
    out_ += '?';
    out_ += quote;
  }

  void backticks() {
    const auto end = text_.find('`', at_ + 1);
    const auto size = end - at_ + 1;
    const auto name = end == std::string_view::npos ? std::string_view{} : text_.substr(at_, size);
    if (name.empty() || size > kLongestName || name.find_first_of("\n'\"") != std::string_view::npos) {
      return value_to_end('`');
    }
    keep(size);
  }

  void number() {
    const auto digits = digits_at(rest());
    const bool code = before().ends_with('(') && before().starts_with("Can't connect");
    if ((code || ends_with_one(before(), kNumberWords)) && digits <= 10) return keep(digits);
    out_ += '?';
    while (at_ < text_.size() && (is(text_[at_], kNamePart) || (text_[at_] == '.' && is_digit_at(at_ + 1)))) ++at_;
  }
  [[nodiscard]] bool is_digit_at(std::size_t place) const { return place < text_.size() && is(text_[place], kDigit); }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
};

bool is_applications(unsigned code, std::string_view sqlstate) {
  if (code >= kFirstSignal && code <= kLastSignal) return true;
  return !sqlstate.empty() &&
         std::find(kOwnClasses.begin(), kOwnClasses.end(), sqlstate.substr(0, 2)) == kOwnClasses.end();
}

}  // namespace

std::string redact_mysql_message(std::string_view message, unsigned code, std::string_view sqlstate) {
  if (is_applications(code, sqlstate)) return replacement(message);
  const auto place = find_password(message);
  if (place != std::string_view::npos) return MySqlRedactor(message.substr(0, place)).run() + " ?";
  return MySqlRedactor(message).run();
}

}  // namespace dbi::sql
