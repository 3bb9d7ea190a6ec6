// All that is said of one plan, computed in one call: its names, its figures, what is wrong with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "plan/accounting.hpp"
#include "plan/finding.hpp"
#include "plan/fingerprint.hpp"
#include "plan/judge.hpp"
#include "plan/mysql_judge.hpp"
#include "plan/row_flow.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// Analyses one plan after the other. Reusable; not shared between threads.
class Analysis {
 public:
  explicit Analysis(const Thresholds& thresholds = {}) : judge_(thresholds), mysql_judge_(thresholds) {}

  /// `plan` has to be finished, and stays as it is while the results are looked at. It has at least one node.
  void compute(const planread::Plan& plan);

  /// The plan of the last compute().
  [[nodiscard]] const planread::Plan& plan() const { return *plan_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  /// See plan::gist.
  [[nodiscard]] const std::string& gist() const { return gist_; }
  [[nodiscard]] const Accounting& accounting() const { return accounting_; }
  /// Rows that conditions threw away at the node, over all loops, where MySQL or MariaDB measured it; else 0.
  [[nodiscard]] double rows_filtered(std::uint32_t node) const;
  /// Gravest first.
  [[nodiscard]] std::span<const Finding> findings() const { return *findings_; }

 private:
  const planread::Plan* plan_ = nullptr;
  Fingerprint fingerprint_;
  std::string gist_;
  Accounting accounting_;
  RowFlows flows_;  // not of PostgreSQL
  Judge judge_;
  MySqlJudge mysql_judge_;
  const std::vector<Finding>* findings_ = nullptr;
};

}  // namespace dbi::plan
