// SPDX-License-Identifier: Apache-2.0
#include "planread/block_document.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "planread/block_words.hpp"
#include "planread/joined_texts.hpp"

namespace dbi::planread {

namespace {

constexpr std::uint32_t kNoItem = UINT32_MAX;

/// Reads members of objects. An object that is not there, kNoItem, has none.
class Members {
 public:
  explicit Members(const Document& document) : document_(document) {}

  /// kNoItem where there is none, or it is null.
  [[nodiscard]] std::uint32_t find(std::uint32_t object, std::string_view name) const {
    if (object == kNoItem || document_.at(object).kind != ItemKind::Object) return kNoItem;
    const std::uint32_t place = document_.find(object, name);
    return place == document_.at(object).end || document_.at(place).kind == ItemKind::Null ? kNoItem : place;
  }
  [[nodiscard]] std::string_view text(std::uint32_t object, std::string_view name) const {
    const std::uint32_t place = find(object, name);
    return place == kNoItem || document_.at(place).is_container() ? std::string_view() : document_.at(place).text;
  }
  /// MySQL writes some numbers as texts.
  [[nodiscard]] std::optional<double> number(std::uint32_t object, std::string_view name) const {
    const std::string_view words = text(object, name);
    return words.empty() ? std::nullopt : std::optional(number_of(words));
  }
  [[nodiscard]] bool flag(std::uint32_t object, std::string_view name) const {
    const std::uint32_t place = find(object, name);
    return place != kNoItem && is_set(document_.at(place));
  }
  /// MariaDB writes some flags as numbers, MySQL one as the reason for it.
  [[nodiscard]] static bool is_set(const Item& item) {
    if (item.kind == ItemKind::Number) return number_of(item.text) != 0;
    return item.kind == ItemKind::Text || (item.kind == ItemKind::Flag && item.text == "true");
  }

 private:
  const Document& document_;
};

/// Goes through the blocks without recursion.
class BlockReader {
 public:
  BlockReader(const Document& document, Plan& plan) : document_(document), members_(document), plan_(plan) {}

