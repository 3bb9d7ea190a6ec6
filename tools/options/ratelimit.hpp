// The whole flag table of dbi-ratelimit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "limit/limit_options.hpp"
#include "run/filter_options.hpp"

namespace dbi::tools {

enum class RatelimitVerb : std::uint8_t { Status };

struct RatelimitToolOptions {
  RatelimitToolOptions() { filter.clock = stream::ClockMode::Wall; }
  std::optional<RatelimitVerb> verb;
  limit::LimitOptions limits;
  run::FilterOptions filter;
};

inline Status check(const RatelimitToolOptions& options) {
  if (options.verb && !options.filter.files.empty()) {
    return fail(ErrorKind::Usage, fmt::format("status takes no argument: '{}'", options.filter.files.front()));
  }
  if (options.limits.over != limit::Over::Delay) return {};
  if (!options.filter.replay && options.filter.clock == stream::ClockMode::Wall) return {};
  return fail(ErrorKind::Usage, "--over delay waits by the machine's clock",
              "Leave out --replay and --clock record, or drop or divert what is over the limit.");
}

inline void describe(cli::Tree& tree, RatelimitToolOptions& options) {
  tree.group("Commands");
  tree.verb("status", &options.verb, RatelimitVerb::Status, "", "print the keys, their rates and what was over them");
  limit::describe_limit_options(tree, options.limits);
  run::describe_filter_options(tree, options.filter);
  run::describe_clock_options(tree, options.filter);
  tree.check([&options] { return check(options); });
}

}  // namespace dbi::tools
