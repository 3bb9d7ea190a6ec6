// SPDX-License-Identifier: Apache-2.0
#include "history/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "history/regression.hpp"
#include "plan/finding.hpp"
#include "record/builder.hpp"
#include "record/record.hpp"
#include "state/atomic_file.hpp"

namespace dbi::history {

namespace {

constexpr std::string_view kKind = "plan_baseline";

std::string key_of(std::string_view name, std::string_view signature, std::string_view source) {
  return fmt::format("{}\n{}\n{}", source, signature, name);
}

std::string subject(const BaselineEntry& entry) {
  return entry.plan_name.empty() ? "statement " + entry.query_signature : entry.plan_name;
}

// What two entries have in common that are the same statement; empty: not by this.
using Trait = std::string (*)(const BaselineEntry&);

std::string by_both(const BaselineEntry& entry) {
  return key_of(entry.plan_name, entry.query_signature, entry.plan_source);
}
std::string by_signature(const BaselineEntry& entry) {
  return entry.query_signature.empty() ? std::string() : key_of({}, entry.query_signature, entry.plan_source);
}
std::string by_name(const BaselineEntry& entry) {
  return entry.plan_name.empty() ? std::string() : key_of(entry.plan_name, {}, entry.plan_source);
}

// Pairs the statements of a run with those of a baseline, each with one at most. By both first, so that statements that
// differ in their values only stay apart; by name last, which for one without a name of its own is its place in a file.
class Pairs {
 public:
  Pairs(const Baseline& baseline, const Baseline& run) {
    for (const Trait trait : {by_both, by_signature, by_name}) match(baseline, run, trait);
  }

  /// nullptr: none.
  [[nodiscard]] const BaselineEntry* before(const BaselineEntry& after) const {
    const auto found = before_.find(&after);
    return found == before_.end() ? nullptr : found->second;
  }

 private:
  void match(const Baseline& baseline, const Baseline& run, Trait trait) {
    std::multimap<std::string, const BaselineEntry*> free;
    for (const auto& [key, entry] : baseline.entries()) {
      if (met_.find(&entry) == met_.end()) free.emplace(trait(entry), &entry);
    }
    free.erase("");
    for (const auto& [key, after] : run.entries()) {
      if (before(after) != nullptr) continue;
      const std::string wanted = trait(after);
      const auto found = free.lower_bound(wanted);
      if (found == free.end() || found->first != wanted) continue;
      before_.emplace(&after, found->second);
      met_.insert(found->second);
      free.erase(found);
    }
  }

  std::map<const BaselineEntry*, const BaselineEntry*> before_;
  std::set<const BaselineEntry*> met_;
};

Error not_a_line(std::size_t number, std::string_view why) {
  return {ErrorKind::Input, fmt::format("line {} of the baseline: {}", number, why),
          "Make it anew with --save-baseline."};
}

Result<BaselineEntry> read_entry(const record::Record& record, std::size_t number) {
  std::string scratch;
  const auto text = [&](std::string_view name) { return std::string(record.text(name, scratch).value_or("")); };
  if (text("kind") != kKind) return fail(not_a_line(number, "is none of a baseline"));
  if (record.integer("v") != 1) return fail(not_a_line(number, "is of another version"));
  BaselineEntry entry;
  entry.plan_name = text("plan_name");
  entry.query_signature = text("query_signature");
  entry.plan_source = text("plan_source");
  entry.plan_hash = text("plan_hash");
  entry.plan_gist = text("plan_gist");
  entry.cost = record.number("plan_cost");
  auto outline = plan::parse_outline(text("outline"));
  if (entry.plan_hash.empty() || (entry.plan_name.empty() && entry.query_signature.empty()) || !outline) {
    return fail(not_a_line(number, "lacks a name, a hash or an outline"));
  }
  entry.outline = std::move(*outline);
  return entry;
}

GateChange change_of(const BaselineEntry& before, const BaselineEntry& after) {
  GateChange change{before, after, false, plan::differences(before.outline, after.outline)};
  change.regressed = before.cost && after.cost && *before.cost > 0 && *after.cost >= kCostTimes * *before.cost &&
                     plan::has_worse_class(before.outline, after.outline);
  return change;
}

}  // namespace

Result<FailOn> FailOn::parse(std::span<const std::string> values) {
  std::vector<std::string_view> words{"changed", "regressed", "missing"};
  for (const plan::FindingRow& row : plan::finding_codes()) words.push_back(row.word);
  FailOn fail_on;
  for (const std::string& value : values) {
    for (const std::string_view part : split(value, ',')) {
      const std::string_view word = trim(part);
      if (word == "changed") {
        fail_on.changed = true;
      } else if (word == "regressed") {
        fail_on.regressed = true;
      } else if (word == "missing") {
        fail_on.missing = true;
      } else if (std::find(words.begin(), words.end(), word) != words.end()) {
        fail_on.codes.emplace(word);
      } else {
        const std::string_view nearest = nearest_name(word, words);
        std::string hint = nearest.empty() ? std::string() : fmt::format("Did you mean {}? ", nearest);
        hint += "It is changed, regressed, missing or the code of a finding (dbi-findings(7)).";
        return fail(ErrorKind::Usage, fmt::format("--fail-on: unknown word \"{}\"", escape_controls(word)), hint);
      }
    }
  }
  return fail_on;
}

Result<Baseline> Baseline::load(const std::filesystem::path& path) {
  const auto bytes = state::read_whole(path);
  if (!bytes) return fail(ErrorKind::Input, bytes.error().message);
  if (!*bytes) {
    return fail(ErrorKind::Input, fmt::format("{}: there is no such baseline", path.string()),
                "Make it with --save-baseline.");
  }
  auto baseline = parse(**bytes);
  if (!baseline) {
    Error error = baseline.error();
    error.message = path.string() + ": " + error.message;
    return fail(std::move(error));
  }
  return baseline;
}

Result<Baseline> Baseline::parse(std::string_view text) {
  Baseline baseline;
  record::Reader reader;
  record::Record record;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    std::string padded(line);
    padded.append(record::kPadding, ' ');
    if (auto parsed = reader.parse(std::string_view(padded).substr(0, line.size()), record); !parsed) {
      return fail(not_a_line(number, parsed.error().message));
    }
    DBI_TRY_ASSIGN(BaselineEntry entry, read_entry(record, number));
    std::string key = key_of(entry.plan_name, entry.query_signature, entry.plan_source);
    baseline.entries_.insert_or_assign(std::move(key), std::move(entry));
  }
  return baseline;
}

