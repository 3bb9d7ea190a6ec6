// Whether an exporter takes a cycle whole or refuses it whole, which is what keeps sums exact over any kill (DESIGN.md
// section 4, "Commit"). The rules alone: what they decide on is kept by the sink.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/record.hpp"
#include "state/ack.hpp"

namespace dbi::exporting {

/// What a `scrape` says of its cycle.
struct ScrapeFacts {
  std::string cycle;
  std::string ts;
  std::string ack_from;                    ///< whose acknowledgement dbi-collect waits for; empty: nobody's
  std::optional<std::string> since_cycle;  ///< where its deltas start, if somebody's is waited for
  std::uint64_t records = 0;               ///< that dbi-collect wrote before the scrape
  bool stores_baseline = false;            ///< the next cycle may start from its counters
};

/// Reads a `scrape`. A baseline is stored by every scrape that says `since_cycle`, `interval_s` or `baseline`: those
/// that failed, were skipped or had no counters say none of them.
[[nodiscard]] ScrapeFacts scrape_facts(const record::Record& scrape);

enum class Verdict : std::uint8_t {
  Take,
  Overlap,    ///< it was decided on before, or starts from a cycle that is not the one held: its counts may be held
  Incomplete  ///< records are missing that no `dropped` record accounts for
};

/// For the exporter that the scrape waits for. `holding`: what it holds of the target. `accounted`: data records of the
/// cycle that arrived, and those that `dropped` records of this cycle count. `uncounted`: records may be missing
/// (--uncounted allow).
[[nodiscard]] Verdict judge_cycle(const state::Ack& holding, const ScrapeFacts& scrape, std::uint64_t accounted,
                                  bool uncounted);

/// What is held and seen after the verdict. Cycles that nobody acknowledges are taken, and what they store is held as
/// well: dbi-collect may have changed its --commit.
[[nodiscard]] state::Ack advance(state::Ack holding, const ScrapeFacts& scrape, Verdict verdict);

}  // namespace dbi::exporting
