// SPDX-License-Identifier: Apache-2.0
#include "collect/cycle_account.hpp"

namespace dbi::collect {

void CycleAccount::spend(std::string_view source, const SourceCost& spent) {
  auto& sum = cost[std::string(source)];
  sum.ms += spent.ms;
  sum.rows += spent.rows;
  sum.bytes += spent.bytes;
}

void CycleAccount::refuse(std::string_view source, const Error& error) {
  errors.push_back({.source = std::string(source),
                    .kind = error.kind,
                    .sqlstate = {},
                    .message = error.message,
                    .hint = error.hint});
}

}  // namespace dbi::collect
