// What an exporter has told dbi-collect of one target's cycles: acks/<target>/<exporter> (DESIGN.md section 4,
// "Commit").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "state/document.hpp"

namespace dbi::state {

/// What an exporter holds of a target, as cycle ids; an empty one is none.
struct Ack {
  std::string held;  ///< the newest cycle that is held durably and whose counters the next one may start from
  std::string seen;  ///< the newest that was decided on, taken or not; never older than `held`

  friend bool operator==(const Ack&, const Ack&) = default;
};

/// An ack as it was read; no file is an empty one.
struct LoadedAck {
  Ack ack;
  std::optional<Damage> damage;  ///< the file was damaged and is set aside; the exporter's next start writes it anew
};

/// Fails with ErrorKind::State for a newer version and where the file cannot be read.
Result<LoadedAck> load_ack(const std::filesystem::path& path);

/// Replaces the file; durable, so that what dbi-collect builds on is not taken back by a power cut. Fails with
/// ErrorKind::State.
Status store_ack(const std::filesystem::path& path, const Ack& ack);

}  // namespace dbi::state
