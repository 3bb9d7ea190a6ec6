// SPDX-License-Identifier: Apache-2.0
#include "verify/verify_options.hpp"

#include <fmt/format.h>

#include "record/schema/alias.hpp"
#include "record/schema/schema.hpp"

namespace dbi::verify {

namespace {

using namespace std::chrono_literals;

constexpr auto kLongest = std::chrono::hours{24 * 366};

// MEMBER, or KIND.MEMBER of a kind that there is.
Status check_required(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return {};
  const auto* kind = record::schema::find_kind(name.substr(0, dot));
  if (kind != nullptr && kind->kind_class != record::schema::KindClass::Control) return {};
  return fail(ErrorKind::Usage, fmt::format("'{}' names no kind of data", name),
              "Write MEMBER, or KIND.MEMBER as in query_stats.user.");
}

void describe_shape(cli::Tree& tree, VerifyOptions& options) {
  tree.group("Shape");
  tree.toggle("--schema-validation", &options.schema_validation,
              "compare each record with the table of its kind in dbi-record(5)")
      .key("verification.quality_rules.enable_schema_validation");
  tree.choice("--invalid", &options.on_invalid,
              {{"report", OnInvalid::Report, "it passes, and an event tells of it"},
               {"tag", OnInvalid::Tag, "it passes with what is wrong in its member invalid"},
               {"drop", OnInvalid::Drop, "it is dropped and counted"}},
              "what becomes of a record whose members are missing, of another type or out of range")
      .key("verification.quality_rules.invalid");
  tree.texts("--required-members", &options.required_members, "members that data must have besides those of the table")
      .text("KIND.MEMBER is about one kind, MEMBER about each that has such a member.")
      .value("MEMBER,...")
      .accepts(check_required)
      .key("verification.quality_rules.required_fields");
  tree.number("--min-quality", &options.min_quality, "an event tells where the records of a target are worse")
      .text("The mean of a cycle's records; 0 is no limit.")
      .value("SCORE")
      .range(0.0, 1.0)
      .key("verification.quality_rules.min_quality");
}

void describe_times(cli::Tree& tree, VerifyOptions& options) {
  tree.group("Times");
  tree.duration("--max-skew", &options.max_skew,
                "how far clocks may differ, and a record lie before one that came earlier")
      .text("0s compares no times.")
      .range(0us, kLongest)
      .key("verification.max_skew");
  tree.duration("--freshness", &options.freshness, "an event tells where a target gives nothing for so long")
      .text("0s is no limit.")
      .range(0us, kLongest)
      .key("verification.data_freshness_threshold");
  tree.duration("--event-interval", &options.event_interval, "findings that are alike give one event in so long")
      .range(0us, kLongest)
      .key("verification.verification_interval");
  tree.integer("--max-targets", &options.max_targets, "targets to keep; the one heard of longest ago makes room")
      .value("N")
      .range(1, 1'000'000)
      .key("verification.max_targets");
}

}  // namespace

void describe_verify_options(cli::Tree& tree, VerifyOptions& options) {
  describe_shape(tree, options);
  describe_times(tree, options);
}

}  // namespace dbi::verify
