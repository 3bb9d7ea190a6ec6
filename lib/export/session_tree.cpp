// SPDX-License-Identifier: Apache-2.0
#include "export/session_tree.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace dbi::exporting {

namespace {

using Sessions = std::vector<const SessionRow*>;

/// Places each session once, from the roots down.
class Placing {
 public:
  explicit Placing(const std::unordered_map<std::string, Sessions>& waiters) : waiters_(&waiters) {}

  std::vector<TreeRow> place(const SessionRow* root) {
    std::vector<TreeRow> rows;
    std::vector<std::pair<const SessionRow*, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
      const auto [session, depth] = stack.back();
      stack.pop_back();
      if (!seen_.insert(session).second) continue;
      const Sessions& next = below(session);
      rows.push_back({session, depth, next.size()});
      for (auto waiter = next.rbegin(); waiter != next.rend(); ++waiter) stack.emplace_back(*waiter, depth + 1);
    }
    return rows;
  }

  [[nodiscard]] const Sessions& below(const SessionRow* session) const {
    static const Sessions kNone;
    const auto found = waiters_->find(session->pid);
    return found == waiters_->end() ? kNone : found->second;
  }

 private:
  const std::unordered_map<std::string, Sessions>* waiters_;
  std::unordered_set<const SessionRow*> seen_;
};

double age(const SessionRow& session) {
  return session.transaction_ms.value_or(session.duration_ms.value_or(0));
}

}  // namespace

SessionTree::SessionTree(const std::vector<SessionRow>& sessions) {
  std::unordered_set<std::string> known;
  for (const SessionRow& session : sessions) known.insert(session.pid);
  std::unordered_map<std::string, Sessions> waiters;
  Sessions roots;
  for (const SessionRow& session : sessions) {
    roots.push_back(&session);
    blocked_ += session.blocked_by.empty() ? 0U : 1U;
    for (const std::string& blocker : session.blocked_by) {
      waiters[blocker].push_back(&session);
      if (!known.insert(blocker).second) continue;
      SessionRow stranger;
      stranger.pid = blocker;
      stranger.state = "unknown";
      roots.push_back(&strangers_.emplace_back(std::move(stranger)));
    }
  }
  Placing placing(waiters);
  // A circle of waiters has no root: its members come behind those that have one.
  const auto rank = [&](const SessionRow* session) {
    const int group = !session->blocked_by.empty() ? 1 : placing.below(session).empty() ? 2 : 0;
    return std::tuple(group, -age(*session));
  };
  std::ranges::stable_sort(roots, {}, rank);
  std::vector<std::vector<TreeRow>> trees;
  for (const SessionRow* root : roots) {
    if (auto tree = placing.place(root); !tree.empty()) trees.push_back(std::move(tree));
  }
  std::ranges::stable_sort(trees, std::greater<>{}, &std::vector<TreeRow>::size);
  for (const auto& tree : trees) rows_.insert(rows_.end(), tree.begin(), tree.end());
}

std::size_t SessionTree::behind_first() const {
  const auto below = [](const TreeRow& row) { return row.depth > 0; };
  if (rows_.empty()) return 0;
  return static_cast<std::size_t>(std::find_if_not(rows_.begin() + 1, rows_.end(), below) - (rows_.begin() + 1));
}

}  // namespace dbi::exporting
