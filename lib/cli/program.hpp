// What a tool is called and does; heads its help, its manual page and its completions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::cli {

/// A program. The views must outlive it (literals).
struct Program {
  std::string_view name;     ///< "dbi-collect"
  std::string_view summary;  ///< one line, lower case, no full stop
};

/// The version of dbi, "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace dbi::cli
