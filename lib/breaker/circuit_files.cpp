// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_files.hpp"

namespace dbi::breaker {

CircuitFiles::CircuitFiles(const state::StateFolder& folder, std::string owner)
    : circuits_(folder.circuits()), overrides_(folder.overrides()), owner_(std::move(owner)) {}

Result<state::Lock> CircuitFiles::lock(bool patient) const {
  if (patient) return state::lock_briefly(circuits_, owner_);
  return state::Lock::acquire(circuits_, state::this_process(owner_));
}

Result<std::optional<state::Circuits>> CircuitFiles::changed_circuits() {
  const state::FileMark mark = state::mark_of(circuits_);
  if (circuits_mark_ == mark) return std::optional<state::Circuits>();
  DBI_TRY_ASSIGN(auto loaded, state::load_circuits(circuits_, state::OnDamage::SetAside));
  circuits_mark_ = mark;  // what could not be read stays untouched: it is asked for again, and fails again
  if (loaded.damage) {
    damages_.push_back(std::move(*loaded.damage));
    stored();  // that it is gone now says nothing either
    return std::optional<state::Circuits>();
  }
  return std::optional(std::move(loaded.circuits));
}

Status CircuitFiles::reject(std::string_view why) {
  DBI_TRY_ASSIGN(auto damage, state::set_aside(circuits_, why));
  damages_.push_back(std::move(damage));
  stored();
  return {};
}

Result<std::optional<state::Overrides>> CircuitFiles::changed_overrides() {
  const state::FileMark mark = state::mark_of(overrides_);
  if (overrides_mark_ == mark) return std::optional<state::Overrides>();
  overrides_mark_ = mark;
  DBI_TRY_ASSIGN(auto loaded, state::load_overrides(overrides_, state::OnDamage::LockAndSetAside));
  if (loaded.damage) damages_.push_back(std::move(*loaded.damage));
  return std::optional(std::move(loaded.overrides));
}

}  // namespace dbi::breaker
