// What is connected to: a TARGET argument or an entry of the configuration, parsed and checked. Opens nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace dbi::db {

/// True for "postgresql://...", "postgres://..." and anything with "=" (libpq's conninfo, "service=NAME"); what is left
/// is a name from the configuration.
[[nodiscard]] bool is_postgresql_target(std::string_view text);

/// True for a name that may stand in `target`: [A-Za-z0-9._:-]+
[[nodiscard]] bool is_target_name(std::string_view name);

/// A PostgreSQL server. PG* variables, service files and .pgpass fill in what is not given, as libpq does it.
class PostgresqlTarget {
 public:
  using Keywords = std::vector<std::pair<std::string, std::string>>;

  /// A TARGET argument. The name is the service's; else "host:port" ("local:port" for a socket, of the first host where
  /// several are given). Fails with ErrorKind::Usage: text that libpq cannot read, a password in it, a name that no
  /// record can carry. No message repeats the text, which may hold a password.
  static Result<PostgresqlTarget> parse(std::string_view text);

  /// An entry of the configuration; an empty `password_file` is none. Fails with ErrorKind::Configuration as parse().
  static Result<PostgresqlTarget> configure(std::string name, std::string_view connection,
                                            std::filesystem::path password_file);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// What was given, by libpq's keywords; never a password.
  [[nodiscard]] const Keywords& keywords() const { return keywords_; }
  [[nodiscard]] const std::filesystem::path& password_file() const { return password_file_; }

 private:
  static Result<PostgresqlTarget> read(std::string_view text, ErrorKind kind);

  std::string name_;
  Keywords keywords_;
  std::filesystem::path password_file_;
};

/// The password of a target: the first line of its file, or, where systemd hands over a credential of that target
/// ($CREDENTIALS_DIRECTORY holds a file of its credential_name()), of that. Fails with ErrorKind::Configuration where
/// the file cannot be read, is empty, or where its mode lets anybody but its owner read it (which systemd sees to for a
/// credential, systemd.exec(5)); no message holds any of it.
Result<std::string> read_password(const std::string& target_name, const std::filesystem::path& path);

}  // namespace dbi::db
