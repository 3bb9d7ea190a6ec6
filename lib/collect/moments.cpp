// SPDX-License-Identifier: Apache-2.0
#include "collect/moments.hpp"

#include <algorithm>
#include <cmath>

namespace dbi::collect {

double stddev_between(const Moments& earlier, const Moments& later, double mean) {
  const auto before = static_cast<double>(earlier.count);
  const auto all = static_cast<double>(later.count);
  const double between = all - before;
  if (between <= 1) return 0;
  const double distance = mean - earlier.mean;
  // S = S1 + S2 + distance^2 * n1 * n2 / n, where S is the sum of squared deviations from the mean.
  const double squares = all * later.stddev * later.stddev - before * earlier.stddev * earlier.stddev -
                         distance * distance * before * between / all;
  return std::sqrt(std::max(0.0, squares) / between);
}

}  // namespace dbi::collect
