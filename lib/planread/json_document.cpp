// Reads JSON without recursion, so that no depth of a plan can overflow the stack.
// SPDX-License-Identifier: Apache-2.0
#include "planread/document.hpp"
#include "record/escape.hpp"

namespace dbi::planread {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_number_byte(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

class JsonReader {
 public:
  JsonReader(std::string_view text, Document& document, DocumentLimits limits, JsonTexts texts)
      : text_(text), document_(document), limits_(limits), texts_(texts) {}

  Result<std::size_t> read() {
    while (step()) {
    }
    if (problem_.empty()) return at_;
    if (too_large_) return fail(ErrorKind::Unsupported, std::string(problem_));
    if (at_ >= text_.size()) return fail(ErrorKind::Malformed, "the JSON ends within the plan");
    return fail(ErrorKind::Malformed, line_of(text_, at_) + ": " + std::string(problem_));
  }

 private:
  // One value, with the name before it and the brackets and comma behind it; false at the end.
  bool step() {
    std::string_view name;
    if (!skip_blanks()) return false;
    leave_target_tables();
    if (!open_.empty() && document_.at(open_.back()).kind == ItemKind::Object) {
      if (!read_name(name) || !skip_blanks()) return false;
    }
    if (document_.items().size() >= limits_.items) return refuse_size("more values than a plan has");
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (open_.size() >= limits_.depth) return refuse_size("nested deeper than a plan is");
      ++at_;
      open_.push_back(document_.open(name, c == '{' ? ItemKind::Object : ItemKind::Array));
      if (!skip_blanks()) return false;
      if (text_[at_] != closing()) return true;
    } else if (!read_scalar(name)) {
      return false;
    }
    return close();
  }

  // Takes closing brackets, then a comma; false where the outermost value ended.
  bool close() {
    while (!open_.empty()) {
      if (!skip_blanks()) return false;
      if (text_[at_] == ',') {
        ++at_;
        return true;
      }
      const bool list_is_due = target_tables_left_ == open_.size();
      if (text_[at_] != (list_is_due ? ']' : closing())) return refuse("expected ',' or a closing bracket");
      if (list_is_due) {
        ++at_;
        target_tables_left_ = 0;
        continue;
      }
      ++at_;
      document_.close(open_.back());
      open_.pop_back();
    }
    return false;
  }

  // PostgreSQL closes the list of a MERGE's targets too late (explain.c, show_modifytable_info, 15 to 18): members of
  // the node stand within it, behind the last target. They end the list here, and its bracket comes alone.
  void leave_target_tables() {
    if (open_.empty() || text_[at_] != '"' || document_.at(open_.back()).name != "Target Tables") return;
    document_.close(open_.back());
    open_.pop_back();
    target_tables_left_ = open_.size();
  }

  [[nodiscard]] char closing() const { return document_.at(open_.back()).kind == ItemKind::Object ? '}' : ']'; }

  bool read_name(std::string_view& name) {
    if (text_[at_] != '"') return refuse("expected a name in quotation marks");
    if (!read_string(name) || !skip_blanks()) return false;
    if (text_[at_] != ':') return refuse("expected ':' behind a name");
    ++at_;
    return true;
  }

  bool read_scalar(std::string_view name) {
    if (text_[at_] == '"') {
      std::string_view value;
      if (!read_string(value)) return false;
      document_.add(name, ItemKind::Text, value);
      return true;
    }
    if (read_word("true") || read_word("false")) return add_word(name, ItemKind::Flag);
    if (read_word("null")) return add_word(name, ItemKind::Null);
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_number_byte(text_[at_])) ++at_;
    if (at_ == begin) return refuse("expected a value");
    document_.add(name, ItemKind::Number, text_.substr(begin, at_ - begin));
    return true;
  }

  bool read_word(std::string_view word) {
    if (text_[at_] != word.front() || text_.substr(at_, word.size()) != word) return false;
    word_ = text_.substr(at_, word.size());
    at_ += word.size();
    return true;
  }

  bool add_word(std::string_view name, ItemKind kind) {
    document_.add(name, kind, word_);
    return true;
  }

  // From the quotation mark on.
  bool read_string(std::string_view& value) {
    const std::size_t begin = ++at_;
    bool escaped = false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      if (texts_ == JsonTexts::AsTheyStand) {
        ++at_;
        continue;
      }
      escaped = true;
      const std::size_t length = record::escape_length(text_.substr(at_ + 1));
      if (length == 0) return refuse("'\\' begins no escape");
      at_ += length;
    }
    if (at_ >= text_.size()) return refuse("a text does not end");
    value = text_.substr(begin, at_ - begin);
    ++at_;
    if (escaped) {
      const std::size_t place = document_.text().size();
      record::unescape(value, record::LoneSurrogate::Replace, document_.text());
      value = document_.text_since(place);
    }
    return true;
  }

  // False at the end of the text, which is within something.
  bool skip_blanks() {
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size() || text_[at_] != '/' || text_.substr(at_, 2) != "/*") break;
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    }
    return at_ < text_.size() || refuse("the text ends");
  }

  bool refuse(std::string_view problem) {
    problem_ = problem;
    return false;
  }
  bool refuse_size(std::string_view problem) {
    too_large_ = true;
    return refuse(problem);
  }

  std::string_view text_;
  Document& document_;
  DocumentLimits limits_;
  JsonTexts texts_;
  std::size_t at_ = 0;
  std::vector<std::uint32_t> open_;     // containers that have not ended
  std::size_t target_tables_left_ = 0;  // how many were open around the list that a bracket is still to come of
  std::string_view word_;
  std::string_view problem_;
  bool too_large_ = false;
};

}  // namespace

Result<std::size_t> read_json(std::string_view text, Document& document, DocumentLimits limits, JsonTexts texts) {
  document.clear(text.size());
  return JsonReader(text, document, limits, texts).read();
}

}  // namespace dbi::planread
