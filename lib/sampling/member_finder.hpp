// Finds a few members of a record in one pass over all of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"
#include "sampling/matcher.hpp"

namespace dbi::sampling {

/// A set of names, each with a slot.
class MemberFinder {
 public:
  /// The slot of a name; a new name gets the next one.
  std::size_t add(std::string_view name);

  /// How many names there are.
  [[nodiscard]] std::size_t size() const { return names_.size(); }

  /// Sets the first size() operands, each to the member of its slot or to one that is absent. The pass ends with the
  /// last name that is found.
  void find(const record::Record& record, std::span<Operand> operands) const;

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;

  std::vector<std::string> names_;
  std::uint64_t bits_ = 0;  // of the names
};

}  // namespace dbi::sampling
