// From what a MySQL or MariaDB server, or the client library, says to an error kind. Pure functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "db/failure.hpp"

namespace dbi::db {

/// An error as the client library gives it.
struct MysqlError {
  unsigned number = 0;        ///< those of 2000 to 2999 and 5000 to 5999 are the library's
  std::string_view sqlstate;  ///< HY000 says nothing
  std::string_view message;
};

/// The kind of an error number (MySQL manual, "Server Error Message Reference"; MariaDB, "Error Codes"); Other where it
/// says nothing about the collector.
[[nodiscard]] ErrorKind kind_of_mysql(unsigned number);

/// The failure of a connect; the message is redacted, `where` ("db1:3306") stands in front of it. `tls`: the connection
/// was under TLS when it was refused.
[[nodiscard]] Failure classify_mysql_connect(const MysqlError& error, std::string_view where, bool tls);

/// The failure of a statement; the message is redacted.
[[nodiscard]] Failure classify_mysql_statement(const MysqlError& error);

}  // namespace dbi::db
