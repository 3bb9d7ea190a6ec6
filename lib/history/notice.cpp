// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "history/history.hpp"
#include "record/builder.hpp"
#include "record/event.hpp"

namespace dbi::history {

namespace {

std::string subject(const Notice& notice) {
  if (!notice.plan_name.empty()) return notice.plan_name;
  return notice.query_signature.empty() ? "a statement" : "statement " + notice.query_signature;
}

std::string plan_text(const Side& side) {
  return side.gist.empty() ? side.hash : side.gist;
}

std::string figures(const Notice& notice) {
  if (notice.before.median_ms && notice.after.median_ms) {
    return fmt::format("{:.3g} ms, before {:.3g} ms", *notice.after.median_ms, *notice.before.median_ms);
  }
  if (notice.before.cost && notice.after.cost) {
    return fmt::format("cost {:.6g}, before {:.6g}", *notice.after.cost, *notice.before.cost);
  }
  return {};
}

}  // namespace

std::string_view notice_word(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::PlanChanged:
      return "plan_changed";
    case NoticeKind::PlanRegressed:
      return "plan_regressed";
    case NoticeKind::PlanFlapping:
      return "plan_flapping";
  }
  return {};
}

std::string_view evidence_word(Evidence evidence) {
  switch (evidence) {
    case Evidence::None:
      return {};
    case Evidence::Executions:
      return "executions";
    case Evidence::QueryStats:
      return "query_stats";
    case Evidence::Estimate:
      return "estimate";
  }
  return {};
}

std::string Notice::message() const {
  std::string text = subject(*this);
  if (kind == NoticeKind::PlanFlapping) {
    return text + fmt::format(" had {} plans within its last 100 executions", plans);
  }
  text += kind == NoticeKind::PlanChanged ? " has another plan" : " has become slower";
  if (const std::string numbers = figures(*this); kind == NoticeKind::PlanRegressed && !numbers.empty()) {
    text += " (" + numbers + ")";
  }
  text += ": " + plan_text(after);
  if (!before.hash.empty()) text += ", before " + plan_text(before);
  for (const plan::Difference& difference : differences) text += "; " + difference.text;
  return text;
}

void write_notice(std::string& out, const Notice& notice, std::string_view tool, std::string_view name) {
  const std::string message = notice.message();
  record::Event event;
  event.tool = tool;
  event.name = name;
  event.target = notice.target;
  event.database = notice.database;
  event.event = notice_word(notice.kind);
  event.severity = notice.kind == NoticeKind::PlanRegressed ? record::Severity::Warning : record::Severity::Info;
  event.message = message;
  record::write_event(out, event, notice.ts, [&](record::Builder& builder) {
    const auto text = [&](std::string_view member, std::string_view value) {
      if (!value.empty()) builder.text(member, value);
    };
    const auto number = [&](std::string_view member, const std::optional<double>& value) {
      if (value) builder.number(member, *value);
    };
    text("query_signature", notice.query_signature);
    text("plan_name", notice.plan_name);
    text("plan_source", notice.plan_source);
    text("evidence", evidence_word(notice.evidence));
    text("plan_hash", notice.after.hash);
    text("plan_hash_before", notice.before.hash);
    text("plan_gist", notice.after.gist);
    text("plan_gist_before", notice.before.gist);
    number("plan_cost", notice.after.cost);
    number("plan_cost_before", notice.before.cost);
    number("median_ms", notice.after.median_ms);
    number("median_ms_before", notice.before.median_ms);
    if (notice.evidence == Evidence::Executions) builder.number("load_factor", notice.load);
    if (notice.plans > 0) builder.unsigned_integer("plans", notice.plans);
    std::vector<std::string> codes;
    for (const plan::Difference& difference : notice.differences) {
      if (codes.empty() || codes.back() != difference.code) codes.emplace_back(difference.code);
    }
    if (!codes.empty()) builder.texts("plan_differences", codes);
  });
}

}  // namespace dbi::history
