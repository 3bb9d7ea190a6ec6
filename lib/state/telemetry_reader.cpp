// SPDX-License-Identifier: Apache-2.0
#include "state/telemetry_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "base/time_text.hpp"
#include "state/atomic_file.hpp"
#include "state/lock.hpp"

namespace dbi::state {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

std::string text_of(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool owner_lives(const Json& body) {
  const auto found = body.find("owner");
  if (found == body.end()) return false;
  const auto owner = parse_owner(found->dump());
  return owner && is_alive(*owner);
}

std::optional<TelemetryReading> reading_of(const Json& body) {
  if (!body.is_object() || text_of(body, "format") != "telemetry") return std::nullopt;
  const auto version = body.find("version");
  if (version == body.end() || *version != kVersion) return std::nullopt;
  const auto ts = parse_timestamp(text_of(body, "ts"));
  if (!ts || !owner_lives(body)) return std::nullopt;
  TelemetryReading reading{{}, text_of(body, "tool"), text_of(body, "name"), *ts, {}, {}};
  if (const auto counters = body.find("counters"); counters != body.end() && counters->is_object()) {
    for (const auto& [name, value] : counters->items()) {
      if (value.is_number_unsigned()) reading.counters[name] = value.get<std::uint64_t>();
    }
  }
  if (const auto gauges = body.find("gauges"); gauges != body.end() && gauges->is_object()) {
    for (const auto& [name, value] : gauges->items()) {
      if (value.is_number()) reading.gauges[name] = value.get<double>();
    }
  }
  return reading;
}

}  // namespace

std::vector<TelemetryReading> read_telemetry(const std::filesystem::path& folder, std::string_view tool,
                                             Timestamp now) {
  std::vector<TelemetryReading> readings;
  std::error_code fault;
  const std::string front = fmt::format("{}@", tool);
  for (auto at = std::filesystem::directory_iterator(folder, fault); !fault && at != end(at); at.increment(fault)) {
    std::string file = at->path().filename().string();
    if (!file.starts_with(front) || !file.ends_with(".json") || file.ends_with(".total.json")) continue;
    const auto content = read_whole(at->path());
    if (!content || !*content) continue;
    auto reading = reading_of(Json::parse(**content, nullptr, false));
    if (!reading || reading->tool != tool || now - reading->ts > kTelemetryAge || reading->ts - now > kTelemetryAge) {
      continue;
    }
    reading->file = std::move(file);
    readings.push_back(std::move(*reading));
  }
  std::ranges::sort(readings, {}, &TelemetryReading::file);
  return readings;
}

}  // namespace dbi::state
