// SPDX-License-Identifier: Apache-2.0
#include "limit/limit_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace dbi::limit {

namespace {

Status check_zone(const std::string& name) {
  DBI_TRY(TimeZone::find(name));
  return {};
}

Result<Window> window_of(const WindowOptions& options, const std::string& time_zone) {
  if (!options.rps) return fail(ErrorKind::Usage, "rps is missing", "Write how many records a second pass in it.");
  Window window;
  DBI_TRY_ASSIGN(window.days, parse_days(options.days));
  DBI_TRY_ASSIGN(window.from, parse_time_of_day(options.from));
  DBI_TRY_ASSIGN(window.to, parse_time_of_day(options.to));
  if (window.from == std::chrono::hours{24}) {
    return fail(ErrorKind::Usage, "a window cannot begin at 24:00", "Write 00:00 and the day after.");
  }
  DBI_TRY_ASSIGN(window.zone, TimeZone::find(options.time_zone.value_or(time_zone)));
  window.rate = Rate::per_second(*options.rps);
  window.burst = options.burst;
  return window;
}

Result<Timetable> timetable_of(const std::vector<WindowOptions>& schedule, const std::string& time_zone) {
  std::vector<Window> windows;
  for (const auto& options : schedule) {
    DBI_TRY_ASSIGN(windows.emplace_back(), window_of(options, time_zone));
  }
  return Timetable(std::move(windows));
}

void describe_window(cli::Tree& tree, WindowOptions& window) {
  tree.texts("days", &window.days, "days on which it begins: mon, tue, wed, thu, fri, sat, sun, or ranges (mon-fri)");
  tree.text("from", &window.from, "when it begins, HH:MM");
  tree.text("to", &window.to, "when it ends, HH:MM; where that is not after `from`, on the next day");
  tree.text("time_zone", &window.time_zone, "whose clocks count, as a name of the IANA database").accepts(check_zone);
  tree.number("rps", &window.rps, "records a second that pass meanwhile").range(0.0, Rate::kMax);
  tree.integer("burst", &window.burst, "records that may pass at once meanwhile")
      .range(std::int64_t{1}, Gcra::kMaxBurst);
  tree.check([&window]() -> Status {
    DBI_TRY(window_of(window, "UTC"));
    return {};
  });
}

void describe_named_limit(cli::Tree& tree, NamedLimitOptions& limit) {
  tree.number("rps", &limit.rps, "records a second; default_rps where absent").range(0.0, Rate::kMax);
  tree.integer("burst", &limit.burst, "records that may pass at once; default_burst where absent")
      .range(std::int64_t{1}, Gcra::kMaxBurst);
  tree.list("schedule", &limit.schedule, "other rates at times; the first entry that is in force counts",
            describe_window);
}

void describe_limits(cli::Tree& tree, LimitOptions& options) {
  tree.group("Limits");
  tree.number("--default-rps", &options.default_rps, "records a second that pass of each key")
      .text("A key is a target and a database. 1e9 is no limit, 0 lets one burst pass.")
      .key("rate_limiter.default_rps")
      .range(0.0, Rate::kMax);
  tree.integer("--default-burst", &options.default_burst, "records of a key that may pass at once")
      .text("Not less than a whole cycle of a database has.")
      .key("rate_limiter.default_burst")
      .range(std::int64_t{1}, Gcra::kMaxBurst);
  tree.map("rate_limiter.database_limits", &options.database_limits,
           "limits of single keys by DATABASE or TARGET/DATABASE, in which * and ? stand for any bytes and one",
           describe_named_limit);
  tree.list("rate_limiter.schedule", &options.schedule,
            "other rates at times, for keys that no name of database_limits matches; the first entry that is in force "
            "counts",
            describe_window);
  tree.text("--time-zone", &options.time_zone, "whose clocks schedules go by, as a name of the IANA database")
      .value("NAME")
      .key("rate_limiter.time_zone")
      .accepts(check_zone);
  tree.number("--global-max-rps", &options.global_max_rps, "records a second that pass of all keys together")
      .key("rate_limiter.global_max_rps")
      .range(0.0, Rate::kMax);
  tree.integer("--global-max-burst", &options.global_max_burst, "records of all keys that may pass at once")
      .key("rate_limiter.global_max_burst")
      .range(std::int64_t{1}, Gcra::kMaxBurst);
  tree.integer("--max-keys", &options.max_keys, "keys to keep; the one seen longest ago makes room")
      .key("rate_limiter.max_keys")
      .range(1, 1'000'000);
}

void describe_over(cli::Tree& tree, LimitOptions& options) {
  tree.choice("--over", &options.over,
              {{"drop", Over::Drop, "it is dropped and counted"},
               {"delay", Over::Delay, "it and all behind it wait until it may pass"},
               {"divert", Over::Divert, "it is appended to the file of --divert, and counted as dropped"}},
              "what becomes of a record that is over its limit")
      .key("rate_limiter.over");
  tree.file("--divert", &options.divert, "the file of --over divert").key("rate_limiter.divert");
  tree.check([&options]() -> Status {
    if ((options.over == Over::Divert) == options.divert.has_value()) return {};
    return fail(ErrorKind::Usage, options.divert ? "--divert without --over divert" : "--over divert without a file",
                "Write --over divert --divert FILE.");
  });
}

void describe_adaptive(cli::Tree& tree, LimitOptions& options) {
  tree.group("Adaptive rates");
  tree.toggle("--adaptive", &options.adaptive, "move the rate of each key by demand and by what downstream can take")
      .key("rate_limiter.enable_adaptive");
  tree.number("--min-rps", &options.min_rps, "lowest adaptive rate").key("rate_limiter.min_rps").range(0.0, Rate::kMax);
  tree.number("--max-rps", &options.max_rps, "highest adaptive rate")
      .key("rate_limiter.max_rps")
      .range(0.0, Rate::kMax);
  tree.number("rate_limiter.write_stall_pct", &options.write_stall_pct,
              "share of the time in writes of the output above which downstream counts as too slow")
      .range(0.0, 100.0);
  tree.size("rate_limiter.spool_bytes", &options.spool_bytes,
            "bytes in the spools of dbi-export above which downstream counts as too slow while they grow");
}

// The rates of a limit by the words that name them.
std::vector<std::pair<std::string, Rate>> rates_of(const Limit& limit) {
  const std::string where = limit.name ? fmt::format("database_limits.{}", limit.name->text()) : "default_rps";
  std::vector<std::pair<std::string, Rate>> rates{{where, limit.rate}};
  for (const Window& window : limit.timetable.windows()) {
    rates.emplace_back(limit.name ? where + ".schedule" : "schedule", window.rate);
  }
  return rates;
}

// An adaptive rate stays within its bounds and its timetable: both must leave it something.
Status check_bounds(const Limit& limit, const LimitSettings& settings) {
  for (const auto& [where, rate] : rates_of(limit)) {
    if (rate >= settings.lowest && rate <= settings.highest) continue;
    return fail(ErrorKind::Usage,
                fmt::format("{}: {} a second is not within min_rps {} and max_rps {}", where, rate.per_second(),
                            settings.lowest.per_second(), settings.highest.per_second()),
                "Adaptive rates never leave these bounds: widen them, or change the rate.");
  }
  return {};
}

Status check_adaptive(const LimitSettings& settings) {
  if (settings.lowest > settings.highest)
    return fail(ErrorKind::Usage, "min_rps is above max_rps", "Lower the one or raise the other.");
  if (!settings.adaptive) return {};
  DBI_TRY(check_bounds(settings.fallback, settings));
  for (const Limit& limit : settings.named) DBI_TRY(check_bounds(limit, settings));
  return {};
}

}  // namespace

