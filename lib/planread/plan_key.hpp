// The properties that plans have, by PostgreSQL's own names (MySQL's for what PostgreSQL has not), and what each may be
// used for: the one table from which readers, fingerprint and redaction go.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace dbi::planread {

/// What a property says, and with that what may be done with it (names of explain.c, PostgreSQL 12 to 18).
enum class KeyClass : std::uint8_t {
  Shape,      ///< what the node does: hashed at every level
  Object,     ///< what it does that to: hashed with the plan
  Condition,  ///< an expression: masked, and hashed without its literals
  Masked,     ///< an expression that only some options print: masked, never hashed
  Ignored,    ///< a word or flag that says nothing of the plan's work, or that not every format has
  Estimate,   ///< the planner's
  Mean,       ///< measured, a mean over the loops
  Total,      ///< measured, over all loops and workers
  Statement   ///< of the statement, not of a node
};

enum class KeyType : std::uint8_t { Text, Number, Flag };

/// A property. The order is that of kPlanKeys.
enum class PlanKey : std::uint8_t {
  NodeType,
  Operation,
  Strategy,
  PartialMode,
  JoinType,
  ScanDirection,
  Command,
  CustomPlanProvider,
  ParallelAware,
  RelationName,
  IndexName,
  FunctionName,
  TableFunctionName,
  CteName,
  TuplestoreName,
  SamplingMethod,
  ConflictResolution,
  ConflictArbiterIndexes,
  Schema,
  Alias,
  ParentRelationship,
  SubplanName,
  AsyncCapable,
  InnerUnique,
  SingleCopy,
  CacheMode,
  Disabled,
  Filter,
  JoinFilter,
  HashCond,
  MergeCond,
  IndexCond,
  RecheckCond,
  TidCond,
  OneTimeFilter,
  OrderBy,
  ConflictFilter,
  RunCondition,
  CacheKey,
  SortKey,
  PresortedKey,
  GroupKey,
  HashKey,
  GroupKeys,
  HashKeys,
  SamplingParameters,
  RepeatableSeed,
  Output,
  Window,
  FunctionCall,
  TableFunctionCall,
  RemoteSql,
  Relations,
  ParamsEvaluated,
  QueryText,
  QueryParameters,
  StartupCost,
  TotalCost,
  PlanRows,
  PlanWidth,
  PlannedPartitions,
  WorkersPlanned,
  SubplansRemoved,
  BatchSize,
  ActualStartupTime,
  ActualTotalTime,
  ActualRows,
  RowsRemovedByFilter,
  RowsRemovedByJoinFilter,
  RowsRemovedByIndexRecheck,
  RowsRemovedByConflictFilter,
  ActualLoops,
  SharedHitBlocks,
  SharedReadBlocks,
  SharedDirtiedBlocks,
  SharedWrittenBlocks,
  LocalHitBlocks,
  LocalReadBlocks,
  LocalDirtiedBlocks,
  LocalWrittenBlocks,
  TempReadBlocks,
  TempWrittenBlocks,
  IoReadTime,
  IoWriteTime,
  SharedIoReadTime,
  SharedIoWriteTime,
  LocalIoReadTime,
  LocalIoWriteTime,
  TempIoReadTime,
  TempIoWriteTime,
  WalRecords,
  WalFpi,
  WalBytes,
  WalBuffersFull,
  HeapFetches,
  ExactHeapBlocks,
  LossyHeapBlocks,
  IndexSearches,
  CacheHits,
  CacheMisses,
  CacheEvictions,
  CacheOverflows,
  HashBuckets,
  OriginalHashBuckets,
  HashBatches,
  OriginalHashBatches,
  HashAggBatches,
  PeakMemoryUsage,
  DiskUsage,
  SortMethod,
  SortSpaceUsed,
  SortSpaceType,
  Storage,
  MaximumStorage,
  TuplesInserted,
  TuplesUpdated,
  TuplesDeleted,
  TuplesSkipped,
  ConflictingTuples,
  WorkersLaunched,
  WorkerNumber,
  GroupCount,
  SortMethodsUsed,
  AverageSortSpaceUsed,
  PeakSortSpaceUsed,
  ForeignFile,
  ForeignFileSize,
  ForeignProgram,
  PlanningTime,
  ExecutionTime,
  TotalRuntime,
  QueryIdentifier,
  MemoryUsed,
  MemoryAllocated,
  Time,
  OutputVolume,
  Format,
  Functions,
  TriggerName,
  ConstraintName,
  Relation,
  Calls,
  JitGeneration,
  JitDeform,
  JitInlining,
  JitOptimization,
  JitEmission,
  JitTotal,
  // Of MySQL and MariaDB, by their own names.
  OperationText,
  AccessType,
  UsedKeyParts,
  PossibleKeys,
  Covering,
  UsingFilesort,
  UsingTemporaryTable,
  UsingJoinBuffer,
  RangeChecked,
  Filtered,
  ActualFiltered,
  SortPasses,
  UsedPriorityQueue,
};

struct PlanKeyRow {
  PlanKey key;
  std::string_view name;  ///< in JSON and YAML, mostly in TEXT, too
  KeyClass key_class;
  KeyType type;
};

/// Every key once, in the order of the enumeration.
[[nodiscard]] std::span<const PlanKeyRow> plan_keys();

[[nodiscard]] const PlanKeyRow& plan_key_row(PlanKey key);

/// The key of that name, nullptr for one that is not known. In XML '-' stands for ' ' and '/'.
[[nodiscard]] const PlanKeyRow* find_plan_key(std::string_view name);

/// Whether a name, as XML or JSON has it, is this one.
[[nodiscard]] bool is_plan_name(std::string_view name, std::string_view wanted);

}  // namespace dbi::planread
