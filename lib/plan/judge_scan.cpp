// Rules about reading tables and indexes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plan/judge.hpp"

namespace dbi::plan {

using planread::Edge;
using planread::kNoNode;
using planread::PlanKey;

void Judge::judge_scan(std::uint32_t node, std::string_view type) {
  if (type == "Seq Scan") judge_seq_scan(node);
  if (type == "Index Scan" || type == "Index Only Scan") judge_index_scan(node);
  if (type == "Bitmap Heap Scan") judge_bitmap(node);
}

void Judge::judge_seq_scan(std::uint32_t node) {
  const double removed = total(node, PlanKey::RowsRemovedByFilter);
  const double read = removed + rows(node);
  if (removed >= thresholds_.discarded_rows && removed * 100 >= read * thresholds_.scan_discarded_pct) {
    // What hardly took time is no trouble, however many rows it was.
    constexpr double kLeastSharePct = 10;
    if (self_share(node).value_or(100) < kLeastSharePct) return;
    const Severity severity = removed >= thresholds_.discarded_rows_critical ? Severity::Critical : Severity::Warning;
    return report(FindingCode::SeqScanDiscards, severity, node,
                  {{"removed_rows", removed}, {"rows", rows(node)}, {"loops", loops(node)}},
                  columns_of(node, PlanKey::Filter));
  }
  const std::uint32_t parent = plan_->nodes()[node].parent;
  if (parent == kNoNode || rows(node) < thresholds_.large_scan_rows) return;
  const std::string_view above = text(parent, PlanKey::NodeType);
  const bool passes_on = above == "Limit" || text(parent, PlanKey::JoinType) == "Semi";
  if (!passes_on || rows(parent) * 100 >= rows(node) * thresholds_.consumed_pct) return;
  report(FindingCode::SeqScanLarge, Severity::Info, node, {{"rows", rows(node)}, {"rows_above", rows(parent)}},
         std::string(text(node, PlanKey::RelationName)));
}

void Judge::judge_index_scan(std::uint32_t node) {
  const double removed = total(node, PlanKey::RowsRemovedByFilter);
  const double read = removed + rows(node);
  if (removed >= thresholds_.discarded_rows && removed * 100 >= read * thresholds_.index_discarded_pct) {
    const std::uint32_t parent = plan_->nodes()[node].parent;
    const bool ordered = parent != kNoNode && text(parent, PlanKey::NodeType) == "Limit";
    report(ordered ? FindingCode::OrderByLimit : FindingCode::IndexScanDiscards, Severity::Warning, node,
           {{"removed_rows", removed}, {"rows", rows(node)}, {"loops", loops(node)}},
           columns_of(node, PlanKey::Filter));
  }
  const double fetches = number(node, PlanKey::HeapFetches);
  if (fetches >= thresholds_.heap_fetches && fetches * 100 >= read * thresholds_.heap_fetches_pct) {
    report(FindingCode::HeapFetches, Severity::Warning, node, {{"heap_fetches", fetches}, {"rows", rows(node)}},
           std::string(text(node, PlanKey::RelationName)));
  }
}

void Judge::judge_bitmap(std::uint32_t node) {
  const double removed = total(node, PlanKey::RowsRemovedByIndexRecheck);
  const double lossy = number(node, PlanKey::LossyHeapBlocks);
  const double exact = number(node, PlanKey::ExactHeapBlocks);
  const std::string relation(text(node, PlanKey::RelationName));
  if (lossy > 0 && removed >= thresholds_.discarded_rows) {
    report(FindingCode::BitmapLossy, lossy > exact ? Severity::Critical : Severity::Warning, node,
           {{"lossy_blocks", lossy}, {"exact_blocks", exact}, {"removed_rows", removed}}, relation);
  } else if (removed >= thresholds_.discarded_rows && removed >= rows(node) * thresholds_.recheck_ratio) {
    report(FindingCode::RecheckDiscards, Severity::Warning, node, {{"removed_rows", removed}, {"rows", rows(node)}},
           relation);
  }
  const double filtered = total(node, PlanKey::RowsRemovedByFilter);
  if (filtered >= thresholds_.discarded_rows &&
      filtered * 100 >= (filtered + rows(node)) * thresholds_.index_discarded_pct) {
    report(FindingCode::IndexScanDiscards, Severity::Warning, node, {{"removed_rows", filtered}, {"rows", rows(node)}},
           columns_of(node, PlanKey::Filter));
  }
}

void Judge::judge_limit(std::uint32_t node) {
  const auto below = child(node, Edge::Outer);
  if (!below) return;
  const double given = rows(*below);
  const double kept = rows(node);
  if (given - kept < thresholds_.discarded_rows || given < kept * thresholds_.misestimate_info) return;
  report(FindingCode::LargeOffset, Severity::Warning, node, {{"read_rows", given}, {"rows", kept}});
}

}  // namespace dbi::plan
