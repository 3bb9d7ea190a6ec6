// How short memory is: the word between the memory limiter, which knows, and the stream, which acts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dbi {

enum class MemoryPressure : std::uint8_t {
  None,
  Soft,  ///< caches shrink
  Hard,  ///< reading pauses
};

}  // namespace dbi
