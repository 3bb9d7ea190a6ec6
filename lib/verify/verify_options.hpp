// The options of dbi-verify: what a record must be, and what becomes of one that is not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/option.hpp"

namespace dbi::verify {

/// What becomes of a record that is not as its table says.
enum class OnInvalid : std::uint8_t { Report, Tag, Drop };

/// The ranges are those of describe_verify_options().
struct VerifyOptions {
  bool schema_validation = true;
  OnInvalid on_invalid = OnInvalid::Report;
  std::vector<std::string> required_members;  ///< MEMBER or KIND.MEMBER
  double min_quality = 0.8;                   ///< of a target's records; 0 is none

  std::chrono::microseconds max_skew = std::chrono::minutes{5};    ///< 0: times are not compared
  std::chrono::microseconds freshness = std::chrono::minutes{10};  ///< 0: silence is no finding
  std::chrono::microseconds event_interval = std::chrono::minutes{5};
  std::uint32_t max_targets = 10'000;
};

/// Declares them, with their checks. Keys are those of the section `verification`.
void describe_verify_options(cli::Tree& tree, VerifyOptions& options);

}  // namespace dbi::verify
