// Plans that stand in no record: what EXPLAIN printed, and the entries of auto_explain in a server's log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi::extract {

/// One plan with what is known of it; views are valid during the call that gets it.
struct BarePlan {
  std::string_view plan;
  std::string_view query = {};  ///< as the client sent it, literals included
  std::string_view source = "explain";
  std::string_view database = {};
  std::optional<double> duration_ms = {};
  std::optional<Timestamp> time = {};
};

/// Takes a plan. ErrorKind::Malformed where it cannot be read.
using TakePlan = std::function<Status(const BarePlan&)>;

/// Gives the plans of a text one by one: JSON values and XML elements that follow each other, plans of TEXT below each
/// other, each below psql's heading "QUERY PLAN" where it has one, and what YAML's list has. A line within a literal
/// begins no plan. Fails with the first fault after all plans were given; ErrorKind::Malformed where it is one of the
/// text.
Status split_plans(std::string_view text, const TakePlan& take);

/// The time at the front of a log's line, "2026-11-25 08:00:00.123 UTC"; nothing where it has none or is of another
/// time zone than UTC.
[[nodiscard]] std::optional<Timestamp> log_time(std::string_view text);

}  // namespace dbi::extract
