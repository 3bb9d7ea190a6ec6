// A plan on its way through a worker, and the record that it belongs to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "extract/plan_cache.hpp"
#include "extract/plan_reading.hpp"
#include "planread/redact.hpp"
#include "record/record.hpp"

namespace dbi::extract {

/// What becomes of a job's record.
enum class JobKind : std::uint8_t {
  Pass,   ///< it leaves as it is and only keeps its place
  Known,  ///< all is known of its plan
  Read,   ///< its plan is to be read
  Entry   ///< an entry of a log, whose plan is to be read
};

/// Used again for another plan: texts keep their room.
struct PlanJob {
  JobKind kind = JobKind::Pass;
  std::string line = {};  ///< the record, with record::kPadding bytes behind it; empty for an entry
  std::string plan = {};  ///< to be read
  PlanForm form = PlanForm::Object;

  // Of an entry: see BarePlan.
  std::string query = {};
  std::string database = {};
  std::string_view source = {};
  std::optional<double> duration_ms = {};
  std::optional<Timestamp> time = {};

  // What was found.
  KnownPlan known = {};
  std::optional<Error> problem = {};      ///< why the plan could not be read
  planread::RedactionFaults faults = {};  ///< of this plan
  std::string statement = {};             ///< that stands in the plan itself, literals included

  void begin(JobKind what) {
    kind = what;
    for (std::string* text : {&line, &plan, &query, &database, &statement}) text->clear();
    duration_ms.reset();
    time.reset();
    known.members.clear();
    problem.reset();
    faults = {};
  }
  void take_line(std::string_view text) { line.assign(text).append(dbi::record::kPadding, '\0'); }
  /// The line without what stands behind it for the reader.
  [[nodiscard]] std::string_view record() const {
    return std::string_view(line).substr(0, line.size() - dbi::record::kPadding);
  }

  [[nodiscard]] std::size_t bytes() const { return line.size() + plan.size() + query.size() + known.bytes(); }
};

}  // namespace dbi::extract
