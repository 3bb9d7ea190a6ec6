// What dbi-plan says of a plan, as members of its record. Their meaning stands in the table of kind `plan`
// (record/schema/execution.cpp), and so in dbi-record(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "extract/members.hpp"
#include "plan/analysis.hpp"

namespace dbi::extract {

/// Entries that a list of a record has at most: relations, indexes, findings.
inline constexpr std::size_t kMaxListed = 100;

/// Adds the members that apply. `busiest` is how many nodes `plan_nodes` has at most; 0 leaves it out.
void add_plan_facts(const plan::Analysis& analysis, std::size_t busiest, Members& out);

}  // namespace dbi::extract
