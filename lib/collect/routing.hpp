// The members that route a record of a cycle (DESIGN.md section 2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "record/builder.hpp"

namespace dbi::collect {

/// Views must outlive the call. `ts` comes from the data.
struct Routing {
  std::string_view target;
  std::string_view cycle;
  std::string_view system;  ///< "postgresql", "mysql", "mariadb"
  std::string_view host;    ///< empty = absent
  std::uint16_t port = 0;   ///< 0 = absent
  Timestamp observed_ts{};
};

/// Begins a record with its routing members in their order; an empty database is absent.
record::Builder& begin_record(record::Builder& builder, std::string_view kind, const Routing& routing, Timestamp ts,
                              std::string_view database = {});

}  // namespace dbi::collect
