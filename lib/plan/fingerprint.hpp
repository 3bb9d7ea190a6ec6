// The names of a plan's shape: what stays the same whatever it cost, whatever values it ran with and whatever format it
// was printed in. The recipes, version 1 of each, stand in dbi-record(5), "PLAN FINGERPRINT".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/expression.hpp"
#include "plan/mysql_recipe.hpp"
#include "plan/plan_names.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// XXH3-128, the high half first.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

/// 32 hex digits.
[[nodiscard]] std::string hex(Hash128 hash);

/// Computes the fingerprints of one plan after the other. Reusable: after warm-up little is allocated. Not shared
/// between threads.
class Fingerprint {
 public:
  /// Reads a plan, which has to be finished.
  void compute(const planread::Plan& plan);

  /// "p1:p:..." with relations, indexes and expressions: the name of the plan. "p1" is the recipe for PostgreSQL, see
  /// MySqlRecipe for the others.
  [[nodiscard]] std::string plan_hash() const { return name(":p:", plan_hashes_.front()); }
  /// "p1:s:..." of node types, strategies and join types alone.
  [[nodiscard]] std::string plan_shape() const { return name(":s:", shape_hashes_.front()); }
  /// Of each node with all below it, by node; so that what changed between two plans is found by what did not.
  [[nodiscard]] std::span<const Hash128> subtrees() const { return plan_hashes_; }

 private:
  [[nodiscard]] std::string name(std::string_view level, Hash128 hash) const;
  [[nodiscard]] bool is_postgresql() const { return plan_->system() == sql::System::PostgreSql; }
  void write_node(std::uint32_t place);
  void write_postgresql(std::uint32_t place);
  void write_mysql(std::uint32_t place);
  void write_expressions(std::uint32_t place);
  void write_object(const planread::Node& node);
  void hash_nodes(std::vector<Hash128>& hashes, bool shape);
  void hash_node(std::uint32_t place, std::vector<Hash128>& hashes, bool shape);
  [[nodiscard]] std::string_view own_text(std::uint32_t place, bool shape) const;
  void add_shared(const std::vector<Hash128>& hashes);
  [[nodiscard]] bool has_members(const planread::Node& node) const;
  [[nodiscard]] planread::Edge edge_of(const planread::Node& node) const;

  struct Own {
    std::uint32_t begin = 0;  ///< of what the node itself says, in text_
    std::uint32_t shape = 0;  ///< behind what says its shape
    std::uint32_t plan = 0;   ///< where what says its plan begins
    std::uint32_t end = 0;
  };
  /// What a parent knows of a child: how it stands below it, and what it is.
  struct Child {
    planread::Edge edge;
    Hash128 hash;
    friend bool operator==(const Child&, const Child&) = default;
  };

  const planread::Plan* plan_ = nullptr;
  PlanNames names_;
  MySqlRecipe mysql_;
  std::string_view prefix_;
  ExpressionWriter expressions_;
  std::string text_;
  std::vector<Own> own_;
  std::vector<Hash128> plan_hashes_;
  std::vector<Hash128> shape_hashes_;
  std::vector<Child> children_;
  std::vector<std::uint32_t> shared_;  // CTEs that several nodes read, where their plans are
  std::string input_;
};

}  // namespace dbi::plan
