// SPDX-License-Identifier: Apache-2.0
#include "collect/quality.hpp"

#include <array>

namespace dbi::collect {

std::string_view quality_word(Quality quality) {
  constexpr std::array<std::string_view, 3> kWords{"exact", "lower_bound", "baseline"};
  return kWords[static_cast<std::size_t>(quality)];
}

std::string_view unclean_word(Unclean reason) {
  constexpr std::array<std::string_view, 7> kWords{"restarted",    "reset",        "evicted",      "unmarked",
                                                   "key_vanished", "counter_fell", "since_changed"};
  return kWords[static_cast<std::size_t>(reason)];
}

std::string_view incomparable_word(Incomparable reason) {
  constexpr std::array<std::string_view, 3> kWords{"null_query_ids", "key_columns", "other_server"};
  return kWords[static_cast<std::size_t>(reason)];
}

}  // namespace dbi::collect
