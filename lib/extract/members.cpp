// SPDX-License-Identifier: Apache-2.0
#include "extract/members.hpp"

#include <cmath>

namespace dbi::extract {

void Members::end(std::string_view name) {
  entries_.push_back({name, end_, json_.size()});
  end_ = json_.size();
}

void Members::remove(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.name == name; });
}

void Members::text(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  record::append_json_text(json_, value);
  end(name);
}

void Members::number(std::string_view name, std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return;
  record::append_json_number(json_, *value);
  end(name);
}

void Members::flag(std::string_view name, bool value) {
  json_.append(value ? "true" : "false");
  end(name);
}

void Members::texts(std::string_view name, const std::vector<std::string_view>& values) {
  if (values.empty()) return;
  char before = '[';
  for (const std::string_view value : values) {
    json_.push_back(before);
    record::append_json_text(json_, value);
    before = ',';
  }
  json_.push_back(']');
  end(name);
}

std::string_view Members::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return json_of(entry);
  }
  return {};
}

void Members::write(record::Builder& builder) const {
  for (const Entry& entry : entries_) builder.raw(entry.name, json_of(entry));
}

void Members::changes(std::vector<record::Change>& out) const {
  for (const Entry& entry : entries_) out.push_back({entry.name, json_of(entry)});
}

}  // namespace dbi::extract
