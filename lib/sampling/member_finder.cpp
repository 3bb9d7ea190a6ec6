// SPDX-License-Identifier: Apache-2.0
#include "sampling/member_finder.hpp"

namespace dbi::sampling {

namespace {

// One of 64 bits for the length and the first byte of a name: most members are told from those looked for by it.
std::uint64_t bit_of(std::string_view name) {
  const auto first = name.empty() ? 0U : static_cast<unsigned char>(name.front());
  return std::uint64_t{1} << ((name.size() * 7 + first) & 63U);
}

}  // namespace

std::size_t MemberFinder::add(std::string_view name) {
  const std::size_t known = slot_of(name);
  if (known < names_.size()) return known;
  names_.emplace_back(name);
  bits_ |= bit_of(name);
  return names_.size() - 1;
}

// size() for a name that is none of them. They are few: a search by halves would cost more.
std::size_t MemberFinder::slot_of(std::string_view name) const {
  std::size_t slot = 0;
  while (slot < names_.size() && names_[slot] != name) ++slot;
  return slot;
}

void MemberFinder::find(const record::Record& record, std::span<Operand> operands) const {
  std::size_t missing = names_.size();
  for (std::size_t slot = 0; slot < missing; ++slot) operands[slot] = Operand();
  if (record.has_escaped_names()) {
    for (std::size_t slot = 0; slot < names_.size(); ++slot) {
      if (const auto* member = record.find(names_[slot])) operands[slot] = Operand(member->value);
    }
    return;
  }
  // A name occurs once in a record, so each that is found is one less to look for.
  for (const record::Member& member : record.members()) {
    if (missing == 0) return;
    if ((bits_ & bit_of(member.raw_name)) == 0) continue;
    const std::size_t slot = slot_of(member.raw_name);
    if (slot == names_.size()) continue;
    operands[slot] = Operand(member.value);
    --missing;
  }
}

}  // namespace dbi::sampling
