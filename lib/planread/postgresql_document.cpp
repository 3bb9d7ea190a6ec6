// SPDX-License-Identifier: Apache-2.0
#include "planread/postgresql_document.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "planread/joined_texts.hpp"

namespace dbi::planread {

namespace {

// Of a member whose name may be XML's.
std::uint32_t find_member(const Document& document, std::uint32_t container, std::string_view name) {
  const std::uint32_t end = document.at(container).end;
  if (!document.at(container).is_container()) return end;
  for (std::uint32_t place = Document::first(container); place < end; place = document.at(place).end) {
    if (is_plan_name(document.at(place).name, name)) return place;
  }
  return end;
}

bool has_member(const Document& document, std::uint32_t container, std::string_view name) {
  return find_member(document, container, name) != document.at(container).end;
}

bool is_statement(const Document& document, std::uint32_t place) {
  return document.at(place).kind == ItemKind::Object &&
         (has_member(document, place, "Plan") || has_member(document, place, "Node Type"));
}

/// Goes through the nodes without recursion.
class TreeReader {
 public:
  TreeReader(const Document& document, Plan& plan) : document_(document), plan_(plan) {}

  Status read(std::uint32_t statement) {
    const std::uint32_t plan = find_member(document_, statement, "Plan");
    const bool bare = plan == document_.at(statement).end;
    DBI_TRY(read_nodes(bare ? statement : plan));
    if (!bare) read_statement(statement);
    plan_.finish();
    return {};
  }

 private:
  struct Waiting {
    std::uint32_t item;
    std::uint32_t parent;
  };

  Status read_nodes(std::uint32_t root) {
    waiting_.push_back({root, kNoNode});
    while (!waiting_.empty()) {
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      if (document_.at(next.item).kind != ItemKind::Object || !has_member(document_, next.item, "Node Type")) {
        return fail(ErrorKind::Malformed, "a plan node without 'Node Type'");
      }
      if (plan_.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
      read_node(next);
    }
    return {};
  }

  void read_node(Waiting next) {
    const std::uint32_t label = find_member(document_, next.item, "Subplan Name");
    const bool labelled = label != document_.at(next.item).end;
    const std::uint32_t node = plan_.add_node(next.parent, labelled ? document_.at(label).text : std::string_view());
    const std::size_t first_child = waiting_.size();
    groups_.clear();
    read_properties(next.item);
    read_children(next.item, node);
    std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(first_child), waiting_.end());
    for (const std::uint32_t group : groups_) {
      if (is_plan_name(document_.at(group).name, "Grouping Sets")) read_grouping_sets(group);
    }
    if (plan_.text(plan_.nodes()[node], PlanKey::NodeType) == "Function Scan") name_function(node);
    sort_groups_ = 0;
    for (const std::uint32_t group : groups_) read_node_group(group, node);
  }

  // Of ROWS FROM there is no name of a function, and TEXT cannot say that it is the alias it prints.
  void name_function(std::uint32_t node) {
    const Node& scan = plan_.nodes()[node];
    if (!plan_.has(scan, PlanKey::FunctionName))
      plan_.add_text(PlanKey::FunctionName, plan_.text(scan, PlanKey::Alias));
  }

  void read_children(std::uint32_t item, std::uint32_t node) {
    const std::uint32_t plans = find_member(document_, item, "Plans");
    if (plans == document_.at(item).end || !document_.at(plans).is_container()) return;
    for (std::uint32_t child = Document::first(plans); child < document_.at(plans).end;
         child = document_.at(child).end) {
      waiting_.push_back({child, node});
    }
  }

  // Scalars and lists of a node's object. What has properties of its own is noted in groups_, for later: a node's
  // properties stand together.
  void read_properties(std::uint32_t container) {
    const std::uint32_t end = document_.at(container).end;
    for (std::uint32_t place = Document::first(container); place < end; place = document_.at(place).end) {
      const Item& item = document_.at(place);
      if (const PlanKeyRow* row = find_plan_key(item.name)) {
        read_property(*row, place);
      } else if (document_.at(place).is_container()) {
        groups_.push_back(place);
      } else if (!is_group_name(item.name)) {  // an empty one is a text in XML and null in YAML
        plan_.add_unknown(item.name);
      }
    }
  }

