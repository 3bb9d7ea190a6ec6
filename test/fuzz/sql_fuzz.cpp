// Any bytes as a statement: no crash, no literal left, normalising is a fixpoint.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/sql_invariants.hpp"
#include "sql/redact_mysql_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // libFuzzer hands over bytes.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto broken = dbi::sql::broken_invariant(text);
  if (!broken.empty()) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(broken.size()), broken.data());
    std::abort();
  }
  (void)dbi::sql::redact_message(text, {});
  (void)dbi::sql::redact_message(text, text.substr(0, 5));
  (void)dbi::sql::redact_mysql_message(text, 0, {});
  (void)dbi::sql::redact_mysql_message(text, static_cast<unsigned>(size), text.substr(0, 5));
  return 0;
}
