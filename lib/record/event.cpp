// SPDX-License-Identifier: Apache-2.0
#include "record/event.hpp"

#include <array>

#include "record/builder.hpp"

namespace dbi::record {

namespace {

std::string_view severity_word(Severity severity) {
  constexpr std::array<std::string_view, 3> kWords{"info", "warning", "error"};
  return kWords[static_cast<std::size_t>(severity)];
}

}  // namespace

void write_event(std::string& out, const Event& event, Timestamp now, const std::function<void(Builder&)>& more) {
  Builder builder(out);
  const auto write_text = [&builder](std::string_view name, std::string_view value) {
    if (!value.empty()) builder.text(name, value);
  };
  builder.begin("event").time("ts", now).time("observed_ts", now);
  write_text("target", event.target);
  write_text("database", event.database);
  write_text("cycle", event.cycle);
  builder.text("tool", event.tool);
  if (event.name != event.tool) write_text("name", event.name);
  builder.text("event", event.event).text("severity", severity_word(event.severity)).text("message", event.message);
  if (more) more(builder);
  builder.end();
}

}  // namespace dbi::record
