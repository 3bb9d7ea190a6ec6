// SPDX-License-Identifier: Apache-2.0
#include "state/ack.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/uuid7.hpp"

namespace dbi::state {

namespace {

constexpr DocumentFormat kFormat{"ack", 1};

Result<std::string> read_cycle(const nlohmann::ordered_json& body, const char* name) {
  const auto member = body.find(name);
  if (member == body.end()) return std::string();
  auto cycle = member->get<std::string>();
  if (!is_cycle_id(cycle)) return fail(ErrorKind::Malformed, fmt::format("'{}' is no cycle id", name));
  return cycle;
}

}  // namespace

Result<LoadedAck> load_ack(const std::filesystem::path& path) {
  LoadedAck loaded;
  const auto accept = [&](const nlohmann::ordered_json& body, int) -> Status {
    Ack ack;
    DBI_TRY_ASSIGN(ack.held, read_cycle(body, "held"));
    DBI_TRY_ASSIGN(ack.seen, read_cycle(body, "seen"));
    if (ack.seen < ack.held) return fail(ErrorKind::Malformed, "'seen' is older than 'held'");
    loaded.ack = std::move(ack);
    return {};
  };
  DBI_TRY_ASSIGN(auto read, load_document(path, kFormat, accept));
  loaded.damage = std::move(read.damage);
  return loaded;
}

Status store_ack(const std::filesystem::path& path, const Ack& ack) {
  auto body = nlohmann::ordered_json::object();
  if (!ack.held.empty()) body["held"] = ack.held;
  if (!ack.seen.empty()) body["seen"] = ack.seen;
  return store_document(path, kFormat, body, Durability::Durable);
}

}  // namespace dbi::state
