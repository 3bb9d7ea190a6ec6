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

/// What becomes of personal data.
enum class OnPersonal : std::uint8_t { Redact, Tag, Drop, Ignore };

/// What becomes of names of machines and people.
enum class OnIdentity : std::uint8_t { Keep, Hash, Drop };

/// Personal data in texts.
struct PersonalOptions {
  PersonalOptions();

  bool enabled = true;
  OnPersonal action = OnPersonal::Redact;
  std::vector<std::string> patterns;                   ///< names of patterns(); all of them
  std::map<std::string, std::string> custom_patterns;  ///< expressions by name
  std::vector<std::string> members{"query", "message", "application", "plan"};
  std::vector<std::string> exclude;  ///< of these

  /// Whether members are searched.
  [[nodiscard]] bool searches() const { return enabled && action != OnPersonal::Ignore; }
};

/// What becomes of a record whose value is one too many.
enum class OnCardinality : std::uint8_t { Report, Collapse, Drop };

/// The ranges are those of describe_verify_options().
struct VerifyOptions {
  bool schema_validation = true;
  OnInvalid on_invalid = OnInvalid::Report;
  std::vector<std::string> required_members;  ///< MEMBER or KIND.MEMBER
  double min_quality = 0.8;                   ///< of a target's records; 0 is none

  PersonalOptions personal;
  OnIdentity identity = OnIdentity::Keep;
  std::optional<std::string> identity_key;
  std::vector<std::string> canaries;

  std::map<std::string, std::uint64_t> cardinality_limits{{"query_id", 10'000}, {"database", 100}, {"table", 1000}};
  OnCardinality on_cardinality = OnCardinality::Report;
  std::chrono::microseconds cardinality_window = std::chrono::hours{1};  ///< 0: for the whole run

  std::chrono::microseconds max_skew = std::chrono::minutes{5};    ///< 0: times are not compared
  std::chrono::microseconds freshness = std::chrono::minutes{10};  ///< 0: silence is no finding
  std::chrono::microseconds event_interval = std::chrono::minutes{5};
  std::uint32_t max_targets = 10'000;
};

/// Declares them, with their checks. Keys are those of the section `verification`.
void describe_verify_options(cli::Tree& tree, VerifyOptions& options);

}  // namespace dbi::verify
