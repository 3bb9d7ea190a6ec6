// SPDX-License-Identifier: Apache-2.0
#include "plan/analysis.hpp"

#include "plan/gist.hpp"

namespace dbi::plan {

void Analysis::compute(const planread::Plan& plan) {
  plan_ = &plan;
  fingerprint_.compute(plan);
  gist_ = plan::gist(plan);
  accounting_.compute(plan);
  findings_ = &judge_.judge(plan, accounting_);
}

}  // namespace dbi::plan
