// Messages of PostgreSQL put names and values into the same double quotes. A quoted text stays only behind a word that
// announces a name and where it looks like one; all else goes, up to the last quote of its line.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "sql/message_password.hpp"
#include "sql/statement.hpp"

namespace dbi::sql {

namespace {

constexpr std::array<std::string_view, 36> kNameWords = {
    "relation",  "table",      "column",    "constraint", "index",     "schema",   "database",    "user",
    "role",      "function",   "type",      "extension",  "parameter", "sequence", "view",        "trigger",
    "policy",    "tablespace", "language",  "operator",   "domain",    "rule",     "publication", "subscription",
    "collation", "server",     "partition", "group",      "owner",     "alias",    "library",     "cursor",
    "procedure", "wrapper",    "host",      "socket"};

// Lines behind the first one that may be shown; DETAIL, CONTEXT, LINE, QUERY, STATEMENT and all else hold values.
constexpr std::array<std::string_view, 9> kOpenLabels = {
    "HINT:", "ERROR:", "FATAL:", "PANIC:", "NOTICE:", "WARNING:", "LOCATION:", "connection to server", "Is the server"};

// Classes of SQLSTATE whose messages PostgreSQL words (manual, appendix A). P0 is left out: its P0001 is what RAISE
// sends, in the application's words.
constexpr std::array<std::string_view, 43> kOwnClasses = {
    "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "20", "21", "22",
    "23", "24", "25", "26", "27", "28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F",
    "40", "42", "44", "53", "54", "55", "57", "58", "72", "F0", "HV", "XX", "10"};

bool is_servers_own(std::string_view sqlstate) {
  return std::find(kOwnClasses.begin(), kOwnClasses.end(), sqlstate.substr(0, 2)) != kOwnClasses.end();
}

// Quotes of translated messages.
constexpr std::array<std::string_view, 13> kQuotes = {"«", "»", "„",  "“",  "”",  "‘", "‚",
                                                      "‹", "›", "「", "」", "『", "』"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_open(std::string_view line) {
  return std::any_of(kOpenLabels.begin(), kOpenLabels.end(),
                     [&](std::string_view label) { return line.starts_with(label); });
}

bool begins_with_quote(std::string_view text) {
  if (text.empty() || static_cast<unsigned char>(text.front()) < 0x80) return false;
  return std::any_of(kQuotes.begin(), kQuotes.end(), [&](std::string_view quote) { return text.starts_with(quote); });
}

std::string_view last_word(std::string_view text) {
  auto begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  return text.substr(begin);
}

bool announces_name(std::string_view before) {
  if (!before.ends_with(' ')) return false;
  before.remove_suffix(1);
  if (before.ends_with("server at") || before.ends_with("translate host name")) return true;
  const auto word = last_word(before);
  return std::find(kNameWords.begin(), kNameWords.end(), word) != kNameWords.end();
}

// Bytes of the name behind an opening quote, without its closing one; 0 where it looks like a value.
std::size_t name_length(std::string_view rest) {
  std::size_t size = 0;
  const auto part = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '$' || c == '/'; };
  while (size < rest.size() && part(rest[size])) ++size;
  if (size == 0 || size + 1 > rest.size() || rest[size] != '"') return 0;
  const auto after = rest.substr(size + 1);
  const bool ends = after.empty() || std::string_view(" ,:;.)").find(after.front()) != std::string_view::npos;
  return ends ? size : 0;
}

// A group of brackets, with those inside it.
std::size_t bracket_length(std::string_view rest) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '(') ++depth;
    if (rest[i] == ')' && --depth == 0) return i + 1;
  }
  return rest.size();
}

class Redactor {
 public:
  explicit Redactor(std::string_view line) : line_(line) {}

  std::string run() {
    while (at_ < line_.size()) step();
    return std::move(out_);
  }
  // Whether a quoted value was found, which may go on in the next line.
  [[nodiscard]] bool found_value() const { return found_value_; }

