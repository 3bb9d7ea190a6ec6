// A plan in a line that a person reads: "Lim(Srt(HJ(SS:orders,H(IS:customers.customers_pkey))))".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "planread/plan.hpp"

namespace dbi::plan {

/// Longest gist, in bytes; what does not fit ends in "...".
inline constexpr std::size_t kMaxGistBytes = 200;

/// Node types by the abbreviations of dbi-record(5), "PLAN GIST", a join's type before it ("left", "semi" ...), a
/// scan's relation and index behind it, "@" before the root of a subplan, "p" before what runs in parallel. Never
/// splits a character.
[[nodiscard]] std::string gist(const planread::Plan& plan);

}  // namespace dbi::plan
