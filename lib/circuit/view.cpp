// SPDX-License-Identifier: Apache-2.0
#include "circuit/view.hpp"

#include <algorithm>
#include <utility>

#include "circuit/circuit.hpp"
#include "circuit/key.hpp"

namespace dbi::circuit {

namespace {

template <typename Map>
const typename Map::mapped_type* find(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

Standing own_standing(const state::StoredCircuit& circuit, Timestamp now) {
  if (circuit.state == CircuitState::Closed || !circuit.opened_at) return {};
  if (circuit.state == CircuitState::HalfOpen || is_over(*circuit.opened_at, circuit.open_for, now)) {
    return {CircuitState::HalfOpen, std::nullopt, false, circuit.reason};
  }
  return {CircuitState::Open, *circuit.opened_at + circuit.open_for, false, circuit.reason};
}

}  // namespace

Standing standing_of(const state::StoredCircuit* circuit, const state::Override* given, Timestamp now) {
  using Order = state::Override::Order;
  if (given != nullptr && given->order == Order::Open && (!given->until || now < *given->until)) {
    return {CircuitState::Open, given->until, true, given->why};
  }
  if (circuit == nullptr) return {};
  const bool closed_since = given != nullptr && given->order == Order::Close && circuit->opened_at <= given->at;
  if (closed_since && circuit->state != CircuitState::Closed) {
    return {CircuitState::Closed, std::nullopt, true, {}};
  }
  return own_standing(*circuit, now);
}

Standing View::standing(std::string_view key, Timestamp now) const {
  return standing_of(find(circuits_, key), find(overrides_, key), now);
}

Verdict View::verdict(std::string_view key, Timestamp now) const {
  Standing standing = this->standing(key, now);
  if (standing.state == CircuitState::Closed) return {};
  const Admission admission = standing.state == CircuitState::Open ? Admission::Skip : Admission::Probe;
  return {admission, std::string(key), std::move(standing)};
}

Verdict View::target(std::string_view target, Timestamp now) const {
  Verdict own = verdict(target, now);
  Verdict host = verdict(kHostKey, now);
  return host.admission > own.admission ? host : own;
}

double View::strain(std::string_view key, Timestamp now) const {
  const auto* circuit = find(circuits_, key);
  if (circuit == nullptr || standing(key, now).state != CircuitState::Closed) return 0;
  return circuit->state == CircuitState::Closed ? circuit->strain : 0;
}

Relief View::relief(std::string_view target, Timestamp now) const {
  const double most = std::max(strain(target, now), strain(kHostKey, now));
  if (most >= kHardPressedFrom) return Relief::FewerKinds;
  return most >= kStrainedFrom ? Relief::LongerInterval : Relief::None;
}

std::optional<microseconds> View::timeout(std::string_view target) const {
  const auto* circuit = find(circuits_, target);
  return circuit == nullptr ? std::nullopt : circuit->timeout;
}

Result<LoadedView> load_view(const std::filesystem::path& circuits, const std::filesystem::path& overrides) {
  DBI_TRY_ASSIGN(auto states, state::load_circuits(circuits, state::OnDamage::Report));
  DBI_TRY_ASSIGN(auto orders, state::load_overrides(overrides, state::OnDamage::Report));
  LoadedView out{View(std::move(states.circuits), std::move(orders.overrides)), {}};
  if (states.damage) out.damages.push_back(std::move(*states.damage));
  if (orders.damage) out.damages.push_back(std::move(*orders.damage));
  return out;
}

}  // namespace dbi::circuit
