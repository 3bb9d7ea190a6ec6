// SPDX-License-Identifier: Apache-2.0
#include "planread/plan_key.hpp"

#include <array>

namespace dbi::planread {

namespace {

using enum KeyClass;
using enum KeyType;

constexpr PlanKeyRow kPlanKeys[] = {
    {PlanKey::NodeType, "Node Type", Shape, Text},
    {PlanKey::Operation, "Operation", Shape, Text},
    {PlanKey::Strategy, "Strategy", Shape, Text},
    {PlanKey::PartialMode, "Partial Mode", Shape, Text},
    {PlanKey::JoinType, "Join Type", Shape, Text},
    {PlanKey::ScanDirection, "Scan Direction", Shape, Text},
    {PlanKey::Command, "Command", Shape, Text},
    {PlanKey::CustomPlanProvider, "Custom Plan Provider", Shape, Text},
    {PlanKey::ParallelAware, "Parallel Aware", Shape, Flag},
    {PlanKey::RelationName, "Relation Name", Object, Text},
    {PlanKey::IndexName, "Index Name", Object, Text},
    {PlanKey::FunctionName, "Function Name", Object, Text},
    {PlanKey::TableFunctionName, "Table Function Name", Object, Text},
    {PlanKey::CteName, "CTE Name", Object, Text},
    {PlanKey::TuplestoreName, "Tuplestore Name", Object, Text},
    {PlanKey::SamplingMethod, "Sampling Method", Object, Text},
    {PlanKey::ConflictResolution, "Conflict Resolution", Object, Text},
    {PlanKey::ConflictArbiterIndexes, "Conflict Arbiter Indexes", Object, Text},
    {PlanKey::Schema, "Schema", Ignored, Text},
    {PlanKey::Alias, "Alias", Ignored, Text},
    {PlanKey::ParentRelationship, "Parent Relationship", Ignored, Text},
    {PlanKey::SubplanName, "Subplan Name", Ignored, Text},
    {PlanKey::AsyncCapable, "Async Capable", Ignored, Flag},
    {PlanKey::InnerUnique, "Inner Unique", Ignored, Flag},
    {PlanKey::SingleCopy, "Single Copy", Ignored, Flag},
    {PlanKey::CacheMode, "Cache Mode", Ignored, Text},
    {PlanKey::Disabled, "Disabled", Ignored, Flag},
    {PlanKey::Filter, "Filter", Condition, Text},
    {PlanKey::JoinFilter, "Join Filter", Condition, Text},
    {PlanKey::HashCond, "Hash Cond", Condition, Text},
    {PlanKey::MergeCond, "Merge Cond", Condition, Text},
    {PlanKey::IndexCond, "Index Cond", Condition, Text},
    {PlanKey::RecheckCond, "Recheck Cond", Condition, Text},
    {PlanKey::TidCond, "TID Cond", Condition, Text},
    {PlanKey::OneTimeFilter, "One-Time Filter", Condition, Text},
    {PlanKey::OrderBy, "Order By", Condition, Text},
    {PlanKey::ConflictFilter, "Conflict Filter", Condition, Text},
    {PlanKey::RunCondition, "Run Condition", Condition, Text},
    {PlanKey::CacheKey, "Cache Key", Condition, Text},
    {PlanKey::SortKey, "Sort Key", Condition, Text},
    {PlanKey::PresortedKey, "Presorted Key", Condition, Text},
    {PlanKey::GroupKey, "Group Key", Condition, Text},
    {PlanKey::HashKey, "Hash Key", Condition, Text},
    {PlanKey::GroupKeys, "Group Keys", Condition, Text},
    {PlanKey::HashKeys, "Hash Keys", Condition, Text},
    {PlanKey::SamplingParameters, "Sampling Parameters", Condition, Text},
    {PlanKey::RepeatableSeed, "Repeatable Seed", Condition, Text},
    {PlanKey::Output, "Output", Masked, Text},
    {PlanKey::Window, "Window", Masked, Text},
    {PlanKey::FunctionCall, "Function Call", Masked, Text},
    {PlanKey::TableFunctionCall, "Table Function Call", Masked, Text},
    {PlanKey::RemoteSql, "Remote SQL", Masked, Text},
    {PlanKey::Relations, "Relations", Masked, Text},
    {PlanKey::ParamsEvaluated, "Params Evaluated", Masked, Text},
    {PlanKey::QueryText, "Query Text", Masked, Text},
    {PlanKey::QueryParameters, "Query Parameters", Masked, Text},
    {PlanKey::StartupCost, "Startup Cost", Estimate, Number},
    {PlanKey::TotalCost, "Total Cost", Estimate, Number},
    {PlanKey::PlanRows, "Plan Rows", Estimate, Number},
    {PlanKey::PlanWidth, "Plan Width", Estimate, Number},
    {PlanKey::PlannedPartitions, "Planned Partitions", Estimate, Number},
    {PlanKey::WorkersPlanned, "Workers Planned", Estimate, Number},
    {PlanKey::SubplansRemoved, "Subplans Removed", Estimate, Number},
    {PlanKey::BatchSize, "Batch Size", Estimate, Number},
    {PlanKey::ActualStartupTime, "Actual Startup Time", Mean, Number},
    {PlanKey::ActualTotalTime, "Actual Total Time", Mean, Number},
    {PlanKey::ActualRows, "Actual Rows", Mean, Number},
    {PlanKey::RowsRemovedByFilter, "Rows Removed by Filter", Mean, Number},
    {PlanKey::RowsRemovedByJoinFilter, "Rows Removed by Join Filter", Mean, Number},
    {PlanKey::RowsRemovedByIndexRecheck, "Rows Removed by Index Recheck", Mean, Number},
    {PlanKey::RowsRemovedByConflictFilter, "Rows Removed by Conflict Filter", Mean, Number},
    {PlanKey::ActualLoops, "Actual Loops", Total, Number},
    {PlanKey::SharedHitBlocks, "Shared Hit Blocks", Total, Number},
    {PlanKey::SharedReadBlocks, "Shared Read Blocks", Total, Number},
    {PlanKey::SharedDirtiedBlocks, "Shared Dirtied Blocks", Total, Number},
    {PlanKey::SharedWrittenBlocks, "Shared Written Blocks", Total, Number},
    {PlanKey::LocalHitBlocks, "Local Hit Blocks", Total, Number},
    {PlanKey::LocalReadBlocks, "Local Read Blocks", Total, Number},
    {PlanKey::LocalDirtiedBlocks, "Local Dirtied Blocks", Total, Number},
    {PlanKey::LocalWrittenBlocks, "Local Written Blocks", Total, Number},
    {PlanKey::TempReadBlocks, "Temp Read Blocks", Total, Number},
    {PlanKey::TempWrittenBlocks, "Temp Written Blocks", Total, Number},
    {PlanKey::IoReadTime, "I/O Read Time", Total, Number},
    {PlanKey::IoWriteTime, "I/O Write Time", Total, Number},
    {PlanKey::SharedIoReadTime, "Shared I/O Read Time", Total, Number},
    {PlanKey::SharedIoWriteTime, "Shared I/O Write Time", Total, Number},
    {PlanKey::LocalIoReadTime, "Local I/O Read Time", Total, Number},
    {PlanKey::LocalIoWriteTime, "Local I/O Write Time", Total, Number},
    {PlanKey::TempIoReadTime, "Temp I/O Read Time", Total, Number},
    {PlanKey::TempIoWriteTime, "Temp I/O Write Time", Total, Number},
    {PlanKey::WalRecords, "WAL Records", Total, Number},
    {PlanKey::WalFpi, "WAL FPI", Total, Number},
    {PlanKey::WalBytes, "WAL Bytes", Total, Number},
    {PlanKey::WalBuffersFull, "WAL Buffers Full", Total, Number},
    {PlanKey::HeapFetches, "Heap Fetches", Total, Number},
    {PlanKey::ExactHeapBlocks, "Exact Heap Blocks", Total, Number},
    {PlanKey::LossyHeapBlocks, "Lossy Heap Blocks", Total, Number},
    {PlanKey::IndexSearches, "Index Searches", Total, Number},
    {PlanKey::CacheHits, "Cache Hits", Total, Number},
    {PlanKey::CacheMisses, "Cache Misses", Total, Number},
    {PlanKey::CacheEvictions, "Cache Evictions", Total, Number},
    {PlanKey::CacheOverflows, "Cache Overflows", Total, Number},
    {PlanKey::HashBuckets, "Hash Buckets", Total, Number},
    {PlanKey::OriginalHashBuckets, "Original Hash Buckets", Total, Number},
    {PlanKey::HashBatches, "Hash Batches", Total, Number},
    {PlanKey::OriginalHashBatches, "Original Hash Batches", Total, Number},
    {PlanKey::HashAggBatches, "HashAgg Batches", Total, Number},
    {PlanKey::PeakMemoryUsage, "Peak Memory Usage", Total, Number},
    {PlanKey::DiskUsage, "Disk Usage", Total, Number},
    {PlanKey::SortMethod, "Sort Method", Total, Text},
    {PlanKey::SortSpaceUsed, "Sort Space Used", Total, Number},
    {PlanKey::SortSpaceType, "Sort Space Type", Total, Text},
    {PlanKey::Storage, "Storage", Total, Text},
    {PlanKey::MaximumStorage, "Maximum Storage", Total, Number},
    {PlanKey::TuplesInserted, "Tuples Inserted", Total, Number},
    {PlanKey::TuplesUpdated, "Tuples Updated", Total, Number},
    {PlanKey::TuplesDeleted, "Tuples Deleted", Total, Number},
    {PlanKey::TuplesSkipped, "Tuples Skipped", Total, Number},
    {PlanKey::ConflictingTuples, "Conflicting Tuples", Total, Number},
    {PlanKey::WorkersLaunched, "Workers Launched", Total, Number},
    {PlanKey::WorkerNumber, "Worker Number", Total, Number},
    {PlanKey::GroupCount, "Group Count", Total, Number},
    {PlanKey::SortMethodsUsed, "Sort Methods Used", Total, Text},
    {PlanKey::AverageSortSpaceUsed, "Average Sort Space Used", Total, Number},
    {PlanKey::PeakSortSpaceUsed, "Peak Sort Space Used", Total, Number},
    {PlanKey::ForeignFile, "Foreign File", Masked, Text},
    {PlanKey::ForeignFileSize, "Foreign File Size", Total, Number},
    {PlanKey::ForeignProgram, "Foreign Program", Masked, Text},
    {PlanKey::PlanningTime, "Planning Time", Statement, Number},
    {PlanKey::ExecutionTime, "Execution Time", Statement, Number},
    {PlanKey::TotalRuntime, "Total Runtime", Statement, Number},
    {PlanKey::QueryIdentifier, "Query Identifier", Statement, Text},
    {PlanKey::MemoryUsed, "Memory Used", Statement, Number},
    {PlanKey::MemoryAllocated, "Memory Allocated", Statement, Number},
    {PlanKey::Time, "Time", Statement, Number},
    {PlanKey::OutputVolume, "Output Volume", Statement, Number},
    {PlanKey::Format, "Format", Statement, Text},
    {PlanKey::Functions, "Functions", Statement, Number},
    {PlanKey::TriggerName, "Trigger Name", Statement, Text},
    {PlanKey::ConstraintName, "Constraint Name", Statement, Text},
    {PlanKey::Relation, "Relation", Statement, Text},
    {PlanKey::Calls, "Calls", Statement, Number},
    {PlanKey::JitGeneration, "Generation", Statement, Number},
    {PlanKey::JitDeform, "Deform", Statement, Number},
    {PlanKey::JitInlining, "Inlining", Statement, Number},
    {PlanKey::JitOptimization, "Optimization", Statement, Number},
    {PlanKey::JitEmission, "Emission", Statement, Number},
    {PlanKey::JitTotal, "Total", Statement, Number},
    {PlanKey::OperationText, "operation", Condition, Text},  // the server's sentence
    {PlanKey::AccessType, "access_type", Shape, Text},
    {PlanKey::UsedKeyParts, "used_key_parts", Object, Text},
    {PlanKey::PossibleKeys, "possible_keys", Ignored, Text},
    {PlanKey::Covering, "covering", Shape, Flag},
    {PlanKey::UsingFilesort, "using_filesort", Shape, Flag},
    {PlanKey::UsingTemporaryTable, "using_temporary_table", Shape, Flag},
    {PlanKey::UsingJoinBuffer, "using_join_buffer", Shape, Text},
    {PlanKey::RangeChecked, "range_checked_for_each_record", Shape, Flag},
    {PlanKey::Filtered, "filtered", Estimate, Number},  // percent
    {PlanKey::ActualFiltered, "r_filtered", Mean, Number},
    {PlanKey::SortPasses, "r_sort_passes", Total, Number},
    {PlanKey::UsedPriorityQueue, "r_used_priority_queue", Ignored, Flag},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kPlanKeys); ++i) {
    if (static_cast<std::size_t>(kPlanKeys[i].key) != i) return false;
  }
  return true;
}
static_assert(in_order());

