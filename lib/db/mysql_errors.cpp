// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_errors.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "sql/redact_mysql_message.hpp"

namespace dbi::db {

namespace {

struct NumberRow {
  unsigned number;
  ErrorKind kind;
};

constexpr std::array kNumbers{
    NumberRow{1205, ErrorKind::Timeout},             // ER_LOCK_WAIT_TIMEOUT: a metadata lock's too
    NumberRow{1317, ErrorKind::Timeout},             // ER_QUERY_INTERRUPTED: KILL QUERY
    NumberRow{1969, ErrorKind::Timeout},             // MariaDB ER_STATEMENT_TIMEOUT
    NumberRow{3024, ErrorKind::Timeout},             // MySQL ER_QUERY_TIMEOUT
    NumberRow{3572, ErrorKind::Timeout},             // MySQL ER_LOCK_NOWAIT
    NumberRow{1040, ErrorKind::TooManyConnections},  // ER_CON_COUNT_ERROR
    NumberRow{1203, ErrorKind::TooManyConnections},  // ER_TOO_MANY_USER_CONNECTIONS
    NumberRow{1226, ErrorKind::TooManyConnections},  // ER_USER_LIMIT_REACHED
    NumberRow{1045, ErrorKind::Authentication},      // ER_ACCESS_DENIED_ERROR
    NumberRow{1130, ErrorKind::Authentication},      // ER_HOST_NOT_PRIVILEGED
    NumberRow{1251, ErrorKind::Authentication},      // ER_NOT_SUPPORTED_AUTH_MODE
    NumberRow{1524, ErrorKind::Authentication},      // ER_PLUGIN_IS_NOT_LOADED
    NumberRow{1698, ErrorKind::Authentication},      // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    NumberRow{1820, ErrorKind::Authentication},      // ER_MUST_CHANGE_PASSWORD
    NumberRow{1862, ErrorKind::Authentication},      // ER_MUST_CHANGE_PASSWORD_LOGIN
    NumberRow{2049, ErrorKind::Authentication},      // CR_SECURE_AUTH
    NumberRow{2059, ErrorKind::Authentication},      // CR_AUTH_PLUGIN_CANNOT_LOAD
    NumberRow{2061, ErrorKind::Authentication},      // CR_AUTH_PLUGIN_ERR
    NumberRow{5010, ErrorKind::Authentication},      // CR_PLUGIN_NOT_ALLOWED: by our own list
    NumberRow{3118, ErrorKind::Authentication},      // MySQL ER_ACCOUNT_HAS_BEEN_LOCKED
    NumberRow{4151, ErrorKind::Authentication},      // MariaDB ER_ACCOUNT_HAS_BEEN_LOCKED
    NumberRow{1044, ErrorKind::Privilege},           // ER_DBACCESS_DENIED_ERROR
    NumberRow{1142, ErrorKind::Privilege},           // ER_TABLEACCESS_DENIED_ERROR
    NumberRow{1143, ErrorKind::Privilege},           // ER_COLUMNACCESS_DENIED_ERROR
    NumberRow{1227, ErrorKind::Privilege},           // ER_SPECIFIC_ACCESS_DENIED_ERROR
    NumberRow{1356, ErrorKind::Privilege},           // ER_VIEW_INVALID: or its definer lacks a right
    NumberRow{1370, ErrorKind::Privilege},           // ER_PROCACCESS_DENIED_ERROR
    NumberRow{1049, ErrorKind::MissingFeature},      // ER_BAD_DB_ERROR
    NumberRow{1054, ErrorKind::MissingFeature},      // ER_BAD_FIELD_ERROR
    NumberRow{1109, ErrorKind::MissingFeature},      // ER_UNKNOWN_TABLE
    NumberRow{1146, ErrorKind::MissingFeature},      // ER_NO_SUCH_TABLE
    NumberRow{1193, ErrorKind::MissingFeature},      // ER_UNKNOWN_SYSTEM_VARIABLE
    NumberRow{1305, ErrorKind::MissingFeature},      // ER_SP_DOES_NOT_EXIST
    NumberRow{1064, ErrorKind::Unsupported},         // ER_PARSE_ERROR: a form that this version has not
    NumberRow{1235, ErrorKind::Unsupported},         // ER_NOT_SUPPORTED_YET
    NumberRow{1290, ErrorKind::Unsupported},         // ER_OPTION_PREVENTS_STATEMENT
    NumberRow{1053, ErrorKind::Connection},          // ER_SERVER_SHUTDOWN
    NumberRow{1077, ErrorKind::Connection},          // ER_NORMAL_SHUTDOWN
    NumberRow{1080, ErrorKind::Connection},          // ER_FORCING_CLOSE
    NumberRow{1129, ErrorKind::Connection},          // ER_HOST_IS_BLOCKED
    NumberRow{1152, ErrorKind::Connection},          // ER_ABORTING_CONNECTION
    NumberRow{1184, ErrorKind::Connection},          // ER_NEW_ABORTING_CONNECTION
    NumberRow{1927, ErrorKind::Connection},          // MariaDB ER_CONNECTION_KILLED
    NumberRow{3159, ErrorKind::Connection},          // ER_SECURE_TRANSPORT_REQUIRED
    NumberRow{3169, ErrorKind::Connection},          // MySQL ER_SESSION_WAS_KILLED
    NumberRow{4031, ErrorKind::Connection},          // MySQL ER_CLIENT_INTERACTION_TIMEOUT
};

constexpr unsigned kSecureTransportRequired = 3159;
constexpr unsigned kTlsFailed = 2026;  // CR_SSL_CONNECTION_ERROR

bool is_of_library(unsigned number) {
  return (number >= 2000 && number < 3000) || (number >= 5000 && number < 6000);
}

// The library's own words are of hosts, files and certificates. A newline begins what a statement quoted.
std::string redact(const MysqlError& error) {
  const auto line = error.message.substr(0, error.message.find('\n'));
  if (is_of_library(error.number)) return std::string(line);
  return sql::redact_mysql_message(error.message, error.number, error.sqlstate);
}

std::string state_of(const MysqlError& error) {
  return error.sqlstate.empty() || error.sqlstate == "00000" || is_of_library(error.number)
             ? std::string()
             : std::string(error.sqlstate);
}

// What a server says before TLS stands, Connector/C passes on in words of its own: "Received error packet before
// completion of TLS handshake. ...: 1040 - Too many connections". Of such an error the server's is what counts.
MysqlError said_before_tls(const MysqlError& error) {
  constexpr std::string_view kIntroduction = "cannot be verified: ";
  constexpr std::string_view kDash = " - ";
  const auto place = error.message.find(kIntroduction);
  if (!is_of_library(error.number) || place == std::string_view::npos) return error;
  const auto text = error.message.substr(place + kIntroduction.size());
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto rest = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  if (read.ec != std::errc{} || !rest.starts_with(kDash)) return error;
  return {.number = number, .sqlstate = {}, .message = rest.substr(kDash.size())};
}

std::string hint_of_tls(std::string_view message) {
  const auto says = [message](std::string_view words) { return message.find(words) != std::string_view::npos; };
  if (says("does not support")) {
    return "Give the server a certificate (ssl_cert, ssl_key), or say tls=off if the network may see all.";
  }
  if (says("expired")) return "Give the server a new certificate (ssl_cert), or the right time.";
  if (says("Validation of SSL server certificate failed")) {
    return "The certificate has to name the host of the target, and to come from the authority that tls_ca names.";
  }
  return "tls_ca names the certificate authority that the server's certificate has to come from.";
}

std::string hint_of(const MysqlError& error, bool tls) {
  if (error.number == kSecureTransportRequired) return "Ask for TLS: tls=required or tls=verify in the target.";
  if (error.number == 1045 && !tls) return "An account that is made with REQUIRE SSL needs tls=required in the target.";
  if (error.number == 1044 || error.number == 1049) return "Write the target without a database: nothing needs one.";
  if (error.number == 1129) return "On the server: FLUSH HOSTS, after its cause is found.";
  if (error.number == kTlsFailed) return hint_of_tls(error.message);
  return {};
}

}  // namespace

ErrorKind kind_of_mysql(unsigned number) {
  for (const auto& row : kNumbers) {
    if (row.number == number) return row.kind;
  }
  return is_of_library(number) ? ErrorKind::Connection : ErrorKind::Other;
}

Failure classify_mysql_connect(const MysqlError& given, std::string_view where, bool tls) {
  const MysqlError error = said_before_tls(given);
  auto kind = kind_of_mysql(error.number);
  // At the door a database that one may not enter is a matter of logging in.
  if (error.number == 1044) kind = ErrorKind::Authentication;
  return {.kind = kind,
          .sqlstate = state_of(error),
          .message = fmt::format("{}: {} ({})", where, redact(error), error.number),
          .hint = hint_of(error, tls)};
}

Failure classify_mysql_statement(const MysqlError& error) {
  return {.kind = kind_of_mysql(error.number),
          .sqlstate = state_of(error),
          .message = fmt::format("{} ({})", redact(error), error.number),
          .hint = {}};
}

}  // namespace dbi::db
