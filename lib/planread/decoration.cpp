// SPDX-License-Identifier: Apache-2.0
#include "planread/decoration.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kReturn = "\xE2\x86\xB5";  // what psql shows with linestyle unicode

/// How the lines of a plan are drawn.
struct Frame {
  bool heading = false;  ///< QUERY PLAN and a rule above
  bool border = false;   ///< "|" at both ends
  bool quoted = false;   ///< quotation marks at both ends
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_rule(std::string_view line) {
  line = trim(line);
  return line.size() >= 3 && line.find_first_not_of("-+") == std::string_view::npos;
}

// "(3 rows)", in whatever language: psql writes it behind the last line.
bool is_row_count(std::string_view line) {
  line = trim(line);
  return line.size() > 2 && line.front() == '(' && line.back() == ')' && line[1] >= '0' && line[1] <= '9' &&
         line.find_first_of("=.") == std::string_view::npos;
}

std::string_view without_border(std::string_view line) {
  line = trim(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|')) line.remove_suffix(1);
  return line;
}

std::optional<Frame> find_frame(std::string_view text) {
  Frame frame;
  for (int i = 0; i < 4 && !text.empty(); ++i) {
    const std::string_view line = trim(take_line(text));
    const bool bordered = line.starts_with('|');
    std::string_view words = trim(bordered ? without_border(line) : line);
    frame.quoted = words.size() > 1 && words.front() == '"' && words.back() == '"';
    if (frame.quoted) words = words.substr(1, words.size() - 2);
    if (words == "QUERY PLAN") {
      frame.heading = true;
      frame.border = bordered;
      return frame;
    }
    if (frame.quoted && !words.empty()) return frame;
    if (!line.empty() && !is_rule(line)) return std::nullopt;
  }
  return std::nullopt;
}

// A line that goes on: psql pads it, then writes a mark.
std::string_view without_mark(std::string_view line) {
  const std::string_view shorter = line.substr(0, std::min(line.find_last_not_of(' ') + 1, line.size()));
  if (shorter.ends_with('+')) return shorter.substr(0, shorter.size() - 1);
  if (shorter.ends_with(kReturn)) return shorter.substr(0, shorter.size() - kReturn.size());
  return line;
}

std::string_view inside(std::string_view line, const Frame& frame) {
  if (frame.border) line = without_border(line);
  if (frame.quoted) {
    line = trim(line);
    if (line.starts_with('"')) line.remove_prefix(1);
    if (line.ends_with('"')) line.remove_suffix(1);
    return line;
  }
  if (line.starts_with(' ')) line.remove_prefix(1);
  return without_mark(line);
}

}  // namespace

std::string_view without_decoration(std::string_view text, std::string& scratch) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto frame = find_frame(text);
  if (!frame) return text;
  scratch.clear();
  bool begun = !frame->heading;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (!begun) {
      begun = line.find("QUERY PLAN") != std::string_view::npos;
      continue;
    }
    if (is_rule(line)) continue;
    if (is_row_count(line)) break;
    scratch.append(inside(line, *frame)).push_back('\n');
  }
  return scratch;
}

}  // namespace dbi::planread
