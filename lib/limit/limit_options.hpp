// The options of dbi-ratelimit and what they mean: limits by key, their timetables, bounds of the adaptive rate.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/gcra.hpp"
#include "base/result.hpp"
#include "cli/option.hpp"
#include "limit/downstream.hpp"
#include "limit/key_name.hpp"
#include "limit/timetable.hpp"

namespace dbi::limit {

/// What becomes of a record that is over its limit.
enum class Over : std::uint8_t { Drop, Delay, Divert };

/// An entry of `schedule` as it is written.
struct WindowOptions {
  std::vector<std::string> days{"mon-sun"};
  std::string from = "00:00";
  std::string to = "24:00";
  std::optional<std::string> time_zone;  ///< none: that of the section
  std::optional<double> rps;             ///< an entry without is refused
  std::optional<std::int64_t> burst;
};

/// An entry of `database_limits` as it is written.
struct NamedLimitOptions {
  std::optional<double> rps;          ///< none: default_rps
  std::optional<std::int64_t> burst;  ///< none: default_burst
  std::vector<WindowOptions> schedule;
};

/// The ranges are those of describe_limit_options(); settings_of() takes what is outside of them as it is.
struct LimitOptions {
  double default_rps = 500;
  std::int64_t default_burst = 10'000;
  std::map<std::string, NamedLimitOptions> database_limits;
  std::vector<WindowOptions> schedule;
  std::string time_zone = "UTC";
  std::optional<double> global_max_rps;
  std::int64_t global_max_burst = 10'000;
  bool adaptive = false;
  double min_rps = 100;
  double max_rps = 2000;
  double write_stall_pct = 50;
  std::uint64_t spool_bytes = PressureLimits{}.spool_bytes;
  std::uint32_t max_keys = 10'000;
  Over over = Over::Drop;
  std::optional<std::string> divert;
};

/// Declares them, with the checks that settings_of() makes.
void describe_limit_options(cli::Tree& tree, LimitOptions& options);

/// How much a key may pass.
struct Limit {
  std::optional<KeyName> name;  ///< none: for keys that no name matches
  Rate rate;
  std::int64_t burst = 1;
  Timetable timetable;

  /// The highest of its own and its windows': what a key may owe at most.
  [[nodiscard]] std::int64_t highest_burst() const;
};

/// The bucket that all keys share.
struct GlobalLimit {
  Rate rate;
  std::int64_t burst = 1;
};

/// The options, checked and made ready.
struct LimitSettings {
  Limit fallback;
  std::vector<Limit> named;  ///< the closest name first, so that the first match counts
  std::optional<GlobalLimit> global;
  bool adaptive = false;
  Rate lowest;   ///< of adaptive rates
  Rate highest;  ///< the same
  PressureLimits pressure;
  std::size_t max_keys = 10'000;

  /// The limit of a key; valid as long as the settings.
  [[nodiscard]] const Limit& find(const KeyParts& key) const;
};

/// Fails with ErrorKind::Usage: a time that is none, a zone that is not known, with adaptive rates one that min_rps and
/// max_rps exclude.
Result<LimitSettings> settings_of(const LimitOptions& options);

}  // namespace dbi::limit
