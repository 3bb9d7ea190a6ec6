// SPDX-License-Identifier: Apache-2.0
#include "db/resolved_target.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>
#include <vector>

namespace dbi::db {

namespace {

// libpq looks into a service file for a connection only, so this is one whose sslmode it refuses before it opens a
// socket. Its message quotes these words, in every language.
constexpr std::string_view kNoSslMode = "none of them";

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::unique_ptr<PGconn, Finish> refused_connection(const PostgresqlTarget& target) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : target.keywords()) {
    if (name == "sslmode") continue;
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.insert(names.end(), {"sslmode", nullptr});
  values.insert(values.end(), {kNoSslMode.data(), nullptr});
  return std::unique_ptr<PGconn, Finish>(PQconnectStartParams(names.data(), values.data(), 0));
}

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  std::int32_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds{seconds};
}

void take(ResolvedTarget& resolved, std::string_view keyword, std::string_view value) {
  if (keyword == "options") resolved.options = value;
  if (keyword == "host") resolved.hosts = value;
  if (keyword == "hostaddr") resolved.addresses = value;
  if (keyword == "port") resolved.ports = value;
  if (keyword == "target_session_attrs") resolved.session_attributes = value;
  if (keyword == "connect_timeout") resolved.connect_timeout = parse_seconds(value);
}

// None of libpq's messages at this point quotes a password, and what it quotes is needed: a service, a file.
Error refusal(const PostgresqlTarget& target, std::string_view message) {
  const bool service =
      std::ranges::any_of(target.keywords(), [](const auto& keyword) { return keyword.first == "service"; });
  return {ErrorKind::Configuration, fmt::format("target {}: {}", target.name(), message.substr(0, message.find('\n'))),
          service ? "Services are in ~/.pg_service.conf, or in the file that PGSERVICEFILE names." : ""};
}

}  // namespace

Result<ResolvedTarget> resolve(const PostgresqlTarget& target) {
  const auto refused = refused_connection(target);
  if (!refused) return fail(ErrorKind::Configuration, "out of memory");
  const std::string_view message = PQerrorMessage(refused.get());
  if (message.find(kNoSslMode) == std::string_view::npos) return fail(refusal(target, message));
  ResolvedTarget resolved;
  const std::unique_ptr<PQconninfoOption, Finish> options(PQconninfo(refused.get()));
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr) take(resolved, option->keyword, option->val);
  }
  return resolved;
}

}  // namespace dbi::db
