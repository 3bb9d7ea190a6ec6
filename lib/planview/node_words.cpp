// SPDX-License-Identifier: Apache-2.0
#include "planview/node_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "planread/redact.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

using planread::KeyClass;
using planread::KeyType;
using planread::Node;
using planread::Plan;
using planread::PlanKey;
using terminal::show_bytes;
using terminal::show_count;
using terminal::show_ms;

// explain.c, ExplainNode(): what TEXT makes of Node Type, Strategy, Command and Operation.
std::string base_operation(const Plan& plan, const Node& node) {
  const std::string_view type = plan.text(node, PlanKey::NodeType);
  const std::string_view strategy = plan.text(node, PlanKey::Strategy);
  const std::string_view doing = plan.text(node, PlanKey::Operation);
  if (type == "Aggregate") {
    if (strategy == "Hashed") return "HashAggregate";
    if (strategy == "Sorted") return "GroupAggregate";
    if (strategy == "Mixed") return "MixedAggregate";
  }
  if (type == "SetOp") {
    return fmt::format("{}{} {}", strategy == "Hashed" ? "Hash" : "", type, plan.text(node, PlanKey::Command));
  }
  if (type == "ModifyTable" && !doing.empty()) return std::string(doing);
  if (type == "Foreign Scan" && !doing.empty() && doing != "Select") return fmt::format("Foreign {}", doing);
  if (type == "Custom Scan") return fmt::format("Custom Scan ({})", plan.text(node, PlanKey::CustomPlanProvider));
  return type.empty() ? "(no node type)" : std::string(type);
}

void append_part(std::string& out, std::string_view word, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty()) out.push_back(' ');
  if (!word.empty()) out.append(word).push_back(' ');
  out.append(text);
}

// What a scan reads, or a change changes.
std::string_view relation(const Plan& plan, const Node& node) {
  for (const PlanKey key : {PlanKey::RelationName, PlanKey::FunctionName, PlanKey::TableFunctionName, PlanKey::CteName,
                            PlanKey::TuplestoreName}) {
    if (const std::string_view text = plan.text(node, key); !text.empty()) return text;
  }
  return {};
}

// kB, as the servers count memory and disk.
bool in_kilobytes(PlanKey key) {
  switch (key) {
    case PlanKey::PeakMemoryUsage:
    case PlanKey::DiskUsage:
    case PlanKey::SortSpaceUsed:
    case PlanKey::MaximumStorage:
    case PlanKey::AverageSortSpaceUsed:
    case PlanKey::PeakSortSpaceUsed:
    case PlanKey::MemoryUsed:
    case PlanKey::MemoryAllocated:
    case PlanKey::OutputVolume:
      return true;
    default:
      return false;
  }
}

bool in_milliseconds(PlanKey key, std::string_view label) {
  switch (key) {
    case PlanKey::JitGeneration:
    case PlanKey::JitDeform:
    case PlanKey::JitInlining:
    case PlanKey::JitOptimization:
    case PlanKey::JitEmission:
    case PlanKey::JitTotal:
    case PlanKey::TotalRuntime:
      return true;
    default:
      return label == "Time" || label.ends_with(" Time");
  }
}

/// What is told of a node besides its rows, times and blocks, in this order.
struct MeasureRow {
  PlanKey key;
  std::string_view label;
  double least;  ///< below it is the ordinary case
};
constexpr MeasureRow kMeasures[] = {{PlanKey::ActualLoops, "loops", 2},
                                    {PlanKey::RowsRemovedByFilter, "removed by filter", 1},
                                    {PlanKey::RowsRemovedByJoinFilter, "removed by join filter", 1},
                                    {PlanKey::RowsRemovedByIndexRecheck, "removed by recheck", 1},
                                    {PlanKey::RowsRemovedByConflictFilter, "removed by conflict filter", 1},
                                    {PlanKey::HeapFetches, "heap fetches", 1},
                                    {PlanKey::ExactHeapBlocks, "exact blocks", 1},
                                    {PlanKey::LossyHeapBlocks, "lossy blocks", 1},
                                    {PlanKey::IndexSearches, "index searches", 2},
                                    {PlanKey::CacheHits, "cache hits", 1},
                                    {PlanKey::CacheMisses, "cache misses", 1},
                                    {PlanKey::CacheEvictions, "cache evictions", 1},
                                    {PlanKey::HashAggBatches, "batches", 2},
                                    {PlanKey::DiskUsage, "disk", 1},
                                    {PlanKey::PeakMemoryUsage, "memory", 1},
                                    {PlanKey::MaximumStorage, "storage", 1},
                                    {PlanKey::SubplansRemoved, "subplans removed", 1},
                                    {PlanKey::TuplesInserted, "inserted", 1},
                                    {PlanKey::TuplesUpdated, "updated", 1},
                                    {PlanKey::TuplesDeleted, "deleted", 1},
                                    {PlanKey::TuplesSkipped, "skipped", 1},
                                    {PlanKey::ConflictingTuples, "conflicts", 1}};

