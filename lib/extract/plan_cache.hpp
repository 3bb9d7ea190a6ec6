// What was said of plans that come again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/lru_map.hpp"
#include "extract/members.hpp"
#include "plan/outline.hpp"
#include "sql/statement.hpp"

namespace dbi::extract {

/// All that is said of a plan.
struct KnownPlan {
  Members members;
  sql::System system = sql::System::PostgreSql;
  std::string hash;
  std::string gist;
  std::optional<double> cost;
  std::optional<double> rows;
  std::optional<double> execution_ms;            ///< where EXPLAIN ANALYZE ran it
  std::shared_ptr<const plan::Outline> outline;  ///< for the history; else none
  [[nodiscard]] std::size_t bytes() const;
};

/// What is known by the bytes of the plan (XXH3-128 of them), bounded by entries and by bytes; what was used longest
/// ago makes room. A hit allocates nothing. Not shared between threads.
class PlanCache {
 public:
  /// `max_entries` of 0: nothing is kept.
  PlanCache(std::size_t max_entries, std::size_t max_bytes)
      : entries_(max_entries), enabled_(max_entries > 0), max_bytes_(max_bytes) {}

  /// nullptr where the plan is not known. Valid until the next put() or shrink().
  [[nodiscard]] const KnownPlan* find(std::string_view plan);
  /// Keeps a copy, unless it alone takes more than a quarter of the bytes.
  void put(std::string_view plan, const KnownPlan& known);
  /// Gives back half.
  void shrink();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t evictions() const { return evictions_; }

 private:
  void evict_to(std::size_t bytes);

  LruMap<KnownPlan> entries_;
  bool enabled_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace dbi::extract
