// The patterns of personal data and of secrets that dbi-verify knows: one table, from which the scanner, the option and
// its help are made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "verify/prefilter.hpp"

namespace dbi::verify {

/// Decides about a match [begin, end) of the expression in `text`; gives the end of what is to be taken out, or 0 where
/// it is none after all.
using Accept = std::size_t (*)(std::string_view text, std::size_t begin, std::size_t end);

struct Pattern {
  std::string_view name;        ///< as in the option, in events and in place of what is taken out
  std::string_view meaning;     ///< for the help
  unsigned signs = kNoSign;     ///< it can be only where one of these is
  std::string_view expression;  ///< of RE2; its first group, where it has one, is what is taken out
  Accept accept = nullptr;      ///< nullptr: every match counts
};

/// Every pattern, in the order in which they are asked.
[[nodiscard]] std::span<const Pattern> patterns();

}  // namespace dbi::verify
