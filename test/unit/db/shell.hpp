// The shell, for tests that start servers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dbi::db::test {

/// What a command prints, without the last newlines; empty where it fails.
std::string output_of(const std::string& command);

/// Whether a command ends with status 0.
bool runs_well(const std::string& command);

}  // namespace dbi::db::test
