// SPDX-License-Identifier: Apache-2.0
#include "history/regression.hpp"

#include <algorithm>
#include <vector>

namespace dbi::history {

namespace {

bool is_slower(double before_ms, double after_ms) {
  return after_ms >= kSlowerTimes * before_ms && after_ms - before_ms >= kSlowerMs;
}

}  // namespace

std::optional<double> median(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double load_factor(std::span<const double> slow_downs) {
  return std::max(1.0, median(slow_downs).value_or(1));
}

double slower_pairs(std::span<const double> before, std::span<const double> after, double load) {
  if (before.empty() || after.empty()) return 0;
  std::size_t slower = 0;
  for (const double was : before) {
    for (const double is : after) slower += is > was * load ? 1 : 0;
  }
  return static_cast<double>(slower) / static_cast<double>(before.size() * after.size());
}

bool is_regression(std::span<const double> before, std::span<const double> after, double load) {
  if (before.size() < kBefore || after.size() < kAfter.front()) return false;
  before = before.last(kBefore);
  return is_slower(*median(before) * load, *median(after)) && slower_pairs(before, after, load) >= kSlowerPairs;
}

bool is_interval_regression(std::span<const double> means_ms, double calls, double mean_ms) {
  if (means_ms.size() < kIntervals || calls < kIntervalCalls) return false;
  means_ms = means_ms.last(kIntervals);
  return is_slower(*std::max_element(means_ms.begin(), means_ms.end()), mean_ms);
}

}  // namespace dbi::history
