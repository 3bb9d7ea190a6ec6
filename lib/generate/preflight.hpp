// What has to be in place before the pipeline of a document is started.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generate/deployment.hpp"

namespace dbi::generate {

/// One check. `hint` says what to do about a fault.
struct PreflightLine {
  bool good = true;
  std::string what;
  std::string hint;
};

/// Surroundings of the checks.
struct PreflightSetup {
  std::filesystem::path state_root;  ///< what the tools would use here
  std::filesystem::path collector;   ///< the program that asks the servers: dbi-collect
};

/// In order: the password files (a regular file, readable by nobody but its owner, not empty), the state folder (it can
/// be made and written) and 1 GiB of room on its disk; then `dbi-collect --probe` for each target, which says itself
/// what each source can give. The document must be good.
[[nodiscard]] std::vector<PreflightLine> preflight(const Deployment& deployment, const PreflightSetup& setup);

/// "ok" or "FAIL", what was looked at, and under a fault what to do.
[[nodiscard]] std::string format_preflight(const std::vector<PreflightLine>& lines);

}  // namespace dbi::generate
