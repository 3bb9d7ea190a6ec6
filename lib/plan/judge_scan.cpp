// Rules about reading tables and indexes.
// SPDX-License-Identifier: Apache-2.0
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
    if (is_cheap(node)) return;
    const Severity severity = removed >= thresholds_.discarded_rows_critical ? Severity::Critical : Severity::Warning;
    return report(FindingCode::SeqScanDiscards, severity, node,
                  {{"removed_rows", removed}, {"rows", rows(node)}, {"loops", loops(node)}},
                  columns_of(node, PlanKey::Filter));
  }
  const std::uint32_t parent = at(node).parent;
  if (parent == kNoNode || rows(node) < thresholds_.large_scan_rows) return;
  const bool passes_on = type(parent) == "Limit" || text(parent, PlanKey::JoinType) == "Semi";
  if (!passes_on || rows(parent) * 100 >= rows(node) * thresholds_.consumed_pct) return;
  report(FindingCode::SeqScanLarge, Severity::Info, node, {{"rows", rows(node)}, {"rows_above", rows(parent)}},
         relation(node));
}

void Judge::judge_index_scan(std::uint32_t node) {
  const double removed = total(node, PlanKey::RowsRemovedByFilter);
  const double read = removed + rows(node);
  if (removed >= thresholds_.discarded_rows && removed * 100 >= read * thresholds_.index_discarded_pct) {
    const std::uint32_t parent = at(node).parent;
    const bool ordered = parent != kNoNode && type(parent) == "Limit";
    report(ordered ? FindingCode::OrderByLimit : FindingCode::IndexScanDiscards, Severity::Warning, node,
           {{"removed_rows", removed}, {"rows", rows(node)}, {"loops", loops(node)}},
           columns_of(node, PlanKey::Filter));
  }
  const double fetches = number(node, PlanKey::HeapFetches);
  if (fetches >= thresholds_.heap_fetches && fetches * 100 >= read * thresholds_.heap_fetches_pct) {
    report(FindingCode::HeapFetches, Severity::Warning, node, {{"heap_fetches", fetches}, {"rows", rows(node)}},
           relation(node));
  }
}

void Judge::judge_bitmap(std::uint32_t node) {
  const double removed = total(node, PlanKey::RowsRemovedByIndexRecheck);
  const double lossy = number(node, PlanKey::LossyHeapBlocks);
  const double exact = number(node, PlanKey::ExactHeapBlocks);
  if (lossy > 0 && removed >= thresholds_.discarded_rows) {
    report(FindingCode::BitmapLossy, lossy > exact ? Severity::Critical : Severity::Warning, node,
           {{"lossy_blocks", lossy}, {"exact_blocks", exact}, {"removed_rows", removed}}, relation(node));
  } else if (removed >= thresholds_.discarded_rows && removed >= rows(node) * thresholds_.recheck_ratio) {
    report(FindingCode::RecheckDiscards, Severity::Warning, node, {{"removed_rows", removed}, {"rows", rows(node)}},
           relation(node));
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
