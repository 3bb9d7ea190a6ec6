// One document out of two: a base, and an overlay that says what is different somewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/value.hpp"

namespace dbi::config {

/// The base with the overlay's changes. Maps are merged, key by key and to any depth. A list takes the place of the
/// base's list; but where every item of both is a map with a `name`, items of one name are merged and the others
/// appended. What is tagged !remove is taken away: a key, or the item of that name. A key without a value changes a map
/// in nothing.
///
/// Order: the base's, then what the overlay adds, in its order. Merging the same overlay once more changes nothing,
/// unless it removes; overlays that share no key may be merged in any order, as far as values go. Every value keeps the
/// place where it was written: `files` are the base's, then the overlay's. What is to be removed and is not there is a
/// fault; so are the faults of both.
[[nodiscard]] Document merge(Document base, Document overlay);

}  // namespace dbi::config
