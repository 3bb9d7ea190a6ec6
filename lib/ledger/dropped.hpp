// A `dropped` record: whose records were left out and why, and what they come to (DESIGN.md section 2, "The drop
// ledger").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/reason.hpp"
#include "record/record.hpp"

namespace dbi::ledger {

/// What a `dropped` record says beside its key.
struct Amounts {
  std::uint64_t count = 0;  ///< records
  double weight = 0;        ///< records of the source that they stood for
  double calls = 0;         ///< weighted
  double total_ms = 0;      ///< weighted
  Amounts& operator+=(const Amounts& other);
  friend bool operator==(const Amounts&, const Amounts&) = default;
};

/// How many records of the source this one stands for. A `weight` that is none (nothing above 0, or beyond every
/// number) would make sums of survivors worthless: it counts as 1.
[[nodiscard]] double weight_of(const record::Record& record);

/// What one record comes to with the weight that it carries, or with another. Always finite and never below 0, as sums
/// of them are: a member that is no such number counts as 0.
[[nodiscard]] Amounts amounts_of(const record::Record& record);
[[nodiscard]] Amounts amounts_of(const record::Record& record, double weight);

/// What a `dropped` record says, or a line of Ledger::save.
[[nodiscard]] Amounts counted_in(const record::Record& dropped);

/// Of whom the records were, and why they were left out. Views of what the caller owns.
struct DroppedKey {
  std::optional<std::string_view> target;
  std::optional<std::string_view> database;
  std::optional<std::string_view> cycle;
  Reason reason = Reason::Rule;
  bool folded = false;  ///< of whatever database
};

/// Who left them out: the program, and its instance, which is written where it has another name.
struct Dropper {
  std::string_view tool;
  std::string_view name;
};

/// Appends the record; `ts` is an RFC 3339 text.
void append_dropped(std::string& out, const Dropper& dropper, std::string_view ts, const DroppedKey& key,
                    const Amounts& amounts);

}  // namespace dbi::ledger
