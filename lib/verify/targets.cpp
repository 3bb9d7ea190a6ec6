// SPDX-License-Identifier: Apache-2.0
#include "verify/targets.hpp"

#include <algorithm>

#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::verify {

namespace {

constexpr std::string_view kLineKind = "verify_target";
constexpr std::size_t kCycleDigits = 32;

}  // namespace

TargetState& Targets::of(std::string_view target) {
  if (last_ != nullptr && last_name_ == target) return *last_;
  last_ = &states_.put(target);
  last_name_.assign(target);
  return *last_;
}

bool Targets::goes_back(TargetState& state, std::string_view cycle, std::optional<Timestamp> ts,
                        microseconds tolerance) {
  bool back = false;
  if (cycle.size() == kCycleDigits) {
    if (cycle > state.newest_cycle) {
      state.newest_cycle.assign(cycle);
    } else {
      back = cycle < state.newest_cycle;
    }
  }
  if (ts && tolerance.count() > 0) {
    const auto newest = state.clock.now();
    back = back || (newest && *ts + tolerance < *newest);
    state.clock.observe(*ts);
  }
  return back;
}

std::optional<double> Targets::close_window(TargetState& state) {
  if (state.scored == 0) return std::nullopt;
  state.score = state.score_sum / static_cast<double>(state.scored);
  state.closed_sum += state.score_sum;
  state.closed += state.scored;
  state.score_sum = 0;
  state.scored = 0;
  return state.score;
}

double Targets::lowest_score() const {
  double lowest = 1;
  states_.for_each(
      [&lowest](const std::string& /*target*/, const TargetState& state) { lowest = std::min(lowest, state.score); });
  return lowest;
}

std::size_t Targets::stale() const {
  std::size_t count = 0;
  states_.for_each([&count](const std::string& /*target*/, const TargetState& state) { count += state.stale ? 1 : 0; });
  return count;
}

void Targets::set_max(std::size_t max) {
  states_.set_max(max);
  last_ = nullptr;
}

void Targets::save(std::string& lines) const {
  states_.for_each([&lines](const std::string& target, const TargetState& state) {
    record::Builder builder(lines);
    builder.begin(kLineKind).text("target", target).text("newest_cycle", state.newest_cycle);
    if (const auto now = state.clock.now()) builder.time("newest_ts", *now);
    const auto& held = state.clock.held_back();
    if (held.ahead) builder.time("ahead", *held.ahead);
    if (held.behind) builder.time("behind", *held.behind);
    builder.integer("heard_us", state.heard.count())
        .boolean("fresh", state.fresh)
        .boolean("stale", state.stale)
        .number("score_sum", state.score_sum)
        .unsigned_integer("scored", state.scored)
        .number("score", state.score)
        .end();
  });
}

bool Targets::load_line(const record::Record& line, bool heard_again) {
  if (record::text_of(line, "kind") != kLineKind) return false;
  TargetState& state = states_.put(record::text_of(line, "target"));
  state.newest_cycle = record::text_of(line, "newest_cycle");
  state.clock.restore(record::time_of(line, "newest_ts"),
                      {record::time_of(line, "ahead"), record::time_of(line, "behind")});
  state.heard = microseconds{line.integer("heard_us").value_or(0)};
  state.fresh = heard_again || line.boolean("fresh").value_or(false);
  state.stale = line.boolean("stale").value_or(false);
  state.score_sum = line.number("score_sum").value_or(0);
  state.scored = record::count_of(line, "scored");
  state.score = line.number("score").value_or(1);
  last_ = nullptr;
  return true;
}

}  // namespace dbi::verify
