// Prints a manual page with its marks replaced: lines that are @NAME@ give way to a fragment (man/NAME.scd.in), to the
// tables of lib/base, or to a file given as NAME=FILE.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <span>
#include <sstream>
#include <string>

#include "base/error.hpp"

namespace {

using Fragments = std::map<std::string, std::string>;

constexpr int kMaxNesting = 4;

std::string read(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The table of DESIGN.md section 3.
std::string exit_table() {
  using dbi::ExitStatus;
  const std::pair<ExitStatus, std::string_view> rows[] = {
      {ExitStatus::Done, "Done, also when the reader downstream closed the pipe."},
      {ExitStatus::AnswerIsNo, "The answer is no (unhealthy, differs, denied); not a fault."},
      {ExitStatus::Usage, "Command line or configuration is wrong; nothing was read."},
      {ExitStatus::MalformedInput, "Finished, but some input was malformed; it is in the rejects file."},
      {ExitStatus::Unreachable, "A database or endpoint was unreachable or refused; retrying may help."},
      {ExitStatus::InputOutput,
       "Reading input, writing output or state failed: a full disk, or a state folder owned by another live process."},
      {ExitStatus::Bug, "A bug in dbi."},
  };
  std::string out;
  for (const auto& [status, text] : rows) out += fmt::format("*{}*\n\t{}\n\n", static_cast<int>(status), text);
  return out;
}

std::string error_kinds() {
  std::string out = "[[ *Kind*\n:- *Exit status*\n";
  for (const auto& row : dbi::kErrorKinds) {
    std::string word;
    for (const char c : row.word) word += c == '_' ? "\\_" : std::string(1, c);
    out += fmt::format("|  {}\n:  {}\n", word, static_cast<int>(row.exit_status));
  }
  return out;
}

std::string replace(const std::string& text, const Fragments& fragments, int nesting) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool mark = line.size() > 2 && line.front() == '@' && line.back() == '@';
    if (!mark) {
      out += line + "\n";
      continue;
    }
    const auto found = fragments.find(line.substr(1, line.size() - 2));
    if (found == fragments.end() || nesting == 0) throw std::runtime_error("unknown mark " + line);
    std::string part = replace(found->second, fragments, nesting - 1);
    while (part.ends_with("\n\n")) part.pop_back();
    out += part;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 2) throw std::runtime_error("usage: dbi_print_page PAGE [NAME=FILE ...]");
  Fragments fragments = {{"exit-table", exit_table()}, {"error-kinds", error_kinds()}};
  for (const std::string argument : arguments.subspan(2)) {
    const auto equals = argument.find('=');
    fragments[argument.substr(0, equals)] = read(argument.substr(equals + 1));
  }
  std::cout << replace(read(arguments[1]), fragments, kMaxNesting) << std::flush;
  return std::cout ? 0 : 1;
} catch (const std::exception& exception) {
  std::cerr << exception.what() << '\n';
  return 1;
}
