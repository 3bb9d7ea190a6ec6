// The accounts that dbi-collect needs, with no more rights than it uses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generate/artefact.hpp"
#include "generate/deployment.hpp"

namespace dbi::generate {

/// grants/TARGET.sql: statements for an administrator of that server. They hold no password.
[[nodiscard]] Artefact grants(const TargetFacts& target);

}  // namespace dbi::generate
