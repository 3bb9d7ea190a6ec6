// Option files of MySQL and MariaDB (~/.my.cnf): the groups' lines, read by ourselves, since of what the client library
// takes from them (init-command, local-infile, ssl=0) most is none of a collector's business.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dbi::db {

/// Options by name, dashes for underscores ("ssl-ca"); an option without a value has an empty one. Later groups' and
/// files' values have won.
using FileOptions = std::map<std::string, std::string, std::less<>>;

/// The lines of these groups in the text of an option file, by the rules of the manual ("Using Option Files"): groups,
/// comments, quotes, escapes. What is no option line is passed over. `includes` gets the paths of !include lines, and
/// those of !includedir with a "/" behind; nullptr: of no interest.
void read_options(std::string_view text, std::span<const std::string> groups, FileOptions& options,
                  std::vector<std::string>* includes = nullptr);

/// Reads a file and what it includes. One that others can write is passed over, as the servers' own clients do, unless
/// it is `required`: then that, and a file that cannot be read, fails with ErrorKind::Configuration. A password in a
/// file that everybody can read fails likewise. No message holds a value.
Status read_option_file(const std::filesystem::path& path, std::span<const std::string> groups, bool required,
                        FileOptions& options);

/// The files that clients read where none is named: /etc/my.cnf, /etc/mysql/my.cnf, ~/.my.cnf.
[[nodiscard]] std::vector<std::filesystem::path> default_option_files();

}  // namespace dbi::db
