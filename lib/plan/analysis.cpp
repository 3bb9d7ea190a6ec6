// SPDX-License-Identifier: Apache-2.0
#include "plan/analysis.hpp"

#include "plan/gist.hpp"

namespace dbi::plan {

void Analysis::compute(const planread::Plan& plan) {
  plan_ = &plan;
  fingerprint_.compute(plan);
  gist_ = plan::gist(plan);
  accounting_.compute(plan);
  if (plan.system() == sql::System::PostgreSql) {
    findings_ = &judge_.judge(plan, accounting_);
  } else {
    flows_.compute(plan);
    findings_ = &mysql_judge_.judge(plan, accounting_, flows_);
  }
}

double Analysis::rows_filtered(std::uint32_t node) const {
  return plan_->system() == sql::System::PostgreSql ? 0 : plan::rows_filtered(*plan_, flows_.nodes(), node);
}

}  // namespace dbi::plan
