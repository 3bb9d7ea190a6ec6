// Tells dbi-collect which cycles are held, in the state folder (DESIGN.md section 4, "Commit").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "state/ack.hpp"
#include "state/folder.hpp"

namespace dbi::exporting {

/// The acks of one exporter. The caller holds the lock of that instance. Fails with ErrorKind::State: then dbi-collect
/// goes on from what it was told before, which loses and doubles nothing.
class Acknowledger {
 public:
  Acknowledger(state::StateFolder folder, std::string exporter)
      : folder_(std::move(folder)), exporter_(std::move(exporter)) {}

  [[nodiscard]] const std::string& exporter() const { return exporter_; }

  /// At the start: says what is held of each target. What was said of others stays: another database may hold them, and
  /// a cycle that starts from one which this one lacks is refused, which is said then.
  [[nodiscard]] Status begin(const std::map<std::string, state::Ack>& holdings) const;

  /// A target whose name cannot be that of a file is none of dbi-collect's: nothing to do.
  [[nodiscard]] Status acknowledge(std::string_view target, const state::Ack& holding) const;

 private:
  state::StateFolder folder_;
  std::string exporter_;
};

}  // namespace dbi::exporting