 private:
  void step() {
    const char c = line_[at_];
    if (c == '"') return quoted();
    if (c == '\'') return apostrophe();
    if (c == '(' && (out_.ends_with('=') || out_.ends_with("contains "))) {
      out_ += "(?)";
      at_ += bracket_length(line_.substr(at_));
    } else if (c == '$') {
      // A dollar-quoted text or a placeholder: the rest of the line is not told.
      out_ += '?';
      at_ = line_.size();
      found_value_ = true;
    } else if (begins_with_quote(line_.substr(at_))) {
      foreign_quote();
    } else if (is_letter(c)) {
      do {
        out_ += line_[at_++];
      } while (at_ < line_.size() && (is_letter(line_[at_]) || is_digit(line_[at_])) &&
               !begins_with_quote(line_.substr(at_)));
    } else if (is_digit(c)) {
      number();
    } else {
      out_ += line_[at_++];
    }
  }

  void quoted() {
    const auto rest = line_.substr(at_ + 1);
    const auto size = announces_name(line_.substr(0, at_)) ? name_length(rest) : 0;
    if (size > 0) {
      out_.append(line_.substr(at_, size + 2));
      at_ += size + 2;
    } else {
      to_last('"');
    }
  }

  void apostrophe() {
    const bool in_word = at_ > 0 && is_letter(line_[at_ - 1]) && at_ + 1 < line_.size() && is_letter(line_[at_ + 1]);
    const bool is_only = line_.find('\'', at_ + 1) == std::string_view::npos;
    if (in_word && is_only) {
      out_ += line_[at_++];
    } else {
      to_last('\'');
    }
  }

  // Up to the last quote of any such kind.
  void foreign_quote() {
    auto end = at_;
    for (auto place = at_; place < line_.size(); ++place) {
      if (begins_with_quote(line_.substr(place))) end = place;
    }
    end = end == at_ ? line_.size() : end + 2;
    while (end < line_.size() && (static_cast<unsigned char>(line_[end]) & 0xC0U) == 0x80) ++end;
    out_ += "\"?\"";
    at_ = end;
    found_value_ = true;
  }

  // From an opening quote to the last one of the line, or to its end.
  void to_last(char quote) {
    const auto last = line_.rfind(quote);
    out_ += quote;
    out_ += '?';
    out_ += quote;
    at_ = last > at_ ? last + 1 : line_.size();
    found_value_ = true;
  }

  void number() {
    const bool port = out_.ends_with("port ");
    const auto begin = at_;
    while (at_ < line_.size() && (is_letter(line_[at_]) || is_digit(line_[at_]) || line_[at_] == '.')) ++at_;
    auto number = line_.substr(begin, at_ - begin);
    if (number.ends_with('.') && number.size() > 1) {
      number.remove_suffix(1);
      --at_;
    }
    const bool plain = std::all_of(number.begin(), number.end(), is_digit);
    if (port && plain && number.size() <= 5) {
      out_.append(number);
    } else {
      out_ += '?';
    }
  }

  std::string_view line_;
  std::string out_;
  std::size_t at_ = 0;
  bool found_value_ = false;
};

std::string redact_lines(std::string_view message) {
  std::string out;
  bool first = true;
  for (const auto line : split(message, '\n')) {
    const auto bare = trim(line);
    if (bare.empty()) continue;
    if (!first && !is_open(bare)) continue;
    first = false;
    Redactor redactor(bare);
    if (!out.empty()) out += '\n';
    out += redactor.run();
    if (redactor.found_value()) break;
  }
  return out;
}

}  // namespace

std::string redact_message(std::string_view message, std::string_view sqlstate) {
  if (!sqlstate.empty() && !is_servers_own(sqlstate)) return replacement(message);
  const auto place = find_password(message);
  if (place != std::string_view::npos) return redact_lines(message.substr(0, place)) + " ?";
  return redact_lines(message);
}

}  // namespace dbi::sql
