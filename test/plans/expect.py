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
  nodes, node_types, node_depths   of the tree of steps, in pre-order, where a step is a table, a filesort, a temporary table
                   and so on, in the words of version 2; lists, query blocks and what says only that rows come in order
                   are none; n tables beside each other are n - 1 joins of two, from the left; a HAVING, each index of
                   an index merge and a filter of row ids are steps
  node_rows, node_loops, node_ms   of each of these: rows that are estimated, loops, time in one loop; null without
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


ACCESS = {"ALL": "Table Scan", "index": "Index Scan", "range": "Index Range Scan", "ref": "Index Lookup",
          "ref_or_null": "Index Lookup", "index_subquery": "Index Lookup", "unique_subquery": "Single-row Index Lookup",
          "eq_ref": "Single-row Index Lookup", "const": "Rows Fetched Before Execution",
          "system": "Rows Fetched Before Execution", "fulltext": "Full Text Search", "index_merge": "Index Merge"}
STEPS = {"filesort": "Sort", "temporary_table": "Temporary Table", "buffer": "Temporary Table", "buffer_result": "Temporary Table",
         "duplicates_removal": "Remove Duplicates", "materialized": "Materialize", "materialized_from_subquery": "Materialize",
         "materialization": "Materialize", "expression_cache": "Subquery Cache", "subquery_cache": "Subquery Cache"}
SETS = {"union_result": "Union", "recursive_union": "Recursive Union", "intersect_result": "Intersect",
        "except_result": "Except", "unary_result": "Materialize"}
WRAPPERS = {"block-nl-join", "range-checked-for-each-record", "read_sorted_file", "insert_from"}
BLOCKS_OF_STEPS = {"table", "nested_loop", "query_block", "ordering_operation", "grouping_operation", "windowing",
                   "window_functions_computation"} | set(STEPS) | set(SETS) | WRAPPERS


class Step:
    """A node of the tree of steps: its children, then the subqueries that belong to it."""

    def __init__(self, kind, rows=None, loops=None, ms=None, children=()):
        self.kind, self.rows, self.loops, self.ms, self.children = kind, rows, loops, ms, list(children)

    def measured(self, of):
        if of.get("r_loops") is not None:
            self.loops = of.get("r_loops")
            total = of.get("r_total_time_ms")
            if of.get("r_table_time_ms") is not None:
                total = of.get("r_table_time_ms") + (of.get("r_other_time_ms") or 0)
            self.ms = total / self.loops if self.loops and total is not None else None
        return self


def message_kind(message):
    if message in ("No tables used", "Select tables optimized away"):
        return "Rows Fetched Before Execution"
    if message == "Deleting all rows":
        return "Delete"
    return "Zero Rows" if re.match("Impossible |[Nn]o matching |Zero limit", message) else "Other"


def chain(kinds, inside):
    """Steps of these kinds, the first one topmost, above what is inside."""
    for kind in reversed(kinds):
        inside = [Step(kind, children=inside)]
    return inside


def merged(value):
    """The steps of MariaDB's index_merge, or of MySQL's "union(a,intersect(b,c))"; without the outermost."""
    if isinstance(value, str):
        value = re.sub(r"\s", "", value)
        inner, depth, parts, word = value[value.index("(") + 1:value.rindex(")")], 0, [], ""
        for char in inner + ",":
            depth += (char == "(") - (char == ")")
            if char == "," and depth == 0:
                parts.append(word)
                word = ""
            else:
                word += char
        return [Step("Index Merge", children=merged(part)) if "(" in part else Step("Index Range Scan") for part in parts]
    if isinstance(value, Pairs):
        return [Step("Index Range Scan") if name == "range" else Step("Index Merge", children=merged(one)) for name, one in value]
    return [step for one in value for step in merged(one)]


def table_step(table, ranges_checked):
    access, message = table.get("access_type"), table.get("message")
    inserts = [word.title() for word in ("insert", "replace") if table.get(word)]
    if inserts:
        kind = inserts[0]
    elif message:
        kind = message_kind(message)
    elif access is None:
        kind = "Insert"
    elif ranges_checked or table.get("range_checked_for_each_record"):
        kind = "Dynamic Index Range Scan"
    elif table.get("using_index_for_group_by"):
        kind = "Group Index Skip Scan"
    else:
        kind = ACCESS[access.split("|")[0].removeprefix("hash_")]
    step = Step(kind, table.get("rows", table.get("rows_examined_per_scan"))).measured(table)
    if kind == "Index Merge":
        step.children += merged(table.get("key")) if table.get("key") else merged(table.get("index_merge")[0][1])
    if table.get("rowid_filter"):
        step.children.append(Step("Rowid Filter", table.get("rowid_filter").get("rows")))
    return step


