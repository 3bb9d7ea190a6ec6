// SPDX-License-Identifier: Apache-2.0
#include "plan/accounting.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace dbi::plan {

namespace {

using planread::Edge;
using planread::kNoNode;
using planread::Node;
using planread::PlanKey;

constexpr double Blocks::*kBlocks[] = {&Blocks::shared_hit, &Blocks::shared_read, &Blocks::temp_read,
                                       &Blocks::temp_written};

bool gathers(std::string_view type) {
  return type == "Gather" || type == "Gather Merge";
}

// "$0" of "InitPlan 1 (returns $0)", else "(InitPlan 1)", which PostgreSQL 17 and later refer to it by.
std::string parameter_of(std::string_view label) {
  constexpr std::string_view kReturns = "(returns ";
  const std::size_t returns = label.find(kReturns);
  if (returns == std::string_view::npos) return "(" + std::string(label) + ")";
  const std::string_view parameter = label.substr(returns + kReturns.size());
  return std::string(parameter.substr(0, parameter.find_first_of(",)")));
}

// "$1" is not found in "$10".
bool holds(std::string_view text, std::string_view parameter) {
  for (std::size_t at = text.find(parameter); at != std::string_view::npos; at = text.find(parameter, at + 1)) {
    const std::size_t end = at + parameter.size();
    if (parameter.back() == ')' || end == text.size() || text[end] < '0' || text[end] > '9') return true;
  }
  return false;
}

}  // namespace

std::optional<double> misestimate(const planread::Plan& plan, std::uint32_t node) {
  const Node& at = plan.nodes()[node];
  if (plan.number(at, PlanKey::ActualLoops).value_or(0) == 0) return std::nullopt;
  const auto expected = plan.number(at, PlanKey::PlanRows);
  const auto came = plan.number(at, PlanKey::ActualRows);
  if (!expected || !came) return std::nullopt;
  const double estimated = std::max(*expected, 1.0);
  const double actual = std::max(*came, 1.0);
  return std::max(estimated / actual, actual / estimated);
}

double sort_disk_kb(const planread::Plan& plan, std::uint32_t node) {
  using planread::GroupKind;
  const auto used = [&](const auto& owner) {
    const bool disk = plan.text(owner, PlanKey::SortSpaceType) == "Disk";
    return disk ? plan.number(owner, PlanKey::SortSpaceUsed).value_or(0) : 0;
  };
  double disk_kb = used(plan.nodes()[node]);
  for (const planread::Group& group : plan.groups(node)) {
    disk_kb += used(group);
    if (group.kind == GroupKind::FullSortDisk || group.kind == GroupKind::PresortedSortDisk) {
      disk_kb += plan.number(group, PlanKey::PeakSortSpaceUsed).value_or(0);
    }
  }
  return disk_kb;
}

std::optional<double> execution_ms(const planread::Plan& plan) {
  const planread::Group* statement = plan.group(planread::GroupKind::Statement);
  if (statement == nullptr) return std::nullopt;
  const auto time = plan.number(*statement, PlanKey::ExecutionTime);
  return time ? time : plan.number(*statement, PlanKey::TotalRuntime);
}

void Accounting::compute(const planread::Plan& plan) {
  plan_ = &plan;
  clamped_ms_ = 0;
  const auto count = static_cast<std::uint32_t>(plan.nodes().size());
  figures_.assign(count, {});
  blocks_.assign(count, {});
  gather_.assign(count, kNoNode);
  for (std::uint32_t node = 0; node < count; ++node) measure(node);
  charge_children();
  for (NodeFigures& figures : figures_) {
    if (figures.self_ms.value_or(0) < 0) {
      clamped_ms_ -= *figures.self_ms;
      figures.self_ms = 0;
    }
    for (double Blocks::*member : kBlocks) {
      figures.self_blocks.*member = std::max(figures.self_blocks.*member, 0.0);
    }
  }
}

void Accounting::measure(std::uint32_t node) {
  const Node& at = plan_->nodes()[node];
  if (at.parent != kNoNode) {
    gather_[node] = gathers(plan_->text(plan_->nodes()[at.parent], PlanKey::NodeType)) ? at.parent : gather_[at.parent];
    // An InitPlan runs in the leader alone, before there are others.
    if (at.edge == Edge::InitPlan || at.edge == Edge::Cte) gather_[node] = kNoNode;
  }
  NodeFigures& figures = figures_[node];
  const auto loops = plan_->number(at, PlanKey::ActualLoops);
  const auto rows = plan_->number(at, PlanKey::ActualRows);
  const auto time = plan_->number(at, PlanKey::ActualTotalTime);
  // MariaDB does not print the rows of joins and caches.
  if (loops && (rows || *loops == 0)) figures.rows = rows.value_or(0) * *loops;
  if (loops && (time || *loops == 0)) {
    figures.approximate = gather_[node] != kNoNode;
    figures.elapsed_ms = figures.self_ms = time.value_or(0) * *loops / processes(node);
  }
  const auto number = [&](PlanKey key) { return plan_->number(at, key).value_or(0); };
  blocks_[node] = figures.self_blocks = {.shared_hit = number(PlanKey::SharedHitBlocks),
                                         .shared_read = number(PlanKey::SharedReadBlocks),
                                         .temp_read = number(PlanKey::TempReadBlocks),
                                         .temp_written = number(PlanKey::TempWrittenBlocks)};
}