void add_workers(const Plan& plan, const Node& node, std::vector<Detail>& out) {
  const auto planned = plan.number(node, PlanKey::WorkersPlanned);
  if (!planned) return;
  const bool ran = plan.has(node, PlanKey::ActualLoops);
  const double launched = plan.number(node, PlanKey::WorkersLaunched).value_or(0);
  out.push_back({"workers", ran ? fmt::format("{:.0f} of {:.0f}", launched, *planned) : show_count(*planned)});
}

void add_sort(const Plan& plan, std::uint32_t node, std::vector<Detail>& out) {
  const Node& at = plan.nodes()[node];
  if (const std::string_view method = plan.text(at, PlanKey::SortMethod); !method.empty()) {
    const auto space = plan.number(at, PlanKey::SortSpaceUsed);
    std::string text(method);
    if (space) {
      text += fmt::format(", {}{}", plan.text(at, PlanKey::SortSpaceType) == "Disk" ? "disk " : "",
                          show_bytes(*space * 1024));
    }
    out.push_back({"sort", std::move(text)});
  }
  for (const planread::GroupKind kind : {planread::GroupKind::FullSortDisk, planread::GroupKind::PresortedSortDisk}) {
    const planread::Group* group = plan.group(kind, node);
    const auto peak = group == nullptr ? std::nullopt : plan.number(*group, PlanKey::PeakSortSpaceUsed);
    if (peak) out.push_back({"sort", "disk " + show_bytes(*peak * 1024)});
  }
}

void add_hash(const Plan& plan, const Node& node, std::vector<Detail>& out) {
  const auto batches = plan.number(node, PlanKey::HashBatches);
  if (!batches || *batches < 2) return;
  const double planned = plan.number(node, PlanKey::OriginalHashBatches).value_or(*batches);
  out.push_back({"batches", planned == *batches
                                ? show_count(*batches)
                                : fmt::format("{} (planned {})", show_count(*batches), show_count(planned))});
}

void add_blocks(const plan::Blocks& blocks, std::vector<Detail>& out) {
  const auto add = [&](std::string_view label, double value) {
    if (value >= 1) out.push_back({label, show_count(value)});
  };
  add("blocks hit", blocks.shared_hit);
  add("blocks read", blocks.shared_read);
  add("temp read", blocks.temp_read);
  add("temp written", blocks.temp_written);
}

}  // namespace

std::string operation(const Plan& plan, const Node& node) {
  std::string text = base_operation(plan, node);
  if (const std::string_view join = plan.text(node, PlanKey::JoinType); !join.empty() && join != "Inner") {
    constexpr std::string_view kJoin = " Join";
    if (text.ends_with(kJoin)) text.resize(text.size() - kJoin.size());
    text.append(" ").append(join);
    if (!text.ends_with(" join")) text.append(kJoin);
  }
  if (plan.text(node, PlanKey::ScanDirection) == "Backward") text.append(" Backward");
  if (const std::string_view part = plan.text(node, PlanKey::PartialMode); !part.empty() && part != "Simple") {
    text.insert(0, std::string(part) + " ");
  }
  if (plan.has(node, PlanKey::ParallelAware)) text.insert(0, "Parallel ");
  if (plan.has(node, PlanKey::AsyncCapable)) text.insert(0, "Async ");
  return text;
}

std::string object(const Plan& plan, const Node& node) {
  std::string text;
  const std::string_view name = relation(plan, node);
  const std::string_view index = plan.text(node, PlanKey::IndexName);
  append_part(text, name.empty() ? "on" : "using", index);
  if (!name.empty()) {
    const std::string_view schema = plan.text(node, PlanKey::Schema);
    append_part(text, "on", schema.empty() ? std::string(name) : fmt::format("{}.{}", schema, name));
    if (const std::string_view alias = plan.text(node, PlanKey::Alias); alias != name) append_part(text, {}, alias);
  } else if (index.empty()) {
    append_part(text, "on", plan.text(node, PlanKey::Alias));
  }
  return text;
}

