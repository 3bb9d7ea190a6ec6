// Which file is the configuration, and what stands in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/parser.hpp"
#include "config/value.hpp"
#include "config/yaml.hpp"

namespace dbi::config {

/// A longer file is no configuration.
inline constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20U;

/// The file that was named (--config, $DBI_CONFIG), else the first that exists of $XDG_CONFIG_HOME/dbi/dbi.yaml
/// (~/.config where that is not set) and /etc/dbi/dbi.yaml; nothing where there is none. A named file is not looked
/// for.
[[nodiscard]] std::optional<std::filesystem::path> find_file(const std::optional<std::string>& named,
                                                             const cli::EnvironmentLookup& environment);

/// Reads and parses it. Fails with ErrorKind::Configuration, also where it cannot be read.
Result<Document> read_file(const std::filesystem::path& path, Role role = Role::Whole);

}  // namespace dbi::config