  void read_property(const PlanKeyRow& row, std::uint32_t place) {
    const Item& item = document_.at(place);
    switch (row.type) {
      case KeyType::Number:
        if (!document_.at(place).is_container() && item.kind != ItemKind::Null)
          plan_.add_number(row.key, number_of(item.text));
        break;
      case KeyType::Flag:
        plan_.add_flag(row.key, item.text == "true");
        break;
      case KeyType::Text:
        plan_.add_text(row.key, document_.at(place).is_container() ? joined_texts(document_, place, plan_) : item.text);
        break;
    }
  }

  static bool is_group_name(std::string_view name) {
    for (const std::string_view known : {"Workers", "Triggers", "Settings", "Planning", "JIT", "Serialization",
                                         "Grouping Sets", "Target Tables", "Plans"}) {
      if (is_plan_name(name, known)) return true;
    }
    return false;
  }

  void read_node_group(std::uint32_t place, std::uint32_t node) {
    const std::string_view name = document_.at(place).name;
    if (is_plan_name(name, "Workers")) return read_list(place, GroupKind::Worker, node);
    if (is_plan_name(name, "Grouping Sets") || is_plan_name(name, "Plans")) return;
    if (is_plan_name(name, "Target Tables")) return read_list(place, GroupKind::TargetTable, node);
    // XML calls both kinds so; full sorts come first.
    const bool unnamed = is_plan_name(name, "Incremental Sort Groups");
    if (is_plan_name(name, "Full-sort Groups") || (unnamed && sort_groups_++ == 0)) {
      return read_sort(place, node, GroupKind::FullSort, GroupKind::FullSortMemory, GroupKind::FullSortDisk);
    }
    if (is_plan_name(name, "Pre-sorted Groups") || unnamed) {
      return read_sort(place, node, GroupKind::PresortedSort, GroupKind::PresortedSortMemory,
                       GroupKind::PresortedSortDisk);
    }
    plan_.add_unknown(name);
  }

  void read_list(std::uint32_t list, GroupKind kind, std::uint32_t node) {
    for (std::uint32_t place = Document::first(list); place < document_.at(list).end; place = document_.at(place).end) {
      read_group(place, kind, node);
    }
  }

  void read_group(std::uint32_t place, GroupKind kind, std::uint32_t node) {
    plan_.begin_group(kind, node);
    if (!document_.at(place).is_container()) return;
    for (std::uint32_t member = Document::first(place); member < document_.at(place).end;
         member = document_.at(member).end) {
      if (const PlanKeyRow* row = find_plan_key(document_.at(member).name)) read_property(*row, member);
    }
  }

  // [{"Sort Key": ["a"], "Group Keys": [["a", "b"], ["a"], []]}, {"Hash Keys": [["c"]]}]: one property a set.
  void read_grouping_sets(std::uint32_t sets) {
    for (std::uint32_t set = Document::first(sets); set < document_.at(sets).end; set = document_.at(set).end) {
      if (!document_.at(set).is_container()) continue;
      for (std::uint32_t keys = Document::first(set); keys < document_.at(set).end; keys = document_.at(keys).end) {
        const PlanKeyRow* row = find_plan_key(document_.at(keys).name);
        if (row == nullptr) continue;
        if (row->key == PlanKey::GroupKeys)
          read_key_lists(keys, PlanKey::GroupKey);
        else if (row->key == PlanKey::HashKeys)
          read_key_lists(keys, PlanKey::HashKey);
        else
          read_property(*row, keys);
      }
    }
  }

  void read_key_lists(std::uint32_t lists, PlanKey key) {
    if (!document_.at(lists).is_container()) return;
    for (std::uint32_t list = Document::first(lists); list < document_.at(lists).end; list = document_.at(list).end) {
      const std::string_view text =
          document_.at(list).is_container() ? joined_texts(document_, list, plan_) : document_.at(list).text;
      plan_.add_text(key, trim(text).empty() ? "()" : text);
    }
  }

  void read_sort(std::uint32_t place, std::uint32_t node, GroupKind kind, GroupKind memory, GroupKind disk) {
    read_group(place, kind, node);
    std::uint32_t unnamed = 0;
    const std::uint32_t end = document_.at(place).end;
    for (std::uint32_t part = Document::first(place); part < end; part = document_.at(part).end) {
      const std::string_view name = document_.at(part).name;
      if (is_plan_name(name, "Sort Space Memory")) read_group(part, memory, node);
      if (is_plan_name(name, "Sort Space Disk")) read_group(part, disk, node);
      // XML calls both so; memory comes first, and where there is one of them the method tells.
      if (!is_plan_name(name, "Sort Space")) continue;
      const bool on_disk = unnamed++ > 0 || !sorts_in_memory(place);
      read_group(part, on_disk ? disk : memory, node);
    }
  }

