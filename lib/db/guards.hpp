// What keeps a collector from hurting the server: read-only, time limits, a fixed search path; in force or nothing is
// asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbi::db {

using std::chrono::milliseconds;

struct Guards {
  milliseconds statement_timeout{5000};
  milliseconds lock_timeout{100};
  milliseconds idle_in_transaction_timeout{10000};
  std::string application_name = "dbi-collect";
  /// False: the session keeps the search path that it would have without us, for statements that are explained; reads
  /// are transactions that set their own.
  bool fixes_search_path = true;
};

/// How the guards took.
enum class GuardForm : std::uint8_t {
  Session,     ///< startup options
  Transaction  ///< set anew in every read's transaction: behind a pooler, or where startup options do not arrive
};

/// "session", "transaction": the `guards` of a scrape.
[[nodiscard]] std::string_view guard_word(GuardForm form);

/// The startup packet's `options`: "-c default_transaction_read_only=on -c ...".
[[nodiscard]] std::string startup_options(const Guards& guards);

/// True where a setting as the server shows it ("5s", "100ms", "1min") is this time.
[[nodiscard]] bool shows_time(std::string_view shown, milliseconds wanted);

}  // namespace dbi::db
