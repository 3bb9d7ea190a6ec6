// SPDX-License-Identifier: Apache-2.0
#include "export/acknowledger.hpp"

namespace dbi::exporting {

Status Acknowledger::begin(const std::map<std::string, state::Ack>& holdings) const {
  for (const auto& [target, holding] : holdings) DBI_TRY(acknowledge(target, holding));
  return {};
}

Status Acknowledger::acknowledge(std::string_view target, const state::Ack& holding) const {
  if (!state::check_name("target", target)) return {};
  DBI_TRY_ASSIGN(const auto path, folder_.ack(target, exporter_));
  return state::store_ack(path, holding);
}

}  // namespace dbi::exporting