std::string name(const Plan& plan, const Node& node) {
  std::string text = node.label.empty() ? std::string() : fmt::format("{}: ", node.label);
  text += operation(plan, node);
  append_part(text, {}, object(plan, node));
  return text;
}

std::vector<Detail> conditions(const Plan& plan, const Node& node, bool keep_literals, bool masked) {
  std::vector<Detail> out;
  planread::RedactionFaults faults;
  for (const planread::Property& property : plan.properties(node)) {
    const planread::PlanKeyRow& row = planread::plan_key_row(property.key);
    if (row.key_class != KeyClass::Condition && !(masked && row.key_class == KeyClass::Masked)) continue;
    // The words of an operation that is known say what the node's name and its other conditions say.
    if (row.key == PlanKey::OperationText && plan.text(node, PlanKey::NodeType) != "Other") continue;
    std::string text;
    if (row.type != KeyType::Text) {
      text = show_number(property.key, property.number);
    } else if (keep_literals) {
      text = property.text;
    } else {
      planread::redact_property(plan.system(), row, property.text, text, faults);
    }
    out.push_back({row.name, std::move(text)});
  }
  return out;
}

std::vector<Detail> measures(const Plan& plan, std::uint32_t node, const plan::NodeFigures& figures) {
  std::vector<Detail> out;
  const Node& at = plan.nodes()[node];
  const double loops = plan.number(at, PlanKey::ActualLoops).value_or(1);
  add_workers(plan, at, out);
  add_sort(plan, node, out);
  add_hash(plan, at, out);
  for (const MeasureRow& row : kMeasures) {
    const auto value = plan.number(at, row.key);
    const bool mean = planread::plan_key_row(row.key).key_class == KeyClass::Mean;
    if (!value || *value * (mean ? loops : 1) < row.least) continue;
    out.push_back({row.label, show_number(row.key, *value * (mean ? loops : 1))});
  }
  add_blocks(figures.self_blocks, out);
  return out;
}

template <typename Owner>
std::vector<Detail> all_figures(const Plan& plan, const Owner& owner) {
  std::vector<Detail> out;
  for (const planread::Property& property : plan.properties(owner)) {
    const planread::PlanKeyRow& row = planread::plan_key_row(property.key);
    if (row.key_class == KeyClass::Condition || row.key_class == KeyClass::Masked) continue;
    if (row.type == KeyType::Text) {
      out.push_back({row.name, std::string(property.text)});
    } else if (row.type == KeyType::Flag) {
      out.push_back({row.name, "yes"});
    } else {
      out.push_back({row.name, show_number(property.key, property.number)});
    }
  }
  return out;
}
template std::vector<Detail> all_figures(const Plan&, const Node&);
template std::vector<Detail> all_figures(const Plan&, const planread::Group&);

std::string show_number(PlanKey key, double value) {
  if (in_kilobytes(key)) return show_bytes(value * 1024);
  if (key == PlanKey::WalBytes || key == PlanKey::ForeignFileSize) return show_bytes(value);
  if (in_milliseconds(key, planread::plan_key_row(key).name)) return show_ms(value);
  if (value < 1000 && value != std::floor(value)) return fmt::format("{:.3g}", value);
  return show_count(value);
}

std::string show_evidence(const plan::Finding& finding) {
  std::string text;
  for (const plan::Evidence& evidence : finding.evidence) {
    if (!text.empty()) text.append(", ");
    const bool whole = evidence.value == std::floor(evidence.value) || evidence.value >= 1000;
    text +=
        fmt::format("{} {}", evidence.name, whole ? show_count(evidence.value) : fmt::format("{:.3g}", evidence.value));
  }
  return text;
}

std::string show_misestimate(const Plan& plan, std::uint32_t node, bool ascii) {
  const Node& at = plan.nodes()[node];
  const std::string_view type = plan.text(at, PlanKey::NodeType);
  // Neither is about rows that are handed on.
  if (type == "ModifyTable" || type == "BitmapAnd" || type == "BitmapOr") return {};
  const auto planned = plan.number(at, PlanKey::PlanRows);
  const double factor = plan::misestimate(plan, node).value_or(1);
  if (!planned || factor < 2) return {};
  const bool more = plan.number(at, PlanKey::ActualRows).value_or(0) > *planned;
  const std::string_view sign = more ? (ascii ? "x" : "×") : (ascii ? "/" : "÷");
  return fmt::format("{}{}", sign, factor < 9.95 ? fmt::format("{:.1f}", factor) : show_count(factor));
}

}  // namespace dbi::planview