// How many processes the loops of a node below a Gather stand for: one each where they are just as many as the workers
// that were launched and the leader; more loops are rescans, which happen one after the other.
double Accounting::processes(std::uint32_t node) const {
  if (gather_[node] == kNoNode) return 1;
  const Node& gather = plan_->nodes()[gather_[node]];
  const double launched = plan_->number(gather, PlanKey::WorkersLaunched).value_or(0);
  const double loops = plan_->number(plan_->nodes()[node], PlanKey::ActualLoops).value_or(0);
  return loops == launched + 1 || loops == launched ? std::max(loops, 1.0) : 1;
}

void Accounting::charge_children() {
  for (std::uint32_t node = 1; node < plan_->nodes().size(); ++node) {
    const Node& at = plan_->nodes()[node];
    if (at.edge == Edge::Cte) {
      charge_cte(node);
    } else if (at.edge == Edge::InitPlan) {
      charge_init_plan(node);
    } else {
      subtract(timed_above(node), node, 1);
    }
  }
}

// In MariaDB's plans only what is topmost in a block has a time with all below in it; joins have none, sorts their own.
std::uint32_t Accounting::timed_above(std::uint32_t node) const {
  std::uint32_t above = plan_->nodes()[node].parent;
  if (plan_->system() != sql::System::MariaDb) return above;
  while (plan_->nodes()[above].parent != kNoNode && !(figures_[above].elapsed_ms && is_block(above)))
    above = plan_->nodes()[above].parent;
  return above;
}

bool Accounting::is_block(std::uint32_t node) const {
  const Node& at = plan_->nodes()[node];
  if (at.parent == kNoNode || !at.label.empty()) return true;
  const std::string_view above = plan_->text(plan_->nodes()[at.parent], PlanKey::NodeType);
  return above == "Materialize" || above == "Subquery Cache" || at.edge == Edge::Member || above == "Recursive Union";
}

void Accounting::subtract(std::uint32_t from, std::uint32_t what, double share) {
  NodeFigures& figures = figures_[from];
  if (figures.self_ms && figures_[what].elapsed_ms) *figures.self_ms -= *figures_[what].elapsed_ms * share;
  const Blocks& blocks = blocks_[what];
  for (double Blocks::*member : kBlocks) {
    figures.self_blocks.*member -= blocks.*member * share;
  }
}

// It runs when its value is first asked for: by the first node that speaks of it and has none below it that does, since
// those work before it.
void Accounting::charge_init_plan(std::uint32_t init_plan) {
  const Node& at = plan_->nodes()[init_plan];
  const std::string parameter = parameter_of(at.label);
  std::uint32_t consumer = at.parent;
  for (std::uint32_t node = at.parent; node < plan_->nodes()[consumer].end; ++node) {
    if (node == init_plan) {
      node = at.end - 1;  // what is below the InitPlan itself
    } else if (speaks_of(node, parameter)) {
      consumer = node;
    }
  }
  subtract(consumer, init_plan, 1);
}

bool Accounting::speaks_of(std::uint32_t node, std::string_view parameter) const {
  const auto properties = plan_->properties(plan_->nodes()[node]);
  return std::any_of(properties.begin(), properties.end(), [&](const planread::Property& property) {
    return plan_key_row(property.key).key_class == planread::KeyClass::Condition && holds(property.text, parameter);
  });
}

// It runs while its scans work, each of which makes it go on as far as that scan has to see: shared out by their times.
void Accounting::charge_cte(std::uint32_t cte) {
  const Node& at = plan_->nodes()[cte];
  const std::string_view name = at.label.substr(std::min<std::size_t>(4, at.label.size()));  // behind "CTE "
  scans_.clear();
  double sum = 0;
  for (std::uint32_t node = at.parent; node < plan_->nodes()[at.parent].end; ++node) {
    const Node& scan = plan_->nodes()[node];
    if (plan_->text(scan, PlanKey::NodeType) != "CTE Scan" || plan_->text(scan, PlanKey::CteName) != name) continue;
    scans_.push_back(node);
    sum += figures_[node].elapsed_ms.value_or(0);
  }
  if (scans_.empty()) return subtract(at.parent, cte, 1);  // a statement that changes data, and is not read
  for (const std::uint32_t scan : scans_) {
    const double share = sum > 0 ? figures_[scan].elapsed_ms.value_or(0) / sum : 1 / static_cast<double>(scans_.size());
    subtract(scan, cte, share);
  }
}

}  // namespace dbi::plan
