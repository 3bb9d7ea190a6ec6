// The three ways in which PostgreSQL writes its log (chapter "Error Reporting and Logging" of its manual).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.hpp"
#include "planread/auto_explain.hpp"
#include "planread/document.hpp"

namespace dbi::planread {

namespace {

// Columns of a CSV log, from 0.
constexpr int kTimeColumn = 0;
constexpr int kDatabaseColumn = 2;
constexpr int kMessageColumn = 13;

// Takes the line at the front, without its end.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Takes one column of CSV from the front, with the comma or line end behind it. False where a quotation mark does not
// close.
bool take_column(std::string_view& rest, std::string& text, bool& last) {
  text.clear();
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find_first_of(",\n"), rest.size());
    text.append(rest.substr(0, end));
    rest.remove_prefix(end);
  } else {
    for (rest.remove_prefix(1);;) {
      const std::size_t mark = rest.find('"');
      if (mark == std::string_view::npos) return false;
      text.append(rest.substr(0, mark));
      rest.remove_prefix(mark + 1);
      if (!rest.starts_with('"')) break;
      text.push_back('"');
      rest.remove_prefix(1);
    }
  }
  last = !rest.starts_with(',');
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return true;
}

}  // namespace

LogFormat recognise_log(std::string_view log) {
  const std::string_view line = log.substr(0, log.find('\n'));
  if (line.starts_with('{')) return LogFormat::Json;
  return std::count(line.begin(), line.end(), ',') >= kMessageColumn ? LogFormat::Csv : LogFormat::Stderr;
}

bool LogMessages::next(std::string_view& message) {
  while (!rest_.empty()) {
    const bool read = format_ == LogFormat::Csv    ? next_csv(message)
                      : format_ == LogFormat::Json ? next_json(message)
                                                   : next_line(message);
    if (read) return true;
    ++skipped_;
  }
  return false;
}

// "PREFIX LOG:  message", whatever the prefix; a further line begins with a tab.
bool LogMessages::next_line(std::string_view& message) {
  const std::string_view line = take_line(rest_);
  const std::size_t severity = line.find(":  ");
  text_.assign(severity == std::string_view::npos ? line : line.substr(severity + 3));
  time_.assign(line.substr(0, std::min(severity, line.size())));
  while (rest_.starts_with('\t')) text_.append("\n").append(take_line(rest_).substr(1));
  message = text_;
  return severity != std::string_view::npos;
}

bool LogMessages::next_csv(std::string_view& message) {
  std::string column;
  bool last = false;
  int number = 0;
  for (; !last; ++number) {
    std::string& into = number == kMessageColumn    ? text_
                        : number == kTimeColumn     ? time_
                        : number == kDatabaseColumn ? database_
                                                    : column;
    if (!take_column(rest_, into, last)) {
      rest_ = {};  // the log ends within an entry
      return false;
    }
  }
  message = text_;
  return number > kMessageColumn;
}

bool LogMessages::next_json(std::string_view& message) {
  const std::string_view line = take_line(rest_);
  Document document;
  if (!read_json(line, document) || document.at(0).kind != ItemKind::Object) return false;
  const auto text_of = [&](std::string_view name) {
    const std::uint32_t member = document.find(0, name);
    return member == document.at(0).end ? std::string_view() : document.at(member).text;
  };
  text_.assign(text_of("message"));
  time_.assign(text_of("timestamp"));
  database_.assign(text_of("dbname"));
  message = text_;
  return !text_.empty();
}

}  // namespace dbi::planread
