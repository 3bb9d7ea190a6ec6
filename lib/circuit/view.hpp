// The circuits as those see them who only read: dbi-collect before a cycle, dbi-breaker status, dbi-health. It needs no
// running dbi-breaker.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/circuits.hpp"
#include "state/overrides.hpp"

namespace dbi::circuit {

/// How one circuit stands at a moment, overrides included.
struct Standing {
  /// Open while its time is not over; an open one whose time is over counts as half-open.
  state::CircuitState state = state::CircuitState::Closed;
  std::optional<Timestamp> until;  ///< open: when its time is over; nothing: when an operator closes it
  bool forced = false;             ///< an operator's word, not the circuit's own state
  std::string why;                 ///< unless closed: the numbers that opened it, or the operator's reason

  friend bool operator==(const Standing&, const Standing&) = default;
};

/// The standing of a circuit; either may be nullptr. An override `open` in force wins. An override `close` closes what
/// opened before it. A time of opening that lies further ahead of `now` than the open time is long was written under
/// another clock and counts as over.
[[nodiscard]] Standing standing_of(const state::StoredCircuit* circuit, const state::Override* given, Timestamp now);

/// What may be read.
enum class Admission : std::uint8_t {
  Full,   ///< no circuit objects
  Probe,  ///< one cheap read; if it succeeds the same cycle goes on in full
  Skip    ///< an open circuit whose time is not over
};

/// The answer for a source, with the circuit that it came from.
struct Verdict {
  Admission admission = Admission::Full;
  std::string key;    ///< empty for Full
  Standing standing;  ///< of that circuit
};

/// What a target in trouble is spared while its circuit is still closed.
enum class Relief : std::uint8_t {
  None,
  LongerInterval,  ///< the next cycle begins later
  FewerKinds       ///< that, and the dearest kinds are left out
};

/// Strain (state::StoredCircuit) from which on a target is spared.
inline constexpr double kStrainedFrom = 0.5;
inline constexpr double kHardPressedFrom = 0.75;

/// Both documents at one moment. A value; safe to share between threads while nobody changes it.
class View {
 public:
  View() = default;
  View(state::Circuits circuits, state::Overrides overrides)
      : circuits_(std::move(circuits)), overrides_(std::move(overrides)) {}

  /// For a target as a whole: its own circuit and the host's; the stricter answer, of equals the target's.
  [[nodiscard]] Verdict target(std::string_view target, Timestamp now) const;

  /// By the strain of the target's circuit and the host's, while they are closed.
  [[nodiscard]] Relief relief(std::string_view target, Timestamp now) const;

  /// The time limit advised for each read of the target; nothing where no dbi-breaker has advised one.
  [[nodiscard]] std::optional<microseconds> timeout(std::string_view target) const;

  /// Of one circuit by its key.
  [[nodiscard]] Standing standing(std::string_view key, Timestamp now) const;

  [[nodiscard]] const state::Circuits& circuits() const { return circuits_; }
  [[nodiscard]] const state::Overrides& overrides() const { return overrides_; }

 private:
  [[nodiscard]] Verdict verdict(std::string_view key, Timestamp now) const;
  [[nodiscard]] double strain(std::string_view key, Timestamp now) const;

  state::Circuits circuits_;
  state::Overrides overrides_;
};

/// A view as it was read. No files are a view without circuits.
struct LoadedView {
  View view;
  std::vector<state::Damage> damages;  ///< of files that count as none
};

/// Reads circuits.json and overrides.json (state::StateFolder::circuits and overrides) and changes nothing. Fails with
/// ErrorKind::State for a newer version and where a file cannot be read.
Result<LoadedView> load_view(const std::filesystem::path& circuits, const std::filesystem::path& overrides);

}  // namespace dbi::circuit
