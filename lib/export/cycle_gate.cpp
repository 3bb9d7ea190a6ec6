// SPDX-License-Identifier: Apache-2.0
#include "export/cycle_gate.hpp"

#include <algorithm>
#include <utility>

namespace dbi::exporting {

ScrapeFacts scrape_facts(const record::Record& scrape) {
  std::string scratch;
  ScrapeFacts facts;
  facts.cycle = scrape.text("cycle", scratch).value_or("");
  facts.ts = scrape.text("ts", scratch).value_or("");
  facts.ack_from = scrape.text("ack_from", scratch).value_or("");
  if (const auto since = scrape.text("since_cycle", scratch)) facts.since_cycle = std::string(*since);
  facts.records = static_cast<std::uint64_t>(std::max<std::int64_t>(0, scrape.integer("records").value_or(0)));
  facts.stores_baseline =
      facts.since_cycle || scrape.number("interval_s") || scrape.boolean("baseline").value_or(false);
  return facts;
}

Verdict judge_cycle(const state::Ack& holding, const ScrapeFacts& scrape, std::uint64_t accounted, bool uncounted) {
  if (scrape.cycle <= holding.seen) return Verdict::Overlap;
  if (!scrape.since_cycle) return Verdict::Take;
  if (*scrape.since_cycle != holding.held) return Verdict::Overlap;
  return uncounted || accounted == scrape.records ? Verdict::Take : Verdict::Incomplete;
}

state::Ack advance(state::Ack holding, const ScrapeFacts& scrape, Verdict verdict) {
  if (verdict == Verdict::Take && scrape.stores_baseline) holding.held = std::max(holding.held, scrape.cycle);
  holding.seen = std::max({std::move(holding.seen), holding.held, scrape.cycle});
  return holding;
}

}  // namespace dbi::exporting