void describe_limit_options(cli::Tree& tree, LimitOptions& options) {
  describe_limits(tree, options);
  describe_over(tree, options);
  describe_adaptive(tree, options);
  tree.check(
      [&options]() -> Status {
        DBI_TRY(settings_of(options));
        return {};
      },
      "rate_limiter");
}

std::int64_t Limit::highest_burst() const {
  std::int64_t highest = burst;
  for (const Window& window : timetable.windows()) highest = std::max(highest, window.burst.value_or(burst));
  return highest;
}

const Limit& LimitSettings::find(const KeyParts& key) const {
  const auto found = std::ranges::find_if(named, [&key](const Limit& limit) { return limit.name->matches(key); });
  return found == named.end() ? fallback : *found;
}

Result<LimitSettings> settings_of(const LimitOptions& options) {
  LimitSettings settings;
  settings.fallback.rate = Rate::per_second(options.default_rps);
  settings.fallback.burst = options.default_burst;
  DBI_TRY_ASSIGN(settings.fallback.timetable, timetable_of(options.schedule, options.time_zone));
  DBI_TRY(TimeZone::find(options.time_zone));
  for (const auto& [name, limit] : options.database_limits) {
    DBI_TRY_ASSIGN(auto timetable, timetable_of(limit.schedule, options.time_zone));
    settings.named.push_back({KeyName(name), Rate::per_second(limit.rps.value_or(options.default_rps)),
                              limit.burst.value_or(options.default_burst), std::move(timetable)});
  }
  std::ranges::sort(settings.named, [](const Limit& a, const Limit& b) { return *b.name < *a.name; });
  if (options.global_max_rps) {
    settings.global = GlobalLimit{Rate::per_second(*options.global_max_rps), options.global_max_burst};
  }
  settings.adaptive = options.adaptive;
  settings.lowest = Rate::per_second(options.min_rps);
  settings.highest = Rate::per_second(options.max_rps);
  settings.pressure = {options.write_stall_pct / 100, options.spool_bytes};
  settings.max_keys = options.max_keys;
  DBI_TRY(check_adaptive(settings));
  return settings;
}

}  // namespace dbi::limit
