// The options as the steps of a verifier take them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"
#include "verify/kind_table.hpp"
#include "verify/scanner.hpp"
#include "verify/verify_options.hpp"

namespace dbi::verify {

/// Cardinality limits by the members' own names, without those that are none.
[[nodiscard]] std::map<std::string, std::uint64_t> limits_of(const VerifyOptions& options);

/// Which members are looked at; `limited` in the order of limits_of().
[[nodiscard]] MemberChoices choices_of(const VerifyOptions& options);

/// Fails with ErrorKind::Usage where a pattern cannot be compiled.
Result<Scanner> scanner_of(const VerifyOptions& options);

}  // namespace dbi::verify
