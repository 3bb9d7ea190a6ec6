// SPDX-License-Identifier: Apache-2.0
#include "db/classify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "sql/statement.hpp"

namespace dbi::db {

namespace {

struct StateRow {
  std::string_view prefix;  // an SQLSTATE, or the two characters of its class
  ErrorKind kind;
};

// PostgreSQL manual, appendix A. The first match holds.
constexpr std::array kStates{
    StateRow{"57014", ErrorKind::Timeout},             // query_canceled: statement_timeout
    StateRow{"55P03", ErrorKind::Timeout},             // lock_not_available: lock_timeout
    StateRow{"25P03", ErrorKind::Timeout},             // idle_in_transaction_session_timeout
    StateRow{"25P04", ErrorKind::Timeout},             // transaction_timeout (17)
    StateRow{"53300", ErrorKind::TooManyConnections},  // too_many_connections
    StateRow{"57P01", ErrorKind::Connection},          // admin_shutdown: pg_terminate_backend too
    StateRow{"57P02", ErrorKind::Connection},          // crash_shutdown
    StateRow{"57P03", ErrorKind::Connection},          // cannot_connect_now: starting up
    StateRow{"57P05", ErrorKind::Connection},          // idle_session_timeout
    StateRow{"08", ErrorKind::Connection},
    StateRow{"28", ErrorKind::Authentication},
    StateRow{"42501", ErrorKind::Privilege},       // insufficient_privilege
    StateRow{"42P01", ErrorKind::MissingFeature},  // undefined_table
    StateRow{"42883", ErrorKind::MissingFeature},  // undefined_function
    StateRow{"42703", ErrorKind::MissingFeature},  // undefined_column
    StateRow{"42704", ErrorKind::MissingFeature},  // undefined_object
    StateRow{"3F000", ErrorKind::MissingFeature},  // invalid_schema_name
    StateRow{"0A", ErrorKind::Unsupported},        // feature_not_supported
};

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// What a pooler gives 08P01 for, and libpq no SQLSTATE at all.
ErrorKind kind_of_text(std::string_view text) {
  if (contains_any(text, {"no more connections", "too many clients", "too many connections"})) {
    return ErrorKind::TooManyConnections;
  }
  if (contains_any(text, {"password", "authentication", "no such user", "pg_hba", "SASL", "not allowed"})) {
    return ErrorKind::Authentication;
  }
  return ErrorKind::Connection;
}

bool is_state(std::string_view text) {
  return text.size() == 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

// The last attempt's line: of several hosts, or with and without TLS. Lines of DETAIL, HINT and LOCATION stand below.
std::string_view primary_line(std::string_view message) {
  constexpr std::string_view kAttempt = "connection to server ";
  constexpr std::string_view kFailed = " failed: ";
  auto start = message.rfind(kAttempt);
  if (start != std::string_view::npos && (start == 0 || message[start - 1] == '\n')) message.remove_prefix(start);
  auto line = message.substr(0, message.find('\n'));
  const auto failed = line.find(kFailed);
  if (line.starts_with(kAttempt) && failed != std::string_view::npos) line.remove_prefix(failed + kFailed.size());
  return line;
}

std::string redact(std::string_view message, std::string_view sqlstate) {
  return sql::redact_message(message.substr(0, message.find('\n')), sqlstate);
}

}  // namespace

Error to_error(Failure failure) {
  return {failure.kind, std::move(failure.message), std::move(failure.hint)};
}

ErrorKind kind_of(std::string_view sqlstate) {
  for (const auto& row : kStates) {
    if (sqlstate.starts_with(row.prefix)) return row.kind;
  }
  return ErrorKind::Other;
}

ConnectMessage parse_connect_message(std::string_view message) {
  auto line = primary_line(message);
  // "FATAL:  28P01: text": the severity may be translated, the two spaces are not.
  const auto severity = line.find(":  ");
  if (severity != std::string_view::npos) {
    const auto rest = line.substr(severity + 3);
    if (is_state(rest.substr(0, 5)) && rest.substr(5).starts_with(": ")) {
      return {std::string(rest.substr(0, 5)), std::string(rest.substr(7))};
    }
    return {{}, std::string(rest)};
  }
  return {{}, std::string(line)};
}

bool refuses_options(const ConnectMessage& message) {
  if (message.text.starts_with("unsupported startup parameter")) return true;
  // Poolers word it their own way, under protocol_violation; 22023, 42704 and 42501: a setting that the server has not
  // or does not allow.
  return message.sqlstate == "22023" || message.sqlstate == "42704" ||
         (message.sqlstate == "08P01" && message.text.find("startup") != std::string::npos);
}

Failure classify_connect(std::string_view message, std::string_view where) {
  const auto parsed = parse_connect_message(message);
  Failure failure;
  failure.sqlstate = parsed.sqlstate;
  const bool says_nothing = parsed.sqlstate.empty() || parsed.sqlstate == "08P01";
  failure.kind = says_nothing ? kind_of_text(parsed.text) : kind_of(parsed.sqlstate);
  failure.message = fmt::format("{}: {}", where, redact(parsed.text, parsed.sqlstate));
  if (parsed.text.find("no password supplied") != std::string::npos) {
    failure.hint = "Give the password by password_file in the configuration, ~/.pgpass or a service file.";
  }
  return failure;
}

Failure classify_statement(std::string_view sqlstate, std::string_view primary) {
  return {
      .kind = kind_of(sqlstate), .sqlstate = std::string(sqlstate), .message = redact(primary, sqlstate), .hint = {}};
}

}  // namespace dbi::db
