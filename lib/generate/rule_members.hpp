// Whether the rules of dbi-sample look at members that records have when they reach it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/error.hpp"
#include "config/value.hpp"

namespace dbi::generate {

/// An error (ErrorKind::Configuration) for each condition of adaptive_sampler.rules and rule_templates whose attribute
/// is no member of dbi-record(5), no alias of one, or a member that only a later tool of the pipeline writes
/// (`circuit`). Attributes that hold a variable are left alone.
[[nodiscard]] std::vector<Error> check_rule_members(const config::Document& document);

}  // namespace dbi::generate
