// SPDX-License-Identifier: Apache-2.0
#include "config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/interpolate.hpp"

namespace dbi::config {

namespace {

constexpr std::string_view kForm = "Write for instance 'production: {interval: 60s}' below it.";

// Entries know then which environment they are from; those of the section itself have none.
void mark(Value& value, const std::string& environment) {
  for (Entry& entry : value.entries) entry.environment = environment;
}

void merge(Value& into, const Value& from, const std::string& environment) {
  for (const Entry& entry : from.entries) {
    const auto found = std::ranges::find(into.entries, entry.key, &Entry::key);
    if (found == into.entries.end()) {
      into.entries.push_back(entry);
      into.entries.back().environment = environment;
    } else if (found->value.kind == Kind::Map && entry.value.kind == Kind::Map) {
      merge(found->value, entry.value, environment);
    } else {
      *found = entry;
      found->environment = environment;
    }
  }
}

class Chooser {
 public:
  Chooser(const Document& document, const cli::EnvironmentLookup& environment)
      : document_(&document), lookup_(&environment) {}

  Sections choose() && {
    out_.root = document_->root;
    out_.environment = chosen();
    std::erase_if(out_.root.entries, [](const Entry& entry) { return entry.key == kEnvironment; });
    for (Entry& section : out_.root.entries) split_off(section);
    return std::move(out_);
  }

 private:
  void say(Place place, std::string_view message, std::string hint = {}) {
    out_.errors.push_back(document_->error(place, message, std::move(hint)));
  }

  std::string chosen() {
    if (auto set = (*lookup_)("DBI_ENV"); set && !set->empty()) return *set;
    const Value* value = document_->root.find(kEnvironment);
    if (value == nullptr || value->kind == Kind::Null) return {};
    if (value->kind != Kind::Scalar) {
      say(value->place, "environment: not a word", "Write for instance 'environment: production'.");
      return {};
    }
    auto word = interpolate(value->text, *lookup_);
    if (word) return *word;
    say(value->place, "environment: " + word.error().message, word.error().hint);
    return {};
  }

  // Takes the overrides out of a section and merges those of the chosen environment in.
  void split_off(Entry& section) {
    if (section.value.kind != Kind::Map) return;
    auto& entries = section.value.entries;
    const auto found = std::ranges::find(entries, kOverrides, &Entry::key);
    if (found == entries.end()) return;
    const Value overrides = found->value;
    entries.erase(found);
    if (overrides.kind == Kind::Null) return;
    if (overrides.kind != Kind::Map) {
      say(overrides.place, fmt::format("{}.{}: not a map of environments", section.key, kOverrides),
          std::string(kForm));
      return;
    }
    for (const Entry& one : overrides.entries) take(section, one);
  }

  void take(Entry& section, const Entry& one) {
    if (one.value.kind == Kind::Null) return;
    if (one.value.kind != Kind::Map) {
      say(one.value.place, fmt::format("{}.{}.{}: not a map of options", section.key, kOverrides, one.key),
          std::string(kForm));
    } else if (one.key == out_.environment) {
      merge(section.value, one.value, one.key);
    } else {
      Value other;
      other.kind = Kind::Map;
      other.place = one.place;
      other.entries.push_back({section.key, section.place, one.value, {}});
      mark(other.entries.back().value, one.key);
      out_.others.push_back(std::move(other));
    }
  }

  const Document* document_;
  const cli::EnvironmentLookup* lookup_;
  Sections out_;
};

}  // namespace

Sections choose_overrides(const Document& document, const cli::EnvironmentLookup& environment) {
  return Chooser(document, environment).choose();
}

}  // namespace dbi::config
