// After the show_* functions of explain.c, PostgreSQL 12 to 18.
// SPDX-License-Identifier: Apache-2.0
#include "planread/postgresql_text_property.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace dbi::planread {

namespace {

/// A figure of a line and the property that it is.
struct Figure {
  std::string_view word;
  PlanKey key;
};

// "shared hit=1 read=2, temp read=5": the figures of a kind go to the comma.
constexpr Figure kShared[] = {{"hit=", PlanKey::SharedHitBlocks},
                              {"read=", PlanKey::SharedReadBlocks},
                              {"dirtied=", PlanKey::SharedDirtiedBlocks},
                              {"written=", PlanKey::SharedWrittenBlocks}};
constexpr Figure kLocal[] = {{"hit=", PlanKey::LocalHitBlocks},
                             {"read=", PlanKey::LocalReadBlocks},
                             {"dirtied=", PlanKey::LocalDirtiedBlocks},
                             {"written=", PlanKey::LocalWrittenBlocks}};
constexpr Figure kTemp[] = {{"read=", PlanKey::TempReadBlocks}, {"written=", PlanKey::TempWrittenBlocks}};
constexpr Figure kSharedTime[] = {{"read=", PlanKey::SharedIoReadTime}, {"write=", PlanKey::SharedIoWriteTime}};
constexpr Figure kLocalTime[] = {{"read=", PlanKey::LocalIoReadTime}, {"write=", PlanKey::LocalIoWriteTime}};
constexpr Figure kTempTime[] = {{"read=", PlanKey::TempIoReadTime}, {"write=", PlanKey::TempIoWriteTime}};
constexpr Figure kTime[] = {{"read=", PlanKey::IoReadTime}, {"write=", PlanKey::IoWriteTime}};
constexpr Figure kWal[] = {{"records=", PlanKey::WalRecords},
                           {"fpi=", PlanKey::WalFpi},
                           {"bytes=", PlanKey::WalBytes},
                           {"full=", PlanKey::WalBuffersFull}};
constexpr Figure kHeapBlocks[] = {{"exact=", PlanKey::ExactHeapBlocks}, {"lossy=", PlanKey::LossyHeapBlocks}};
constexpr Figure kMergeTuples[] = {{"inserted=", PlanKey::TuplesInserted},
                                   {"updated=", PlanKey::TuplesUpdated},
                                   {"deleted=", PlanKey::TuplesDeleted},
                                   {"skipped=", PlanKey::TuplesSkipped}};
constexpr Figure kMemory[] = {{"used=", PlanKey::MemoryUsed}, {"allocated=", PlanKey::MemoryAllocated}};
constexpr Figure kSerialization[] = {{"time=", PlanKey::Time}, {"output=", PlanKey::OutputVolume}};

// "Label: 64kB" within a line that has several.
constexpr Figure kHash[] = {
    {"Buckets", PlanKey::HashBuckets}, {"Batches", PlanKey::HashBatches}, {"Memory Usage", PlanKey::PeakMemoryUsage}};
constexpr Figure kHashAggregate[] = {{"Planned Partitions", PlanKey::PlannedPartitions},
                                     {"Batches", PlanKey::HashAggBatches},
                                     {"Memory Usage", PlanKey::PeakMemoryUsage},
                                     {"Disk Usage", PlanKey::DiskUsage}};
constexpr Figure kMemoize[] = {{"Hits", PlanKey::CacheHits},
                               {"Misses", PlanKey::CacheMisses},
                               {"Evictions", PlanKey::CacheEvictions},
                               {"Overflows", PlanKey::CacheOverflows},
                               {"Memory Usage", PlanKey::PeakMemoryUsage}};

double number_at(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The figures that stand in `text`, in the order of the table, each behind its word and that behind a blank or nothing.
void read_figures(std::string_view text, std::span<const Figure> figures, Plan& plan) {
  for (const Figure& figure : figures) {
    for (std::size_t at = text.find(figure.word); at != std::string_view::npos; at = text.find(figure.word, at + 1)) {
      if (at != 0 && text[at - 1] != ' ') continue;
      plan.add_number(figure.key, number_at(text.substr(at + figure.word.size())));
      break;
    }
  }
}

// "shared hit=1, local hit=2, temp read=3": each kind with its own table.
void read_by_kind(std::string_view text, std::span<const Figure> shared, std::span<const Figure> local,
                  std::span<const Figure> temp, Plan& plan) {
  for (const std::string_view part : split(text, ',')) {
    const std::string_view kind = trim(part);
    if (kind.starts_with("shared ")) read_figures(kind, shared, plan);
    if (kind.starts_with("local ")) read_figures(kind, local, plan);
    if (kind.starts_with("temp ")) read_figures(kind, temp, plan);
  }
}

// To 14: "read=1.2 write=3"; 15 and 16 beside it "shared/local read=.., temp read=..", where JSON still has plain
// names.
void read_io_timings(std::string_view text, Plan& plan) {
  if (text.starts_with("read=") || text.starts_with("write=")) return read_figures(text, kTime, plan);
  for (const std::string_view part : split(text, ',')) {
    const std::string_view kind = trim(part);
    if (kind.starts_with("shared/local ")) read_figures(kind, kTime, plan);
  }
  read_by_kind(text, kSharedTime, kLocalTime, kTempTime, plan);
}

// "Buckets: 8192 (originally 1024)  Batches: 32 (originally 1)  Memory Usage: 64kB", the first label apart.
void read_pieces(std::string_view label, std::string_view value, std::span<const Figure> figures, Plan& plan) {
  while (!label.empty()) {
    const std::size_t end = std::min(value.find("  "), value.size());
    const std::string_view piece = value.substr(0, end);
    for (const Figure& figure : figures) {
      if (label != figure.word) continue;
      plan.add_number(figure.key, number_at(piece));
      const std::size_t original = piece.find("(originally ");
      if (original == std::string_view::npos) continue;
      const PlanKey key =
          figure.key == PlanKey::HashBuckets ? PlanKey::OriginalHashBuckets : PlanKey::OriginalHashBatches;
      plan.add_number(key, number_at(piece.substr(original + 12)));
    }
    value = trim(value.substr(end));
    const std::size_t colon = value.find(": ");
    label = value.substr(0, colon == std::string_view::npos ? 0 : colon);
    value.remove_prefix(label.empty() ? value.size() : colon + 2);
  }
}

// The value of a piece "Label: value" of a line, up to the two blanks behind it; empty where it has none.
std::string_view piece_of(std::string_view line, std::string_view label) {
  const std::size_t at = line.find(label);
  if (at == std::string_view::npos) return {};
  const std::string_view value = line.substr(at + label.size());
  return value.substr(0, value.find("  "));
}

// "quicksort  Memory: 25kB", "external merge  Disk: 21936kB".
void read_sort_method(std::string_view value, Plan& plan) {
  plan.add_text(PlanKey::SortMethod, value.substr(0, value.find("  ")));
  for (const std::string_view type : {"Memory", "Disk"}) {
    const std::size_t at = value.find(type);
    if (at == std::string_view::npos || value.substr(at + type.size(), 2) != ": ") continue;
    plan.add_number(PlanKey::SortSpaceUsed, number_at(value.substr(at + type.size() + 2)));
    plan.add_text(PlanKey::SortSpaceType, type);
  }
}

// "3  Sort Methods: quicksort, external merge  Average Memory: 27kB  Peak Memory: 27kB  Average Disk: ..."
void read_sort_groups(std::string_view value, std::uint32_t node, GroupKind kind, GroupKind memory, GroupKind disk,
                      Plan& plan) {
  plan.begin_group(kind, node);
  plan.add_number(PlanKey::GroupCount, number_at(value));
  const std::string_view methods = piece_of(value, "Sort Methods: ");
  plan.add_text(PlanKey::SortMethodsUsed, methods.empty() ? piece_of(value, "Sort Method: ") : methods);
  for (const auto& [type, group] : {std::pair<std::string_view, GroupKind>{"Memory: ", memory}, {"Disk: ", disk}}) {
    const std::string average = "Average " + std::string(type);
    if (piece_of(value, average).empty()) continue;
    plan.begin_group(group, node);
    plan.add_number(PlanKey::AverageSortSpaceUsed, number_at(piece_of(value, average)));
    plan.add_number(PlanKey::PeakSortSpaceUsed, number_at(piece_of(value, "Peak " + std::string(type))));
  }
}

// "bernoulli ('10'::real) REPEATABLE ('5'::double precision)"
void read_sampling(std::string_view value, Plan& plan) {
  const std::size_t open = std::min(value.find(" ("), value.size());
  plan.add_text(PlanKey::SamplingMethod, value.substr(0, open));
  value.remove_prefix(std::min(open + 2, value.size()));
  const std::size_t repeatable = value.rfind(") REPEATABLE (");
  const std::string_view parameters = value.substr(0, repeatable);
  if (repeatable == std::string_view::npos) {
    return plan.add_text(PlanKey::SamplingParameters,
                         parameters.substr(0, parameters.size() - (parameters.ends_with(')') ? 1 : 0)));
  }
  plan.add_text(PlanKey::SamplingParameters, parameters);
  value.remove_prefix(repeatable + 14);
  plan.add_text(PlanKey::RepeatableSeed, value.substr(0, value.size() - (value.ends_with(')') ? 1 : 0)));
}

bool read_composed(std::string_view label, std::string_view value, std::uint32_t node, Plan& plan) {
  if (label == "Buffers") return read_by_kind(value, kShared, kLocal, kTemp, plan), true;
  if (label == "I/O Timings") return read_io_timings(value, plan), true;
  if (label == "WAL") return read_figures(value, kWal, plan), true;
  if (label == "Heap Blocks") return read_figures(value, kHeapBlocks, plan), true;
  if (label == "Tuples") return read_figures(value, kMergeTuples, plan), true;
  if (label == "Memory") return read_figures(value, kMemory, plan), true;
  if (label == "Serialization") return read_figures(value, kSerialization, plan), true;
  if (label == "Buckets") return read_pieces(label, value, kHash, plan), true;
  if (label == "Batches" || label == "Planned Partitions") return read_pieces(label, value, kHashAggregate, plan), true;
  if (label == "Hits") return read_pieces(label, value, kMemoize, plan), true;
  if (label == "Sort Method") return read_sort_method(value, plan), true;
  if (label == "Sampling") return read_sampling(value, plan), true;
  if (label == "Full-sort Groups") {
    read_sort_groups(value, node, GroupKind::FullSort, GroupKind::FullSortMemory, GroupKind::FullSortDisk, plan);
    return true;
  }
  if (label == "Pre-sorted Groups") {
    read_sort_groups(value, node, GroupKind::PresortedSort, GroupKind::PresortedSortMemory,
                     GroupKind::PresortedSortDisk, plan);
    return true;
  }
  if (label == "Storage") {
    plan.add_text(PlanKey::Storage, value.substr(0, value.find("  ")));
    plan.add_number(PlanKey::MaximumStorage, number_at(piece_of(value, "Maximum Storage: ")));
    return true;
  }
  return false;
}

}  // namespace

void read_property_line(std::string_view label, std::string_view value, std::uint32_t node, Plan& plan) {
  if (read_composed(label, value, node, plan)) return;
  const PlanKeyRow* row = find_plan_key(label);
  if (row == nullptr) return plan.add_unknown(label);
  switch (row->type) {
    case KeyType::Number:
      return plan.add_number(row->key, number_at(value));
    case KeyType::Flag:
      return plan.add_flag(row->key, value == "true");
    case KeyType::Text:
      return plan.add_text(row->key, value);
  }
}

void read_trigger_line(std::string_view text, Plan& plan) {
  plan.begin_group(GroupKind::Trigger, kNoNode);
  const std::size_t figures = text.rfind(": ");
  if (figures == std::string_view::npos) return;
  const std::string_view names = text.substr(0, figures);
  const std::size_t constraint = names.find("for constraint ");
  const std::size_t relation = names.rfind(" on ");
  if (constraint != std::string_view::npos) {
    const std::size_t begin = constraint + 15;
    const std::size_t end = relation == std::string_view::npos || relation < begin ? names.size() : relation;
    plan.add_text(PlanKey::ConstraintName, names.substr(begin, end - begin));
  } else {
    plan.add_text(PlanKey::TriggerName, names.substr(0, relation));
  }
  if (relation != std::string_view::npos) plan.add_text(PlanKey::Relation, names.substr(relation + 4));
  read_figures(text.substr(figures + 2), std::array{Figure{"time=", PlanKey::Time}, Figure{"calls=", PlanKey::Calls}},
               plan);
}

void read_jit_timing(std::string_view text, Plan& plan) {
  read_figures(text,
               std::array{Figure{"Generation ", PlanKey::JitGeneration}, Figure{"Inlining ", PlanKey::JitInlining},
                          Figure{"Optimization ", PlanKey::JitOptimization}, Figure{"Emission ", PlanKey::JitEmission},
                          Figure{"Total ", PlanKey::JitTotal}},
               plan);
  if (const std::size_t at = text.find("(Deform "); at != std::string_view::npos)
    plan.add_number(PlanKey::JitDeform, number_at(text.substr(at + 8)));
}

}  // namespace dbi::planread
