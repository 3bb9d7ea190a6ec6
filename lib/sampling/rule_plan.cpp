// SPDX-License-Identifier: Apache-2.0
#include "sampling/rule_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "record/builder.hpp"

namespace dbi::sampling {

namespace {

constexpr std::uint32_t kMatched = std::uint32_t{1} << 31U;  // and the rule's index
constexpr std::uint32_t kNone = kMatched - 1;
constexpr std::string_view kResidual = "other";  // the query_id of the statements that have no record of their own

}  // namespace

// Makes the steps of one kind after the other. A condition is compiled behind what follows it, since it has to know
// where to go: backwards, as "short-circuit" code of Boolean expressions is made (Aho, Lam, Sethi and Ullman,
// "Compilers", second edition, section 6.6).
class RulePlan::Compiler {
 public:
  explicit Compiler(RulePlan& plan) : plan_(plan) {}

  Status compile(const SamplerOptions& options) {
    for (const Rule& rule : plan_.rules_) {
      DBI_TRY(add_matchers(rule.conditions));
      named_.push_back(named_kinds(rule.conditions));
    }
    for (const std::string& name : kind_names(options)) add_kind(name, options);
    add_kind({}, options);
    std::size_t slots = 0;
    for (const Kind& kind : plan_.kinds_) slots = std::max(slots, kind.members.size());
    plan_.operands_.resize(slots);
    return {};
  }

 private:
  Status add_matchers(const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions) {
      DBI_TRY(add_matchers(condition.any));
      DBI_TRY(add_matchers(condition.all));
      DBI_TRY(add_matchers(condition.negated));
      if (!condition.comparison) continue;
      DBI_TRY_ASSIGN(Matcher matcher, Matcher::compile(condition));
      matchers_[&condition] = &plan_.matchers_.emplace_back(std::move(matcher));
    }
    return {};
  }

  // The tables' kinds first, in their order, which is that of their frequency.
  std::vector<std::string> kind_names(const SamplerOptions& options) const {
    std::vector<std::string> names;
    const auto add = [&names](std::string_view name) {
      if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    };
    for (const auto& row : record::schema::kinds()) add(row.name);
    for (const auto& name : options.sampled_kinds) add(name);
    for (const auto& kinds : named_) {
      if (!kinds) continue;
      for (const auto& name : *kinds) add(name);
    }
    return names;
  }

  void add_kind(const std::string& name, const SamplerOptions& options) {
    kind_ = &plan_.kinds_.emplace_back();
    kind_->name = name;
    if (const auto* row = record::schema::find_kind(name)) kind_->kind_class = row->kind_class;
    kind_->sampled = !name.empty() && std::ranges::find(options.sampled_kinds, name) != options.sampled_kinds.end();
    // What is needed of every record; the rules' own members come behind.
    kind_->duration = kind_->members.add("duration_ms");
    if (kind_->sampled) kind_->query_id = kind_->members.add("query_id");
    json_name_.clear();
    record::append_json_text(json_name_, name);
    kind_->first_named_step = rules(true);
    kind_->first_step = kind_->sampled ? rules(false) : kind_->first_named_step;
  }

  Target rules(bool named_only) {
    Target next = kNone;
    for (std::size_t i = plan_.rules_.size(); i-- > 0;) {
      const auto& kinds = named_[i];
      if (kinds ? !kinds->contains(kind_->name) : named_only) continue;
      next = all(plan_.rules_[i].conditions, kMatched | static_cast<Target>(i), next);
    }
    return next;
  }

  Target all(const std::vector<Condition>& conditions, Target on_true, Target on_false) {
    // From the last to the first (clang 14 cannot compile views of libstdc++).
    for (auto at = conditions.rbegin(); at != conditions.rend(); ++at) on_true = one(*at, on_true, on_false);
    return on_true;
  }

  Target any(const std::vector<Condition>& conditions, Target on_true, Target on_false) {
    for (auto at = conditions.rbegin(); at != conditions.rend(); ++at) on_false = one(*at, on_true, on_false);
    return on_false;
  }

  Target one(const Condition& condition, Target on_true, Target on_false) {
    if (!condition.all.empty()) return all(condition.all, on_true, on_false);
    if (!condition.any.empty()) return any(condition.any, on_true, on_false);
    if (!condition.negated.empty()) return any(condition.negated, on_false, on_true);
    if (on_true == on_false) return on_true;
    const Matcher* matcher = matchers_.at(&condition);
    if (matcher->member() == "kind" && !kind_->name.empty()) {
      Operand kind{record::Value(json_name_)};
      return matcher->matches(kind, plan_.scratch_) ? on_true : on_false;
    }
    const std::size_t slot = kind_->members.add(matcher->member());
    plan_.steps_.push_back({matcher, static_cast<std::uint32_t>(slot), on_true, on_false});
    return static_cast<Target>(plan_.steps_.size() - 1);
  }

  RulePlan& plan_;
  Kind* kind_ = nullptr;
  std::string json_name_;
  std::map<const Condition*, const Matcher*> matchers_;
  std::vector<std::optional<std::set<std::string>>> named_;  // by rule
};

Result<RulePlan> RulePlan::compile(const SamplerOptions& options) {
  RulePlan plan;
  plan.rules_ = options.rules;
  std::ranges::stable_sort(plan.rules_, std::ranges::greater{}, &Rule::priority);
  DBI_TRY(Compiler(plan).compile(options));
  return plan;
}

const RulePlan::Kind& RulePlan::kind_of(std::string_view name) const {
  for (const Kind& kind : kinds_) {
    if (kind.name == name) return kind;
  }
  return kinds_.back();
}

RuleMatch RulePlan::look_up(const Kind& kind, const record::Record& record) {
  kind.members.find(record, operands_);
  RuleMatch match;
  match.sampled = kind.sampled && operands_[kind.query_id].value().text(scratch_) != kResidual;
  Operand& duration = operands_[kind.duration];
  if (duration.value().kind() == record::ValueKind::Number) match.duration_ms = duration.number();
  Target at = match.sampled ? kind.first_step : kind.first_named_step;
  while (at < kNone) {
    const Step& step = steps_[at];
    at = step.matcher->matches(operands_[step.slot], scratch_) ? step.on_true : step.on_false;
  }
  if (at != kNone) match.rule = at & ~kMatched;
  return match;
}

}  // namespace dbi::sampling