void Baseline::observe(const Observation& plan) {
  if (plan.plan_hash.empty() || (plan.plan_name.empty() && plan.query_signature.empty())) return;
  BaselineEntry& entry = entries_[key_of(plan.plan_name, plan.query_signature, plan.plan_source)];
  entry.plan_name = plan.plan_name;
  entry.query_signature = plan.query_signature;
  entry.plan_source = plan.plan_source;
  entry.plan_hash = plan.plan_hash;
  entry.plan_gist = plan.plan_gist;
  entry.cost = plan.cost;
  entry.outline = plan.outline == nullptr ? plan::Outline() : *plan.outline;
}

std::string Baseline::format() const {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, const BaselineEntry*> sorted;
  for (const auto& [key, entry] : entries_) {
    sorted[{entry.plan_name, entry.query_signature, entry.plan_source}] = &entry;
  }
  std::string out;
  for (const auto& [names, entry] : sorted) {
    record::Builder builder(out);
    builder.begin(kKind);
    if (!entry->plan_name.empty()) builder.text("plan_name", entry->plan_name);
    if (!entry->query_signature.empty()) builder.text("query_signature", entry->query_signature);
    builder.text("plan_source", entry->plan_source);
    builder.text("plan_hash", entry->plan_hash);
    builder.text("plan_gist", entry->plan_gist);
    if (entry->cost) builder.number("plan_cost", *entry->cost);
    builder.text("outline", plan::format_outline(entry->outline));
    builder.end();
  }
  return out;
}

Status Baseline::save(const std::filesystem::path& path) const {
  if (auto saved = state::write_atomic(path, format(), state::Durability::Durable); !saved) {
    return fail(ErrorKind::Output, saved.error().message, saved.error().hint);
  }
  return {};
}

std::string GateChange::explanation() const {
  std::string text =
      fmt::format("{}: {}\n  before  {}\n  after   {}\n", subject(after),
                  regressed ? "the plan has become worse" : "the plan has changed", before.plan_gist, after.plan_gist);
  if (before.cost && after.cost) text += fmt::format("  cost    {:.6g}, before {:.6g}\n", *after.cost, *before.cost);
  for (const plan::Difference& difference : differences) text += "  - " + difference.text + '\n';
  return text;
}

std::string GateResult::summary() const {
  return fmt::format("compared {}, changed {}, regressed {}, missing {}, new {}", compared, changes.size(), regressed,
                     missing, fresh);
}

GateResult compare(const Baseline& baseline, const Baseline& run, const FailOn& fail_on,
                   const std::set<std::string, std::less<>>& found) {
  GateResult result;
  const Pairs pairs(baseline, run);
  for (const auto& [key, after] : run.entries()) {
    const BaselineEntry* before = pairs.before(after);
    if (before == nullptr) {
      ++result.fresh;
      continue;
    }
    ++result.compared;
    if (before->plan_hash == after.plan_hash) continue;
    result.changes.push_back(change_of(*before, after));
    result.regressed += result.changes.back().regressed ? 1U : 0U;
  }
  result.missing = baseline.entries().size() - result.compared;
  result.passed = result.compared > 0 && !(fail_on.changed && !result.changes.empty()) &&
                  !(fail_on.regressed && result.regressed > 0) && !(fail_on.missing && result.missing > 0);
  for (const std::string& code : fail_on.codes) result.passed = result.passed && found.count(code) == 0;
  return result;
}

}  // namespace dbi::history
