// Writes a document again, redacted, in the format it came in.
// SPDX-License-Identifier: Apache-2.0
#include "planread/redact.hpp"
#include "record/builder.hpp"

namespace dbi::planread {

namespace {

/// Goes through the items once; containers that are open stand on a stack of its own.
class RedactedWriter {
 public:
  RedactedWriter(const Document& document, std::string& out, RedactionFaults& faults)
      : document_(document), out_(out), faults_(faults) {}
  virtual ~RedactedWriter() = default;
  RedactedWriter(const RedactedWriter&) = delete;
  RedactedWriter& operator=(const RedactedWriter&) = delete;
  RedactedWriter(RedactedWriter&&) = delete;
  RedactedWriter& operator=(RedactedWriter&&) = delete;

  void write() {
    settings_ = kNoSettings;
    const auto count = static_cast<std::uint32_t>(document_.items().size());
    for (std::uint32_t place = 0; place < count; ++place) {
      close_until(place);
      const Item& item = document_.at(place);
      key_ = find_plan_key(name_of(item));
      begin_value(item, open_.empty() ? nullptr : &document_.at(open_.back()));
      if (item.is_container()) {
        if (settings_ == kNoSettings && item.name == "Settings") settings_ = open_.size();
        open_.push_back(place);
        begin_container(item, item.end == place + 1);
      } else {
        scalar(item);
      }
    }
    close_until(count);
  }

 protected:
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  [[nodiscard]] std::string& out() { return out_; }

  /// What may be shown of a scalar, and whether it is a text then.
  struct Shown {
    std::string_view text;
    bool quoted;
  };
  Shown shown(const Item& item) {
    text_.clear();
    if (item.kind == ItemKind::Null) return {item.text, false};
    if (in_settings()) return {item.text.empty() ? "" : "?", true};
    const PlanKeyRow* key = key_;
    const bool plain = item.kind != ItemKind::Text || (key != nullptr && key->type != KeyType::Text);
    const bool expression =
        key != nullptr && (key->key_class == KeyClass::Condition || key->key_class == KeyClass::Masked);
    if (plain && !expression && is_plain(item.text)) return {item.text, item.kind == ItemKind::Text};
    redact_property(key, item.text, text_, faults_);
    return {text_, true};
  }

  void append_scalar(Shown value) {
    if (value.quoted) {
      record::append_json_text(out_, value.text);
    } else {
      out_.append(value.text);
    }
  }

  /// The name of the item at hand; one that is known needs no escape.
  void append_name(const Item& item) {
    if (key_ != nullptr && key_->name.size() == item.name.size()) {
      out_.append("\"").append(item.name).append("\"");
    } else {
      record::append_json_text(out_, item.name);
    }
  }

  virtual void begin_value(const Item& item, const Item* parent) = 0;
  virtual void begin_container(const Item& item, bool empty) = 0;
  virtual void end_container(const Item& item) = 0;
  virtual void scalar(const Item& item) = 0;

 private:
  // A number or a flag. XML has no kinds.
  [[nodiscard]] static bool is_plain(std::string_view text) {
    return text == "true" || text == "false" || text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  }

  void close_until(std::uint32_t place) {
    for (; !open_.empty() && document_.at(open_.back()).end <= place; open_.pop_back())
      end_container(document_.at(open_.back()));
    if (settings_ != kNoSettings && open_.size() <= settings_) settings_ = kNoSettings;
  }

  // An element of a list is known by the list's name.
  [[nodiscard]] std::string_view name_of(const Item& item) const {
    if (!item.name.empty() && item.name != "Item") return item.name;
    for (std::size_t level = open_.size(); level-- > 0;) {
      const std::string_view name = document_.at(open_[level]).name;
      if (!name.empty() && name != "Item") return name;
    }
    return {};
  }

  [[nodiscard]] bool in_settings() const { return settings_ != kNoSettings; }

  static constexpr std::size_t kNoSettings = SIZE_MAX;

  const Document& document_;
  std::string& out_;
  RedactionFaults& faults_;
  std::vector<std::uint32_t> open_;
  const PlanKeyRow* key_ = nullptr;     // what the item at hand is
  std::size_t settings_ = kNoSettings;  // how many are open around the settings
  std::string text_;
};

class JsonWriter final : public RedactedWriter {
 public:
  using RedactedWriter::RedactedWriter;

 private:
  void begin_value(const Item& item, const Item* parent) override {
    if (behind_value_) out().push_back(',');
    behind_value_ = false;
    if (parent == nullptr || parent->kind != ItemKind::Object) return;
    append_name(item);
    out().push_back(':');
  }
  void begin_container(const Item& item, bool /*empty*/) override {
    out().push_back(item.kind == ItemKind::Object ? '{' : '[');
  }
  void end_container(const Item& item) override {
    out().push_back(item.kind == ItemKind::Object ? '}' : ']');
    behind_value_ = true;
  }
  void scalar(const Item& item) override {
    append_scalar(shown(item));
    behind_value_ = true;
  }

  bool behind_value_ = false;
};

class YamlWriter final : public RedactedWriter {
 public:
  using RedactedWriter::RedactedWriter;

 private:
  void begin_value(const Item& item, const Item* parent) override {
    if (parent == nullptr) return;
    if (!on_line_) out().append((depth() - 1) * 2, ' ');
    on_line_ = false;
    out().append(parent->kind == ItemKind::Array ? "- " : "");
    if (parent->kind == ItemKind::Object) out().append(item.name).append(": ");
  }
  // What is inside a list's element begins on its line.
  void begin_container(const Item& item, bool empty) override {
    if (empty) {
      out().append("[]\n");
      return;
    }
    on_line_ = item.name.empty() && depth() > 1 && item.end > 0;
    if (!on_line_ && depth() > 1) out().push_back('\n');
  }
  void end_container(const Item& /*item*/) override {}
  void scalar(const Item& item) override {
    append_scalar(shown(item));
    out().push_back('\n');
  }

  bool on_line_ = false;  // the line is begun
};

// Without indent, which grows with the square of the depth.
class XmlWriter final : public RedactedWriter {
 public:
  using RedactedWriter::RedactedWriter;

 private:
  void begin_value(const Item& item, const Item* /*parent*/) override {
    out().append("<").append(item.name).append(">");
  }
  void begin_container(const Item& /*item*/, bool /*empty*/) override { out().push_back('\n'); }
  void end_container(const Item& item) override { out().append("</").append(item.name).append(">\n"); }
  void scalar(const Item& item) override {
    append_escaped(shown(item).text);
    out().append("</").append(item.name).append(">\n");
  }
  void append_escaped(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '<':
          out().append("&lt;");
          break;
        case '>':
          out().append("&gt;");
          break;
        case '&':
          out().append("&amp;");
          break;
        case '\r':
          out().append("&#x0d;");
          break;
        default:
          out().push_back(c);
      }
    }
  }
};

}  // namespace

void redact_document(const Document& document, DocumentFormat format, std::string& out, RedactionFaults& faults) {
  switch (format) {
    case DocumentFormat::Json:
      return JsonWriter(document, out, faults).write();
    case DocumentFormat::Yaml:
      return YamlWriter(document, out, faults).write();
    case DocumentFormat::Xml:
      return XmlWriter(document, out, faults).write();
  }
}

}  // namespace dbi::planread
