// SPDX-License-Identifier: Apache-2.0
#include "collect/circuit_permit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/time_text.hpp"
#include "collect/database_reader.hpp"

namespace dbi::collect {

namespace {

// "circuit main is open until 2026-11-25T12:00:30.000000Z: 5 of 5 calls failed, the last one: timeout"
std::string describe(const circuit::Verdict& verdict) {
  const auto& standing = verdict.standing;
  auto text = fmt::format("circuit {} {} open", verdict.key, standing.forced ? "is held" : "is");
  if (standing.until) {
    text += " until " + format_timestamp(*standing.until);
  } else {
    text += " until it is closed";
  }
  if (standing.forced) text += " by an operator";
  if (!standing.why.empty()) text += ": " + standing.why;
  return text;
}

}  // namespace

CircuitPermit permit_for(const circuit::View& circuits, std::string_view target, Timestamp now,
                         std::optional<microseconds> longest) {
  CircuitPermit permit;
  if (const auto verdict = circuits.target(target, now); verdict.admission == circuit::Admission::Skip) {
    permit.skip = describe(verdict);
    return permit;
  }
  const auto relief = circuits.relief(target, now);
  permit.longer_interval = relief >= circuit::Relief::LongerInterval;
  permit.fewer_kinds = relief >= circuit::Relief::FewerKinds;
  if (const auto advised = circuits.timeout(target)) {
    permit.statement_timeout = std::clamp(*advised, kShortestTimeout, longest.value_or(kLongestTimeout));
  }
  return permit;
}

}  // namespace dbi::collect
