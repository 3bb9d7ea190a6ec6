// `dbi-ratelimit status`: what the limiter remembers, as a table for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dbi::limit {

/// A row for each key in `memory` (what RateLimiter::save wrote, other lines left out): its rate and burst, the records
/// that were decided about and the share of them that was over the limit, and when the last one came; those with the
/// most records over their limit first. Fails with ErrorKind::State where a line is no record.
Result<std::string> status_table(std::string_view memory);

}  // namespace dbi::limit
