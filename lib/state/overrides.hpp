// What operators have said about circuits, overrides.json: it wins over circuits.json, whether dbi-breaker runs or not
// (DESIGN.md section 4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/document.hpp"

namespace dbi::state {

/// The latest word on one circuit.
struct Override {
  enum class Order : std::uint8_t {
    Open,  ///< it counts as open from `at` until `until`, whatever its own state is
    Close  ///< it was closed at `at`; should it open again later, that holds
  };
  Order order = Order::Open;
  Timestamp at;
  std::optional<Timestamp> until;  ///< Open only; nothing: until it is closed
  std::string why;

  friend bool operator==(const Override&, const Override&) = default;
};

/// By key (circuit/key.hpp).
using Overrides = std::map<std::string, Override, std::less<>>;

/// The file as it was read; no file is one without overrides.
struct LoadedOverrides {
  Overrides overrides;
  std::optional<Damage> damage;  ///< the file was damaged
};

/// Fails with ErrorKind::State for a newer version and where the file cannot be read.
Result<LoadedOverrides> load_overrides(const std::filesystem::path& path,
                                       OnDamage on_damage = OnDamage::LockAndSetAside);

/// Replaces the file, durably. The caller holds the path's lock (lock.hpp). Fails with ErrorKind::State.
Status store_overrides(const std::filesystem::path& path, const Overrides& overrides);

}  // namespace dbi::state
