// SPDX-License-Identifier: Apache-2.0
#include "state/telemetry_snapshot.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/time_text.hpp"
#include "state/document.hpp"
#include "state/lock.hpp"

namespace dbi::state {

namespace {

using Json = nlohmann::ordered_json;

constexpr DocumentFormat kSnapshotFormat{"telemetry", 1};
constexpr DocumentFormat kTotalFormat{"telemetry_total", 1};

using Totals = std::map<std::string, std::uint64_t>;

Status take_totals(const Json& body, Totals& out) {
  const auto found = body.find("counters");
  if (found == body.end() || !found->is_object()) return fail(ErrorKind::Malformed, "no counters");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_number_unsigned()) return fail(ErrorKind::Malformed, fmt::format("counter {} is no count", name));
    out[name] = value.get<std::uint64_t>();
  }
  return {};
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

TelemetrySnapshot::TelemetrySnapshot(TelemetryInstance instance, const Clock& clock)
    : instance_(std::move(instance)), clock_(&clock), started_(clock.now()) {}

std::filesystem::path TelemetrySnapshot::path() const {
  return instance_.folder / fmt::format("{}{}.json", stem(), ::getpid());
}

std::filesystem::path TelemetrySnapshot::total_path() const {
  return instance_.folder / (stem() + "total.json");
}

Status TelemetrySnapshot::write() {
  Json counters = Json::object();
  for (const auto& [name, counter] : counters_) counters[name] = counter->value();
  Json gauges = Json::object();
  for (const auto& [name, gauge] : gauges_) gauges[name] = gauge->value();
  const Json body{{"tool", instance_.tool},
                  {"name", instance_.name},
                  {"owner", Json::parse(format_owner(this_process(instance_.tool)))},
                  {"started_ts", format_timestamp(started_)},
                  {"ts", format_timestamp(clock_->now())},
                  {"counters", std::move(counters)},
                  {"gauges", std::move(gauges)}};
  return store_document(path(), kSnapshotFormat, body, Durability::Fast);
}

Status TelemetrySnapshot::finish() {
  DBI_TRY(write());
  return fold_file(path());
}

Status TelemetrySnapshot::fold_dead() {
  std::error_code fault;
  std::vector<std::filesystem::path> files;
  for (auto at = std::filesystem::directory_iterator(instance_.folder, fault); !fault && at != end(at);
       at.increment(fault)) {
    const std::string file = at->path().filename().string();
    constexpr std::string_view kEnd = ".json";
    if (!file.starts_with(stem()) || !file.ends_with(kEnd)) continue;
    if (file.size() <= stem().size() + kEnd.size()) continue;
    if (is_number(std::string_view(file).substr(stem().size(), file.size() - stem().size() - kEnd.size()))) {
      files.push_back(at->path());
    }
  }
  if (fault) return fail(ErrorKind::State, fmt::format("{}: {}", instance_.folder.string(), fault.message()));
  std::sort(files.begin(), files.end());
  for (const auto& file : files) DBI_TRY(fold_file(file));
  return {};
}

// A live process other than this one keeps its file. What is damaged was set aside by load_document.
Status TelemetrySnapshot::fold_file(const std::filesystem::path& file) const {
  Totals counters;
  std::string key;
  bool alive = false;
  const auto loaded = load_document(file, kSnapshotFormat, [&](const Json& body, int) -> Status {
    const auto found = body.find("owner");
    if (found == body.end()) return fail(ErrorKind::Malformed, "no owner");
    const auto owner = parse_owner(found->dump());
    if (!owner) return fail(ErrorKind::Malformed, "no owner");
    alive = owner->pid != ::getpid() && is_alive(*owner);
    const auto started = body.find("started_ts");
    if (started == body.end() || !started->is_string()) return fail(ErrorKind::Malformed, "no started_ts");
    key = fmt::format("{} {} {}", owner->boot_id, owner->pid, started->get_ref<const std::string&>());
    return take_totals(body, counters);
  });
  if (!loaded) return fail(Error(loaded.error()));
  if (alive || !loaded->found) return {};
  DBI_TRY(fold(key, counters));
  std::error_code fault;
  std::filesystem::remove(file, fault);
  if (fault) return fail(ErrorKind::State, fmt::format("{}: {}", file.string(), fault.message()));
  return {};
}

// The total names the last run that was folded in: where the file outlived that (a kill in between), it is not
// counted twice.
Status TelemetrySnapshot::fold(const std::string& run, const Totals& counters) const {
  Totals totals;
  std::string last;
  const auto loaded = load_document(total_path(), kTotalFormat, [&](const Json& body, int) -> Status {
    if (const auto found = body.find("last"); found != body.end() && found->is_string()) last = *found;
    return take_totals(body, totals);
  });
  if (!loaded) return fail(Error(loaded.error()));
  if (last == run) return {};
  for (const auto& [name, value] : counters) totals[name] += value;
  const Json body{{"tool", instance_.tool},
                  {"name", instance_.name},
                  {"ts", format_timestamp(clock_->now())},
                  {"last", run},
                  {"counters", totals}};
  return store_document(total_path(), kTotalFormat, body, Durability::Fast);
}

}  // namespace dbi::state