  Status read(std::uint32_t root) {
    waiting_.push_back({root, kNoNode, {}});
    while (!waiting_.empty()) {
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      read_block(next);
      if (plan_.nodes().size() > Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
      if (!problem_.empty()) return fail(ErrorKind::Malformed, problem_);
    }
    plan_.begin_group(GroupKind::Statement, kNoNode);
    const std::uint32_t optimization = members_.find(0, "query_optimization");
    if (const auto time = members_.number(optimization, "r_total_time_ms"))
      plan_.add_number(PlanKey::PlanningTime, *time);
    plan_.finish();
    return {};
  }

 private:
  /// What the first node that comes is to have from around it.
  struct Inherited {
    std::uint32_t block = kNoItem;   // whose topmost node it is
    std::uint32_t around = kNoItem;  // how it is joined
    bool joined = false;             // its join says that already
    std::string_view label;
  };
  struct Waiting {
    std::uint32_t item;
    std::uint32_t parent;
    Inherited from;
  };

  void read_block(const Waiting& next) {
    const Item& item = document_.at(next.item);
    const BlockRow* row = find_block(item.name);
    const BlockKind kind = row == nullptr ? BlockKind::Container : row->kind;
    note_unknown(next.item);
    switch (kind) {
      case BlockKind::Container:
        return read_inside(next);
      case BlockKind::Around: {
        Waiting inside = next;
        inside.from.around = next.item;
        return read_inside(inside);
      }
      case BlockKind::QueryBlock:
        return read_query_block(next);
      case BlockKind::Table:
        return read_table(next);
      case BlockKind::Node:
        return read_step(next, row->type);
      case BlockKind::Ordering:
        return read_ordering(next);
      case BlockKind::Grouping: {
        const bool temporary =
            members_.flag(next.item, "using_temporary_table") && !members_.flag(next.item, "using_filesort");
        return read_step(next, temporary ? "Temp Table Aggregate" : row->type);
      }
      case BlockKind::Windows:
        return read_windows(next);
      case BlockKind::WindowSorts:
        return read_window_sorts(next);
      case BlockKind::SetOperation:
        return read_set_operation(next, row->type);
    }
  }

  void note_unknown(std::uint32_t object) {
    if (document_.at(object).kind != ItemKind::Object) return;
    for (std::uint32_t place = Document::first(object); place < document_.at(object).end;
         place = document_.at(place).end) {
      const std::string_view name = document_.at(place).name;
      if (find_block_member(name) == nullptr && find_block(name) == nullptr && !is_subqueries(name))
        plan_.add_unknown(name);
    }
  }

  // What holds others only: they stand in its place.
  void read_inside(const Waiting& next) {
    put_subqueries(next.item, static_cast<std::uint32_t>(plan_.nodes().size()));
    if (!put_operands(next.item, next.parent, next.from)) {
      problem_ = "nothing is inside '" + std::string(document_.at(next.item).name) + "'";
    }
  }

  void read_query_block(Waiting next) {
    next.from.block = next.item;
    const std::string_view message = members_.text(next.item, "message");
    const std::string_view having = members_.text(next.item, "having_condition");
    if (message.empty() && having.empty()) return read_inside(next);
    const std::uint32_t node = begin_node(next, message.empty() ? "Filter" : type_of_message(message));
    plan_.add_text(PlanKey::OperationText, message);
    plan_.add_text(PlanKey::Filter, having);
    add_figures(next);
    put_subqueries(next.item, node);
    if (!put_operands(next.item, node, {}) && message.empty()) problem_ = "nothing is inside 'query_block'";
  }

  void read_step(const Waiting& next, std::string_view type) {
    const std::uint32_t node = begin_node(next, type);
    add_members(next.item);
    if (document_.at(next.item).name == "filesort") plan_.add_flag(PlanKey::UsingFilesort, true);
    add_figures(next);
    put_subqueries(next.item, node);
    put_operands(next.item, node, {});
  }

  void read_ordering(const Waiting& next) {
    if (members_.flag(next.item, "using_filesort")) return read_step(next, "Sort");
    if (members_.flag(next.item, "using_temporary_table")) return read_step(next, "Temporary Table");
    read_inside(next);
  }

  // The last window of the list is computed last, from the rows of those before it.
  void read_windows(Waiting next) {
    collect(members_.find(next.item, "windows"), {});
    if (found_.empty()) return read_step(next, "Window");
    const auto top = static_cast<std::uint32_t>(plan_.nodes().size());
    for (; !found_.empty(); found_.pop_back()) {
      const std::uint32_t node = begin_node(next, "Window");
      note_unknown(found_.back());
      add_members(found_.back());
      add_figures(next);
      next.parent = node;
      next.from = {};
    }
    put_subqueries(next.item, top);
    put_operands(next.item, next.parent, {});
  }

  // The sorts are done one after the other, with the functions of a window computed behind each.
  void read_window_sorts(Waiting next) {
    const std::uint32_t top = begin_node(next, "Window");
    add_figures(next);
    next.parent = top;
    next.from = {};
    collect(members_.find(next.item, "sorts"), "filesort");
    for (; !found_.empty(); found_.pop_back()) {
      next.parent = begin_node(next, "Sort");
      note_unknown(found_.back());
      add_members(found_.back());
      plan_.add_flag(PlanKey::UsingFilesort, true);
      add_measures(found_.back(), kNoItem);
    }
    put_subqueries(next.item, top);
    put_operands(next.item, next.parent, {});
  }

  void read_set_operation(const Waiting& next, std::string_view type) {
    collect(members_.find(next.item, "query_specifications"), {});
    const auto is_recursive = [&](std::uint32_t one) {
      return members_.flag(members_.find(one, "query_block"), "recursive");
    };
    if (std::any_of(found_.begin(), found_.end(), is_recursive)) type = "Recursive Union";
    const std::uint32_t node = begin_node(next, type);
    plan_.add_flag(PlanKey::UsingTemporaryTable, members_.flag(next.item, "using_temporary_table"));
    plan_.add_flag(PlanKey::UsingFilesort, members_.flag(next.item, "using_filesort"));
    // MariaDB measures how the result is read; a recursive one is read elsewhere.
    if (const auto rows = members_.number(next.item, "r_rows")) {
      plan_.add_number(PlanKey::ActualRows, *rows);
      add_figures(next);
    }
    put_subqueries(next.item, node);
    for (; !found_.empty(); found_.pop_back()) waiting_.push_back({found_.back(), node, {}});
  }

  void read_table(const Waiting& next) {
    const std::uint32_t table = next.item;
    const std::uint32_t merge = members_.find(table, "index_merge");
    const std::string_view operation = operation_of(table);
    const std::uint32_t node = begin_node(next, type_of_table(next, operation));
    plan_.add_text(PlanKey::Operation, operation);
    const bool merged = members_.text(table, "access_type") == "index_merge";
    const std::string_view key = merged ? members_.text(table, "key") : std::string_view();
    if (merge != kNoItem) plan_.add_text(PlanKey::Strategy, first_name(merge));
    if (!key.empty()) plan_.add_text(PlanKey::Strategy, key.substr(0, key.find('(')));
    add_members(table);
    if (members_.flag(table, "backward_index_scan")) plan_.add_text(PlanKey::ScanDirection, "Backward");
    plan_.add_flag(PlanKey::RangeChecked, is_range_checked(next) && !members_.flag(table, kRangeChecked));
    if (!next.from.joined) add_join_words(table, next.from.around);
    add_figures(next);
    if (merge != kNoItem) add_merged_objects(table, merge, node);
    if (!key.empty()) add_merged_text(table, key, node);
    add_row_id_filter(table, node);
    put_subqueries(table, node);
    put_operands(table, node, {});
  }

  static constexpr std::string_view kRangeChecked = "range_checked_for_each_record";

  [[nodiscard]] bool is_range_checked(const Waiting& next) const {
    return members_.flag(next.item, kRangeChecked) ||
           (next.from.around != kNoItem && document_.at(next.from.around).name == "range-checked-for-each-record");
  }

  [[nodiscard]] std::string_view operation_of(std::uint32_t table) const {
    if (members_.flag(table, "insert")) return "Insert";
    if (members_.flag(table, "replace")) return "Replace";
    if (members_.flag(table, "update")) return "Update";
    if (members_.flag(table, "delete")) return "Delete";
    return {};
  }

  [[nodiscard]] std::string_view type_of_table(const Waiting& next, std::string_view operation) const {
    const std::string_view message = members_.text(next.item, "message");
    const std::string_view access = members_.text(next.item, "access_type");
    if (operation == "Insert" || operation == "Replace") return operation;
    if (!message.empty()) return type_of_message(message);
    if (access.empty()) return "Insert";  // MariaDB's, of VALUES
    if (is_range_checked(next)) return "Dynamic Index Range Scan";
    if (members_.flag(next.item, "using_index_for_group_by")) return "Group Index Skip Scan";
    if (members_.flag(next.item, "using_index_for_skip_scan")) return "Index Skip Scan";
    return type_of_access(access);
  }

  // The indexes of {"union": [{"range": {...}}, {"intersect": [...]}]}, in that order.
  void add_merged_objects(std::uint32_t table, std::uint32_t merge, std::uint32_t node) {
    levels_.assign(1, {merge, node, {}});
    bool outermost = true;
    for (std::uint32_t place = Document::first(merge); place < document_.at(merge).end;) {
      const Item& item = document_.at(place);
      while (document_.at(levels_.back().item).end <= place) levels_.pop_back();
      if (item.name == "range") {
        add_index_range(table, place, levels_.back().parent);
        place = item.end;
        continue;
      }
      if (item.is_container() && !item.name.empty() && !outermost) {
        const std::uint32_t inner = plan_.add_node(levels_.back().parent, {});
        plan_.add_text(PlanKey::NodeType, "Index Merge");
        plan_.add_text(PlanKey::Strategy, item.name);
        levels_.push_back({place, inner, {}});
      }
      outermost = false;
      ++place;
    }
  }

  void add_index_range(std::uint32_t table, std::uint32_t range, std::uint32_t parent) {
    plan_.add_node(parent, {});
    plan_.add_text(PlanKey::NodeType, "Index Range Scan");
    plan_.add_text(PlanKey::RelationName, members_.text(table, "table_name"));
    add_members(range);
  }

  // The indexes of "union(by_customer,intersect(by_placed,by_total))", as MySQL has them.
  void add_merged_text(std::uint32_t table, std::string_view key, std::uint32_t node) {
    levels_.assign(1, {table, node, {}});
    key.remove_prefix(std::min(key.find('(') + 1, key.size()));  // npos and 1 is 0
    while (!key.empty()) {
      const std::size_t end = std::min(key.find_first_of("(,)"), key.size());
      const std::string_view name = key.substr(0, end);
      const char behind = end < key.size() ? key[end] : ')';
      key.remove_prefix(std::min(end + 1, key.size()));
      if (behind == '(') {
        const std::uint32_t inner = plan_.add_node(levels_.back().parent, {});
        plan_.add_text(PlanKey::NodeType, "Index Merge");
        plan_.add_text(PlanKey::Strategy, name);
        levels_.push_back({table, inner, {}});
      } else if (!name.empty()) {
        plan_.add_node(levels_.back().parent, {});
        plan_.add_text(PlanKey::NodeType, "Index Range Scan");
        plan_.add_text(PlanKey::RelationName, members_.text(table, "table_name"));
        plan_.add_text(PlanKey::IndexName, name);
      }
      if (behind == ')' && levels_.size() > 1) levels_.pop_back();
    }
  }

  void add_row_id_filter(std::uint32_t table, std::uint32_t node) {
    const std::uint32_t filter = members_.find(table, "rowid_filter");
    const std::uint32_t range = members_.find(filter, "range");
    if (range == kNoItem) return;
    plan_.add_node(node, {});
    plan_.add_text(PlanKey::NodeType, "Rowid Filter");
    plan_.add_text(PlanKey::RelationName, members_.text(table, "table_name"));
    add_members(range);
    if (const auto rows = members_.number(filter, "rows")) plan_.add_number(PlanKey::PlanRows, *rows);
  }

  // The join with the operand; those before it are its first input.
  std::uint32_t add_join(std::uint32_t operand, std::uint32_t parent, const Inherited& from) {
    const bool is_around = find_block(document_.at(operand).name)->kind == BlockKind::Around;
    const std::uint32_t around = is_around ? operand : kNoItem;
    const bool is_table = document_.at(operand).name == "table";
    const std::uint32_t table = is_table ? operand : members_.find(around, "table");
    const std::string_view algorithm = members_.text(around, "join_type");
    const bool hash =
        algorithm == "BNLH" || algorithm == "BKAH" || members_.text(table, "using_join_buffer") == "hash join";
    const std::uint32_t node = begin_node({operand, parent, from}, hash ? "Hash Join" : "Nested Loop");
    const bool semi = members_.flag(table, "first_match") || members_.flag(table, "loosescan");
    const std::string_view anti = members_.flag(table, "not_exists") ? "Anti" : "";
    plan_.add_text(PlanKey::JoinType, semi ? "Semi" : anti);
    add_join_words(table, around);
    if (const auto rows = members_.number(table, "rows_produced_per_join")) plan_.add_number(PlanKey::PlanRows, *rows);
    auto cost = cost_of_block(from.block);
    if (!cost) cost = members_.number(members_.find(table, "cost_info"), "prefix_cost");
    if (cost) plan_.add_number(PlanKey::TotalCost, *cost);
    add_measures(kNoItem, from.block);
    return node;
  }

  void add_join_words(std::uint32_t table, std::uint32_t around) {
    const std::string_view buffer = members_.text(table, "using_join_buffer");
    plan_.add_text(PlanKey::UsingJoinBuffer, buffer.empty() ? members_.text(around, "join_type") : buffer);
    plan_.add_text(PlanKey::JoinFilter, members_.text(around, "attached_condition"));
    if (const auto kept = members_.number(around, "r_filtered")) plan_.add_number(PlanKey::ActualFiltered, *kept);
  }

  std::uint32_t begin_node(const Waiting& next, std::string_view type) {
    const std::uint32_t node = plan_.add_node(next.parent, next.from.label);
    plan_.add_text(PlanKey::NodeType, type);
    return node;
  }

  void add_members(std::uint32_t object) {
    if (document_.at(object).kind != ItemKind::Object) return;
    const bool merged = members_.text(object, "access_type") == "index_merge";
    for (std::uint32_t place = Document::first(object); place < document_.at(object).end;
         place = document_.at(place).end) {
      const Item& item = document_.at(place);
      const BlockMember* member = find_block_member(item.name);
      if (member == nullptr || !member->key || item.kind == ItemKind::Null) continue;
      if (merged && *member->key == PlanKey::IndexName) continue;  // of several
      add_member(*member->key, place);
    }
  }

  void add_member(PlanKey key, std::uint32_t place) {
    const Item& item = document_.at(place);
    switch (plan_key_row(key).type) {
      case KeyType::Flag:
        return plan_.add_flag(key, Members::is_set(item));
      case KeyType::Number:
        if (!item.is_container()) plan_.add_number(key, number_of(item.text));
        return;
      case KeyType::Text:
        return plan_.add_text(key, item.is_container() ? joined_texts(document_, place, plan_) : item.text);
    }
  }

  void add_figures(const Waiting& next) {
    auto cost = cost_of_block(next.from.block);
    if (!cost) cost = own_cost(next.item);
    if (cost) plan_.add_number(PlanKey::TotalCost, *cost);
    add_measures(next.item, next.from.block);
  }

  [[nodiscard]] std::optional<double> cost_of_block(std::uint32_t block) const {
    const auto cost = members_.number(block, "cost");
    return cost ? cost : members_.number(members_.find(block, "cost_info"), "query_cost");
  }

  [[nodiscard]] std::optional<double> own_cost(std::uint32_t object) const {
    const std::uint32_t costs = members_.find(object, "cost_info");
    const auto read = members_.number(costs, "read_cost");
    if (read) return *read + members_.number(costs, "eval_cost").value_or(0);
    return document_.at(object).name == "table" ? members_.number(object, "cost") : std::nullopt;
  }

  // MariaDB prints how long all loops took.
  void add_measures(std::uint32_t object, std::uint32_t block) {
    const auto of_block = members_.number(block, "r_loops");
    const auto loops = of_block ? of_block : members_.number(object, "r_loops");
    if (!loops) return;
    plan_.add_number(PlanKey::ActualLoops, *loops);
    const auto time = of_block ? members_.number(block, "r_total_time_ms") : own_time(object);
    if (time && *loops > 0) plan_.add_number(PlanKey::ActualTotalTime, *time / *loops);
  }

  [[nodiscard]] std::optional<double> own_time(std::uint32_t object) const {
    const auto table = members_.number(object, "r_table_time_ms");
    if (table) return *table + members_.number(object, "r_other_time_ms").value_or(0);
    return members_.number(object, "r_total_time_ms");
  }

  /// The subqueries come behind what the object has inside.
  void put_subqueries(std::uint32_t object, std::uint32_t node) {
    if (document_.at(object).kind != ItemKind::Object) return;
    const std::size_t first = waiting_.size();
    for (std::uint32_t list = Document::first(object); list < document_.at(object).end; list = document_.at(list).end) {
      if (!is_subqueries(document_.at(list).name) || !document_.at(list).is_container()) continue;
      for (std::uint32_t one = list + 1; one < document_.at(list).end; one = document_.at(one).end) {
        Waiting subquery{one, node, {}};
        subquery.from.label = label_of(one);
        waiting_.push_back(subquery);
      }
    }
    std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(first), waiting_.end());
  }

