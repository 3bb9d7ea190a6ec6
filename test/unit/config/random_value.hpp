// Random documents for property tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "config/value.hpp"

namespace dbi::config {

/// Draws values of every kind: texts with all that YAML gives a meaning to, named lists, empty containers.
class RandomValue {
 public:
  explicit RandomValue(std::uint32_t seed) : random_(seed) {}

  Value map(int depth) {
    Value out;
    out.kind = Kind::Map;
    const int entries = below(5);
    for (int i = 0; i < entries; ++i) {
      const std::string key(kKeys.at(static_cast<std::size_t>(below(kKeys.size()))));
      if (out.find(key) == nullptr) out.entries.push_back({key, {}, value(depth - 1), {}});
    }
    return out;
  }

  int below(std::size_t bound) { return std::uniform_int_distribution<int>(0, static_cast<int>(bound) - 1)(random_); }

 private:
  static constexpr std::array<std::string_view, 10> kKeys = {"a",   "b",  "rules",   "on",    "1",
                                                             "a b", "c:", "name_me", "limit", "\xc3\xa4"};
  static constexpr std::array<std::string_view, 22> kTexts = {
      "x",          "1",     "",    "null",   "~",      "true",        "a: b", "a #b",
      "#",          "- a",   "-a",  "[a, b]", "{a: b}", "a,b]",        "\"",   "it's \\ here",
      "two\nlines", "\ttab", " a ", "${V:1}", "08:00",  "\xe2\x82\xac"};

  Value scalar() {
    Value out;
    out.kind = Kind::Scalar;
    out.text = kTexts.at(static_cast<std::size_t>(below(kTexts.size())));
    out.plain = below(2) == 0;
    return out;
  }

  Value named_list(int depth) {
    Value out;
    out.kind = Kind::List;
    const int items = below(4);
    for (int i = 0; i < items; ++i) {
      Value item = map(depth - 1);
      Value name;
      name.kind = Kind::Scalar;
      name.text = std::string("n") + std::to_string(i + below(3));
      std::erase_if(item.entries, [](const Entry& entry) { return entry.key == "name"; });
      item.entries.insert(item.entries.begin(), {"name", {}, name, {}});
      bool known = false;
      for (const Value& other : out.items) known = known || other.find("name")->text == name.text;
      if (!known) out.items.push_back(std::move(item));
    }
    return out;
  }

  Value value(int depth) {
    switch (depth > 0 ? below(6) : 0) {
      case 1:
        return map(depth);
      case 2:
        return named_list(depth);
      case 3: {
        Value out;
        out.kind = Kind::List;
        for (int i = below(4); i > 0; --i) out.items.push_back(below(4) == 0 ? value(depth - 1) : scalar());
        return out;
      }
      case 4:
        return {};
      default:
        return scalar();
    }
  }

  std::mt19937 random_;
};

/// Whether both say the same, wherever it was written. `quoting`: also whether scalars are plain.
inline bool same_value(const Value& left, const Value& right, bool quoting = false) {
  if (left.kind != right.kind || left.text != right.text || left.items.size() != right.items.size() ||
      left.entries.size() != right.entries.size() || (quoting && left.plain != right.plain)) {
    return false;
  }
  for (std::size_t i = 0; i < left.items.size(); ++i) {
    if (!same_value(left.items[i], right.items[i], quoting)) return false;
  }
  for (std::size_t i = 0; i < left.entries.size(); ++i) {
    if (left.entries[i].key != right.entries[i].key) return false;
    if (!same_value(left.entries[i].value, right.entries[i].value, quoting)) return false;
  }
  return true;
}

}  // namespace dbi::config
