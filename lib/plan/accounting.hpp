// What each node of a plan did itself, without what stands below it. The formulas stand in dbi-record(5), "PLAN
// FIGURES".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "planread/plan.hpp"

namespace dbi::plan {

/// Blocks of 8 KiB (the server's block size), over all loops and processes.
struct Blocks {
  double shared_hit = 0;
  double shared_read = 0;
  double temp_read = 0;
  double temp_written = 0;
};

struct NodeFigures {
  /// Rows that the node gave, over all loops and processes: the mean that EXPLAIN prints times the loops. Nothing
  /// without ANALYZE, and where it is not printed (joins of MariaDB).
  std::optional<double> rows;
  /// Milliseconds that passed while the node and all below it worked. Below a Gather the processes work at once: there
  /// it is what one of them took. Nothing without ANALYZE and with TIMING OFF.
  std::optional<double> elapsed_ms;
  /// Of these what the node spent itself; at least 0.
  std::optional<double> self_ms;
  /// The node ran in several processes, which EXPLAIN does not tell apart without VERBOSE: times are the mean's.
  bool approximate = false;
  Blocks self_blocks;
};

/// How many times the larger of estimate and truth is the other: rows a loop, both at least one. Nothing where the node
/// never ran, or one of them was not printed (COSTS OFF; MariaDB's joins and sorts).
[[nodiscard]] std::optional<double> misestimate(const planread::Plan& plan, std::uint32_t node);

/// Kilobytes that a sort wrote to disk: the leader's, those of each worker and of the groups of an incremental sort. 0
/// where it wrote none.
[[nodiscard]] double sort_disk_kb(const planread::Plan& plan, std::uint32_t node);

/// Milliseconds that EXPLAIN ANALYZE gives for the whole execution (Total Runtime before PostgreSQL 9.4).
[[nodiscard]] std::optional<double> execution_ms(const planread::Plan& plan);

/// Computes the figures of one plan after the other. Reusable; not shared between threads.
class Accounting {
 public:
  void compute(const planread::Plan& plan);

  /// By node.
  [[nodiscard]] std::span<const NodeFigures> nodes() const { return figures_; }
  /// Milliseconds by which children seemed to have taken longer than their parents, and which therefore count nowhere:
  /// the measure of how far the figures can be trusted.
  [[nodiscard]] double clamped_ms() const { return clamped_ms_; }

 private:
  void measure(std::uint32_t node);
  void charge_children();
  void charge_init_plan(std::uint32_t init_plan);
  void charge_cte(std::uint32_t cte);
  void subtract(std::uint32_t from, std::uint32_t what, double share);
  [[nodiscard]] std::uint32_t timed_above(std::uint32_t node) const;
  [[nodiscard]] bool is_block(std::uint32_t node) const;
  [[nodiscard]] bool speaks_of(std::uint32_t node, std::string_view parameter) const;
  [[nodiscard]] double processes(std::uint32_t node) const;

  const planread::Plan* plan_ = nullptr;
  std::vector<NodeFigures> figures_;
  std::vector<Blocks> blocks_;         // with all below
  std::vector<std::uint32_t> gather_;  // the nearest Gather above, or kNoNode
  std::vector<std::uint32_t> scans_;   // of the CTE at hand
  double clamped_ms_ = 0;
};

}  // namespace dbi::plan
