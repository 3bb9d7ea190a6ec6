// SPDX-License-Identifier: Apache-2.0
#include "ledger/reason.hpp"

#include <algorithm>

namespace dbi::ledger {

std::string_view reason_word(Reason reason) {
  return kReasonWords.at(static_cast<std::size_t>(reason));
}

std::optional<Reason> find_reason(std::string_view word) {
  const auto* found = std::find(kReasonWords.begin(), kReasonWords.end(), word);
  if (found == kReasonWords.end()) return std::nullopt;
  return static_cast<Reason>(found - kReasonWords.begin());
}

}  // namespace dbi::ledger
