// SPDX-License-Identifier: Apache-2.0
#include "planview/statement_words.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "planread/redact.hpp"
#include "terminal/display_width.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

using planread::GroupKind;
using planread::kNoNode;
using planread::Plan;
using planread::PlanKey;

std::string joined(const std::vector<Detail>& details) {
  std::string text;
  for (const Detail& detail : details) {
    if (!text.empty()) text.append(", ");
    text.append(lower_case(detail.label)).append(" ").append(detail.text);
  }
  return text;
}

// What a group of the statement is about.
std::string_view group_label(GroupKind kind) {
  switch (kind) {
    case GroupKind::Planning:
      return "Planning";
    case GroupKind::Serialization:
      return "Serialization";
    case GroupKind::Jit:
      return "JIT";
    case GroupKind::Trigger:
      return "Trigger";
    default:
      return "Statement";
  }
}

void add_workers(const Plan& plan, std::vector<Detail>& out) {
  double planned = 0;
  double launched = 0;
  bool ran = false;
  for (const planread::Node& node : plan.nodes()) {
    planned += plan.number(node, PlanKey::WorkersPlanned).value_or(0);
    launched += plan.number(node, PlanKey::WorkersLaunched).value_or(0);
    ran = ran || plan.has(node, PlanKey::ActualLoops);
  }
  if (planned == 0) return;
  out.push_back({"Workers", ran ? fmt::format("{:.0f} launched of {:.0f} planned", launched, planned)
                                : fmt::format("{:.0f} planned", planned)});
}

}  // namespace

std::string title(const plan::Analysis& analysis, const Heading& heading) {
  if (!heading.title.empty()) return terminal::one_line(heading.title);
  constexpr std::size_t kBytes = 120;
  if (const std::string query = statement(analysis, heading); !query.empty()) {
    std::string line = terminal::one_line(truncate_utf8(query, kBytes));
    if (query.size() > kBytes) line.append("...");
    return line;
  }
  return name(analysis.plan(), analysis.plan().nodes().front());
}

std::string statement(const plan::Analysis& analysis, const Heading& heading) {
  if (!heading.query.empty()) return std::string(heading.query);
  const Plan& plan = analysis.plan();
  for (const planread::Group& group : plan.groups(kNoNode)) {
    const std::string_view query = plan.text(group, PlanKey::QueryText);
    if (query.empty()) continue;
    if (heading.keep_literals) return std::string(query);
    std::string out;
    planread::RedactionFaults faults;
    planread::redact_property(&planread::plan_key_row(PlanKey::QueryText), query, out, faults);
    return out;
  }
  return {};
}

bool has_run(const Plan& plan) {
  return plan.has(plan.nodes().front(), PlanKey::ActualLoops);
}

std::string_view no_findings(const Plan& plan) {
  return has_run(plan) ? "No findings." : "No findings; without ANALYZE only the estimates can be judged.";
}

std::optional<double> execution_ms(const plan::Analysis& analysis, const Heading& heading) {
  if (heading.duration_ms) return heading.duration_ms;
  if (const auto time = plan::execution_ms(analysis.plan())) return time;
  return analysis.accounting().nodes().front().elapsed_ms;
}

std::string short_hash(const plan::Analysis& analysis) {
  constexpr std::size_t kDigits = 8;
  const std::string hash = analysis.fingerprint().plan_hash();
  return hash.substr(0, hash.rfind(':') + 1 + kDigits);
}

std::vector<Detail> statement_figures(const plan::Analysis& analysis) {
  const Plan& plan = analysis.plan();
  std::vector<Detail> out;
  for (const planread::Group& group : plan.groups(kNoNode)) {
    std::vector<Detail> figures = all_figures(plan, group);
    if (figures.empty()) continue;
    if (group.kind == GroupKind::Statement) {
      for (Detail& figure : figures) out.push_back(std::move(figure));
    } else {
      out.push_back({group_label(group.kind), joined(figures)});
    }
  }
  add_workers(plan, out);
  return out;
}

}  // namespace dbi::planview