def operands(value):
    """Names and values of the parts that stand in an object, those of lists in their places."""
    if isinstance(value, Pairs):
        for name, one in value:
            if name == "nested_loop":
                yield from operands(one)
            elif name in BLOCKS_OF_STEPS and isinstance(one, list):
                yield name, one
    elif isinstance(value, list):
        for one in value:
            yield from operands(one)


def joined_table(name, value):
    """The table that the second operand of a join is, and what says how it is joined."""
    if name == "table":
        return value, Pairs()
    return (value.get("table") or Pairs(), value) if name in ("block-nl-join", "range-checked-for-each-record") else (Pairs(), Pairs())


def inside(value):
    """The steps of what stands in an object: one, or a join; none where nothing does."""
    parts = list(operands(value))
    if len(parts) == 2 and parts[1][0] == "insert_from":
        top = steps(*parts[0])
        top[0].children += steps(*parts[1])
        return top
    result = []
    for name, part in parts:
        second = steps(name, part)
        if not result:
            result = second
            continue
        table, around = joined_table(name, part)
        hashes = table.get("using_join_buffer") == "hash join" or around.get("join_type") in ("BNLH", "BKAH")
        result = [Step("Hash Join" if hashes else "Nested Loop", table.get("rows_produced_per_join"), children=result + second)]
    return result


def with_subqueries(top, value):
    """The lists of subqueries in an object belong to the topmost step of it."""
    for name, lists in value if isinstance(value, Pairs) else ():
        if name.endswith("subqueries"):
            top[0].children += [step for one in lists for step in inside(one)]
    return top


def steps(name, value):
    """The steps of one part: a list with the topmost one."""
    if name == "query_block":
        if value.get("message"):
            top = [Step(message_kind(value.get("message")), children=inside(value))]
        else:
            top = inside(value)
            if value.get("having_condition"):
                top = [Step("Filter", children=top)]
        if value.get("r_loops") is not None:
            top[0].measured(Pairs(pair for pair in value if pair[0] in ("r_loops", "r_total_time_ms")))
        return with_subqueries(top, value)
    if name in WRAPPERS:
        if name == "range-checked-for-each-record":
            return with_subqueries([table_step(value.get("table"), True)], value)
        return with_subqueries(inside(value), value)
    if name == "table":
        top = [table_step(value, False)]
        top[0].children += inside(value)
        return with_subqueries(top, value)
    if name in SETS:
        specifications = value.get("query_specifications")
        recursive = any((one.get("query_block") or Pairs()).get("recursive") for one in specifications)
        top = Step("Recursive Union" if recursive else SETS[name], children=[step for one in specifications for step in inside(one)])
        return with_subqueries([top.measured(value) if value.get("r_rows") is not None else top], value)
    if name == "windowing":
        top = chain(["Window"] * len(value.get("windows")), inside(value))
    elif name == "window_functions_computation":
        sorts = []

        def find(one):
            for part in one:
                if isinstance(one, Pairs) and part[0] == "filesort":
                    sorts.insert(0, Step("Sort").measured(part[1]))
                elif isinstance(part, list):
                    find(part)

        find(value.get("sorts"))
        below = inside(value)
        for sort in reversed(sorts):
            sort.children, below = below, [sort]
        top = [Step("Window", children=below)]
    elif name == "grouping_operation":
        temporary = value.get("using_temporary_table") and not value.get("using_filesort")
        top = [Step("Temp Table Aggregate" if temporary else "Aggregate", children=inside(value))]
    elif name == "ordering_operation":
        top = inside(value)
        if value.get("using_filesort") or value.get("using_temporary_table"):
            top = [Step("Sort" if value.get("using_filesort") else "Temporary Table", children=top)]
    else:
        top = [Step(STEPS[name], children=inside(value))]
        if isinstance(value, Pairs):
            top[0].measured(value)
    return with_subqueries(top, value)


def of_steps(document):
    walked = list(walk(steps("query_block", document.get("query_block"))[0], lambda step: step.children))
    return {"nodes": len(walked), "node_types": [step.kind for step, _ in walked], "node_depths": [depth for _, depth in walked],
            "node_rows": [step.rows for step, _ in walked], "node_loops": [step.loops for step, _ in walked],
            "node_ms": [None if step.loops == 0 else step.ms for step, _ in walked]}


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
    result |= of_steps(document)
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
