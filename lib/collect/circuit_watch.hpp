// The circuits and the operators' overrides of the pipeline, as the targets of a run see them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.hpp"
#include "circuit/view.hpp"
#include "state/document.hpp"
#include "state/file_mark.hpp"
#include "state/folder.hpp"

namespace dbi::collect {

/// circuits.json and overrides.json of a state folder. Threads may share it.
class CircuitWatch {
 public:
  using Tell = std::function<void(const Error& error)>;
  using NoteDamage = std::function<void(const state::Damage& damage)>;

  /// `tell` and `note_damage` are called by the threads that call look(), one at a time.
  CircuitWatch(const state::StateFolder& folder, Tell tell, NoteDamage note_damage);

  /// As they are now; a file is read only where it is another one than the last time. Never fails, since a fault of
  /// theirs must not keep servers from being read: a damaged file is set aside, noted, and counts as none; of one that
  /// cannot be read, or that a newer version wrote, `tell` hears once, and what it said before holds.
  std::shared_ptr<const circuit::View> look();

 private:
  // Nothing where the file is the same as the last time, or cannot be read.
  template <typename Loaded>
  std::optional<Loaded> renew(const std::filesystem::path& path, state::FileMark& mark,
                              Result<Loaded> (*load)(const std::filesystem::path& path, state::OnDamage));

  std::filesystem::path circuits_path_;
  std::filesystem::path overrides_path_;
  Tell tell_;
  NoteDamage note_damage_;
  std::mutex mutex_;
  state::FileMark circuits_mark_;
  state::FileMark overrides_mark_;
  std::shared_ptr<const circuit::View> view_ = std::make_shared<const circuit::View>();
};

}  // namespace dbi::collect
