// SPDX-License-Identifier: Apache-2.0
#include "generate/flat_document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/emit.hpp"

namespace dbi::generate {

namespace {

using config::Kind;
using config::Value;

std::string list_text(const Value& list) {
  std::string out;
  for (const Value& item : list.items) out += (out.empty() ? "" : ", ") + config::format_scalar(item);
  return "[" + out + "]";
}

class Flattener {
 public:
  FlatDocument out;

  void value(const Value& value, const std::string& path) {
    switch (value.kind) {
      case Kind::Null:
        return put(path, "null", value);
      case Kind::Scalar:
        return put(path, config::format_scalar(value), value);
      case Kind::List:
        return list(value, path);
      case Kind::Map:
        if (value.entries.empty()) return put(path, "{}", value);
        for (const config::Entry& entry : value.entries) {
          this->value(entry.value, path.empty() ? entry.key : path + "." + entry.key);
        }
    }
  }

 private:
  void put(const std::string& path, std::string text, const Value& value) {
    out.push_back({path, std::move(text), value.place});
  }

  void list(const Value& list, const std::string& path) {
    const auto is_scalar = [](const Value& item) { return item.kind == Kind::Scalar; };
    if (std::ranges::all_of(list.items, is_scalar)) return put(path, list_text(list), list);
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const std::string* name = list.items[i].name();
      value(list.items[i], name == nullptr ? fmt::format("{}[{}]", path, i) : fmt::format("{}.{}", path, *name));
    }
  }
};

}  // namespace

FlatDocument flatten(const Value& root) {
  Flattener flattener;
  flattener.value(root, {});
  return std::move(flattener.out);
}

}  // namespace dbi::generate
