// SPDX-License-Identifier: Apache-2.0
#include "sampling/coin.hpp"

#include <xxhash.h>

#include <bit>

#include "base/text_key.hpp"
#include "sampling/matcher.hpp"

namespace dbi::sampling {

namespace {

// Eight bytes, the lowest first, on any machine.
void append_number(std::string& bytes, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(number >> shift & 0xFFU));
}

}  // namespace

Coin::Coin(std::uint64_t seed, std::string_view name, std::vector<std::string> members)
    : seed_(seed), name_(name), members_(std::move(members)), seed_of_one_(seed_of(1)) {}

std::uint64_t Coin::seed_of(double weight) const {
  const std::uint64_t named = XXH3_64bits_withSeed(name_.data(), name_.size(), seed_);
  std::string bytes;
  append_number(bytes, std::bit_cast<std::uint64_t>(weight));
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), named);
}

bool Coin::keeps(const record::Record& record, double weight, double rate) {
  if (rate >= 1) return true;
  const std::string_view text = thrown_for(record);
  const std::uint64_t seed = weight == 1 ? seed_of_one_ : seed_of(weight);
  const std::uint64_t side = XXH3_64bits_withSeed(text.data(), text.size(), seed);
  return side < static_cast<std::uint64_t>(rate * 0x1p64);
}

std::string_view Coin::thrown_for(const record::Record& record) {
  if (members_.empty()) return record.line();
  bool present = false;
  key_.clear();
  for (const auto& name : members_) {
    const auto* member = record.find(name);
    const Operand operand = member == nullptr ? Operand() : Operand(member->value);
    present = present || operand.present();
    append_part(key_, operand.text(scratch_));
  }
  return present ? std::string_view(key_) : record.line();
}

}  // namespace dbi::sampling
