// The only file that includes yaml-cpp. Events instead of its nodes: they come with places, keep duplicate keys apart
// and leave it to us what an alias may cost.
// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include "cli/value.hpp"

namespace dbi::config {

namespace {

constexpr std::string_view kQuoteHint = R"(Inside { } and [ ] a variable must be quoted: "${NAME}".)";

Place place_of(const YAML::Mark& mark) {
  return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

std::size_t count_of(const Value& value) {
  std::size_t count = 1;
  for (const Value& item : value.items) count += count_of(item);
  for (const Entry& entry : value.entries) count += count_of(entry.value);
  return count;
}

int depth_of(const Value& value) {
  int depth = 0;
  for (const Value& item : value.items) depth = std::max(depth, depth_of(item));
  for (const Entry& entry : value.entries) depth = std::max(depth, depth_of(entry.value));
  return depth + 1;
}

// Ends the parse with our own error; caught in parse_yaml.
struct Refusal {
  Error error;
};

// Builds the document from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Document& document, std::string_view text, Role role) : document_(&document), text_(text), role_(role) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(seen_, true)) refuse(place_of(mark), "a second document", "A configuration is one document.");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Value value;
    value.place = place_of(mark);
    add(std::move(value), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      refuse(place_of(mark), "an alias within its own anchor", "An alias is a copy of what is complete.");
    if (depth_of(found->second) + static_cast<int>(open_.size()) > kMaxDepth) refuse_depth(place_of(mark));
    count(place_of(mark), count_of(found->second));
    Value copy = found->second;
    copy.place = place_of(mark);
    put(std::move(copy));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    Value value;
    value.kind = Kind::Scalar;
    value.place = place_of(mark);
    value.text = text;
    value.plain = tag == "?";
    value.remove = take_tag(value.place, tag);
    if (tag == "!") check_end(mark);
    // "{a: ${B}}" reads as the scalar "$" and a map.
    if (value.plain && in_flow() && text.ends_with('$'))
      refuse(value.place, "a variable that is not quoted", kQuoteHint);
    // "~" and "null" mean nothing, unless they are quoted.
    if ((value.plain || value.remove) && cli::is_null_word(text)) value.kind = Kind::Null;
    add(std::move(value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(Kind::List, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(Kind::Map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { end(); }

 private:
  // A list or map whose end is still to come.
  struct Open {
    Value value;
    YAML::anchor_t anchor = 0;
    bool flow = false;
    std::optional<Entry> key = std::nullopt;          // read, its value not yet
    bool skip = false;                                // the entry of that key is not taken
    std::unordered_map<std::string, int> lines = {};  // of each key of a map
  };

  [[noreturn]] void refuse(Place place, std::string_view message, std::string_view hint = {}) const {
    throw Refusal{document_->error(place, message, std::string(hint))};
  }
  [[noreturn]] void refuse_depth(Place place) const {
    refuse(place, fmt::format("more than {} levels of nesting", kMaxDepth));
  }

  // The parser takes the end of the text for the end of a quoted scalar.
  void check_end(const YAML::Mark& mark) const {
    const auto begin = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (begin >= text_.size() || (text_[begin] != '"' && text_[begin] != '\'')) return;
    const char quote = text_[begin];
    for (std::size_t at = begin + 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        return;
      }
    }
    refuse(place_of(mark), "a quoted text without end", "Close it with the quote that it began with.");
  }

  void note(Place place, std::string_view message, std::string_view hint) {
    document_->faults.push_back(document_->error(place, message, std::string(hint)));
  }

  // Whether it says !remove. "?" and "!" are what the parser makes of plain and quoted scalars, "" and "?" of
  // containers.
  bool take_tag(Place place, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return false;
    const bool remove = tag == "!remove";
    if (remove && role_ == Role::Overlay) return true;
    if (remove && !open_.empty()) open_.back().skip = true;
    note(place, fmt::format("a tag: '{}'", tag),
         remove ? "Only an overlay of dbi-gen-config takes something away; here, leave the key out."
                : "Leave it out: the option decides about the type.");
    return false;
  }

  [[nodiscard]] bool in_flow() const { return !open_.empty() && open_.back().flow; }

  void count(Place place, std::size_t more) {
    values_ += more;
    if (values_ > kMaxValues) refuse(place, fmt::format("more than {} values", kMaxValues));
  }

  void begin(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style) {
    Value value;
    value.kind = kind;
    value.place = place_of(mark);
    if (kind == Kind::Map && wants_key()) refuse_key(value.place);
    value.remove = take_tag(value.place, tag);
    if (open_.size() >= static_cast<std::size_t>(kMaxDepth)) refuse_depth(value.place);
    count(value.place, 1);
    const bool flow = in_flow() || style == YAML::EmitterStyle::Flow;
    open_.push_back({std::move(value), anchor, flow});
  }

  void end() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.anchor != 0) anchors_[done.anchor] = done.value;
    put(std::move(done.value));
  }

  void add(Value value, YAML::anchor_t anchor) {
    count(value.place, 1);
    if (anchor != 0) anchors_[anchor] = value;
    put(std::move(value));
  }

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().value.kind == Kind::Map && !open_.back().key;
  }

  [[noreturn]] void refuse_key(Place place) const {
    refuse(place, "a key that is no word", in_flow() ? kQuoteHint : "A key is a word in front of a colon.");
  }

  // A finished value: the root, an item, a key or the value of one.
  void put(Value value) {
    if (open_.empty()) {
      document_->root = std::move(value);
      return;
    }
    Open& into = open_.back();
    if (into.value.kind == Kind::List) {
      into.value.items.push_back(std::move(value));
    } else if (!into.key) {
      put_key(into, value);
    } else {
      // Where nothing stands, the parser's mark is that of what comes next.
      if (value.kind == Kind::Null) value.place = into.key->place;
      into.key->value = std::move(value);
      if (!std::exchange(into.skip, false)) into.value.entries.push_back(std::move(*into.key));
      into.key.reset();
    }
  }

  void put_key(Open& into, const Value& key) {
    if (key.kind != Kind::Scalar) refuse_key(key.place);
    if (key.plain && key.text == "<<") {
      note(key.place, "a merge key: '<<'", "Write the members out, or use environment_overrides.");
      into.skip = true;
    }
    if (const auto [first, added] = into.lines.emplace(key.text, key.place.line); !added) {
      note(key.place, fmt::format("the key {} stands here a second time", key.text),
           fmt::format("The first is in line {}.", first->second));
      into.skip = true;
    }
    into.key = Entry{key.text, key.place, {}, {}};
  }

  Document* document_;
  std::string_view text_;
  Role role_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Value> anchors_;
  std::size_t values_ = 0;
  bool seen_ = false;
};

// The line of the text, from 1.
std::string_view line_of(std::string_view text, int line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// Whether a bare ${ stands behind a bracket that is still open in this line or one of the few before it.
bool has_bare_variable(std::string_view text, int line) {
  for (int at = std::max(1, line - 2); at <= line; ++at) {
    const std::string_view here = line_of(text, at);
    const auto variable = here.find("${");
    if (variable == std::string_view::npos) continue;
    const std::string_view before = here.substr(0, variable);
    if (before.find_last_of("{[") != std::string_view::npos && !before.ends_with('"') && !before.ends_with('\'')) {
      return true;
    }
  }
  return false;
}

// What to do about a fault that the parser found, by its words.
std::string_view remedy_of(std::string_view message, std::string_view line) {
  if (line.find_first_not_of(' ') != std::string_view::npos && line[line.find_first_not_of(' ')] == '\t') {
    return "YAML is indented by spaces; this line begins with a tab.";
  }
  if (message.find("flow not found") != std::string_view::npos) return "Close the list with ] or the map with }.";
  if (message.find("escape") != std::string_view::npos) {
    return "In double quotes a backslash begins an escape: write two of them, or use single quotes.";
  }
  if (message.find("anchor") != std::string_view::npos) return "Quote a value that begins with an asterisk.";
  if (message.find("map") != std::string_view::npos) {
    return "Each key has a colon, keys of one map the same indentation, and a value with a colon quotes.";
  }
  return "Quote what holds signs of YAML, and look at the indentation.";
}

std::string lower_first(std::string text) {
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z') text.front() = static_cast<char>(text.front() + 32);
  return text;
}

}  // namespace

Result<Document> parse_yaml(std::string_view text, std::string file, Role role) try {
  Document document;
  document.files.push_back(std::move(file));
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    const auto line = static_cast<int>(std::ranges::count(text.substr(0, zero), '\n')) + 1;
    return fail(document.error({line, 1}, "a NUL byte in the text", "Take it out."));
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(document, text, role);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    const Place place = place_of(exception.mark);
    const bool variable = has_bare_variable(text, place.line);
    const std::string_view hint = variable ? kQuoteHint : remedy_of(exception.msg, line_of(text, place.line));
    return fail(document.error(place, lower_first(exception.msg), std::string(hint)));
  }
  if (document.root.kind != Kind::Map && document.root.kind != Kind::Null) {
    return fail(document.error(document.root.place, "the document is no map of sections",
                               "A configuration begins with a section, for instance 'collector:'."));
  }
  return document;
} catch (Refusal& refusal) {
  return fail(std::move(refusal.error));
}

}  // namespace dbi::config
