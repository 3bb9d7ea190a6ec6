// Time zones of the IANA database: what the clocks on the wall show there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi::limit {

/// A zone. A value; copies share what was read of the database. Safe to share between threads.
class TimeZone {
 public:
  /// UTC.
  TimeZone();

  /// By its name ("Europe/Berlin", "UTC"), from /usr/share/zoneinfo or $TZDIR. Fails with ErrorKind::Usage.
  static Result<TimeZone> find(const std::string& name);

  /// How far local time is ahead of UTC at a moment, and the moment up to which that holds.
  struct Offset {
    std::chrono::seconds ahead{};
    Timestamp until;  ///< Timestamp::max() where no change is known
  };
  [[nodiscard]] Offset at(Timestamp moment) const;

 private:
  struct Zone;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace dbi::limit
