// Reads one plan after the other and says what its record gets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "extract/extract_options.hpp"
#include "extract/plan_cache.hpp"
#include "plan/analysis.hpp"
#include "planread/plan_reader.hpp"
#include "planread/redact.hpp"

namespace dbi::extract {

/// How a plan stands in its record: as JSON's object, or as a text.
enum class PlanForm : std::uint8_t { Object, Text };

/// Reusable: reader, tree and buffers are those of the plan before. Not shared between threads.
class PlanReading {
 public:
  explicit PlanReading(const ExtractOptions& options) : options_(options), analysis_(options.thresholds) {}

  /// Fills `out` (its outline only with a history): plan_format, the facts and, last, `plan` without its literals, in
  /// the form it came in; with literals kept `plan` is left out. ErrorKind::Malformed or Unsupported where the plan
  /// cannot be read or is beyond a limit; then `out` is as before. The message shows nothing of the plan.
  Status read(std::string_view plan, PlanForm form, KnownPlan& out);

  /// Only reads, for who wants nothing but the analysis: how many plans the text holds, which stays as long as they are
  /// asked for; errors as of read().
  Result<std::size_t> open(std::string_view text);
  /// Makes the analysis of plan number `index`, from 0.
  Status analyse(std::size_t index);

  /// Of the last plan that could be read.
  [[nodiscard]] const plan::Analysis& analysis() const { return analysis_; }
  /// Of the last plan.
  [[nodiscard]] const planread::RedactionFaults& faults() const { return faults_; }
  /// The statement that stands in the last plan that could be read, as auto_explain has it; empty where there is none.
  [[nodiscard]] std::string_view statement() const;

 private:
  Status check_budget(std::string_view plan) const;
  void remember(KnownPlan& known) const;

  const ExtractOptions& options_;
  planread::PlanReader reader_;
  plan::Analysis analysis_;
  planread::RedactionFaults faults_;
  std::string redacted_;
};

}  // namespace dbi::extract
