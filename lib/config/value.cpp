// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dbi::config {

const Value* Value::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &found->value;
}

const std::string* Value::name() const {
  const Value* name = find("name");
  return name != nullptr && name->kind == Kind::Scalar ? &name->text : nullptr;
}

std::string Document::where(Place place) const {
  return fmt::format("{}:{}:{}", files[place.file], place.line, place.column);
}

Error Document::error(Place place, std::string_view message, std::string hint) const {
  return {ErrorKind::Configuration, fmt::format("{}: {}", where(place), message), std::move(hint)};
}

}  // namespace dbi::config
