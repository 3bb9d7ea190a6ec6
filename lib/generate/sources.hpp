// Where a team keeps its configuration: a base, and an overlay for each environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dbi::generate {

/// The word that stands for every environment there is an overlay of.
inline constexpr std::string_view kAllEnvironments = "all";

struct Sources {
  std::filesystem::path base;
  std::filesystem::path overlays;  ///< a folder with ENVIRONMENT.yaml

  [[nodiscard]] std::filesystem::path overlay(const std::string& environment) const {
    return overlays / (environment + ".yaml");
  }
};

/// The environments that have an overlay, sorted. Fails with ErrorKind::Configuration where the folder cannot be read
/// or holds one of another name than check_environment() accepts.
Result<std::vector<std::string>> find_environments(const Sources& sources);

/// Accepts what becomes part of file names, units and shell commands: [A-Za-z0-9._-]+, at most 64 bytes, no dot or
/// hyphen in front, not "all". Fails with ErrorKind::Configuration.
Status check_environment(const std::string& name);

/// Those that `words` name, "all" included; each once, in the order in which they were named. Fails with
/// ErrorKind::Usage for one without an overlay, naming those that have one.
Result<std::vector<std::string>> choose_environments(const Sources& sources, const std::vector<std::string>& words);

}  // namespace dbi::generate
