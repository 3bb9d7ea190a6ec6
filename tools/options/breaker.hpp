// The whole flag table of dbi-breaker.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "breaker/breaker_options.hpp"
#include "run/filter_options.hpp"

namespace dbi::tools {

enum class BreakerVerb : std::uint8_t { Status, Open, Close };

struct BreakerToolOptions {
  std::optional<BreakerVerb> verb;
  std::optional<microseconds> open_for;
  std::string why;
  breaker::BreakerOptions breaker;
  run::FilterOptions filter;
};

inline void describe_commands(cli::Tree& tree, BreakerToolOptions& options) {
  tree.verb("status", &options.verb, BreakerVerb::Status, "", "print the circuits of a pipeline");
  tree.verb("open", &options.verb, BreakerVerb::Open, "KEY", "let KEY count as open, whatever its circuit says")
      .text("KEY is TARGET, TARGET/DATABASE or @host. dbi-collect leaves it alone from its next cycle on.");
  tree.verb("close", &options.verb, BreakerVerb::Close, "KEY", "end what open did, and close the circuit once");
  tree.group("Commands' flags");
  tree.duration("--for", &options.open_for, "open for this long instead of until it is closed")
      .range(std::chrono::seconds(1), std::chrono::hours(24) * 366)
      .no_environment();
  tree.text("--why", &options.why, "the reason, for those who see the circuit open").no_environment();
}

inline void describe(cli::Tree& tree, BreakerToolOptions& options) {
  describe_commands(tree, options);
  breaker::describe_breaker_options(tree, options.breaker);
  run::describe_filter_options(tree, options.filter);
  run::describe_clock_options(tree, options.filter);
}

}  // namespace dbi::tools
