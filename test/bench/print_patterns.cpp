// dbi_print_patterns: the expressions of dbi-verify, one a line, for other programs to search with.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "verify/pattern.hpp"

int main() {
  for (const auto& pattern : dbi::verify::patterns()) std::printf("%s\n", std::string(pattern.expression).c_str());
  return 0;
}
