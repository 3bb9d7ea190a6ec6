// Findings as `event` records: the first of its kind at once, those like it counted and told after a while.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/lru_map.hpp"
#include "base/result.hpp"
#include "record/event.hpp"
#include "record/record.hpp"
#include "stream/record_clock.hpp"
#include "stream/writer.hpp"

namespace dbi::verify {

/// One finding. Views of what the caller owns; none holds anything of a record but its target.
struct Notice {
  std::string_view event;  ///< "invalid_record"
  record::Severity severity = record::Severity::Warning;
  std::string_view target{};
  std::string_view kind{};    ///< of the record
  std::string_view member{};  ///< that it is about
  std::string_view check{};   ///< which of the checks it was: "missing", "email"
  std::string_view words{};   ///< what follows the member's name in the message
  std::string_view remedy{};  ///< what to do
  std::optional<double> quality_score{};
  std::function<double()> distinct_values{};  ///< asked where the event is written
};

/// Writes a finding as an event where none like it (same event, target, kind, member and check) was written within
/// `interval` by the run's clock, and counts it for the next one otherwise. What is counted leaves at the end. At most
/// kMaxKeys are told apart; the one that came longest ago makes room, and what was counted for it is not told. Not
/// shared between threads.
class Notices {
 public:
  static constexpr std::size_t kMaxKeys = 1000;

  /// `clock` is not owned.
  Notices(std::string tool, std::string name, const stream::RunClock& clock, microseconds interval)
      : tool_(std::move(tool)), name_(std::move(name)), clock_(&clock), interval_(interval) {}

  /// A finding about one record. Allocates nothing where it is counted only.
  Status tell(const Notice& notice, stream::Writer& out);
  /// The same at once and uncounted: a change of state.
  Status tell_now(const Notice& notice, stream::Writer& out);
  /// Writes what is counted.
  Status end(stream::Writer& out);

  /// From now on nothing is written, and everything counted.
  void count_only() { count_only_ = true; }
  /// Calls `visit(const Notice& notice, std::uint64_t records)` with what is counted, the one that came last at the
  /// end.
  template <typename Visit>
  void for_each(Visit visit) const {
    entries_.for_each(
        [&visit](const std::string& /*key*/, const Entry& entry) { visit(notice_of(entry), entry.counted); });
  }

  void set_interval(microseconds interval) { interval_ = interval; }
  void save(std::string& lines) const;
  bool load_line(const record::Record& line);

 private:
  struct Entry {
    std::string event, target, kind, member, check, words, remedy;
    record::Severity severity = record::Severity::Warning;
    Timestamp told;
    std::uint64_t counted = 0;  // since then
  };

  static Notice notice_of(const Entry& entry);
  Entry& put(const std::string& key, const Notice& notice);
  Status write(const Notice& notice, std::uint64_t records, stream::Writer& out) const;
  const std::string& key_of(const Notice& notice);

  std::string tool_;
  std::string name_;
  const stream::RunClock* clock_;
  microseconds interval_;
  bool count_only_ = false;
  LruMap<Entry> entries_{kMaxKeys};
  std::string key_;
};

}  // namespace dbi::verify
