// One execution plan as a tree, the same whatever the format: nodes in pre-order, each with its properties under
// PostgreSQL's names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "planread/plan_key.hpp"
#include "sql/statement.hpp"

namespace dbi::planread {

/// Where a node stands under its parent. Computed, never read: TEXT does not say, and versions differ.
enum class Edge : std::uint8_t { Root, Outer, Inner, Member, Subquery, InitPlan, SubPlan, Cte };

/// What a plan has beside its nodes.
enum class GroupKind : std::uint8_t {
  Statement,
  Planning,
  Serialization,
  Jit,
  Trigger,
  Worker,
  FullSort,
  FullSortMemory,
  FullSortDisk,
  PresortedSort,
  PresortedSortMemory,
  PresortedSortDisk,
  TargetTable
};

/// A property: its number (1 for a flag that is set) or its text. A list is one text, joined by ", ". Grouping sets are
/// repeated Group Key, Hash Key and Sort Key, in order.
struct Property {
  PlanKey key;
  double number = 0;
  std::string_view text;
};

/// No node: of a group that belongs to the whole statement, of the root's parent.
inline constexpr std::uint32_t kNoNode = UINT32_MAX;

struct Node {
  std::uint32_t parent = kNoNode;
  std::uint32_t end = 0;    ///< the node behind this one and all below it
  std::uint32_t depth = 1;  ///< the root's is 1
  std::uint32_t input = 0;  ///< among its parent's children that have no label, as printed; 0 where it has one
  Edge edge = Edge::Root;
  std::string_view label;  ///< "InitPlan 1 (returns $0)", "SubPlan 2", "CTE x"; empty for other edges
  std::uint32_t first_property = 0;
  std::uint32_t properties = 0;
};

struct Group {
  GroupKind kind;
  std::uint32_t node;  ///< whose it is; kNoNode for the statement's
  std::uint32_t first_property = 0;
  std::uint32_t properties = 0;
};

/// Views point into what the plan was read from or into the plan, and hold until the next clear(). Counters of 0, flags
/// that are false and words that TEXT leaves out because they are the ordinary case (Partial Mode Simple, Scan
/// Direction Forward) are not there, in every format alike; a node that never ran has Actual Loops 0 and no times and
/// rows. Reusable: after warm-up nothing is allocated. Not shared between threads.
class Plan {
 public:
  /// Nodes of one plan at most: more is refused by the readers with ErrorKind::Unsupported.
  static constexpr std::size_t kMaxNodes = 100'000;

  Plan() = default;
  // Views point into its own text.
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  Plan(Plan&&) = delete;
  Plan& operator=(Plan&&) = delete;
  ~Plan() = default;

  /// Whose plan it is, and with that what the words of its nodes mean.
  [[nodiscard]] sql::System system() const { return system_; }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] std::span<const Group> groups() const { return groups_; }
  [[nodiscard]] std::span<const Property> properties(const Node& node) const {
    return std::span(properties_).subspan(node.first_property, node.properties);
  }
  [[nodiscard]] std::span<const Property> properties(const Group& group) const {
    return std::span(properties_).subspan(group.first_property, group.properties);
  }
  /// Nothing where the node (or group) has no such property.
  template <typename Owner>
  [[nodiscard]] std::optional<double> number(const Owner& owner, PlanKey key) const {
    const Property* property = find(owner, key);
    return property == nullptr ? std::nullopt : std::optional(property->number);
  }
  /// Empty where there is none.
  template <typename Owner>
  [[nodiscard]] std::string_view text(const Owner& owner, PlanKey key) const {
    const Property* property = find(owner, key);
    return property == nullptr ? std::string_view() : property->text;
  }
  template <typename Owner>
  [[nodiscard]] bool has(const Owner& owner, PlanKey key) const {
    return find(owner, key) != nullptr;
  }
  /// The groups that belong to the node, or to the statement.
  [[nodiscard]] std::span<const Group> groups(std::uint32_t node) const;
  /// The first group of that kind that belongs to the node, or to the statement.
  [[nodiscard]] const Group* group(GroupKind kind, std::uint32_t node = kNoNode) const;

  /// Names of properties that no table knows, each once, at most kMaxUnknown.
  [[nodiscard]] std::span<const std::string_view> unknown_keys() const { return unknown_; }
  static constexpr std::size_t kMaxUnknown = 64;

  // For readers.

  /// Forgets all; lists of up to `source_bytes` in sum can be joined from now on.
  void clear(std::size_t source_bytes, sql::System system = sql::System::PostgreSql);
  /// Begins a node; its properties follow at once. Nodes come in pre-order.
  std::uint32_t add_node(std::uint32_t parent, std::string_view label);
  /// Begins a group; those of a node come before those of later nodes, and the statement's last.
  void begin_group(GroupKind kind, std::uint32_t node);
  /// Adds to the node or group that was begun last, where it says something (see the class).
  void add_number(PlanKey key, double number);
  void add_text(PlanKey key, std::string_view text);
  void add_flag(PlanKey key, bool flag);
  void add_unknown(std::string_view name);
  /// Joins lists: append to it, then take what came to it.
  std::string& text() { return text_; }
  [[nodiscard]] std::string_view text_since(std::size_t begin) const { return std::string_view(text_).substr(begin); }
  /// Computes what the nodes say of each other, once all are there.
  void finish();

 private:
  template <typename Owner>
  [[nodiscard]] const Property* find(const Owner& owner, PlanKey key) const {
    for (const Property& property : properties(owner)) {
      if (property.key == key) return &property;
    }
    return nullptr;
  }
  void add(Property property);
  void drop_ordinary(const Node& node);
  [[nodiscard]] Edge edge_of(const Node& node) const;

  sql::System system_ = sql::System::PostgreSql;
  std::vector<Node> nodes_;
  std::vector<Group> groups_;
  std::vector<Property> properties_;
  std::vector<std::uint32_t> inputs_;  // children without a label, of each node so far
  std::vector<std::string_view> unknown_;
  std::string text_;  // never grows beyond what clear() reserved, so that views into it hold
  bool in_group_ = false;
};

}  // namespace dbi::planread
