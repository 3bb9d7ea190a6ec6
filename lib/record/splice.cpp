// Sets members of a record without touching its other bytes.
// SPDX-License-Identifier: Apache-2.0
#include "record/builder.hpp"
#include "record/record.hpp"

namespace dbi::record {

namespace {

// The change whose member's value is the first at or behind `at` in the line; nullptr where there is none.
struct Place {
  const Change* change = nullptr;
  std::string_view old_value;
};

Place next_place(const Record& record, std::span<const Change> changes, const char* at) {
  Place next;
  for (const Change& change : changes) {
    const Member* member = record.find(change.name);
    if (member == nullptr || member->value.raw().data() < at) continue;
    const std::string_view value = member->value.raw();
    if (next.change == nullptr || value.data() < next.old_value.data()) next = {&change, value};
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
    out.append(at, place.old_value.data()).append(place.change->json);
    at = place.old_value.data() + place.old_value.size();
  }
  const char* brace = line.data() + line.rfind('}');
  out.append(at, brace);
  bool comma = !record.members().empty();
  for (const Change& change : changes) {
    if (record.find(change.name) != nullptr) continue;
    if (comma) out.push_back(',');
    append_json_text(out, change.name);
    out.append(":").append(change.json);
    comma = true;
  }
  out.append(brace, line.data() + line.size());
}

}  // namespace dbi::record
