// Signatures of the texts that stand NUL-separated on standard input, one a line: signature or "-", then the text.
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include "sql/statement.hpp"

int main() {
  for (std::string text; std::getline(std::cin, text, '\0');) {
    const auto it = dbi::sql::normalize(text, {dbi::sql::System::PostgreSql, 0, true, {}, {}});
    std::cout << it.signature.value_or("-") << ' ' << it.text << '\n';
  }
}
