// The rules, compiled for each kind of record: which members they need, and in which order what is compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/record.hpp"
#include "record/schema/schema.hpp"
#include "sampling/matcher.hpp"
#include "sampling/member_finder.hpp"
#include "sampling/sampler_options.hpp"

namespace dbi::sampling {

/// What the rules say of a record.
struct RuleMatch {
  std::optional<std::size_t> rule;    ///< index into the rules of the plan; nothing: none matches
  bool sampled = false;               ///< of a sampled kind, and not the residual of all other statements
  std::optional<double> duration_ms;  ///< nothing where the record has none
};

/// A plan: rules by priority, and for each kind a sequence of comparisons with jumps in which those of `kind` itself
/// are answered already. To look a record up allocates nothing. Not shared between threads.
class RulePlan {
 public:
  /// Fails with ErrorKind::Usage where a condition cannot be compiled (describe_condition has refused it before).
  static Result<RulePlan> compile(const SamplerOptions& options);

  /// What is known of a kind before a record of it is looked at: what kind_of() gives and look_up() takes.
  struct Kind {
    std::string name;  ///< empty: every kind that neither the tables nor the options know
    record::schema::KindClass kind_class = record::schema::KindClass::Data;
    bool sampled = false;
    std::uint32_t first_step = 0;        // for its records
    std::uint32_t first_named_step = 0;  // where only rules that name the kind are looked at
    MemberFinder members;
    std::size_t duration = 0;  // slots
    std::size_t query_id = 0;
  };

  /// The kind of that name.
  [[nodiscard]] const Kind& kind_of(std::string_view name) const;

  /// What the rules say of a record of that kind.
  [[nodiscard]] RuleMatch look_up(const Kind& kind, const record::Record& record);

  /// The rules, the one that decides first in front: by falling priority, else in the order of the options.
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
  // A step, or one of the ends: kMatched and a rule, kNone.
  using Target = std::uint32_t;
  struct Step {
    const Matcher* matcher = nullptr;
    std::uint32_t slot = 0;
    Target on_true = 0;
    Target on_false = 0;
  };
  class Compiler;

  std::vector<Rule> rules_;
  std::deque<Matcher> matchers_;
  std::deque<Kind> kinds_;  // the last one stands for all others
  std::vector<Step> steps_;
  std::vector<Operand> operands_;  // of the record that is looked up
  std::string scratch_;
};

}  // namespace dbi::sampling
