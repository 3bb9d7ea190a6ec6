// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_errors.hpp"

#include <fmt/format.h>

#include <array>
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
  return error.sqlstate == "00000" || is_of_library(error.number) ? std::string() : std::string(error.sqlstate);
}

std::string hint_of(const MysqlError& error, bool tls) {
  if (error.number == kSecureTransportRequired) return "Ask for TLS: tls=required or tls=verify in the target.";
  if (error.number == 1045 && !tls) return "An account that is made with REQUIRE SSL needs tls=required in the target.";
  if (error.number == 1044 || error.number == 1049) return "Write the target without a database: nothing needs one.";
  if (error.number == 1129) return "On the server: FLUSH HOSTS, after its cause is found.";
  if (error.number == kTlsFailed) {
    if (error.message.find("does not support") != std::string_view::npos) {
      return "Give the server a certificate (ssl_cert, ssl_key), or say tls=off if the network may see all.";
    }
    return "tls_ca names the certificate authority that the server's certificate has to come from.";
  }
  return {};
}

}  // namespace

ErrorKind kind_of_mysql(unsigned number) {
  for (const auto& row : kNumbers) {
    if (row.number == number) return row.kind;
  }
  return is_of_library(number) ? ErrorKind::Connection : ErrorKind::Other;
}

Failure classify_mysql_connect(const MysqlError& error, std::string_view where, bool tls) {
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
