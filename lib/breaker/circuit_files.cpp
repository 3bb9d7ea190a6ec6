// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_files.hpp"

#include <utility>

namespace dbi::breaker {

CircuitFiles::CircuitFiles(const state::StateFolder& folder, state::Lock lock)
    : circuits_(folder.circuits()), overrides_(folder.overrides()), lock_(std::move(lock)) {}

Result<CircuitFiles> CircuitFiles::open(const state::StateFolder& folder, std::string_view owner) {
  DBI_TRY_ASSIGN(state::Lock lock, state::Lock::acquire(folder.circuits(), state::this_process(owner)));
  return CircuitFiles(folder, std::move(lock));
}

Result<state::Circuits> CircuitFiles::load() {
  DBI_TRY_ASSIGN(auto loaded, state::load_circuits(circuits_));
  if (loaded.damage) damages_.push_back(std::move(*loaded.damage));
  return std::move(loaded.circuits);
}

Status CircuitFiles::reject(std::string_view why) {
  DBI_TRY_ASSIGN(auto damage, state::set_aside(circuits_, why));
  damages_.push_back(std::move(damage));
  return {};
}

CircuitFiles::Mark CircuitFiles::mark_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_ino, std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec, found.st_size};
}

Result<std::optional<state::Overrides>> CircuitFiles::changed_overrides() {
  const Mark mark = mark_of(overrides_);
  if (mark_ == mark) return std::optional<state::Overrides>();
  mark_ = mark;
  DBI_TRY_ASSIGN(auto loaded, state::load_overrides(overrides_));
  if (loaded.damage) damages_.push_back(std::move(*loaded.damage));
  return std::optional(std::move(loaded.overrides));
}

}  // namespace dbi::breaker
