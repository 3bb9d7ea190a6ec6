// What MySQL's words for an operation say: the lines of TREE, and "operation" in version 2 of its JSON, which are the
// same (sql/join_optimizer/explain_access_path.cc).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::planread {

/// Views of the words, and constants. What the words do not say is empty.
struct Operation {
  std::string_view type;  ///< "Index Range Scan"; empty for words that are not known
  std::string_view join_type;
  std::string_view strategy;  ///< of an index merge: "union", "intersect", "sort_union"
  std::string_view command;   ///< "Insert", "Replace", "Update", "Delete"
  std::string_view table;     ///< as printed: the alias where there is one
  std::string_view index;
  std::string_view cte;
  std::string_view lookup;  ///< the condition of an index lookup
  std::string_view pushed;  ///< the condition that is checked within the index
  std::string_view hash_condition;
  std::string_view extra_condition;  ///< of a join, beside that of its hash
  std::string_view filter;
  std::string_view sort_key;
  bool covering = false;
  bool backward = false;
};

/// Names are printed bare, and may hold any of the words: such a name is taken for another one.
[[nodiscard]] Operation read_operation(std::string_view words);

}  // namespace dbi::planread
