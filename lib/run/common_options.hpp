// The options that every tool has (DESIGN.md section 3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/log.hpp"
#include "cli/option.hpp"
#include "state/folder.hpp"

namespace dbi::run {

/// Values of the common options. --help and --version belong to the parser.
struct CommonOptions {
  std::string name;  ///< of the instance; the tool's own name by default
  std::string pipeline{state::kDefaultPipeline};
  std::optional<std::string> state_dir;
  std::optional<std::string> config;
  bool no_config = false;
  LogLevel log_level = LogLevel::Warning;
  bool quiet = false;
};

/// Declares them under the heading "Common options".
void describe_common_options(cli::Tree& tree, CommonOptions& options);

}  // namespace dbi::run
