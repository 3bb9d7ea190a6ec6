// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_files.hpp"

#include <chrono>
#include <thread>

namespace dbi::breaker {

Result<state::Lock> lock_briefly(const std::filesystem::path& path, std::string_view owner) {
  constexpr int kTries = 100;
  for (int i = 1;; ++i) {
    auto lock = state::Lock::acquire(path, state::this_process(owner));
    if (lock || lock.error().kind != ErrorKind::Owned || i == kTries) return lock;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

CircuitFiles::CircuitFiles(const state::StateFolder& folder, std::string owner)
    : circuits_(folder.circuits()), overrides_(folder.overrides()), owner_(std::move(owner)) {}

Result<std::optional<state::Circuits>> CircuitFiles::changed_circuits() {
  const state::FileMark mark = state::mark_of(circuits_);
  if (circuits_mark_ == mark) return std::optional<state::Circuits>();
  DBI_TRY_ASSIGN(auto loaded, state::load_circuits(circuits_));
  circuits_mark_ = mark;  // what could not be read stays untouched: it is asked for again, and fails again
  if (loaded.damage) damages_.push_back(std::move(*loaded.damage));
  return std::optional(std::move(loaded.circuits));
}

Status CircuitFiles::reject(std::string_view why) {
  DBI_TRY_ASSIGN(auto damage, state::set_aside(circuits_, why));
  damages_.push_back(std::move(damage));
  return {};
}

Status CircuitFiles::store(std::string_view text) {
  DBI_TRY(state::store_circuits(circuits_, text));
  circuits_mark_ = state::mark_of(circuits_);
  return {};
}

Result<std::optional<state::Overrides>> CircuitFiles::changed_overrides() {
  const state::FileMark mark = state::mark_of(overrides_);
  if (overrides_mark_ == mark) return std::optional<state::Overrides>();
  overrides_mark_ = mark;
  DBI_TRY_ASSIGN(auto loaded, state::load_overrides(overrides_));
  if (loaded.damage) damages_.push_back(std::move(*loaded.damage));
  return std::optional(std::move(loaded.overrides));
}

}  // namespace dbi::breaker