  // Some method of the group keeps its rows in memory: top-N heapsort and quicksort.
  [[nodiscard]] bool sorts_in_memory(std::uint32_t group) const {
    const std::uint32_t methods = find_member(document_, group, "Sort Methods Used");
    if (methods == document_.at(group).end) return true;
    for (std::uint32_t method = methods; method < document_.at(methods).end; ++method) {
      const std::string_view text = document_.at(method).text;
      if (!text.empty() && !text.starts_with("external")) return true;
    }
    return false;
  }

  void read_statement(std::uint32_t statement) {
    plan_.begin_group(GroupKind::Statement, kNoNode);
    groups_.clear();
    const std::uint32_t end = document_.at(statement).end;
    for (std::uint32_t place = Document::first(statement); place < end; place = document_.at(place).end) {
      const Item& item = document_.at(place);
      if (is_plan_name(item.name, "Plan") || is_plan_name(item.name, "Settings")) continue;
      if (document_.at(place).is_container()) {
        groups_.push_back(place);
      } else if (const PlanKeyRow* row = find_plan_key(item.name)) {
        read_property(*row, place);
      } else if (!is_group_name(item.name)) {
        plan_.add_unknown(item.name);
      }
    }
    for (const std::uint32_t group : groups_) read_statement_group(group);
  }

  void read_statement_group(std::uint32_t place) {
    const std::string_view name = document_.at(place).name;
    if (is_plan_name(name, "Planning")) return read_group(place, GroupKind::Planning, kNoNode);
    if (is_plan_name(name, "Serialization")) return read_group(place, GroupKind::Serialization, kNoNode);
    if (is_plan_name(name, "Triggers")) return read_list(place, GroupKind::Trigger, kNoNode);
    if (is_plan_name(name, "JIT")) return read_jit(place);
    plan_.add_unknown(name);
  }

  // {"Functions": 2, "Options": {...}, "Timing": {"Generation": 0.5, ...}}; from 17 on Generation is {Deform, Total}.
  void read_jit(std::uint32_t jit) {
    plan_.begin_group(GroupKind::Jit, kNoNode);
    const std::uint32_t functions = find_member(document_, jit, "Functions");
    if (functions != document_.at(jit).end)
      plan_.add_number(PlanKey::Functions, number_of(document_.at(functions).text));
    const std::uint32_t timing = find_member(document_, jit, "Timing");
    if (timing == document_.at(jit).end || !document_.at(timing).is_container()) return;
    for (std::uint32_t place = Document::first(timing); place < document_.at(timing).end;
         place = document_.at(place).end) {
      const Item& item = document_.at(place);
      const PlanKeyRow* row = find_plan_key(item.name);
      if (row == nullptr) {
        plan_.add_unknown(item.name);
      } else if (!document_.at(place).is_container()) {
        plan_.add_number(row->key, number_of(item.text));
      } else {
        read_jit_generation(place);
      }
    }
  }

  void read_jit_generation(std::uint32_t generation) {
    const std::uint32_t end = document_.at(generation).end;
    const std::uint32_t deform = find_member(document_, generation, "Deform");
    const std::uint32_t total = find_member(document_, generation, "Total");
    if (deform != end) plan_.add_number(PlanKey::JitDeform, number_of(document_.at(deform).text));
    if (total != end) plan_.add_number(PlanKey::JitGeneration, number_of(document_.at(total).text));
  }

  const Document& document_;
  Plan& plan_;
  std::vector<Waiting> waiting_;       // nodes that are still to be read, the next one last
  std::vector<std::uint32_t> groups_;  // of the node at hand
  int sort_groups_ = 0;                // of an incremental sort, met so far
};

}  // namespace

std::vector<std::uint32_t> postgresql_statements(const Document& document) {
  std::vector<std::uint32_t> statements;
  if (document.items().empty()) return statements;
  if (is_statement(document, 0)) return {0};
  if (!document.at(0).is_container()) return statements;
  for (std::uint32_t place = 1; place < document.at(0).end; place = document.at(place).end) {
    if (is_statement(document, place)) statements.push_back(place);
  }
  return statements;
}

Status read_postgresql(const Document& document, std::uint32_t statement, std::size_t source_bytes, Plan& plan) {
  plan.clear(source_bytes);
  return TreeReader(document, plan).read(statement);
}

}  // namespace dbi::planread
