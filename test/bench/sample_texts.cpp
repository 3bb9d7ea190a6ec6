// SPDX-License-Identifier: Apache-2.0
#include "bench/sample_texts.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

namespace dbi::bench {

namespace {

constexpr std::array<std::string_view, 12> kTables = {
    "orders",    "order_items", "customers", "invoices",       "payments",      "shipments",
    "inventory", "products",    "sessions",  "event_log_2026", "subscriptions", "audit.change_history"};

constexpr std::array<std::string_view, 16> kColumns = {
    "id",     "customer_id", "created_at", "updated_at",   "status",     "total_amount", "currency",      "sku",
    "region", "tenant_id",   "quantity",   "warehouse_id", "expires_at", "payload",      "email_address", "priority"};

constexpr std::array<std::string_view, 4> kRareColumns = {"\"Order Date\"", "\"größe\"", "\"straße\"",
                                                          "\"naïve_total\""};

constexpr std::array<std::string_view, 8> kOperations = {
    "Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Hash Join", "Nested Loop", "Sort", "Aggregate"};

std::string_view column(Random& random) {
  return random.chance(0.01) ? random.pick(kRareColumns) : random.pick(kColumns);
}

// "t1.status". The draws of one number are apart from those of the next: the order in which arguments of a call are
// evaluated is the compiler's.
std::string table_column(Random& random) {
  const std::uint64_t table = random.below(3);
  return fmt::format("t{}.{}", table, column(random));
}

std::string column_list(Random& random) {
  std::string list = table_column(random);
  for (std::uint64_t more = random.below(5); more > 0; --more) list += ", " + table_column(random);
  return list;
}

std::string conditions(Random& random) {
  std::string text = table_column(random) + " = $1";
  for (std::uint64_t i = 0, more = random.below(3); i < more; ++i) {
    text += " AND " + table_column(random);
    fmt::format_to(std::back_inserter(text), " {} ${}", random.chance(0.8) ? "=" : ">=", i + 2);
  }
  return text;
}

// What the planner says of a node.
struct Estimate {
  std::string_view operation;
  std::string_view table;
  std::string_view column;
  double cost;
  std::uint64_t rows;
  std::uint64_t width;
};

Estimate estimate(Random& random) {
  Estimate node{};
  node.operation = random.pick(kOperations);
  node.table = random.pick(kTables);
  node.column = random.pick(kColumns);
  node.cost = static_cast<double>(random.below(10'000'000)) / 100;
  node.rows = random.below(1'000'000);
  node.width = random.below(512);
  return node;
}

// A node of a JSON plan without its closing brace.
std::string json_node(Random& random, std::string_view relationship) {
  const Estimate node = estimate(random);
  return fmt::format(
      R"json({{"Node Type":"{}","Parent Relationship":"{}","Parallel Aware":false,"Async Capable":false,)json"
      R"json("Relation Name":"{}","Alias":"t0","Startup Cost":{:.2f},"Total Cost":{:.2f},"Plan Rows":{},"Plan Width":{},)json"
      R"json("Filter":"(t0.{} = $1) AND (NOT t0.deleted) OR t0.id > $2","Sort Key":["t0.{}"])json",
      node.operation, relationship, node.table, node.cost / 10, node.cost, node.rows, node.width, node.column,
      node.column);
}

}  // namespace

std::string sample_statement(Random& random) {
  const std::string_view gap = random.chance(0.1) ? "\n  " : " ";
  std::string text = "SELECT " + column_list(random);
  fmt::format_to(std::back_inserter(text), "{}FROM {} AS t0", gap, random.pick(kTables));
  for (std::uint64_t i = 1, joins = random.below(3); i <= joins; ++i) {
    fmt::format_to(std::back_inserter(text), "{}JOIN {} AS t{} ON t{}.id = ", gap, random.pick(kTables), i, i);
    text += table_column(random);
  }
  fmt::format_to(std::back_inserter(text), "{}WHERE {}", gap, conditions(random));
  if (random.chance(0.4)) fmt::format_to(std::back_inserter(text), "{}ORDER BY {}", gap, table_column(random));
  return text;
}

std::string sample_json_plan(Random& random, std::size_t bytes) {
  std::string text = R"({"Plan":)" + json_node(random, "None");
  std::string closing = "}}";  // of the nodes that are open
  while (text.size() + closing.size() < bytes) {
    const bool has_sibling = text.back() == '}';
    text += has_sibling ? "," : R"(,"Plans":[)";
    if (!has_sibling) closing.insert(0, "]");
    text += json_node(random, has_sibling ? "Inner" : "Outer");
    if (random.chance(0.5)) {
      text += "}";
    } else {
      closing.insert(0, "}");
    }
  }
  return text + closing;
}

std::string sample_text_plan(Random& random, std::size_t bytes) {
  std::string text;
  for (std::size_t depth = 0; text.size() < bytes; ++depth) {
    const Estimate node = estimate(random);
    const std::string indent(2 * (depth % 12), ' ');
    fmt::format_to(std::back_inserter(text),
                   "{}{}{} on {} t0  (cost={:.2f}..{:.2f} rows={} width={})\n{}  Filter: (t0.{} = $1)\n", indent,
                   depth == 0 ? "" : "->  ", node.operation, node.table, node.cost / 10, node.cost, node.rows,
                   node.width, indent, node.column);
  }
  return text;
}

}  // namespace dbi::bench