constexpr char fold(char c) {
  return c == '-' || c == '/' ? ' ' : c;
}

// Open addressing, built by the compiler: a plan has hundreds of names.
constexpr std::size_t kSlots = 512;
static_assert(std::size(kPlanKeys) * 2 < kSlots);

constexpr std::size_t slot_of(std::string_view name) {
  std::size_t hash = name.size() * 131;
  for (const std::size_t place : {std::size_t{0}, name.size() / 2, name.size() / 3, name.size() - 1}) {
    hash = hash * 31 + static_cast<unsigned char>(fold(name[place]));
  }
  return (hash ^ (hash >> 9U)) % kSlots;
}

constexpr auto make_slots() {
  std::array<std::uint8_t, kSlots> slots{};  // 0 is free, else the row's number and 1
  for (std::size_t row = 0; row < std::size(kPlanKeys); ++row) {
    std::size_t slot = slot_of(kPlanKeys[row].name);
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<std::uint8_t>(row + 1);
  }
  return slots;
}

constexpr auto kTable = make_slots();

}  // namespace

std::span<const PlanKeyRow> plan_keys() {
  return kPlanKeys;
}

const PlanKeyRow& plan_key_row(PlanKey key) {
  return kPlanKeys[static_cast<std::size_t>(key)];
}

const PlanKeyRow* find_plan_key(std::string_view name) {
  if (name.empty()) return nullptr;
  for (std::size_t slot = slot_of(name); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    const PlanKeyRow& row = kPlanKeys[kTable[slot] - 1];
    if (is_plan_name(name, row.name)) return &row;
  }
  return nullptr;
}

bool is_plan_name(std::string_view name, std::string_view wanted) {
  if (name == wanted) return true;
  if (name.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != wanted[i] && fold(name[i]) != fold(wanted[i])) return false;
  }
  return true;
}

}  // namespace dbi::planread
