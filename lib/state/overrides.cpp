// SPDX-License-Identifier: Apache-2.0
#include "state/overrides.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "state/json_time.hpp"

namespace dbi::state {

namespace {

constexpr DocumentFormat kFormat{"overrides", 1};

Result<Override> read_override(const nlohmann::ordered_json& body) {
  Override out;
  const auto word = body.at("order").get<std::string>();
  if (word != "open" && word != "close") return fail(ErrorKind::Malformed, fmt::format("'{}' is no order", word));
  out.order = word == "open" ? Override::Order::Open : Override::Order::Close;
  DBI_TRY_ASSIGN(const auto at, read_time(body, "at"));
  if (!at) return fail(ErrorKind::Malformed, "it has no 'at'");
  out.at = *at;
  DBI_TRY_ASSIGN(out.until, read_time(body, "until"));
  if (const auto why = body.find("why"); why != body.end()) out.why = why->get<std::string>();
  return out;
}

nlohmann::ordered_json json_of(const Override& given) {
  nlohmann::ordered_json out{{"order", given.order == Override::Order::Open ? "open" : "close"},
                             {"at", format_timestamp(given.at)}};
  if (given.until) out["until"] = format_timestamp(*given.until);
  if (!given.why.empty()) out["why"] = given.why;
  return out;
}

}  // namespace

Result<LoadedOverrides> load_overrides(const std::filesystem::path& path, OnDamage on_damage) {
  LoadedOverrides loaded;
  const auto accept = [&](const nlohmann::ordered_json& body, int) -> Status {
    Overrides overrides;
    for (const auto& [key, value] : body.at("overrides").items()) {
      auto given = read_override(value);
      if (!given) return fail(given.error().kind, fmt::format("override of '{}': {}", key, given.error().message));
      overrides.insert_or_assign(key, std::move(*given));
    }
    loaded.overrides = std::move(overrides);
    return {};
  };
  DBI_TRY_ASSIGN(auto read, load_document(path, kFormat, accept, on_damage));
  loaded.damage = std::move(read.damage);
  return loaded;
}

Status store_overrides(const std::filesystem::path& path, const Overrides& overrides) {
  auto list = nlohmann::ordered_json::object();
  for (const auto& [key, given] : overrides) list[key] = json_of(given);
  return store_document(path, kFormat, {{"overrides", std::move(list)}}, Durability::Durable);
}

}  // namespace dbi::state
