// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_gate.hpp"

#include "base/text.hpp"

namespace dbi::extract {

Result<PlanGate> PlanGate::open(const GateOptions& options) {
  PlanGate gate;
  gate.options_ = options;
  DBI_TRY_ASSIGN(gate.fail_on_, history::FailOn::parse(options.fail_on));
  if (options.baseline) {
    DBI_TRY_ASSIGN(gate.baseline_, history::Baseline::load(*options.baseline));
  } else if (gate.fail_on_.needs_baseline()) {
    return fail(ErrorKind::Usage, "--fail-on changed, regressed and missing compare with a baseline",
                "Give one with --baseline FILE; --save-baseline FILE writes it.");
  }
  return gate;
}

void PlanGate::observe(const history::Observation& plan, std::string_view codes) {
  run_.observe(plan);
  for (const std::string_view code : split(codes, ',')) {
    if (!code.empty() && found_.find(code) == found_.end()) found_.emplace(code);
  }
}

Result<Verdict> PlanGate::finish() const {
  Verdict verdict;
  if (baseline_) {
    const history::GateResult result = history::compare(*baseline_, run_, fail_on_, found_);
    for (const history::GateChange& change : result.changes) verdict.text += change.explanation();
    verdict.text += result.summary() + "\n";
    verdict.passed = result.passed;
  }
  for (const std::string& code : fail_on_.codes) {
    if (found_.find(code) == found_.end()) continue;
    verdict.passed = false;
    verdict.text += "found " + code + "\n";
  }
  if (options_.save_baseline) DBI_TRY(run_.save(*options_.save_baseline));
  return verdict;
}

}  // namespace dbi::extract
