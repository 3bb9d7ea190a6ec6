// The coin: which records a rate keeps, by nothing but the records themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"

namespace dbi::sampling {

/// XXH3-64 of the line as it was received, or of some of its members, seeded by (seed, name of the instance, weight of
/// the record). Whatever a first sampler of the same seed let through has a weight that gives the second one another
/// seed, so the two are independent. Not shared between threads.
class Coin {
 public:
  /// With `members`, records that agree in them fall alike; a record that has none of them is thrown for by its line.
  Coin(std::uint64_t seed, std::string_view name, std::vector<std::string> members);

  /// Whether a record of that weight is kept at a rate of 0 to 1: one that is kept at a rate is kept at every higher
  /// one.
  [[nodiscard]] bool keeps(const record::Record& record, double weight, double rate);

 private:
  [[nodiscard]] std::uint64_t seed_of(double weight) const;
  [[nodiscard]] std::string_view thrown_for(const record::Record& record);

  std::uint64_t seed_;
  std::string name_;
  std::vector<std::string> members_;
  std::uint64_t seed_of_one_ = 0;  // of most records
  std::string key_;
  std::string scratch_;
};

}  // namespace dbi::sampling
