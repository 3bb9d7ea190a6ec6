// Windows of the week: past midnight, over both changes of the clocks, by zones on either side of Greenwich.
// SPDX-License-Identifier: Apache-2.0
#include "limit/timetable.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/time_text.hpp"

namespace dbi::limit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Timestamp at(const std::string& text) {
  return parse_timestamp(text).value();
}

Window window(const std::string& days, const std::string& from, const std::string& to,
              const std::string& zone = "UTC") {
  Window made;
  made.days = parse_days({days}).value();
  made.from = parse_time_of_day(from).value();
  made.to = parse_time_of_day(to).value();
  made.zone = TimeZone::find(zone).value();
  made.rate = Rate::per_second(1);
  return made;
}

// The times at which the window begins or ends, "+" or "-" and UTC, found by going from `until` to `until`; each is
// checked against a look at every minute in between.
std::vector<std::string> edges(const Window& window, const std::string& first, const std::string& last) {
  std::vector<std::string> found;
  Timestamp moment = at(first);
  bool before = window.at(moment).in_force;
  while (moment < at(last)) {
    const auto state = window.at(moment);
    EXPECT_GT(state.until, moment);
    if (state.in_force != before) {
      found.push_back((state.in_force ? "+" : "-") + format_timestamp(moment).substr(0, 16));
    }
    before = state.in_force;
    for (Timestamp inside = moment; inside < std::min(state.until, at(last)); inside += minutes{1}) {
      EXPECT_EQ(window.at(inside).in_force, before) << format_timestamp(inside);
    }
    EXPECT_EQ(window.at(state.until - microseconds{1}).in_force, before);
    moment = state.until;
  }
  return found;
}

using Edges = std::vector<std::string>;

TEST(Timetable, AWindowOfADayBeginsAndEndsToTheMinute) {
  EXPECT_EQ(edges(window("mon-fri", "08:30", "17:00"), "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z"),
            (Edges{"+2026-11-27T08:30", "-2026-11-27T17:00", "+2026-11-30T08:30", "-2026-11-30T17:00"}));
  const Window one = window("mon-sun", "08:30", "17:00");
  EXPECT_FALSE(one.at(at("2026-11-27T08:29:59.999999Z")).in_force);
  EXPECT_TRUE(one.at(at("2026-11-27T08:30:00Z")).in_force);
  EXPECT_FALSE(one.at(at("2026-11-27T17:00:00Z")).in_force);
}

// The day is the one on which it begins: the night of Saturday ends on Sunday.
TEST(Timetable, AWindowPastMidnightBelongsToTheDayOnWhichItBegins) {
  EXPECT_EQ(edges(window("sat", "22:00", "06:00"), "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z"),
            (Edges{"+2026-11-28T22:00", "-2026-11-29T06:00"}));
}

TEST(Timetable, WholeDays) {
  EXPECT_EQ(edges(window("sun", "00:00", "24:00"), "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z"),
            (Edges{"+2026-11-29T00:00", "-2026-11-30T00:00"}));
  EXPECT_EQ(edges(window("sun", "12:00", "12:00"), "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z"),
            (Edges{"+2026-11-29T12:00", "-2026-11-30T12:00"}));
  EXPECT_EQ(edges(window("mon-sun", "00:00", "24:00"), "2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z"), Edges{});
}

TEST(Timetable, DaysAreThoseOfTheZone) {
  // Monday 00:00 in Auckland is Sunday noon in UTC, in Los Angeles it is eight hours later.
  EXPECT_EQ(edges(window("mon", "00:00", "24:00", "Pacific/Auckland"), "2026-07-04T00:00:00Z", "2026-07-08T00:00:00Z"),
            (Edges{"+2026-07-05T12:00", "-2026-07-06T12:00"}));
  EXPECT_EQ(
      edges(window("mon", "00:00", "24:00", "America/Los_Angeles"), "2026-12-05T00:00:00Z", "2026-12-09T00:00:00Z"),
      (Edges{"+2026-12-07T08:00", "-2026-12-08T08:00"}));
}

