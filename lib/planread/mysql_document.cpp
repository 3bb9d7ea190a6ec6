// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_document.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "planread/joined_texts.hpp"
#include "planread/operation.hpp"

namespace dbi::planread {

namespace {

struct MemberRow {
  std::string_view name;
  PlanKey key;
};

// In the order in which a node has them.
constexpr MemberRow kMembers[] = {{"table_name", PlanKey::RelationName},
                                  {"alias", PlanKey::Alias},
                                  {"schema_name", PlanKey::Schema},
                                  {"index_name", PlanKey::IndexName},
                                  {"lookup_condition", PlanKey::IndexCond},
                                  {"pushed_index_condition", PlanKey::IndexCond},
                                  {"hash_condition", PlanKey::HashCond},
                                  {"extra_condition", PlanKey::JoinFilter},
                                  {"covering", PlanKey::Covering},
                                  {"condition", PlanKey::Filter},
                                  {"sort_fields", PlanKey::SortKey},
                                  {"estimated_first_row_cost", PlanKey::StartupCost},
                                  {"estimated_total_cost", PlanKey::TotalCost},
                                  {"estimated_rows", PlanKey::PlanRows},
                                  {"actual_first_row_ms", PlanKey::ActualStartupTime},
                                  {"actual_last_row_ms", PlanKey::ActualTotalTime},
                                  {"actual_rows", PlanKey::ActualRows},
                                  {"actual_loops", PlanKey::ActualLoops}};

/// Goes through the nodes without recursion.
class TreeReader {
 public:
  TreeReader(const Document& document, Plan& plan) : document_(document), plan_(plan) {}

  Status read(std::uint32_t root) {
    waiting_.push_back({root, kNoNode, false});
    while (!waiting_.empty()) {
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      if (document_.at(next.item).kind != ItemKind::Object || text_of(next.item, "operation").empty()) {
        return fail(ErrorKind::Malformed, "a plan node without 'operation'");
      }
      if (plan_.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
      read_node(next);
    }
    plan_.begin_group(GroupKind::Statement, kNoNode);
    plan_.finish();
    return {};
  }

 private:
  struct Waiting {
    std::uint32_t item;
    std::uint32_t parent;
    bool in_select_list;
  };

  [[nodiscard]] std::string_view text_of(std::uint32_t object, std::string_view name) const {
    const std::uint32_t place = document_.find(object, name);
    if (place == document_.at(object).end || document_.at(place).kind != ItemKind::Text) return {};
    return document_.at(place).text;
  }

  void read_node(Waiting next) {
    const std::string_view heading = text_of(next.item, "heading");
    std::string_view label;
    if (next.in_select_list) label = "SubPlan";
    if (heading.starts_with("Select #")) label = heading;
    const std::uint32_t node = plan_.add_node(next.parent, label);
    const std::string_view words = trim(text_of(next.item, "operation"));
    const Operation operation = read_operation(words);
    plan_.add_text(PlanKey::NodeType, operation.type.empty() ? type_of(next.item) : operation.type);
    plan_.add_text(PlanKey::Operation, operation.command);
    plan_.add_text(PlanKey::Strategy, operation.strategy);
    plan_.add_text(PlanKey::JoinType, join_type_of(text_of(next.item, "join_type")));
    plan_.add_text(PlanKey::CteName, operation.cte);
    plan_.add_text(PlanKey::OperationText, words);
    if (text_of(next.item, "table_name").empty() && !operation.command.empty())
      plan_.add_text(PlanKey::RelationName, operation.table);
    if (is_set(next.item, "reverse")) plan_.add_text(PlanKey::ScanDirection, "Backward");
    for (const MemberRow& row : kMembers) read_member(next.item, row);
    const std::size_t first_child = waiting_.size();
    for (const auto& [name, in_select_list] :
         {std::pair<std::string_view, bool>{"inputs", false}, {"inputs_from_select_list", true}}) {
      const std::uint32_t list = document_.find(next.item, name);
      if (list == document_.at(next.item).end || document_.at(list).kind != ItemKind::Array) continue;
      for (std::uint32_t child = Document::first(list); child < document_.at(list).end; child = document_.at(child).end)
        waiting_.push_back({child, node, in_select_list});
    }
    std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(first_child), waiting_.end());
  }

  [[nodiscard]] bool is_set(std::uint32_t object, std::string_view name) const {
    const std::uint32_t place = document_.find(object, name);
    return place != document_.at(object).end && document_.at(place).text == "true";
  }

  // Of words that are not known, by the members that say the same.
  std::string_view type_of(std::uint32_t item) {
    const std::string_view access = text_of(item, "access_type");
    if (access.empty()) return "Other";
    if (access == "table") return "Table Scan";
    if (access == "index") return titled(text_of(item, "index_access_type"), "Index");
    if (access != "join") return titled(access, access);
    const std::string_view algorithm = text_of(item, "join_algorithm");
    if (algorithm == "hash") return "Hash Join";
    return titled(algorithm, "Join");
  }

  // By PostgreSQL's words.
  static std::string_view join_type_of(std::string_view words) {
    constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {"inner join", "Inner"}, {"left join", "Left"}, {"semijoin", "Semi"}, {"antijoin", "Anti"}};
    for (const auto& [name, type] : kTypes) {
      if (name == words) return type;
    }
    return words;
  }

  // "index_range_scan" as "Index Range Scan".
  std::string_view titled(std::string_view word, std::string_view otherwise) {
    if (word.empty()) return otherwise;
    const std::size_t begin = plan_.text().size();
    bool first = true;
    for (const char c : word) {
      plan_.text().push_back(c == '_' ? ' ' : (first && c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c);
      first = c == '_';
    }
    return plan_.text_since(begin);
  }

  void read_member(std::uint32_t object, const MemberRow& row) {
    const std::uint32_t place = document_.find(object, row.name);
    if (place == document_.at(object).end) return;
    const Item& item = document_.at(place);
    if (item.kind == ItemKind::Null) {
      // A node that never ran has null for all that was measured.
      if (row.key == PlanKey::ActualLoops) plan_.add_number(row.key, 0);
    } else if (plan_key_row(row.key).type == KeyType::Flag) {
      plan_.add_flag(row.key, item.text == "true");
    } else if (plan_key_row(row.key).type == KeyType::Number) {
      if (!item.is_container()) plan_.add_number(row.key, number_of(item.text));
    } else {
      plan_.add_text(row.key, item.is_container() ? joined_texts(document_, place, plan_) : item.text);
    }
  }

  const Document& document_;
  Plan& plan_;
  std::vector<Waiting> waiting_;  // nodes that are still to be read, the next one last
};

bool has_member(const Document& document, std::uint32_t object, std::string_view name) {
  return document.find(object, name) != document.at(object).end;
}

}  // namespace

std::optional<std::uint32_t> find_mysql_plan(const Document& document) {
  if (document.items().empty() || document.at(0).kind != ItemKind::Object) return std::nullopt;
  const std::uint32_t plan = document.find(0, "query_plan");
  const std::uint32_t root = plan == document.at(0).end ? 0 : plan;
  if (document.at(root).kind != ItemKind::Object || !has_member(document, root, "operation")) return std::nullopt;
  return root;
}

Status read_mysql(const Document& document, std::uint32_t root, std::size_t source_bytes, Plan& plan) {
  plan.clear(source_bytes, sql::System::MySql);
  return TreeReader(document, plan).read(root);
}

}  // namespace dbi::planread
