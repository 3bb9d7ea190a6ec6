// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_reading.hpp"

#include <fmt/format.h>

#include "extract/plan_facts.hpp"

namespace dbi::extract {

Status PlanReading::check_budget(std::string_view plan) const {
  const double budget = options_.timeout_ms * kBytesPerMillisecond;
  if (static_cast<double>(plan.size()) <= budget) return {};
  return fail(ErrorKind::Unsupported, fmt::format("the plan has {} bytes, more than --timeout-ms {} allows ({:.0f})",
                                                  plan.size(), options_.timeout_ms, budget));
}

Status PlanReading::read(std::string_view plan, PlanForm form, Members& out) {
  DBI_TRY(check_budget(plan));
  DBI_TRY(reader_.open(plan));
  DBI_TRY(reader_.read(0));
  analysis_.compute(reader_.plan());
  out.text("plan_format", planread::format_word(reader_.format()));
  add_plan_facts(analysis_, options_.nodes, out);
  if (options_.literals == Literals::Keep) {
    out.flag("literals", true);
    return {};
  }
  if (form == PlanForm::Object) {
    reader_.redact(out.json(), faults_);
    out.end("plan");
  } else {
    redacted_.clear();
    reader_.redact(redacted_, faults_);
    out.text("plan", redacted_);
  }
  return {};
}

}  // namespace dbi::extract