  // The number stands not far from the beginning. What is written is shorter than where it is read from.
  std::string_view label_of(std::uint32_t subquery) {
    constexpr std::uint32_t kNear = 64;
    constexpr std::size_t kDigits = 6;
    const std::uint32_t end = std::min(document_.at(subquery).end, subquery + kNear);
    std::uint32_t number = subquery;
    while (number < end && document_.at(number).name != "select_id") ++number;
    if (number == end || document_.at(number).kind != ItemKind::Number || document_.at(number).text.size() > kDigits)
      return "SubPlan";
    const std::size_t begin = plan_.text().size();
    plan_.text().append("Select #").append(document_.at(number).text);
    if (members_.flag(subquery, "dependent")) plan_.text().append(" (dependent)");
    return plan_.text_since(begin);
  }

  /// Puts to wait what is inside, joined where it is several; false where nothing is.
  bool put_operands(std::uint32_t container, std::uint32_t parent, Inherited from) {
    find_operands(container);
    if (operands_.empty()) return false;
    std::size_t count = operands_.size();
    if (count == 2 && document_.at(operands_[1]).name == "insert_from") {  // into the table before it
      waiting_.push_back({operands_[1], static_cast<std::uint32_t>(plan_.nodes().size()), {}});
      count = 1;
    }
    while (count > 1) {
      parent = add_join(operands_[--count], parent, from);
      from = {};
      Waiting second{operands_[count], parent, {}};
      second.from.joined = true;
      waiting_.push_back(second);
    }
    waiting_.push_back({operands_.front(), parent, from});
    return true;
  }

