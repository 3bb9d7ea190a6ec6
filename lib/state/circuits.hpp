// The circuits of a pipeline as dbi-breaker keeps them, circuits.json (DESIGN.md section 4). What the members mean for
// a circuit is said in circuit/circuit.hpp; here they are only written down and read back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/atomic_file.hpp"
#include "state/document.hpp"

namespace dbi::state {

enum class CircuitState : std::uint8_t { Closed, Open, HalfOpen };

/// "closed", "open", "half_open".
[[nodiscard]] std::string_view circuit_state_word(CircuitState state);
[[nodiscard]] std::optional<CircuitState> find_circuit_state(std::string_view word);

/// One circuit. Times are the host's; members that say nothing about the circuit's state are absent from the file.
struct StoredCircuit {
  CircuitState state = CircuitState::Closed;
  std::optional<Timestamp> opened_at;        ///< unless closed
  microseconds open_for{0};                  ///< unless closed: how long from then it stays open
  std::optional<Timestamp> half_open_since;  ///< half-open only
  std::uint32_t probes = 0;                  ///< half-open only: cycles taken as probes
  std::uint32_t successes = 0;               ///< half-open only: those that went well
  std::optional<Timestamp> broken_since;     ///< unless closed: when it left closed
  std::string window;                        ///< the latest calls, as circuit::Window writes them
  std::uint32_t openings = 0;                ///< in a row, without a good spell between: the exponent of the open time
  std::uint64_t trips = 0;                   ///< ever
  std::optional<Timestamp> good_since;       ///< closed, and no failure since
  std::string reason;                        ///< unless closed: the numbers that opened it
  double strain = 0;                         ///< closed: how near it is to opening, 0 to 1
  std::optional<microseconds> timeout;       ///< a target's: advised for its reads

  friend bool operator==(const StoredCircuit&, const StoredCircuit&) = default;
};

/// As one JSON object, without line ends; and back, failing with ErrorKind::Malformed. What is read back equals what
/// was written.
[[nodiscard]] std::string format_circuit(const StoredCircuit& circuit);
Result<StoredCircuit> parse_circuit(std::string_view json);

/// By key (circuit/key.hpp).
using Circuits = std::map<std::string, StoredCircuit, std::less<>>;

/// The file as it was read; no file is one without circuits.
struct LoadedCircuits {
  Circuits circuits;
  std::optional<Damage> damage;  ///< the file was damaged
};

/// Fails with ErrorKind::State for a newer version and where the file cannot be read.
Result<LoadedCircuits> load_circuits(const std::filesystem::path& path, OnDamage on_damage = OnDamage::LockAndSetAside);

/// Writes the file, a line a circuit, without holding them all in another form. Replaces it durably: who skips an open
/// circuit reads it after a restart too. The caller holds the path's lock (lock.hpp). All fail with ErrorKind::State.
class CircuitsFile {
 public:
  static Result<CircuitsFile> create(const std::filesystem::path& path);
  /// Each key once.
  Status add(std::string_view key, const StoredCircuit& circuit);
  /// The last call; without it the file stays as it is.
  Status commit();

 private:
  explicit CircuitsFile(AtomicFile file);
  Status write();

  AtomicFile file_;
  std::string text_;
  bool first_ = true;
};

/// The same for circuits that are at hand.
Status store_circuits(const std::filesystem::path& path, const Circuits& circuits);

}  // namespace dbi::state
