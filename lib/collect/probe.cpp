// SPDX-License-Identifier: Apache-2.0
#include "collect/probe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace dbi::collect {

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return "ok";
    case Verdict::Limited:
      return "limited";
    case Verdict::Denied:
      return "denied";
  }
  return "";
}

bool ProbeReport::denied() const {
  return std::ranges::any_of(lines, [](const ProbeLine& line) { return line.verdict == Verdict::Denied; });
}

std::string format_probe(const ProbeReport& report) {
  std::size_t width = 0;
  for (const auto& line : report.lines) width = std::max(width, line.what.size());
  auto text = report.target + "\n";
  for (const auto& line : report.lines) {
    text += fmt::format("  {:<{}}  {:<7}  {}\n", line.what, width, verdict_word(line.verdict),
                        escape_controls(line.finding));
    if (line.fix.empty()) continue;
    for (const auto part : split(line.fix, '\n'))
      text += fmt::format("  {:<{}}  {:<7}  fix: {}\n", "", width, "", part);
  }
  return text;
}

ExitStatus probe_status(const std::vector<ProbeReport>& reports) {
  auto status = ExitStatus::Done;
  for (const auto& report : reports) {
    if (report.failure) return exit_status(*report.failure);
    if (report.denied()) status = ExitStatus::AnswerIsNo;
  }
  return status;
}

}  // namespace dbi::collect
