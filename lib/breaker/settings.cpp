// SPDX-License-Identifier: Apache-2.0
#include "breaker/settings.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace dbi::breaker {

Status check_settings(const Settings& settings) {
  const circuit::Rules& rules = settings.rules;
  if (!rules.window.time && rules.minimum_calls > rules.window.calls) {
    return fail(ErrorKind::Configuration,
                fmt::format("a window of {} calls never holds {} calls", rules.window.calls, rules.minimum_calls),
                "Raise --window-calls or lower --failure-threshold.");
  }
  if (rules.backoff.base > rules.backoff.cap) {
    return fail(ErrorKind::Configuration,
                fmt::format("an open time of {} is above the longest one of {}", format_duration(rules.backoff.base),
                            format_duration(rules.backoff.cap)),
                "Raise --max-open-time or lower --open-time.");
  }
  if (settings.timeout.base > settings.timeout.highest) {
    return fail(ErrorKind::Configuration,
                fmt::format("a base timeout of {} is above the longest one of {}",
                            format_duration(settings.timeout.base), format_duration(settings.timeout.highest)),
                "Raise --max-timeout or lower --base-timeout.");
  }
  if (settings.on_open == OnOpen::Divert && settings.divert_to.empty()) {
    return fail(ErrorKind::Usage, "no file is given to divert records to", "Write --divert-to FILE.");
  }
  if (settings.on_open != OnOpen::Divert && !settings.divert_to.empty()) {
    return fail(ErrorKind::Usage, "nothing is diverted, but a file is given for it", "Write --on-open divert.");
  }
  return {};
}

}  // namespace dbi::breaker
