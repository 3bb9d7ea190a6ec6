// SPDX-License-Identifier: Apache-2.0
#include "collect/routing.hpp"

namespace dbi::collect {

record::Builder& begin_record(record::Builder& builder, std::string_view kind, const Routing& routing, Timestamp ts,
                              std::string_view database) {
  builder.begin(kind).time("ts", ts).time("observed_ts", routing.observed_ts).text("target", routing.target);
  if (!database.empty()) builder.text("database", database);
  builder.text("cycle", routing.cycle).text("system", routing.system);
  if (!routing.host.empty()) builder.text("host", routing.host);
  if (routing.port != 0) builder.integer("port", routing.port);
  return builder;
}

}  // namespace dbi::collect
