// Prints dbi-record(5) in scdoc(5) form: the prose by hand with the member tables, an example of each kind and the
// aliases put in where it says @RECORDS@ and @ALIASES@. Part of the build, not installed.
//   dbi_print_records PAGE.scd EXAMPLES_FOLDER FRAGMENT.scd.in ...
// A line @QUERY_SIGNATURE@ gives way to query-signature.scd.in, and so on.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "record/schema/print.hpp"

namespace {

bool read_file(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(file), {});
  if (file) return true;
  fmt::print(stderr, "dbi_print_records: {}: cannot be read\n", path);
  return false;
}

// scdoc takes a backslash for an escape in literal blocks too, where nobody who writes an example thinks of it.
std::string with_literal_backslashes(std::string_view text) {
  std::string out;
  bool literal = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    literal = literal != line.starts_with("```");
    for (const char c : line) out.append(literal && c == '\\' ? 2 : 1, c);
    text.remove_prefix(line.size());
    if (text.empty()) break;
    out += '\n';
    text.remove_prefix(1);
  }
  return out;
}

// Puts the first example of a kind behind its members, that is before the next section.
bool add_examples(std::string& records, const std::string& folder) {
  std::string out;
  for (const auto& section : dbi::record::schema::scdoc_sections()) {
    out += section.text;
    if (section.kind.empty()) continue;
    std::string lines;
    if (!read_file(fmt::format("{}/{}.ndjson", folder, section.kind), lines)) return false;
    out += fmt::format("```\n{}\n```\n\n", lines.substr(0, lines.find('\n')));
  }
  records = out;
  return true;
}

void replace(std::string& page, std::string_view mark, std::string_view text) {
  const auto at = page.find(mark);
  if (at != std::string::npos) page.replace(at, mark.size(), text.substr(0, text.find_last_not_of('\n') + 1));
}

// "man/plan-gist.scd.in" is for "@PLAN_GIST@".
std::string mark_of(const std::filesystem::path& fragment) {
  std::string mark = "@";
  for (const char c : fragment.filename().string()) {
    if (c == '.') break;
    mark += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  }
  return mark + "@";
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 3) return 2;
  std::string page;
  std::string records;
  if (!read_file(arguments[1], page) || !add_examples(records, arguments[2])) return 5;
  replace(page, "@RECORDS@", with_literal_backslashes(records));
  for (const char* fragment : arguments.subspan(3)) {
    std::string text;
    if (!read_file(fragment, text)) return 5;
    replace(page, mark_of(fragment), with_literal_backslashes(text));
  }
  replace(page, "@ALIASES@", dbi::record::schema::print_alias_scdoc());
  std::cout << page << std::flush;
  return std::cout ? 0 : 5;
}
