// SPDX-License-Identifier: Apache-2.0
#include "limit/time_zone.hpp"

#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <algorithm>

namespace dbi::limit {

struct TimeZone::Zone {
  cctz::time_zone zone;
};

TimeZone::TimeZone() : zone_(std::make_shared<Zone>(Zone{cctz::utc_time_zone()})) {}

namespace {

// The library takes the path of any file as well, and "localtime" for whatever this machine has.
bool may_be_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  };
  return !name.empty() && name.front() != '/' && name != "localtime" && std::ranges::all_of(name, fits);
}

}  // namespace

Result<TimeZone> TimeZone::find(const std::string& name) {
  TimeZone found;
  cctz::time_zone zone;
  if (!may_be_name(name) || !cctz::load_time_zone(name, &zone)) {
    return fail(ErrorKind::Usage, fmt::format("no such time zone: '{}'", name),
                "Write a name of the IANA database, for instance Europe/Berlin or UTC; on Debian the package tzdata "
                "has them.");
  }
  found.zone_ = std::make_shared<Zone>(Zone{zone});
  return found;
}

TimeZone::Offset TimeZone::at(Timestamp moment) const {
  const auto second = std::chrono::floor<cctz::seconds>(moment);
  const std::chrono::seconds ahead{zone_->zone.lookup(second).offset};
  cctz::time_zone::civil_transition change;
  if (!zone_->zone.next_transition(second, &change)) return {ahead, Timestamp::max()};
  // `from` is what the clocks would show at the change without it.
  const std::chrono::seconds local{change.from - cctz::civil_second(1970, 1, 1)};
  return {ahead, Timestamp(local - ahead)};
}

}  // namespace dbi::limit
