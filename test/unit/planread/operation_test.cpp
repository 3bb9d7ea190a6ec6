// What MySQL's words for an operation say.
// SPDX-License-Identifier: Apache-2.0
#include "planread/operation.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dbi::planread {
namespace {

std::string describe(std::string_view words) {
  const Operation operation = read_operation(words);
  std::string out(operation.type);
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) out.append(" ").append(name).append("=").append(text);
  };
  add("join", operation.join_type);
  add("strategy", operation.strategy);
  add("command", operation.command);
  add("table", operation.table);
  add("index", operation.index);
  add("cte", operation.cte);
  add("lookup", operation.lookup);
  add("pushed", operation.pushed);
  add("hash", operation.hash_condition);
  add("extra", operation.extra_condition);
  add("filter", operation.filter);
  add("sort", operation.sort_key);
  return out + (operation.covering ? " covering" : "") + (operation.backward ? " backward" : "");
}

TEST(Operation, ReadsWhatMysqlSays) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"Table scan on <temporary>", "Table Scan table=<temporary>"},
      {"Covering index scan on o using by_x (reverse)", "Index Scan table=o index=by_x covering backward"},
      {"Single-row covering index lookup on a using PRIMARY (id = b.x)",
       "Single-row Index Lookup table=a index=PRIMARY lookup=id = b.x covering"},
      {"Index lookup on a using k (x = 'a, with index condition: )'), with index condition: (a.y > 5)",
       "Index Lookup table=a index=k lookup=x = 'a, with index condition: )' pushed=(a.y > 5)"},
      {"Index range scan (Multi-Range Read) on a using k over (1 <= x <= 2), with index condition: (a.x > 1)",
       "Index Range Scan table=a index=k pushed=(a.x > 1)"},
      {"Index range scan on a (re-planned for each iteration)", "Dynamic Index Range Scan table=a"},
      {"Covering index skip scan for grouping on a using k over (NULL < x)",
       "Group Index Skip Scan table=a index=k covering"},
      {"Inner hash join (a.x = b.y), (a.z = b.z), extra conditions: (a.q <> 'x, extra conditions: ')",
       "Hash Join join=Inner hash=(a.x = b.y), (a.z = b.z) extra=(a.q <> 'x, extra conditions: ')"},
      {"Inner hash join (no condition)", "Hash Join join=Inner"},
      {"Nested loop semijoin (FirstMatch)", "Nested Loop join=Semi"},
      {"Sort row IDs: a.x DESC, limit input to 5 row(s) per chunk", "Sort sort=a.x DESC"},
      {"Sort with duplicate removal: a.x", "Sort sort=a.x"},
      {"Limit/Offset: 3/9000 row(s)", "Limit"},
      {"Materialize recursive CTE chain", "Recursive Union cte=chain"},
      {"Materialize CTE recent if needed (query plan printed elsewhere)", "Materialize cte=recent"},
      {"Update s (buffered)", "Update command=Update table=s"},
      {"Delete from s (buffered), t (immediate)", "Delete command=Delete"},
      {"Insert into stock", "Insert command=Insert table=stock"},
      {"Intersect all materialize", "Intersect"},
      {"Batch input rows", "Batch Input Rows"},
      {"Alternative plans for IN subquery: Index lookup unless a IS NULL", "Alternatives"},
      {"Count rows in t1", "Count Rows table=t1"},
      {"Fill information schema table engines", "Fill Information Schema Table table=engines"},
      {"Full-text covering index search on t1 using a (a = 'x')", "Full Text Search table=t1 index=a lookup=a = 'x'"},
      {"<not executable by iterator executor>", ""},
      {"", ""},
  };
  for (const auto& [words, expected] : kCases) EXPECT_EQ(describe(words), expected) << words;
}

}  // namespace
}  // namespace dbi::planread
