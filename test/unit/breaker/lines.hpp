// Records of a small world, for the tests of breaker/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/time_text.hpp"
#include "record/record.hpp"

namespace dbi::breaker {

using namespace std::chrono_literals;

inline constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

/// Both times are what the test sets.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return time; }
  [[nodiscard]] MonotonicTime monotonic() const override { return MonotonicTime(time.time_since_epoch()); }
  Timestamp time = kNoon;
};

/// A line as a record; valid until the next one.
class Lines {
 public:
  const record::Record& parse(std::string_view line) {
    line_ = line;
    line_.append(record::kPadding, '\0');
    const Status parsed = reader_.parse(std::string_view(line_).substr(0, line.size()), record_);
    EXPECT_TRUE(parsed) << line;
    return record_;
  }

 private:
  std::string line_;
  record::Reader reader_;
  record::Record record_;
};

/// `more` is JSON members behind the routing ones, with a leading comma: R"(,"calls":1)".
inline std::string line_of(std::string_view kind, Timestamp at, std::string_view target, std::string_view database = {},
                           std::string_view more = {}) {
  std::string out = fmt::format(R"({{"v":1,"kind":"{}","ts":"{}","observed_ts":"{}","target":"{}")", kind,
                                format_timestamp(at), format_timestamp(at), target);
  if (!database.empty()) out += fmt::format(R"(,"database":"{}")", database);
  return out + std::string(more) + "}";
}

inline std::string data(Timestamp at, std::string_view target, std::string_view database = {}) {
  return line_of("query_stats", at, target, database, R"(,"calls":2,"total_ms":3)");
}

inline std::string error(Timestamp at, std::string_view target, std::string_view error_class,
                         std::string_view database = {}) {
  return line_of("error", at, target, database, fmt::format(R"(,"error_class":"{}","message":"m")", error_class));
}

inline std::string scrape(Timestamp at, std::string_view target, std::string_view outcome = "ok",
                          std::string_view more = R"(,"cycle_ms":12)") {
  return line_of("scrape", at, target, {}, fmt::format(R"(,"outcome":"{}","records":1{})", outcome, more));
}

}  // namespace dbi::breaker
