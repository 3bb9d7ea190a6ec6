// SPDX-License-Identifier: Apache-2.0
#include "cli/program.hpp"

namespace dbi::cli {

std::string_view version() {
  return DBI_VERSION;
}

}  // namespace dbi::cli
