// Timetables: which rate is in force when, by the clocks on the wall of a time zone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/gcra.hpp"
#include "base/result.hpp"
#include "limit/time_zone.hpp"

namespace dbi::limit {

/// A window of the week. It is in force whenever the clocks of its zone show a time from `from` up to but not including
/// `to`, on one of its days. Where `to` is not after `from` it goes past midnight, and the day is the one on which it
/// begins. So a time that the clocks skip in spring is in no window, and one that they show twice in autumn is twice.
struct Window {
  std::bitset<7> days;  ///< 0 is Monday
  std::chrono::minutes from{0};
  std::chrono::minutes to{0};  ///< up to 24 hours
  TimeZone zone;
  Rate rate;
  std::optional<std::int64_t> burst;  ///< none: that of the limit

  struct State {
    bool in_force = false;
    Timestamp until;  ///< it does not change before
  };
  [[nodiscard]] State at(Timestamp moment) const;
};

/// Windows in the order in which they are asked: the first that is in force decides.
class Timetable {
 public:
  Timetable() = default;
  explicit Timetable(std::vector<Window> windows) : windows_(std::move(windows)) {}

  struct State {
    const Window* window = nullptr;  ///< of the timetable; nullptr where none is in force
    Timestamp until;                 ///< the same window is in force until then; Timestamp::max() for ever
  };
  [[nodiscard]] State at(Timestamp moment) const;

  [[nodiscard]] const std::vector<Window>& windows() const { return windows_; }

 private:
  std::vector<Window> windows_;
};

/// "mon", "sat", or "mon-fri" ("sat-mon" goes over the week's end); any case. Fails with ErrorKind::Usage.
Result<std::bitset<7>> parse_days(const std::vector<std::string>& words);

/// "08:30", up to "24:00". Fails with ErrorKind::Usage.
Result<std::chrono::minutes> parse_time_of_day(const std::string& text);

}  // namespace dbi::limit
