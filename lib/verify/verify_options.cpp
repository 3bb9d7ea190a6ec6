// SPDX-License-Identifier: Apache-2.0
#include "verify/verify_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "record/schema/alias.hpp"
#include "record/schema/schema.hpp"
#include "verify/scanner.hpp"

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
  tree.check(
      [&options]() -> Status {
        constexpr std::size_t kMost = 32;  // a table has a bit for each, beside its own
        if (options.required_members.size() <= kMost) return {};
        return fail(ErrorKind::Usage, fmt::format("required_fields: more than {} members", kMost),
                    "Name those without which a record is of no use.");
      },
      "verification");
  tree.number("--min-quality", &options.min_quality, "an event tells where the records of a target are worse")
      .text("The mean of a cycle's records; 0 is no limit.")
      .value("SCORE")
      .range(0.0, 1.0)
      .key("verification.quality_rules.min_quality");
}

// Ids, hashes and what routes a record would be useless once changed; names of machines and people go by --identity.
Status check_searched(const std::string& name) {
  constexpr std::array<std::string_view, 17> kNever{
      "v",          "kind",           "ts",   "observed_ts", "target",          "database",
      "cycle",      "system",         "host", "query_id",    "query_signature", "plan_hash",
      "plan_shape", "transaction_id", "pid",  "user",        "client"};
  if (std::ranges::find(kNever, record::schema::resolve_alias(name)) == kNever.end()) return {};
  return fail(ErrorKind::Usage, fmt::format("'{}' is never searched for personal data", name),
              "Members with text are: query, message, application, plan. --identity is about client, host and user.");
}

std::vector<cli::ChoiceWord> pattern_words() {
  std::vector<cli::ChoiceWord> words;
  for (const Pattern& pattern : patterns()) words.push_back({std::string(pattern.name), std::string(pattern.meaning)});
  return words;
}

Status check_patterns(const PersonalOptions& options) {
  for (const auto& [name, expression] : options.custom_patterns) {
    if (std::ranges::find(patterns(), name, &Pattern::name) == patterns().end()) continue;
    return fail(ErrorKind::Usage, fmt::format("custom_patterns.{}: a pattern of dbi-verify is called so", name),
                "Give it another name, or leave the other out of --patterns.");
  }
  constexpr std::size_t kMostPatterns = 64;
  if (options.custom_patterns.size() + patterns().size() > kMostPatterns) {
    return fail(ErrorKind::Usage, fmt::format("custom_patterns: more than {}", kMostPatterns - patterns().size()));
  }
  DBI_TRY(Scanner::make(options.patterns, options.custom_patterns));
  return {};
}

void describe_personal(cli::Tree& tree, PersonalOptions& options) {
  tree.group("Personal data");
  tree.toggle("verification.pii_detection.enabled", &options.enabled, "look for personal data and secrets in texts");
  tree.choice("--personal-data", &options.action,
              {{"redact", OnPersonal::Redact, "[REDACTED:email] and the like take its place"},
               {"tag", OnPersonal::Tag, "it passes, with the patterns in the member personal_data"},
               {"drop", OnPersonal::Drop, "the record is dropped and counted; a control record is redacted"},
               {"ignore", OnPersonal::Ignore, "nothing is looked for"}},
              "what becomes of personal data and secrets in texts")
      .key("verification.pii_detection.action");
  tree.texts("--patterns", &options.patterns, "what to look for")
      .value("PATTERN,...")
      .choices(pattern_words())
      .default_text("all of them")
      .key("verification.pii_detection.patterns");
  tree.texts("--personal-members", &options.members, "the members to look in, in any kind of record")
      .value("MEMBER,...")
      .accepts(check_searched)
      .key("verification.pii_detection.members");
  tree.texts("--exclude-members", &options.exclude, "members of these to leave alone")
      .value("MEMBER,...")
      .key("verification.pii_detection.exclude_fields");
  tree.map(
      "verification.pii_detection.custom_patterns", &options.custom_patterns,
      "more patterns by name, in the syntax of RE2; the first group, where there is one, is what is taken out",
      [](cli::Tree& entry, std::string& expression) { entry.text(cli::kWholeEntry, &expression, "the expression"); });
  tree.check([&options] { return check_patterns(options); }, "verification");
}

void describe_identity(cli::Tree& tree, VerifyOptions& options) {
  tree.choice("--identity", &options.identity,
              {{"keep", OnIdentity::Keep, "they pass"},
               {"hash", OnIdentity::Hash, "16 hex digits take their place, the same for the same name"},
               {"drop", OnIdentity::Drop, "the members are taken out"}},
              "what becomes of the members client, host and user")
      .text(
          "The key of the hash is $DBI_VERIFY_IDENTITY_KEY, or verification.identity_key in the configuration; without "
          "one, whoever knows which names there may be can find out by trying.")
      .key("verification.identity");
  // No flag: the arguments of a process are seen by all.
  tree.text("verification.identity_key", &options.identity_key, "the key of --identity hash")
      .text("Without one, whoever knows which names there may be can find out by trying.")
      .environment("DBI_VERIFY_IDENTITY_KEY")
      .value("KEY")
      .secret();
  tree.texts("--canary", &options.canaries, "a string that must not get through: the run exits with 1 where it does")
      .value("STRING")
      .repeatable()
      .accepts([](const std::string& canary) -> Status {
        if (!canary.empty()) return {};
        return fail(ErrorKind::Usage, "an empty canary is in everything");
      });
}

// What routes a record has to stay, and a database may be left out, but not given another name.
Status check_limited(const VerifyOptions& options) {
  constexpr std::array<std::string_view, 7> kNever{"v", "kind", "ts", "observed_ts", "target", "cycle", "weight"};
  for (const auto& [name, limit] : options.cardinality_limits) {
    if (std::ranges::find(kNever, record::schema::resolve_alias(name)) == kNever.end()) continue;
    return fail(ErrorKind::Usage, fmt::format("cardinality_limits.{}: the member is never limited", name),
                "Limit members that a receiver keeps by value, such as query_id.");
  }
  return {};
}

void describe_cardinality(cli::Tree& tree, VerifyOptions& options) {
  tree.group("Cardinality");
  tree.map("verification.quality_rules.cardinality_limits", &options.cardinality_limits,
           "how many different values members may have, by name", [](cli::Tree& entry, std::uint64_t& limit) {
             entry.integer(cli::kWholeEntry, &limit, "the number; 0 is no limit").range(0, 1'000'000);
           });
  tree.choice("--over-cardinality", &options.on_cardinality,
              {{"report", OnCardinality::Report, "it passes, and an event tells of it"},
               {"collapse", OnCardinality::Collapse, "it passes with the value \"other\"; a database's is dropped"},
               {"drop", OnCardinality::Drop, "it is dropped and counted"}},
              "what becomes of a record with a value of a limited member that is one too many")
      .key("verification.quality_rules.over_cardinality");
  tree.duration("--cardinality-window", &options.cardinality_window, "how long values count; then all begins anew")
      .text("0s is for the whole run.")
      .range(0us, kLongest)
      .key("verification.quality_rules.cardinality_window");
  tree.check([&options] { return check_limited(options); }, "verification");
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

PersonalOptions::PersonalOptions() {
  for (const Pattern& pattern : verify::patterns()) patterns.emplace_back(pattern.name);
}

void describe_verify_options(cli::Tree& tree, VerifyOptions& options) {
  describe_personal(tree, options.personal);
  describe_identity(tree, options);
  describe_shape(tree, options);
  describe_cardinality(tree, options);
  describe_times(tree, options);
}

}  // namespace dbi::verify