  /// The blocks inside, those of lists in their places.
  void find_operands(std::uint32_t container) {
    operands_.clear();
    for (std::uint32_t place = Document::first(container); place < document_.at(container).end;) {
      const Item& item = document_.at(place);
      const bool is_list = item.name.empty() || item.name == "nested_loop";
      if (is_list && item.is_container()) {
        ++place;
        continue;
      }
      if (item.is_container() && find_block(item.name) != nullptr) operands_.push_back(place);
      place = item.end;
    }
  }

  /// Into found_: the objects of the list, or those of that name at any depth in it.
  void collect(std::uint32_t list, std::string_view name) {
    found_.clear();
    if (list == kNoItem) return;
    for (std::uint32_t place = list + 1; place < document_.at(list).end;) {
      const Item& item = document_.at(place);
      const bool wanted = item.kind == ItemKind::Object && item.name == name;
      if (wanted) found_.push_back(place);
      place = wanted ? item.end : place + 1;
    }
  }

  [[nodiscard]] std::string_view first_name(std::uint32_t container) const {
    for (std::uint32_t place = container + 1; place < document_.at(container).end; ++place) {
      if (!document_.at(place).name.empty()) return document_.at(place).name;
    }
    return {};
  }

  const Document& document_;
  Members members_;
  Plan& plan_;
  std::vector<Waiting> waiting_;  // blocks that are still to be read, the next one last
  std::vector<std::uint32_t> operands_;
  std::vector<std::uint32_t> found_;
  std::vector<Waiting> levels_;  // of an index merge: the nodes that are open
  std::string problem_;
};

}  // namespace

std::optional<std::uint32_t> find_block_plan(const Document& document) {
  if (document.items().empty() || document.at(0).kind != ItemKind::Object) return std::nullopt;
  const std::uint32_t block = document.find(0, "query_block");
  if (block == document.at(0).end || document.at(block).kind != ItemKind::Object) return std::nullopt;
  return block;
}

sql::System system_of_blocks(const Document& document) {
  constexpr std::string_view kMySql[] = {
      "cost_info",   "rows_examined_per_scan", "used_columns",   "cacheable",
      "insert_from", "using_temporary_table",  "using_filesort", "attached_subqueries"};
  constexpr std::string_view kMariaDb[] = {
      "rows", "cost", "r_loops", "filesort", "subqueries", "temporary_table", "read_sorted_file", "query_optimization",
      // Behind what says that it is MySQL's, where it is. What follows an expression can be a part of a literal.
      "having_condition", "sort_key", "index_condition", "attached_condition"};
  const auto is_in = [](const auto& names, std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  for (const Item& item : document.items()) {
    if (item.kind == ItemKind::Flag && (item.name == "insert" || item.name == "replace" || item.name == "delete"))
      return sql::System::MySql;
    if (is_in(kMySql, item.name)) return sql::System::MySql;
    if (is_in(kMariaDb, item.name)) return sql::System::MariaDb;
  }
  // MySQL has the message in the block, MariaDB in a table.
  const auto block = find_block_plan(document);
  const bool message = block && document.find(*block, "message") != document.at(*block).end;
  return message ? sql::System::MySql : sql::System::MariaDb;
}

Status read_blocks(const Document& document, std::uint32_t root, std::size_t source_bytes, Plan& plan) {
  plan.clear(source_bytes, system_of_blocks(document));
  return BlockReader(document, plan).read(root);
}

}  // namespace dbi::planread
