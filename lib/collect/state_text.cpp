// SPDX-License-Identifier: Apache-2.0
#include "collect/state_text.hpp"

#include <fmt/format.h>

#include "record/builder.hpp"

namespace dbi::collect {

std::string begin_state_text(const state::DocumentFormat& format) {
  return fmt::format(R"({{"format":"{}","version":{})", format.name, format.version);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  record::append_json_text(out, text);
}

Status read_state_text(const std::filesystem::path& path, const state::DocumentFormat& format, std::string_view text,
                       const ReadMember& read_member) {
  JsonCursor cursor(text);
  std::string name;
  std::int64_t version = 0;
  cursor.object([&](std::string_view member) {
    if (member == "format") {
      name = cursor.text();
    } else if (member == "version") {
      version = cursor.integer();
    } else if (version > format.version) {
      cursor.skip();
    } else {
      read_member(cursor, member);
    }
  });
  DBI_TRY(cursor.status());
  return state::check_format(path, format, name, version);
}

}  // namespace dbi::collect
