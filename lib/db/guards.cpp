// SPDX-License-Identifier: Apache-2.0
#include "db/guards.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace dbi::db {

std::string_view guard_word(GuardForm form) {
  return form == GuardForm::Session ? "session" : "transaction";
}

std::string startup_options(const Guards& guards) {
  return fmt::format(
      "-c default_transaction_read_only=on -c statement_timeout={} -c lock_timeout={} "
      "-c idle_in_transaction_session_timeout={}{}",
      guards.statement_timeout.count(), guards.lock_timeout.count(), guards.idle_in_transaction_timeout.count(),
      guards.fixes_search_path ? " -c search_path=pg_catalog" : "");
}

bool shows_time(std::string_view shown, milliseconds wanted) {
  // PostgreSQL's units of time are those of parse_duration (us, ms, s, min, h, d).
  const auto time = parse_duration(shown);
  return time && *time == wanted;
}

}  // namespace dbi::db
