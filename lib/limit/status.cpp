// SPDX-License-Identifier: Apache-2.0
#include "limit/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "base/text.hpp"
#include "limit/key_name.hpp"
#include "record/record.hpp"
#include "record/text_of.hpp"

namespace dbi::limit {

namespace {

using record::text_of;

struct Row {
  std::string key;
  double rps = 0;
  std::string state;
  std::int64_t burst = 0;
  std::int64_t records = 0;
  std::int64_t over_limit = 0;
  std::string seen;
};

Row row_of(const record::Record& line) {
  const std::string target = text_of(line, "target");
  const std::string database = text_of(line, "database");
  return {escape_controls(show_key({target, database})),
          line.number("rps").value_or(0),
          text_of(line, "rate"),
          line.integer("burst").value_or(0),
          line.integer("records").value_or(0),
          line.integer("over_limit").value_or(0),
          text_of(line, "at")};
}

Result<std::vector<Row>> rows_of(std::string_view memory) {
  std::string text(memory);
  text.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record line;
  std::vector<Row> rows;
  for (std::size_t begin = 0; begin < memory.size();) {
    const std::size_t end = std::min(text.find('\n', begin), memory.size());
    const Status read = reader.parse(std::string_view(text).substr(begin, end - begin), line);
    if (!read) return fail(ErrorKind::State, read.error().message);
    if (text_of(line, "kind") == "rate_limit_key") rows.push_back(row_of(line));
    begin = end + 1;
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return std::tuple(-row.over_limit, -row.records, row.key); });
  return rows;
}

std::string show_share(const Row& row) {
  if (row.records == 0) return "-";
  return fmt::format("{:.1f}%", 100.0 * static_cast<double>(row.over_limit) / static_cast<double>(row.records));
}

std::string show_rate(const Row& row) {
  const std::string_view mark = row.state == "lowered" ? "-" : row.state == "raised" ? "+" : "";
  return fmt::format("{}{}", row.rps, mark);
}

}  // namespace

Result<std::string> status_table(std::string_view memory) {
  DBI_TRY_ASSIGN(const std::vector<Row> rows, rows_of(memory));
  std::size_t width = 3;
  for (const Row& row : rows) width = std::max(width, row.key.size());
  std::string out = fmt::format("{:<{}} {:>12} {:>10} {:>12} {:>12} {:>7}  {}\n", "KEY", width, "RATE", "BURST",
                                "RECORDS", "OVER", "SHARE", "LAST");
  for (const Row& row : rows) {
    out += fmt::format("{:<{}} {:>12} {:>10} {:>12} {:>12} {:>7}  {}\n", row.key, width, show_rate(row), row.burst,
                       row.records, row.over_limit, show_share(row), row.seen);
  }
  return out;
}

}  // namespace dbi::limit
