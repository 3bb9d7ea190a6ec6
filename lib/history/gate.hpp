// The gate: the plans of a run against those of a baseline file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "history/observation.hpp"
#include "plan/outline.hpp"

namespace dbi::history {

/// What makes the answer "no" (--fail-on).
struct FailOn {
  bool changed = false;
  bool regressed = false;
  bool missing = false;
  std::set<std::string, std::less<>> codes;  ///< of findings

  [[nodiscard]] bool needs_baseline() const { return changed || regressed || missing; }

  /// Each value is a word or a list with commas; fails with ErrorKind::Usage, and names the nearest word.
  static Result<FailOn> parse(std::span<const std::string> values);
};

/// A statement of a baseline.
struct BaselineEntry {
  std::string plan_name;
  std::string query_signature;
  std::string plan_source;
  std::string plan_hash;
  std::string plan_gist;
  std::optional<double> cost;
  plan::Outline outline;
};

/// Plans by signature, name and plan_source; of what comes twice the last one counts.
class Baseline {
 public:
  /// Fails with ErrorKind::Input where the file cannot be read or a line is none of a baseline.
  static Result<Baseline> load(const std::filesystem::path& path);
  static Result<Baseline> parse(std::string_view text);

  /// Takes no plan without a name and a signature.
  void observe(const Observation& plan);

  /// NDJSON, a line a statement, sorted, without times: the same plans give the same bytes.
  [[nodiscard]] std::string format() const;
  /// Replaces the file, whole or not at all. Fails with ErrorKind::Output.
  Status save(const std::filesystem::path& path) const;

  [[nodiscard]] const std::map<std::string, BaselineEntry>& entries() const { return entries_; }

 private:
  std::map<std::string, BaselineEntry> entries_;
};

/// A statement whose plan is not that of the baseline.
struct GateChange {
  BaselineEntry before;
  BaselineEntry after;
  bool regressed = false;
  std::vector<plan::Difference> differences;

  /// Some lines for people: name, both gists, what differs.
  [[nodiscard]] std::string explanation() const;
};

struct GateResult {
  std::size_t compared = 0;
  std::size_t missing = 0;  ///< of the baseline, not in this run
  std::size_t fresh = 0;    ///< in this run, not in the baseline
  std::size_t regressed = 0;
  std::vector<GateChange> changes;
  bool passed = true;  ///< false: exit 1

  /// "compared 3, changed 1, regressed 0, missing 0, new 2".
  [[nodiscard]] std::string summary() const;
};

/// Compares by signature and name, else by signature, else by name, within a plan_source. Does not pass where nothing
/// was comparable. `found` are the codes of the run's findings.
[[nodiscard]] GateResult compare(const Baseline& baseline, const Baseline& run, const FailOn& fail_on,
                                 const std::set<std::string, std::less<>>& found);

}  // namespace dbi::history
