// What the fingerprint of a plan of MySQL or MariaDB is made of. The recipes stand in dbi-record(5), "PLAN
// FINGERPRINT".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plan/mysql_expression.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// Writes what nodes say of themselves, one plan after the other. Reusable; not shared between threads.
class MySqlRecipe {
 public:
  /// The plan whose nodes come next, finished, of MySQL or MariaDB.
  void begin(const planread::Plan& plan);

  /// "m1" where each node says in prose what it does (version 2 of MySQL's JSON, TREE), "b1" where nodes have
  /// properties (version 1, MariaDB): there is no telling whether one of each is the same plan. A plan of version 1
  /// that is a message alone ("Impossible WHERE") is prose.
  [[nodiscard]] std::string_view prefix() const { return prose_ ? "m1" : "b1"; }

  /// Whether the plan's nodes are their prose, which says their shape, too.
  [[nodiscard]] bool has_prose() const { return prose_; }

  /// Whether the node materializes a CTE that several read: its plan is printed below the one that runs first, which
  /// may be another once it ran.
  [[nodiscard]] bool is_shared(std::uint32_t place) const;

  /// Appends what belongs to the node's shape.
  void append_shape(const planread::Node& node, std::string& out) const;
  /// Appends what makes it the node of this plan.
  void append_work(std::uint32_t place, std::string& out);

 private:
  void append_operation(std::uint32_t place, std::string& out);
  void append_properties(const planread::Node& node, std::string& out);
  [[nodiscard]] std::string_view operation_of(std::uint32_t place) const;
  [[nodiscard]] bool filters_temporary(std::uint32_t place) const;

  const planread::Plan* plan_ = nullptr;
  bool prose_ = false;
  MySqlExpressionWriter expressions_;
};

}  // namespace dbi::plan
