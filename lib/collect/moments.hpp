// Takes cumulative means and standard deviations apart, to tell those of an interval.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dbi::collect {

/// How many values, their mean and their population standard deviation (as pg_stat_statements has it).
struct Moments {
  std::int64_t count = 0;
  double mean = 0;
  double stddev = 0;
};

/// The standard deviation of the values that `later` has beyond `earlier`, whose mean is `mean`. Formula 2.1 of Chan,
/// Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (Stanford
/// STAN-CS-79-773, 1979), solved for the second part. A small difference of large sums of squares may round below
/// zero: that gives 0, as does a single value. Requires later.count > earlier.count >= 0.
[[nodiscard]] double stddev_between(const Moments& earlier, const Moments& later, double mean);

}  // namespace dbi::collect
