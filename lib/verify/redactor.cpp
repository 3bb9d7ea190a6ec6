// SPDX-License-Identifier: Apache-2.0
#include "verify/redactor.hpp"

#include <cstring>

#include "record/builder.hpp"
#include "record/escape.hpp"

namespace dbi::verify {

namespace {

using record::Value;
using record::ValueKind;

// The bytes of the JSON text that begins at `raw`, quotes included.
std::size_t text_length(std::string_view raw) {
  std::size_t at = 1;
  for (;;) {
    at = raw.find_first_of("\"\\", at);
    if (raw[at] == '"') return at + 1;
    at += 2;
  }
}

// Calls `each` with every text of a checked value, quotes included, until it says false.
template <typename Each>
void each_text(std::string_view raw, Each each) {
  for (std::size_t at = raw.find('"'); at != std::string_view::npos; at = raw.find('"', at)) {
    const std::size_t length = text_length(raw.substr(at));
    if (!each(raw.substr(at, length))) return;
    at += length;
  }
}

std::string_view inside_of(std::string_view raw) {
  return raw.substr(1, raw.size() - 2);
}

constexpr std::size_t kGrowth = 128;
constexpr std::size_t kKept = std::size_t{1} << 20U;  // of scratch that a long text took

// A piece of a text inside quotes; `plain`: it needs no escapes.
void append_piece(std::string& json, std::string_view piece, bool plain) {
  if (plain) {
    json.append(piece);
    return;
  }
  const std::size_t begin = json.size();
  record::append_json_text(json, piece);
  json.pop_back();
  json.erase(begin, 1);
}

}  // namespace

// One look over the whole value spares that at each of its texts.
bool Redactor::may_hold(std::string_view raw) const {
  return scanner_.needs_every_text() || signs_of(raw) != kNoSign;
}

const std::vector<Find>& Redactor::look(std::string_view inside, std::string_view& text) {
  static const std::vector<Find> kNothing;
  unsigned signs = signs_of(inside);
  text = inside;
  if (signs == kNoSign && !scanner_.needs_every_text()) return kNothing;
  if (inside.find('\\') != std::string_view::npos) {
    unescaped_.clear();
    unescaped_.reserve(inside.size());
    record::unescape(inside, record::LoneSurrogate::Replace, unescaped_);
    text = unescaped_;
    signs = signs_of(text);
  }
  return scanner_.find(text, signs);
}

bool Redactor::search(const Value& value) {
  const std::uint64_t before = found_;
  found_ = 0;
  const auto look_at = [this](std::string_view raw) {
    std::string_view text;
    for (const Find& find : look(inside_of(raw), text)) found_ |= std::uint64_t{1} << find.pattern;
    return true;
  };
  if (value.kind() == ValueKind::Text) {
    look_at(value.raw());
  } else if (value.kind() == ValueKind::Object || value.kind() == ValueKind::Array) {
    if (may_hold(value.raw())) each_text(value.raw(), look_at);
  }
  const bool any = found_ != 0;
  found_ |= before;
  return any;
}

void Redactor::redact(const Value& value, std::string& json) {
  if (value.kind() == ValueKind::Text) return redact_text(value.raw(), json);
  const std::string_view raw = value.raw();
  const char* copied = raw.data();
  each_text(raw, [&](std::string_view text) {
    json.append(copied, text.data());
    redact_text(text, json);
    copied = text.data() + text.size();
    return true;
  });
  json.append(copied, raw.data() + raw.size());
}

void Redactor::release() {
  if (unescaped_.capacity() > kKept) std::string().swap(unescaped_);
}

void Redactor::redact_text(std::string_view raw, std::string& json) {
  std::string_view text;
  const auto& finds = look(inside_of(raw), text);
  if (finds.empty()) {
    json.append(raw);
    return;
  }
  const bool plain = text.data() == raw.data() + 1;  // without escapes, and so as it stands
  json.reserve(json.size() + raw.size() + kGrowth);
  json.push_back('"');
  std::size_t at = 0;
  for (const Find& find : finds) {
    append_piece(json, text.substr(at, find.begin - at), plain);
    json.append("[REDACTED:");
    append_piece(json, scanner_.name_of(find.pattern), false);
    json.push_back(']');
    at = find.end;
  }
  append_piece(json, text.substr(at), plain);
  json.push_back('"');
}

}  // namespace dbi::verify