// Berlin 2026: on March 29 the clocks go from 02:00 to 03:00 (01:00 UTC).
TEST(Timetable, InSpringAnHourIsSkipped) {
  const auto of = [](const std::string& from, const std::string& to) {
    return edges(window("mon-sun", from, to, "Europe/Berlin"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
  };
  EXPECT_EQ(of("22:00", "06:00"), (Edges{"+2026-03-28T21:00", "-2026-03-29T04:00"})) << "seven hours";
  EXPECT_EQ(of("02:15", "02:45"), Edges{}) << "no clock shows it";
  EXPECT_EQ(of("01:30", "02:30"), (Edges{"+2026-03-29T00:30", "-2026-03-29T01:00"}));
  EXPECT_EQ(of("02:30", "03:30"), (Edges{"+2026-03-29T01:00", "-2026-03-29T01:30"}));
  EXPECT_EQ(of("08:00", "09:00"), (Edges{"+2026-03-29T06:00", "-2026-03-29T07:00"})) << "summer time";
}

// On October 25 they go from 03:00 to 02:00 (01:00 UTC).
TEST(Timetable, InAutumnAnHourComesTwice) {
  const auto of = [](const std::string& from, const std::string& to) {
    return edges(window("mon-sun", from, to, "Europe/Berlin"), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
  };
  EXPECT_EQ(of("22:00", "06:00"), (Edges{"+2026-10-24T20:00", "-2026-10-25T05:00"})) << "nine hours";
  EXPECT_EQ(of("02:15", "02:45"),
            (Edges{"+2026-10-25T00:15", "-2026-10-25T00:45", "+2026-10-25T01:15", "-2026-10-25T01:45"}));
  EXPECT_EQ(of("01:30", "02:30"),
            (Edges{"+2026-10-24T23:30", "-2026-10-25T00:30", "+2026-10-25T01:00", "-2026-10-25T01:30"}));
  EXPECT_EQ(of("02:30", "03:30"),
            (Edges{"+2026-10-25T00:30", "-2026-10-25T01:00", "+2026-10-25T01:30", "-2026-10-25T02:30"}));
}

// South of the equator, at midnight, by half an hour: Lord Howe's clocks change by 30 minutes, Havana's at midnight.
TEST(Timetable, ChangesAreThoseOfTheZone) {
  EXPECT_EQ(
      edges(window("mon-sun", "00:00", "06:00", "Australia/Lord_Howe"), "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z"),
      (Edges{"+2026-10-03T13:30", "-2026-10-03T19:00"}));
  EXPECT_EQ(
      edges(window("mon-sun", "23:00", "02:00", "America/Havana"), "2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z"),
      (Edges{"+2026-03-08T04:00", "-2026-03-08T06:00"}));
}

TEST(Timetable, KnowsTheChangesOfFarYears) {
  const auto summer = window("mon-sun", "08:00", "09:00", "Europe/Berlin");
  EXPECT_TRUE(summer.at(at("2060-07-01T06:30:00Z")).in_force);
  EXPECT_TRUE(summer.at(at("2060-12-01T07:30:00Z")).in_force);
}

TEST(Timetable, TheFirstWindowInForceCounts) {
  const Timetable table({window("mon-sun", "12:00", "13:00"), window("mon-fri", "08:00", "18:00")});
  const auto first = table.at(at("2026-11-27T12:30:00Z"));
  EXPECT_EQ(first.window, &table.windows()[0]);
  EXPECT_EQ(first.until, at("2026-11-27T13:00:00Z"));
  EXPECT_EQ(table.at(at("2026-11-27T13:00:00Z")).window, &table.windows()[1]);
  EXPECT_EQ(table.at(at("2026-11-28T13:00:00Z")).window, nullptr);
  EXPECT_EQ(Timetable().at(at("2026-11-28T13:00:00Z")).until, Timestamp::max());
}

TEST(Days, AreNamesAndRanges) {
  EXPECT_EQ(parse_days({"mon"})->to_ulong(), 0b0000001U);
  EXPECT_EQ(parse_days({"Mon-Fri"})->to_ulong(), 0b0011111U);
  EXPECT_EQ(parse_days({"sat-mon"})->to_ulong(), 0b1100001U);
  EXPECT_EQ(parse_days({"tue", "sun-sun"})->to_ulong(), 0b1000010U);
  for (const auto* word : {"", "monday", "mon-", "-fri", "mon-fri-sun"}) {
    const auto days = parse_days({word});
    ASSERT_FALSE(days) << word;
    EXPECT_EQ(days.error().message, "not a day of the week: '" + std::string(word) + "'");
  }
}

TEST(TimeOfDay, IsOfHoursAndMinutes) {
  EXPECT_EQ(parse_time_of_day("00:00"), minutes{0});
  EXPECT_EQ(parse_time_of_day("23:59"), hours{24} - minutes{1});
  EXPECT_EQ(parse_time_of_day("24:00"), hours{24});
  for (const auto* text : {"", "8:00", "08:60", "24:01", "08.00", "08:0x", "08:000", "-1:00"}) {
    EXPECT_FALSE(parse_time_of_day(text)) << text;
  }
}

TEST(TimeZone, OneThatIsNotKnownIsRefused) {
  for (const auto* name : {"Europe/Berlim", "", "CEST+"}) {
    const auto zone = TimeZone::find(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().kind, ErrorKind::Usage);
  }
}

}  // namespace
}  // namespace dbi::limit
