// Who blocks whom: the sessions of a moment as trees.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "export/table_model.hpp"

namespace dbi::exporting {

/// A session at its place in the tree.
struct TreeRow {
  const SessionRow* session;
  std::size_t depth;    ///< 0: waits for nobody, or is part of a circle
  std::size_t waiters;  ///< that wait for it directly
};

/// Blockers above those who wait for them, the one that holds up most first; then the rest by the age of their
/// transaction. A blocker that is not among the sessions is there with the state "unknown". A session stands once,
/// below the first of its blockers.
class SessionTree {
 public:
  /// `sessions` is not owned.
  explicit SessionTree(const std::vector<SessionRow>& sessions);

  [[nodiscard]] const std::vector<TreeRow>& rows() const { return rows_; }
  [[nodiscard]] std::size_t blocked() const { return blocked_; }

  /// Sessions below rows()[0], at any depth.
  [[nodiscard]] std::size_t behind_first() const;

 private:
  std::deque<SessionRow> strangers_;
  std::vector<TreeRow> rows_;
  std::size_t blocked_ = 0;
};

}  // namespace dbi::exporting
