// SPDX-License-Identifier: Apache-2.0
#include "planview/flame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

using planread::Node;
using planread::PlanKey;

// Left to right below their parents; parents come before their children.
void place(std::span<const Node> nodes, std::vector<Frame>& frames) {
  std::vector<double> next(frames.size());
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const std::uint32_t parent = nodes[i].parent;
    frames[i].begin = frames[parent].begin + next[parent];
    next[parent] += frames[i].size;
  }
}

bool by_time(const plan::Analysis& analysis, Flame& flame) {
  const auto nodes = analysis.plan().nodes();
  for (const plan::NodeFigures& figures : analysis.accounting().nodes()) flame.total += figures.self_ms.value_or(0);
  if (!(flame.total > 0)) return false;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    Frame& frame = flame.frames[i];
    frame.self = analysis.accounting().nodes()[i].self_ms.value_or(0) / flame.total;
    frame.size += frame.self;
    if (i > 0) flame.frames[nodes[i].parent].size += frame.size;
  }
  return true;
}

bool by_cost(const plan::Analysis& analysis, Flame& flame) {
  const auto nodes = analysis.plan().nodes();
  std::vector<double> below(nodes.size());
  const auto cost = [&](std::size_t i) { return analysis.plan().number(nodes[i], PlanKey::TotalCost).value_or(0); };
  for (std::size_t i = 1; i < nodes.size(); ++i) below[nodes[i].parent] += cost(i);
  flame.total = std::max(cost(0), 0.0);
  if (!(flame.total > 0)) return false;
  flame.frames.front().size = flame.frames.front().self = 1;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const std::uint32_t parent = nodes[i].parent;
    const double whole = std::max(cost(parent), below[parent]);
    Frame& frame = flame.frames[i];
    frame.size = frame.self = whole > 0 ? flame.frames[parent].size * cost(i) / whole : 0;
    flame.frames[parent].self = std::max(flame.frames[parent].self - frame.size, 0.0);
  }
  return true;
}

}  // namespace

Flame flame_of(const plan::Analysis& analysis) {
  Flame flame;
  flame.frames.resize(analysis.plan().nodes().size());
  if (by_time(analysis, flame)) {
    flame.measure = Measure::Time;
  } else {
    flame.total = 0;
    flame.frames.assign(flame.frames.size(), {});
    if (by_cost(analysis, flame)) flame.measure = Measure::Cost;
  }
  place(analysis.plan().nodes(), flame.frames);
  return flame;
}

std::string show_share(double share) {
  const double percent = share * 100;
  if (percent > 0 && percent < 0.5) return "<1%";
  return fmt::format("{:.0f}%", percent);
}

std::string show_self(const Flame& flame, std::uint32_t node) {
  const double self = flame.frames[node].self;
  switch (flame.measure) {
    case Measure::Time:
      return fmt::format("{}, {}", terminal::show_ms(self * flame.total), show_share(self));
    case Measure::Cost:
      return fmt::format("cost {}, {}", terminal::show_count(self * flame.total), show_share(self));
    case Measure::None:
      break;
  }
  return {};
}

}  // namespace dbi::planview
