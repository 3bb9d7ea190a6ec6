// SPDX-License-Identifier: Apache-2.0
#include "collect/circuit_watch.hpp"

#include <utility>

namespace dbi::collect {

CircuitWatch::CircuitWatch(const state::StateFolder& folder, Tell tell, NoteDamage note_damage)
    : circuits_path_(folder.circuits()),
      overrides_path_(folder.overrides()),
      tell_(std::move(tell)),
      note_damage_(std::move(note_damage)) {}

// The mark is taken before the file is read: one that is replaced in between is read once more the next time.
template <typename Loaded>
std::optional<Loaded> CircuitWatch::renew(const std::filesystem::path& path, state::FileMark& mark,
                                          Result<Loaded> (*load)(const std::filesystem::path& path, state::OnDamage)) {
  const auto now = state::mark_of(path);
  if (now == std::exchange(mark, now)) return std::nullopt;
  auto loaded = load(path, state::OnDamage::LockAndSetAside);
  if (!loaded) {
    tell_(loaded.error());
    return std::nullopt;
  }
  if (loaded->damage) note_damage_(*loaded->damage);
  return std::move(*loaded);
}

std::shared_ptr<const circuit::View> CircuitWatch::look() {
  const std::lock_guard lock(mutex_);
  auto circuits = renew(circuits_path_, circuits_mark_, state::load_circuits);
  auto overrides = renew(overrides_path_, overrides_mark_, state::load_overrides);
  if (!circuits && !overrides) return view_;
  if (!circuits) circuits = state::LoadedCircuits{view_->circuits(), {}};
  if (!overrides) overrides = state::LoadedOverrides{view_->overrides(), {}};
  view_ = std::make_shared<const circuit::View>(std::move(circuits->circuits), std::move(overrides->overrides));
  return view_;
}

}  // namespace dbi::collect
