// Rules about memory, temporary files, parallel workers, JIT, planning and triggers.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "plan/judge.hpp"

namespace dbi::plan {

using planread::Group;
using planread::GroupKind;
using planread::PlanKey;

void Judge::judge_memory(std::uint32_t node, std::string_view type) {
  if (type == "Sort" || type == "Incremental Sort") return judge_sort(node);
  if (type == "Hash") {
    const double batches = number(node, PlanKey::HashBatches);
    const double planned =
        plan_->has(at(node), PlanKey::OriginalHashBatches) ? number(node, PlanKey::OriginalHashBatches) : batches;
    if (batches <= 1 || (batches <= planned && batches < thresholds_.hash_batches_critical)) return;
    const bool critical = batches >= thresholds_.hash_batches_critical || batches >= planned * 4;
    return report(
        FindingCode::HashBatches, critical ? Severity::Critical : Severity::Warning, node,
        {{"batches", batches}, {"planned_batches", planned}, {"memory_kb", number(node, PlanKey::PeakMemoryUsage)}});
  }
  if (type == "Aggregate" && (number(node, PlanKey::DiskUsage) > 0 || number(node, PlanKey::HashAggBatches) > 1)) {
    return report(FindingCode::HashAggregateSpills, Severity::Warning, node,
                  {{"batches", number(node, PlanKey::HashAggBatches)}, {"disk_kb", number(node, PlanKey::DiskUsage)}});
  }
  const Blocks& blocks = accounting_->nodes()[node].self_blocks;
  if (type == "Hash Join" || blocks.temp_read + blocks.temp_written < thresholds_.temp_blocks) return;
  report(FindingCode::TempIo, Severity::Warning, node,
         {{"temp_read_blocks", blocks.temp_read}, {"temp_written_blocks", blocks.temp_written}});
}

void Judge::judge_sort(std::uint32_t node) {
  const double disk_kb = sort_disk_kb(*plan_, node);
  if (disk_kb <= 0) return;
  const Severity severity = disk_kb >= thresholds_.sort_disk_critical_kb ? Severity::Critical
                            : disk_kb >= thresholds_.sort_disk_kb        ? Severity::Warning
                                                                         : Severity::Info;
  report(FindingCode::SortOnDisk, severity, node, {{"disk_kb", disk_kb}, {"rows", rows(node)}});
}

void Judge::judge_parallel(std::uint32_t node, std::string_view type) {
  const double planned = number(node, PlanKey::WorkersPlanned);
  const double launched = number(node, PlanKey::WorkersLaunched);
  if ((type == "Gather" || type == "Gather Merge") && launched < planned) {
    report(FindingCode::WorkersNotLaunched, launched == 0 ? Severity::Warning : Severity::Info, node,
           {{"planned", planned}, {"launched", launched}});
  }
  std::vector<double> worker_rows;
  for (const Group& group : plan_->groups(node)) {
    if (group.kind != GroupKind::Worker || !plan_->has(group, PlanKey::ActualRows)) continue;
    worker_rows.push_back(*plan_->number(group, PlanKey::ActualRows) *
                          plan_->number(group, PlanKey::ActualLoops).value_or(1));
  }
  // The median of two is no measure of what is usual.
  constexpr std::size_t kFewestWorkers = 3;
  if (worker_rows.size() < kFewestWorkers || text(node, PlanKey::RelationName).empty()) return;
  std::sort(worker_rows.begin(), worker_rows.end());
  const double median = std::max(worker_rows[worker_rows.size() / 2], 1.0);
  if (worker_rows.back() < thresholds_.discarded_rows || worker_rows.back() < median * thresholds_.skew) return;
  report(FindingCode::ParallelSkew, Severity::Info, node, {{"most_rows", worker_rows.back()}, {"median_rows", median}},
         relation(node));
}

void Judge::judge_statement() {
  const Group* statement = plan_->group(GroupKind::Statement);
  const auto of_statement = [&](PlanKey key) {
    return statement == nullptr ? 0 : plan_->number(*statement, key).value_or(0);
  };
  const double planning = of_statement(PlanKey::PlanningTime);
  // auto_explain has no Execution Time.
  const double execution = std::max(of_statement(PlanKey::ExecutionTime), total_ms_);
  if (execution <= 0) return;
  report_slow_planning(planning, execution);
  if (const Group* jit = plan_->group(GroupKind::Jit); jit != nullptr) {
    const double total = plan_->number(*jit, PlanKey::JitTotal).value_or(0);
    if (total >= thresholds_.jit_ms && total * 100 >= execution * thresholds_.share_pct) {
      report(FindingCode::JitDominates, Severity::Warning, kWholePlan,
             {{"jit_ms", total}, {"execution_ms", execution}});
    }
  }
  judge_triggers(execution);
}

void Judge::judge_triggers(double execution_ms) {
  for (const Group& group : plan_->groups(planread::kNoNode)) {
    if (group.kind != GroupKind::Trigger) continue;
    const double time = plan_->number(group, PlanKey::Time).value_or(0);
    if (time < thresholds_.planning_ms || time * 100 < execution_ms * thresholds_.share_pct) continue;
    const std::string_view constraint = plan_->text(group, PlanKey::ConstraintName);
    report(FindingCode::TriggerDominates, Severity::Warning, kWholePlan,
           {{"trigger_ms", time},
            {"calls", plan_->number(group, PlanKey::Calls).value_or(0)},
            {"execution_ms", execution_ms}},
           std::string(constraint.empty() ? plan_->text(group, PlanKey::TriggerName) : constraint));
  }
}

}  // namespace dbi::plan
