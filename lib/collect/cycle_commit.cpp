// SPDX-License-Identifier: Apache-2.0
#include "collect/cycle_commit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/uuid7.hpp"

namespace dbi::collect {

std::string CycleCommit::next_cycle(Timestamp now) {
  last_cycle_ = next_cycle_id(now, std::max<std::string_view>(last_cycle_, baselines_.start_cycle()));
  return last_cycle_;
}

// The next cycle's id has to follow those that the exporter has seen, also where their baselines are forgotten.
Status CycleCommit::settle(const state::Ack& ack) {
  last_ack_ = ack.seen;
  last_cycle_ = std::max({last_cycle_, ack.seen, std::string(baselines_.start_cycle())});
  return baselines_.settle(ack.held, ack.seen);
}

void CycleCommit::settle(const Tell& tell) {
  if (!waits()) return;
  const auto loaded = read_ack_();
  if (!loaded) return tell(loaded.error());
  if (loaded->damage) {
    tell(Error{ErrorKind::State, loaded->damage->message, "The exporter's next start writes it anew."});
  }
  if (auto settled = settle(loaded->ack); !settled) tell(settled.error());
}

Error CycleCommit::full_error(std::string_view target) const {
  const auto said = last_ack_.empty() ? std::string("has said nothing") : fmt::format("last spoke of {}", last_ack_);
  return {
      ErrorKind::State,
      fmt::format("{}: {} cycles wait for the acknowledgement of {}, which {}", target, kMaxPending, ack_from_, said),
      fmt::format("Is a dbi-export --name={} with a SQLite sink running in this pipeline?", ack_from_)};
}

// The baseline is stored before the first byte leaves and not only before the scrape: without an acknowledging exporter
// a kill between the two would count the interval's records twice.
Status CycleCommit::commit(std::string_view cycle, std::optional<StatementSnapshot> counters,
                           const std::function<Status()>& write, const Tell& tell) {
  const auto survive = [&](const Status& status) {
    if (!status) tell(status.error());
  };
  const bool moves = counters.has_value();
  if (moves) {
    if (!waits()) DBI_TRY(baselines_.promote(baselines_.start_cycle()));
    DBI_TRY(baselines_.store_pending(cycle, std::move(*counters)));
  }
  if (auto written = write(); !written) {
    if (moves) survive(baselines_.withdraw(cycle));
    return written;
  }
  // The records have left. What fails now costs nothing: a pending baseline is where the next cycle starts all the
  // same.
  if (moves && !waits()) survive(baselines_.promote(cycle));
  return {};
}

Status CycleCommit::prime(std::string_view cycle, StatementSnapshot counters) {
  DBI_TRY(baselines_.store_pending(cycle, std::move(counters)));
  return baselines_.promote(cycle);
}

}  // namespace dbi::collect
