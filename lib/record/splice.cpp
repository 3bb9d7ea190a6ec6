// Sets members of a record without touching its other bytes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "record/builder.hpp"
#include "record/record.hpp"

namespace dbi::record {

namespace {

// The change whose member is the first at or behind `at` in the line, and the bytes that it takes the place of; nullptr
// where there is none.
struct Place {
  const Change* change = nullptr;
  std::string_view old;
};

// A member with its name, and the comma that stands between it and the others.
std::string_view with_comma(const Record& record, const Member& member) {
  const char* begin = member.raw_name.data() - 1;
  const char* end = member.value.raw().data() + member.value.raw().size();
  const char* const line_end = record.line().data() + record.line().size();
  const char* const next = std::find_if_not(end, line_end, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
  if (next != line_end && *next == ',') return {begin, static_cast<std::size_t>(next + 1 - begin)};
  if (&member != &record.members().front()) {
    while (*begin != ',') --begin;
  }
  return {begin, static_cast<std::size_t>(end - begin)};
}

Place next_place(const Record& record, std::span<const Change> changes, const char* at) {
  Place next;
  for (const Change& change : changes) {
    const Member* member = record.find(change.name);
    if (member == nullptr || member->value.raw().data() < at) continue;
    const std::string_view old = change.json.empty() ? with_comma(record, *member) : member->value.raw();
    if (next.change == nullptr || old.data() < next.old.data()) next = {&change, old};
  }
  return next;
}

}  // namespace

void splice(const Record& record, std::span<const Change> changes, std::string& out) {
  const std::string_view line = record.line();
  const char* at = line.data();
  for (;;) {
    const Place place = next_place(record, changes, at);
    if (place.change == nullptr) break;
    out.append(at, place.old.data()).append(place.change->json);
    at = place.old.data() + place.old.size();
  }
  const char* brace = line.data() + line.rfind('}');
  out.append(at, brace);
  bool comma = !record.members().empty();
  for (const Change& change : changes) {
    if (change.json.empty() && record.members().size() == 1 && record.find(change.name) != nullptr) comma = false;
  }
  for (const Change& change : changes) {
    if (change.json.empty() || record.find(change.name) != nullptr) continue;
    if (comma) out.push_back(',');
    append_json_text(out, change.name);
    out.append(":").append(change.json);
    comma = true;
  }
  out.append(brace, line.data() + line.size());
}

}  // namespace dbi::record
