// What the history is told: a plan that passed, and an interval of query_stats.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "plan/outline.hpp"

namespace dbi::history {

/// One plan as it passed; nothing is owned.
struct Observation {
  std::string_view target = {};
  std::string_view database = {};
  std::string_view query_signature = {};  ///< empty where the record has none
  std::string_view plan_name = {};        ///< empty where the record has none
  std::string_view plan_source = {};      ///< "auto_explain", "explain", "generic" ...
  std::string_view plan_hash = {};        ///< never empty
  std::string_view plan_gist = {};
  std::optional<double> cost = {};
  std::optional<double> rows = {};
  std::optional<double> duration_ms = {};  ///< only where the plan was executed
  Timestamp ts = {};                       ///< the record's time, never the wall clock's
  const plan::Outline* outline = nullptr;  ///< for what differs; may be missing
};

/// What a statement is called in the history: its signature, else "name:" with its plan's name; empty where it has
/// neither, and then nothing is kept of it.
[[nodiscard]] std::string statement_of(std::string_view query_signature, std::string_view plan_name);

/// What a `query_stats` record says of a statement; nothing is owned.
struct Interval {
  std::string_view target = {};
  std::string_view database = {};
  std::string_view query_signature = {};
  double calls = 0;
  double total_ms = 0;
  Timestamp ts = {};
};

}  // namespace dbi::history
