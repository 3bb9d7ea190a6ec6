// SPDX-License-Identifier: Apache-2.0
#include "base/errno_text.hpp"

#include <system_error>

namespace dbi {

// Unlike std::strerror, whose text another thread may overwrite by the letter of the standard.
std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace dbi
