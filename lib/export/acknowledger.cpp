// SPDX-License-Identifier: Apache-2.0
#include "export/acknowledger.hpp"

#include "state/ack.hpp"

namespace dbi::exporting {

Status Acknowledger::begin(const std::map<std::string, Holding>& holdings) const {
  DBI_TRY_ASSIGN(const auto acked, folder_.acked_targets(exporter_));
  for (const auto& target : acked) {
    if (!holdings.contains(target)) DBI_TRY(tell(target, {}));
  }
  for (const auto& [target, holding] : holdings) DBI_TRY(tell(target, holding));
  return {};
}

Status Acknowledger::tell(std::string_view target, const Holding& holding) const {
  if (!state::check_name("target", target)) return {};
  DBI_TRY_ASSIGN(const auto path, folder_.ack(target, exporter_));
  return state::store_ack(path, {holding.held, holding.seen});
}

}  // namespace dbi::exporting
