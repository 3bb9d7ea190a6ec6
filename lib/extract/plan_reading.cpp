// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_reading.hpp"

#include <fmt/format.h>

#include "extract/pack.hpp"
#include "extract/plan_facts.hpp"
#include "plan/outline.hpp"

namespace dbi::extract {

Status PlanReading::check_budget(std::string_view plan) const {
  const double budget = options_.timeout_ms * kBytesPerMillisecond;
  if (static_cast<double>(plan.size()) <= budget) return {};
  return fail(ErrorKind::Unsupported, fmt::format("the plan has {} bytes, more than --timeout-ms {} allows ({:.0f})",
                                                  plan.size(), options_.timeout_ms, budget));
}

Result<std::size_t> PlanReading::open(std::string_view text) {
  DBI_TRY(check_budget(text));
  DBI_TRY(reader_.open(text));
  return reader_.count();
}

Status PlanReading::analyse(std::size_t index) {
  DBI_TRY(reader_.read(index));
  analysis_.compute(reader_.plan());
  return {};
}

Status PlanReading::read(std::string_view plan, PlanForm form, KnownPlan& known) {
  Members& out = known.members;
  out.clear();
  faults_ = {};
  DBI_TRY(open(plan));
  DBI_TRY(analyse(0));
  out.text("plan_format", planread::format_word(reader_.format()));
  add_plan_facts(analysis_, options_.nodes, out);
  remember(known);
  const bool keeps = options_.literals == Literals::Keep;
  if (keeps) out.flag("literals", true);
  redacted_.clear();
  if (!keeps) reader_.redact(redacted_, faults_);
  const std::string_view shown = keeps ? plan : std::string_view(redacted_);
  if (options_.compress && shown.size() >= *options_.compress) {
    out.json().push_back('"');
    append_packed(shown, out.json());
    out.json().push_back('"');
    out.end("plan_lz4");
  } else if (!keeps && form == PlanForm::Object) {
    out.json().append(redacted_);
    out.end("plan");
  } else if (!keeps) {
    out.text("plan", redacted_);
  }
  return {};
}

std::string_view PlanReading::statement() const {
  const planread::Plan& plan = analysis_.plan();
  const planread::Group* statement = plan.group(planread::GroupKind::Statement);
  return statement == nullptr ? std::string_view() : plan.text(*statement, planread::PlanKey::QueryText);
}

// What the history wants to know of it.
void PlanReading::remember(KnownPlan& known) const {
  const planread::Plan& plan = reader_.plan();
  const planread::Node& root = plan.nodes().front();
  known.system = plan.system();
  known.hash = analysis_.fingerprint().plan_hash();
  known.cost = plan.number(root, planread::PlanKey::TotalCost);
  known.rows = plan.number(root, planread::PlanKey::PlanRows);
  known.execution_ms = plan::execution_ms(plan);
  known.gist = analysis_.gist();
  known.outline.reset();
  if (!options_.compares()) return;
  known.outline = std::make_shared<plan::Outline>(plan::outline_of(plan, analysis_.fingerprint().subtrees()));
}

}  // namespace dbi::extract
