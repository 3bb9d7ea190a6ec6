// Reads the part of XML that PostgreSQL's EXPLAIN writes: elements without mixed content.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "planread/document.hpp"
#include "record/utf8.hpp"

namespace dbi::planread {

namespace {

class XmlReader {
 public:
  XmlReader(std::string_view text, Document& document, DocumentLimits limits)
      : text_(text), document_(document), limits_(limits) {}

  Result<std::size_t> read() {
    while (step()) {
    }
    if (problem_.empty()) return at_;
    if (too_large_) return fail(ErrorKind::Unsupported, std::string(problem_));
    if (at_ >= text_.size()) return fail(ErrorKind::Malformed, "the XML ends within the plan");
    return fail(ErrorKind::Malformed, line_of(text_, at_) + ": " + std::string(problem_));
  }

 private:
  // One tag with the text before it; false at the end.
  bool step() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find('<', at_), text_.size());
    if (at_ == text_.size()) return refuse("the text ends");
    const std::string_view before = text_.substr(begin, at_ - begin);
    if (skip("<!--", "-->") || skip("<?", "?>")) return true;
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!")) return refuse("a document type or section, which a plan has not");
    return rest.starts_with("</") ? end_tag(before) : start_tag();
  }

  bool skip(std::string_view opening, std::string_view closing) {
    if (text_.substr(at_, opening.size()) != opening) return false;
    const std::size_t end = text_.find(closing, at_ + opening.size());
    at_ = end == std::string_view::npos ? text_.size() : end + closing.size();
    return true;
  }

  bool start_tag() {
    const std::size_t end = text_.find('>', at_);
    if (end == std::string_view::npos) return refuse_end();
    std::string_view tag = text_.substr(at_ + 1, end - at_ - 1);
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (name.empty()) return refuse("an element without a name");
    if (document_.items().size() >= limits_.items) return refuse_size();
    if (open_.size() >= limits_.depth) return refuse_size();
    at_ = end + 1;
    const std::uint32_t place = document_.open(name, ItemKind::Object);
    if (empty) {
      document_.make_text(place, {});
      return !open_.empty();
    }
    open_.push_back(place);
    return true;
  }

  bool end_tag(std::string_view before) {
    const std::size_t end = text_.find('>', at_);
    if (end == std::string_view::npos) return refuse_end();
    const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    if (open_.empty() || document_.at(open_.back()).name != name)
      return refuse("an end that does not fit its beginning");
    const std::uint32_t place = open_.back();
    if (place + 1 == document_.items().size()) {
      std::string_view value = before;
      if (!decode(value)) return false;
      document_.make_text(place, value);
    } else {
      document_.close(place);
    }
    at_ = end + 1;
    open_.pop_back();
    return !open_.empty();
  }

  // Resolves entities; what has none stays where it is.
  bool decode(std::string_view& value) {
    if (value.find('&') == std::string_view::npos) return true;
    std::string& text = document_.text();
    const std::size_t begin = text.size();
    while (!value.empty()) {
      const std::size_t plain = std::min(value.find('&'), value.size());
      text.append(value.substr(0, plain));
      value.remove_prefix(plain);
      if (!value.empty() && !take_entity(value)) return false;
    }
    value = document_.text_since(begin);
    return true;
  }

  bool take_entity(std::string_view& value) {
    const std::size_t end = value.find(';');
    if (end == std::string_view::npos) return refuse("'&' begins no entity");
    const std::string_view name = value.substr(1, end - 1);
    value.remove_prefix(end + 1);
    if (name == "lt") return put('<');
    if (name == "gt") return put('>');
    if (name == "amp") return put('&');
    if (name == "quot") return put('"');
    if (name == "apos") return put('\'');
    return name.starts_with('#') ? put_character(name.substr(1)) : refuse("an entity that a plan has not");
  }

  bool put(char c) {
    document_.text().push_back(c);
    return true;
  }

  // "x0D" or "13". Nothing that an entity stands for is longer than the entity.
  bool put_character(std::string_view number) {
    const bool hex = number.starts_with('x');
    if (hex) number.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code, hex ? 16 : 10);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (error != std::errc() || end != number.data() + number.size() || code > 0x10FFFF || surrogate) {
      return refuse("a number that is no character");
    }
    record::append_utf8(document_.text(), code);
    return true;
  }

  bool refuse(std::string_view problem) {
    problem_ = problem;
    return false;
  }
  bool refuse_end() {
    at_ = text_.size();
    return refuse("the text ends");
  }
  bool refuse_size() {
    too_large_ = true;
    return refuse("more values than a plan has, or nested deeper than a plan is");
  }

  std::string_view text_;
  Document& document_;
  DocumentLimits limits_;
  std::size_t at_ = 0;
  std::vector<std::uint32_t> open_;  // elements that have not ended
  std::string_view problem_;
  bool too_large_ = false;
};

}  // namespace

Result<std::size_t> read_xml(std::string_view text, Document& document, DocumentLimits limits) {
  document.clear(text.size());
  return XmlReader(text, document, limits).read();
}

}  // namespace dbi::planread
