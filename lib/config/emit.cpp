// SPDX-License-Identifier: Apache-2.0
#include "config/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "cli/value.hpp"

namespace dbi::config {

namespace {

// A list of scalars that is no wider stands in one line.
constexpr std::size_t kFlowWidth = 100;

// What a plain scalar cannot begin with (YAML 1.2, 7.3.3); '-', '?' and ':' can where a letter or digit follows.
constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`=<";
constexpr std::string_view kMarks = "-?:";

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool can_begin(std::string_view text) {
  const char first = text.front();
  if (kIndicators.find(first) != std::string_view::npos) return false;
  return kMarks.find(first) == std::string_view::npos || (text.size() > 1 && is_word_byte(text[1]));
}

bool can_be_plain(std::string_view text) {
  if (cli::is_null_word(text) || !can_begin(text)) return false;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

// In a flow list some bytes more end a plain scalar, and a variable has to be quoted.
bool fits_flow(const Value& item) {
  if (item.kind != Kind::Scalar) return false;
  return !item.plain || !can_be_plain(item.text) || item.text.find_first_of(",[]{}") == std::string::npos;
}

// Keys that some reader of YAML 1.1 takes for a boolean, null or a number are quoted.
std::string key_of(std::string_view key) {
  constexpr std::array<std::string_view, 9> kOtherTypes = {"on", "off", "yes", "no", "y", "n", "true", "false", "null"};
  const bool word = std::ranges::all_of(key, [](char c) { return is_word_byte(c) || c == '_'; });
  const bool number = !key.empty() && key.front() >= '0' && key.front() <= '9';
  const bool other = std::ranges::find(kOtherTypes, lower_case(key)) != kOtherTypes.end();
  return key.empty() || !word || number || other ? quoted(key) : std::string(key);
}

class Writer {
 public:
  std::string out;

  void map(const Value& map, std::size_t indent, bool first_in_line) {
    for (const Entry& entry : map.entries) {
      if (!first_in_line) out.append(indent, ' ');
      first_in_line = false;
      out += key_of(entry.key) + ":";
      value(entry.value, indent);
    }
  }

 private:
  static std::string flow(const Value& list) {
    std::string text = "[";
    for (const Value& item : list.items) text += (text.size() > 1 ? ", " : "") + format_scalar(item);
    return text + "]";
  }

  // What stands behind "key:" or "-", up to the end of its last line.
  void value(const Value& value, std::size_t indent) {
    switch (value.kind) {
      case Kind::Null:
        out += " null\n";
        return;
      case Kind::Scalar:
        out += " " + format_scalar(value) + "\n";
        return;
      case Kind::List:
        return list(value, indent);
      case Kind::Map:
        if (value.entries.empty()) {
          out += " {}\n";
          return;
        }
        out += "\n";
        return map(value, indent + 2, false);
    }
  }

  void list(const Value& list, std::size_t indent) {
    if (std::ranges::all_of(list.items, fits_flow)) {
      if (const std::string text = flow(list); text.size() <= kFlowWidth) {
        out += " " + text + "\n";
        return;
      }
    }
    out += "\n";
    for (const Value& item : list.items) {
      out.append(indent + 2, ' ');
      out += "-";
      if (item.kind == Kind::Map && !item.entries.empty()) {
        out += " ";
        map(item, indent + 4, true);
      } else {
        value(item, indent + 2);
      }
    }
  }
};

}  // namespace

std::string format_scalar(const Value& scalar) {
  return scalar.plain && can_be_plain(scalar.text) ? scalar.text : quoted(scalar.text);
}

std::string format_yaml(const Value& root) {
  Writer writer;
  for (const Entry& section : root.entries) {
    if (!writer.out.empty()) writer.out += "\n";
    Value one;
    one.kind = Kind::Map;
    one.entries.push_back(section);
    writer.map(one, 0, false);
  }
  return std::move(writer.out);
}

}  // namespace dbi::config
