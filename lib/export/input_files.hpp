// What a delivery reads from, as far as its sinks have to know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace dbi::exporting {

/// The inputs of a run: named files, or where there are none the descriptor of standard input.
struct Inputs {
  std::vector<std::string> files;
  int standard_input = 0;
};

/// True where an input is a regular file: nobody waits at its other end for an acknowledgement.
[[nodiscard]] bool reads_archive(const Inputs& inputs);

/// Refuses a sink that writes to a file which is read: it would never come to its end. Fails with ErrorKind::Usage.
Status check_not_read(const std::vector<std::string>& sinks, const Inputs& inputs);

}  // namespace dbi::exporting
