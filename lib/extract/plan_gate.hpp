// What a CI job asks: are the plans those of the baseline, and has none of them a fault that matters?
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "history/gate.hpp"
#include "history/observation.hpp"

namespace dbi::extract {

struct GateOptions {
  std::optional<std::string> baseline;
  std::optional<std::string> save_baseline;
  std::vector<std::string> fail_on;
  [[nodiscard]] bool wanted() const { return baseline || save_baseline || !fail_on.empty(); }
};

/// What a run came to.
struct Verdict {
  bool passed = true;
  std::string text;  ///< for people, on standard error; empty without a baseline that was compared
};

/// Gathers the plans of a run. Not shared between threads.
class PlanGate {
 public:
  /// Reads the baseline. ErrorKind::Usage for words that --fail-on has not, or that need a baseline;
  /// ErrorKind::Input for a file that is none.
  static Result<PlanGate> open(const GateOptions& options);

  /// `codes`: those of its findings, joined by commas.
  void observe(const history::Observation& plan, std::string_view codes);

  /// At the end of the run: saves and compares. ErrorKind::Output where the file cannot be written.
  Result<Verdict> finish() const;

 private:
  GateOptions options_;
  history::FailOn fail_on_;
  std::optional<history::Baseline> baseline_;
  history::Baseline run_;
  std::set<std::string, std::less<>> found_;
};

}  // namespace dbi::extract
