// SPDX-License-Identifier: Apache-2.0
#include "verify/choices.hpp"

#include <algorithm>

#include "record/schema/alias.hpp"

namespace dbi::verify {

std::map<std::string, std::uint64_t> limits_of(const VerifyOptions& options) {
  std::map<std::string, std::uint64_t> limits;
  for (const auto& [name, limit] : options.cardinality_limits) {
    if (limit > 0) limits.insert_or_assign(std::string(record::schema::resolve_alias(name)), limit);
  }
  return limits;
}

MemberChoices choices_of(const VerifyOptions& options) {
  MemberChoices choices;
  choices.required = options.required_members;
  const auto& personal = options.personal;
  for (const auto& name : personal.members) {
    const std::string member(record::schema::resolve_alias(name));
    const auto is_it = [&member](const std::string& other) { return record::schema::resolve_alias(other) == member; };
    if (personal.searches() && std::ranges::none_of(personal.exclude, is_it)) choices.personal.push_back(member);
  }
  for (const auto& [name, limit] : limits_of(options)) choices.limited.push_back(name);
  if (options.identity != OnIdentity::Keep) choices.identities = {"client", "host", "user"};
  return choices;
}

Result<Scanner> scanner_of(const VerifyOptions& options) {
  return Scanner::make(options.personal.patterns, options.personal.custom_patterns);
}

}  // namespace dbi::verify
