// Why a record was dropped: the one list of reasons with their words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dbi::ledger {

/// Sampled (the coin) is compensated by the weights of the survivors; every other reason carries what is lost.
enum class Reason : std::uint8_t {
  Sampled,
  Rule,
  Dedup,
  Limit,
  Circuit,
  Invalid,
  PersonalData,
  Cardinality,
  Memory,
  Shutdown,
  Overlap,
  Incomplete,
};

/// The words, in the order of the enumeration.
inline constexpr std::array<std::string_view, 12> kReasonWords = {"sampled", "rule",     "dedup",         "limit",
                                                                  "circuit", "invalid",  "personal_data", "cardinality",
                                                                  "memory",  "shutdown", "overlap",       "incomplete"};

[[nodiscard]] std::string_view reason_word(Reason reason);
[[nodiscard]] std::optional<Reason> find_reason(std::string_view word);

}  // namespace dbi::ledger
