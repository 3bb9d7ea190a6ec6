// SPDX-License-Identifier: Apache-2.0
#include "shell.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace dbi::db::test {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> bytes{};
  while (const auto read = fread(bytes.data(), 1, bytes.size(), pipe)) text.append(bytes.data(), read);
  if (pclose(pipe) != 0) text.clear();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool runs_well(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

}  // namespace dbi::db::test
