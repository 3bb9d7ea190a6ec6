// Reads the part of YAML that PostgreSQL's EXPLAIN writes: block maps and lists, scalars on their line, quoted texts
// with the escapes of JSON, and lists of texts in square brackets.
// SPDX-License-Identifier: Apache-2.0
#include "planread/document.hpp"
#include "record/escape.hpp"

namespace dbi::planread {

namespace {

class YamlReader {
 public:
  YamlReader(std::string_view text, Document& document, DocumentLimits limits)
      : text_(text), document_(document), limits_(limits) {}

  Status read() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      line_begin_ = at;
      if (!read_line(text_.substr(at, end - at))) return fail(problem());
      at = end + 1;
    }
    end_pending();
    if (open_.empty()) return fail(ErrorKind::Malformed, "the YAML is empty");
    close_down_to(0);
    return {};
  }

 private:
  /// A map or list whose members begin in that column.
  struct Open {
    std::size_t column;
    std::uint32_t place;
  };

  bool read_line(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    std::size_t column = std::min(line.find_first_not_of(' '), line.size());
    std::string_view rest = line.substr(column);
    if (rest.empty() || rest == "---") return true;
    if (document_.items().size() >= limits_.items || open_.size() >= limits_.depth) return refuse_size();
    begin_line(column, is_element(rest));
    while (is_element(rest)) {
      if (open_.empty() || document_.at(open_.back().place).kind != ItemKind::Array)
        return refuse("a list item without a list");
      const std::size_t skipped = std::min(rest.find_first_not_of(' ', 1), rest.size());
      rest.remove_prefix(skipped);
      column += skipped;
      if (!is_member(rest) && !is_element(rest)) return rest.empty() || read_value({}, rest);
      const auto kind = is_element(rest) ? ItemKind::Array : ItemKind::Object;
      open_.push_back({column, document_.open({}, kind)});
    }
    return read_member(column, rest);
  }

  // Ends what the column ends, and begins the map or list that the line before has announced.
  void begin_line(std::size_t column, bool element) {
    const bool inside = pending_ && (column > pending_column_ || (element && column == pending_column_));
    if (pending_ && !inside) end_pending();
    while (!inside && !open_.empty() && ends(open_.back(), column, element)) {
      document_.close(open_.back().place);
      open_.pop_back();
    }
    if (!inside && !open_.empty()) return;
    const auto kind = element ? ItemKind::Array : ItemKind::Object;
    open_.push_back({column, document_.open(pending_name_, kind)});
    pending_ = false;
    pending_name_ = {};
  }

  // A list may stand in the column of its name, so a member there ends it.
  [[nodiscard]] bool ends(const Open& open, std::size_t column, bool element) const {
    if (open_.size() == 1) return false;
    if (open.column != column) return open.column > column;
    return !element && document_.at(open.place).kind == ItemKind::Array;
  }

  void end_pending() {
    if (pending_) document_.add(pending_name_, ItemKind::Null, {});
    pending_ = false;
    pending_name_ = {};
  }

  void close_down_to(std::size_t left) {
    for (; open_.size() > left; open_.pop_back()) document_.close(open_.back().place);
  }

  static bool is_element(std::string_view rest) {
    return rest.starts_with('-') && (rest.size() == 1 || rest[1] == ' ');
  }

  static bool is_member(std::string_view rest) {
    return !rest.starts_with('"') && !rest.starts_with('[') &&
           (rest.find(": ") != std::string_view::npos || rest.ends_with(':'));
  }

  bool read_member(std::size_t column, std::string_view rest) {
    if (document_.at(open_.back().place).kind != ItemKind::Object) return refuse("a member within a list");
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return refuse("expected 'name: value'");
    const std::string_view name = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (!rest.empty()) return read_value(name, rest);
    pending_ = true;
    pending_name_ = name;
    pending_column_ = column;
    return true;
  }

  bool read_value(std::string_view name, std::string_view rest) {
    if (rest.front() == '[') return read_list(name, rest);
    std::string_view value = rest;
    ItemKind kind = ItemKind::Text;
    if (rest.front() == '"') {
      if (!take_quoted(rest, value)) return false;
      if (!rest.empty()) return refuse("something follows a text");
    } else if (rest == "true" || rest == "false") {
      kind = ItemKind::Flag;
    } else if (rest.find_first_not_of("0123456789+-.eE") == std::string_view::npos) {
      kind = ItemKind::Number;
    }
    document_.add(name, kind, value);
    return true;
  }

  // ["a", "b"] on one line.
  bool read_list(std::string_view name, std::string_view rest) {
    const std::uint32_t list = document_.open(name, ItemKind::Array);
    for (rest.remove_prefix(1); !rest.starts_with(']');) {
      std::string_view value;
      if (!rest.starts_with('"')) return refuse("expected a text within a list");
      if (!take_quoted(rest, value)) return false;
      document_.add({}, ItemKind::Text, value);
      while (rest.starts_with(',') || rest.starts_with(' ')) rest.remove_prefix(1);
      if (rest.empty()) return refuse("a list does not end");
    }
    document_.close(list);
    return rest == "]" || refuse("something follows a list");
  }

  // Takes a text in quotation marks from the front.
  bool take_quoted(std::string_view& rest, std::string_view& value) {
    std::size_t at = 1;
    bool escaped = false;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] != '\\') continue;
      escaped = true;
      const std::size_t length = record::escape_length(rest.substr(at + 1));
      if (length == 0) return refuse("'\\' begins no escape");
      at += length;
    }
    if (at >= rest.size()) return refuse("a text does not end on its line");
    value = rest.substr(1, at - 1);
    rest.remove_prefix(at + 1);
    if (escaped) {
      const std::size_t place = document_.text().size();
      record::unescape(value, record::LoneSurrogate::Replace, document_.text());
      value = document_.text_since(place);
    }
    return true;
  }

  bool refuse(std::string_view problem) {
    problem_ = problem;
    return false;
  }
  bool refuse_size() {
    too_large_ = true;
    return refuse("more values than a plan has, or nested deeper than a plan is");
  }
  [[nodiscard]] Error problem() const {
    if (too_large_) return {ErrorKind::Unsupported, std::string(problem_), {}};
    return {ErrorKind::Malformed, line_of(text_, line_begin_) + ": " + std::string(problem_), {}};
  }

  std::string_view text_;
  Document& document_;
  DocumentLimits limits_;
  std::vector<Open> open_;
  std::size_t line_begin_ = 0;
  bool pending_ = false;  // a name came whose value stands on the lines that follow
  std::string_view pending_name_;
  std::size_t pending_column_ = 0;
  std::string_view problem_;
  bool too_large_ = false;
};

}  // namespace

Status read_yaml(std::string_view text, Document& document, DocumentLimits limits) {
  document.clear(text.size());
  return YamlReader(text, document, limits).read();
}

}  // namespace dbi::planread
