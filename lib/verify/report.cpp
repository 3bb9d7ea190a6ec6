// SPDX-License-Identifier: Apache-2.0
#include "verify/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/time_text.hpp"
#include "terminal/display_width.hpp"
#include "terminal/text_table.hpp"

namespace dbi::verify {

namespace {

// Columns after the first `left` ones are figures.
terminal::TextTable table_of(std::size_t left, std::vector<std::string> heading) {
  return {std::move(heading), {.left = left, .indent = 2, .gap = 3, .most = Report::kMaxRows}};
}

std::string name_cell(std::string_view name) {
  constexpr std::size_t kWidest = 48;
  return name.empty() ? "-" : terminal::fit(terminal::one_line(name), kWidest);
}

std::string time_cell(const std::optional<Timestamp>& time) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-23T08:00:00"
  return time ? format_timestamp(*time).substr(0, kSeconds) + "Z" : "-";
}

std::vector<std::string> span_cells(std::string_view name, const Report::Span& span) {
  return {name_cell(name), time_cell(span.from), time_cell(span.until), fmt::format("{}", span.records),
          fmt::format("{}", span.bytes)};
}

// The greatest first.
template <typename Spans>
std::vector<std::pair<std::string, Report::Span>> by_records(const Spans& spans) {
  std::vector<std::pair<std::string, Report::Span>> out(spans.begin(), spans.end());
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return a.second.records > b.second.records; });
  return out;
}

struct Finding {
  Notice notice;
  std::uint64_t records = 0;
};

// The most frequent first; then what to do about them.
void print_findings(std::string& out, const Notices& notices) {
  std::vector<Finding> findings;
  notices.for_each([&findings](const Notice& notice, std::uint64_t records) { findings.push_back({notice, records}); });
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) { return a.records > b.records; });
  if (findings.empty()) {
    out += "\n  no findings\n";
    return;
  }
  auto table = table_of(5, {"finding", "check", "target", "kind", "member", "records"});
  std::vector<std::string> remedies;
  for (const auto& [notice, records] : findings) {
    table.add({std::string(notice.event), name_cell(notice.check), name_cell(notice.target), name_cell(notice.kind),
               name_cell(notice.member), fmt::format("{}", records)});
    auto remedy = fmt::format("  {}: {}\n", notice.check.empty() ? notice.event : notice.check, notice.remedy);
    if (std::ranges::find(remedies, remedy) == remedies.end()) remedies.push_back(std::move(remedy));
  }
  out += '\n';
  table.print(out);
  out += '\n';
  for (const auto& remedy : remedies) out += remedy;
}

}  // namespace

Report::Span& Report::span_of(Spans& spans, std::string_view name) {
  const auto found = spans.find(name);
  if (found != spans.end()) return found->second;
  return spans[spans.size() < kMaxNames ? std::string(name) : "(others)"];
}

void Report::take(std::string_view kind, std::string_view target, std::optional<Timestamp> ts, std::size_t bytes) {
  for (Span* span : {&span_of(kinds_, kind), &span_of(targets_, target)}) {
    ++span->records;
    span->bytes += bytes;
    if (!ts) continue;
    span->from = std::min(span->from.value_or(*ts), *ts);
    span->until = std::max(span->until.value_or(*ts), *ts);
  }
}

std::string Report::print(const Targets& targets, const Cardinality& values, const Notices& findings) const {
  std::string out;
  auto kinds = table_of(3, {"kind", "from", "until", "records", "bytes"});
  for (const auto& [name, span] : by_records(kinds_)) kinds.add(span_cells(name, span));
  kinds.print(out);

  std::map<std::string, double, std::less<>> scores;
  targets.for_each([&scores](const std::string& target, const TargetState& state) {
    if (const auto score = state.mean_score()) scores.emplace(target, *score);
  });
  auto rows = table_of(3, {"target", "from", "until", "records", "bytes", "quality"});
  for (const auto& [name, span] : by_records(targets_)) {
    auto cells = span_cells(name, span);
    const auto score = scores.find(name);
    cells.push_back(score == scores.end() ? "-" : fmt::format("{:.3f}", score->second));
    rows.add(std::move(cells));
  }
  out += '\n';
  rows.print(out);

  auto members = table_of(1, {"member", "values", "limit"});
  for (std::size_t i = 0; i < values.size(); ++i) {
    members.add({name_cell(values.name(i)), fmt::format("~{}", std::llround(values.estimate(i))),
                 fmt::format("{}", values.limit(i))});
  }
  out += members.empty() ? "" : "\n";
  if (!members.empty()) members.print(out);

  print_findings(out, findings);
  return out;
}

}  // namespace dbi::verify
