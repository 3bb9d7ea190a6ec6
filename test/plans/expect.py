#!/usr/bin/env python3
"""Computes from the JSON plans of a file of fixtures what readers of plans must find in them; it shares no code with them.

  expect.py FIXTURES.ndjson ...      writes FIXTURES.expected.ndjson beside each

One line for each plan in JSON, keyed by its name, options and format. A member that a plan has nothing of is absent.

PostgreSQL, where a node is an object with "Node Type":
  nodes            how many nodes there are, those under "Plans" at any depth included
  depth            nodes on the longest way from the root down; a plan of one node has 1
  node_types       "Node Type" of each in pre-order: a node, then its "Plans" in the order they are printed in, those of
                   InitPlans, SubPlans and CTEs in their places
  root_cost        "Total Cost" of the root
  root_rows        "Plan Rows" of the root: the estimate
  root_actual_rows "Actual Rows" of the root, the mean over its loops
  root_loops       "Actual Loops" of the root
  root_ms          "Actual Total Time" of the root, in one loop
  shared_hit, shared_read, shared_dirtied, shared_written, local_hit, local_read, local_dirtied, local_written, temp_read,
  temp_written     blocks of the root, which contain those of all nodes below it; 0 is absent
  workers_planned, workers_launched   sums over all nodes
  never_executed   nodes whose "Actual Loops" is 0
  planning_ms, execution_ms
  relations        distinct "Relation Name" of all nodes, sorted, without schema
  indexes          distinct "Index Name" of all nodes, sorted
  triggers         how many entries "Triggers" has
  jit_functions    functions that were compiled
Where a plan has no node (an EXPLAIN of a utility statement), nodes is 0.

MariaDB escapes nothing in the strings it prints: with a quotation mark or a backslash in a literal or a name its plan is no
JSON. For such a plan the line has "ill_formed": true and nothing more.

MySQL, explain_json_format_version 2, where a node is an object with "operation" (that is what TREE prints a line of):
  nodes, depth     as above; children are "inputs", then "inputs_from_select_list", at each node
  operations       "operation" of each in pre-order
  access_types     "access_type" of each in pre-order, "" where a node has none
  root_cost, root_rows, root_actual_rows, root_loops, root_ms   "estimated_total_cost", "estimated_rows", "actual_rows",
                   "actual_loops", "actual_last_row_ms" of the root
  relations, indexes   distinct "table_name" and "index_name", sorted; an alias stands for its table

MySQL, version 1, and MariaDB, where blocks are objects under known names and a name may occur twice in one object:
  tables           "table_name" of each "table" object in pre-order, "" for one that has only a message
  access_types     "access_type" of each of these, "" where it has none
  keys             "key" of each of these, "" where it has none
  depth            the deepest nesting of objects, the outermost being 1; lists do not count
  objects          how many objects there are
  blocks           the names under which objects, or lists of objects, stand, in the order printed
  root_cost        MySQL: "query_cost" of the outermost "query_block" as a number; MariaDB: its "cost" (11.x)
  root_ms          MariaDB: "r_total_time_ms" of the outermost "query_block"
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import sys

BLOCKS = {"shared_hit": "Shared Hit Blocks", "shared_read": "Shared Read Blocks", "shared_dirtied": "Shared Dirtied Blocks",
          "shared_written": "Shared Written Blocks", "local_hit": "Local Hit Blocks", "local_read": "Local Read Blocks",
          "local_dirtied": "Local Dirtied Blocks", "local_written": "Local Written Blocks", "temp_read": "Temp Read Blocks",
          "temp_written": "Temp Written Blocks"}


def walk(node, children, depth=1):
    """Pairs of a node and its depth, in pre-order."""
    yield node, depth
    for child in children(node):
        yield from walk(child, children, depth + 1)


def take(into, node, names):
    for name, member in names.items():
        if node.get(member) is not None:
            into[name] = node[member]


def distinct(nodes, member):
    return sorted({node[member] for node in nodes if member in node})


def of_postgresql(text):
    document = json.loads(text)
    statement = document[0] if isinstance(document, list) else document
    root = statement.get("Plan") if isinstance(statement, dict) else None
    if root is None:
        return {"nodes": 0}
    walked = list(walk(root, lambda node: node.get("Plans", [])))
    nodes = [node for node, _ in walked]
    result = {"nodes": len(nodes), "depth": max(depth for _, depth in walked),
              "node_types": [node["Node Type"] for node in nodes]}
    take(result, root, {"root_cost": "Total Cost", "root_rows": "Plan Rows", "root_actual_rows": "Actual Rows",
                        "root_loops": "Actual Loops", "root_ms": "Actual Total Time"})
    for name, member in BLOCKS.items():
        if root.get(member):
            result[name] = root[member]
    for name, member in {"workers_planned": "Workers Planned", "workers_launched": "Workers Launched"}.items():
        if any(member in node for node in nodes):
            result[name] = sum(node.get(member, 0) for node in nodes)
    never = sum(node.get("Actual Loops") == 0 for node in nodes)
    if never:
        result["never_executed"] = never
    take(result, statement, {"planning_ms": "Planning Time", "execution_ms": "Execution Time"})
    for name, member in {"relations": "Relation Name", "indexes": "Index Name"}.items():
        if distinct(nodes, member):
            result[name] = distinct(nodes, member)
    if statement.get("Triggers"):
        result["triggers"] = len(statement["Triggers"])
    if "JIT" in statement:
        result["jit_functions"] = statement["JIT"]["Functions"]
    return result


def of_mysql_v2(text):
    document = json.loads(text)
    root = document.get("query_plan", document)
    walked = list(walk(root, lambda node: node.get("inputs", []) + node.get("inputs_from_select_list", [])))
    nodes = [node for node, _ in walked]
    result = {"nodes": len(nodes), "depth": max(depth for _, depth in walked),
              "operations": [node["operation"] for node in nodes],
              "access_types": [node.get("access_type", "") for node in nodes]}
    take(result, root, {"root_cost": "estimated_total_cost", "root_rows": "estimated_rows", "root_actual_rows": "actual_rows",
                        "root_loops": "actual_loops", "root_ms": "actual_last_row_ms"})
    for name, member in {"relations": "table_name", "indexes": "index_name"}.items():
        if distinct(nodes, member):
            result[name] = distinct(nodes, member)
    return result


class Pairs(list):
    """An object as it is printed: its members in their order, a name as often as it stands there."""

    def get(self, name, otherwise=None):
        return next((value for key, value in self if key == name), otherwise)


def of_blocks(text):
    try:
        document = json.loads(text, object_pairs_hook=Pairs)
    except json.JSONDecodeError:
        return {"ill_formed": True}
    result = {"tables": [], "access_types": [], "keys": [], "depth": 0, "objects": 0, "blocks": []}

    def visit(value, depth):
        if isinstance(value, Pairs):
            result["objects"] += 1
            result["depth"] = max(result["depth"], depth)
            for name, member in value:
                if isinstance(member, Pairs) or isinstance(member, list) and any(isinstance(one, Pairs) for one in member):
                    result["blocks"].append(name)
                if name == "table" and isinstance(member, Pairs):
                    result["tables"].append(member.get("table_name", ""))
                    result["access_types"].append(member.get("access_type", ""))
                    result["keys"].append(member.get("key") or "")
                visit(member, depth + 1)
        elif isinstance(value, list):
            for member in value:
                visit(member, depth)

    visit(document, 1)
    block = document.get("query_block", Pairs())
    cost = block.get("cost", (block.get("cost_info") or Pairs()).get("query_cost"))
    if cost is not None:
        result["root_cost"] = float(cost)
    if block.get("r_total_time_ms") is not None:
        result["root_ms"] = block.get("r_total_time_ms")
    return result


def main():
    for path in sys.argv[1:]:
        readers = {"json": of_blocks, "json_v1": of_blocks, "json_v2": of_mysql_v2}
        if "postgresql" in path:
            readers = {"json": of_postgresql}
        with open(path, encoding="utf-8") as plans, open(re.sub(r"\.ndjson$", ".expected.ndjson", path), "w",
                                                           encoding="utf-8") as output:
            for line in plans:
                plan = json.loads(line)
                if plan["format"] in readers:
                    key = {name: plan[name] for name in ("name", "options", "format")}
                    output.write(json.dumps(key | readers[plan["format"]](plan["plan"]), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
