// Whether a statement has become slower than chance and load explain. Pure functions; the numbers are argued for in
// dbi-plan(1), "HISTORY".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace dbi::history {

/// Executions before the change that are compared; with fewer the effect is unknown.
inline constexpr std::size_t kBefore = 20;
/// Executions with the new plan after which it is judged.
inline constexpr std::array<std::size_t, 3> kAfter{8, 16, 32};
inline constexpr double kSlowerPairs = 0.96;
inline constexpr double kSlowerTimes = 2;
inline constexpr double kSlowerMs = 5;
/// Of an interval of query_stats that may tell something, and intervals that it is compared with.
inline constexpr double kIntervalCalls = 20;
inline constexpr std::size_t kIntervals = 8;
/// From how much more cost on an estimate may be called a regression.
inline constexpr double kCostTimes = 10;

/// The middle value, the mean of the middle two; nothing of nothing.
[[nodiscard]] std::optional<double> median(std::span<const double> values);

/// What a target's load alone explains: the median of how many times slower its other statements have become, at least
/// 1.
[[nodiscard]] double load_factor(std::span<const double> slow_downs);

/// Share of the pairs (one of before, one of after) in which after is the slower, `before` multiplied by `load`.
[[nodiscard]] double slower_pairs(std::span<const double> before, std::span<const double> after, double load);

/// Milliseconds. False where either side has too few.
[[nodiscard]] bool is_regression(std::span<const double> before, std::span<const double> after, double load);

/// By query_stats alone: `means_ms` of the intervals before, the newest last, of which the last kIntervals count; false
/// with fewer of them.
[[nodiscard]] bool is_interval_regression(std::span<const double> means_ms, double calls, double mean_ms);

}  // namespace dbi::history
