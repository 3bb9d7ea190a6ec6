#!/usr/bin/env python3
"""Runs postgresql.sql on a server and writes the plans it prints, one line of JSON each.

  collect_postgresql.py VERSION CONNECTION OUTPUT [jit | setup]

CONNECTION is a superuser's, to an empty database. With jit only the statements that need a server that compiles, which are
left out otherwise; with setup only the tables are made. scripts/plan-fixtures calls this.
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import subprocess
import sys

import statements

FORMATS = ["json", "text", "yaml", "xml"]
MARK = "@@plan@@"


def option_sets(version):
    """What the names of sets of options stand for on a version."""
    major = int(version)
    wal = ", WAL" if major >= 13 else ""
    return {
        "plain": "",
        "costs_off": "COSTS OFF",
        "verbose": "VERBOSE",
        "analyze": "ANALYZE, BUFFERS",
        "timing_off": "ANALYZE, TIMING OFF, BUFFERS OFF",
        "full": f"ANALYZE, VERBOSE, BUFFERS{wal}, SETTINGS",
        "serialize": "ANALYZE, SERIALIZE TEXT",
        "memory": "MEMORY, SUMMARY",
        "generic": "GENERIC_PLAN, VERBOSE",
    }


# What is printed of a version: by sets of options, the most nodes that a plan may have for each format. Versions in the
# middle have less, and of what is large only the shortest format is kept.
ALL, LARGE, SMALL, TINY = 1000, 5, 3, 2
PLANS = {
    "12": {"plain": {"json": ALL}, "full": {"text": ALL}},
    "15": {"plain": {"json": ALL, "text": ALL}, "full": {"json": SMALL, "text": ALL}},
    "18": {"plain": {"json": ALL, "text": ALL}, "analyze": {"text": ALL}, "costs_off": {"text": ALL}, "timing_off": {"text": ALL},
           "full": {"json": LARGE, "text": ALL, "yaml": TINY, "xml": TINY}},
}
BETWEEN = {"plain": {"json": SMALL}, "full": {"text": ALL}}
VARIANTS = {"18": {"plain": {"json": ALL, "text": ALL}}}
VARIANT = {"plain": {"text": ALL}}


def wanted(statement, version, nodes):
    """Pairs of a set of options and a format."""
    if statement.options:
        forms = statement.formats or (["json", "text"] if statement.is_variant else FORMATS)
        return [(options, form) for options in statement.options for form in forms]
    chosen = VARIANTS.get(version, VARIANT) if statement.is_variant else PLANS.get(version, BETWEEN)
    return [(options, form) for options, forms in chosen.items() for form, most in forms.items()
            if nodes <= most or version == "18" and statement.is_whole]


def psql(connection, script, **how):
    return subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", connection], input=script, text=True,
                          capture_output=True, **how)


def execution(statement, version, options, form):
    text = ", ".join(part for part in (option_sets(version)[options], f"FORMAT {form.upper()}") if part)
    return ["begin;", *(f"set local {setting};" for setting in statement.settings), *(f"{before};" for before in statement.before),
            f"\\echo {MARK} {options} {form}", f"explain ({text}) {statement.sql};", "rollback;", "deallocate all;"]


def run(connection, executions):
    done = psql(connection, "\n".join(line for lines in executions for line in lines) + "\n")
    if done.returncode or done.stderr:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.split(MARK + " ")[1:]


def plans_of(statement, version, connection):
    """The tree of the statement, and its plans, each of an execution of its own. One more goes before, in which catalogs
    are read for the first time."""
    first = (statement.options or ["plain"])[0]
    _, _, text = run(connection, [execution(statement, version, first, "json")])[0].partition("\n")
    tree = tree_of(json.loads(text)[0].get("Plan", {}))
    wants = wanted(statement, version, len(tree))
    plans = []
    for number, text in enumerate(run(connection, [execution(statement, version, *want) for want in wants[-1:] + wants])[1:], 1):
        head, _, plan = text.partition("\n")
        options, form = head.split()
        plans.append({"name": statement.name, "options": options, "format": form, "execution": number,
                      "plan": plan.removesuffix("\n")})
    return tree, plans


TREE = ["Node Type", "Operation", "Strategy", "Join Type", "Command", "Function Name", "Relation Name", "Index Name"]
CONDITIONS = ["Filter", "Join Filter", "Hash Cond", "Merge Cond", "Index Cond", "Recheck Cond", "Sort Key", "Group Key",
              "Conflict Resolution"]


def tree_of(node):
    """One entry a node, in pre-order: what makes it, and its conditions without literals and numbers of partitions."""
    if not node:
        return []
    backward = node.get("Scan Direction") == "Backward"
    parts = [re.sub(r"\d+", "#", str(node.get(member, ""))) for member in TREE]
    values = [node.get(member, "") for member in CONDITIONS]
    texts = [", ".join(value) if isinstance(value, list) else value for value in values]
    conditions = [re.sub(r"'(?:[^']|'')*'|\d+", "?", text) for text in texts]
    return [((*parts, backward), conditions), *(entry for child in node.get("Plans", []) for entry in tree_of(child))]


def without_partitions(tree):
    """Neighbours under an Append that are alike count once, and an Append over one node not at all."""
    nodes = [node for node, _ in tree]
    once = [node for at, node in enumerate(nodes) if at == 0 or node != nodes[at - 1]]
    return [node for at, node in enumerate(once) if node[0] != "Append" or at + 2 < len(once)]


def wrong_variants(trees):
    """Variants whose plan is another though it must be the same, or the other way round, as far as a tree can tell."""
    for name, tree in trees.items():
        base, mark, _ = name.partition("~") if "~" in name else name.partition("!")
        if mark and base not in trees:
            yield f"{name}: no such statement as {base}"
        elif mark == "~" and without_partitions(tree) != without_partitions(trees[base]):
            yield f"{name}: another plan:\n{tree}\n{trees[base]}"
        elif mark == "!" and tree == trees[base]:
            yield f"{name}: the same plan:\n{tree}"


def main():
    version, connection, output = sys.argv[1:4]
    with_jit = sys.argv[4:] == ["jit"]
    setup, known = statements.read("postgresql.sql", "postgresql", version)
    for text in setup:
        done = psql(connection, text)
        if done.returncode:
            sys.exit(f"setup: {done.stderr}")
    if sys.argv[4:] == ["setup"]:
        return
    wrong, trees = [], {}
    with open(output, "w", encoding="utf-8") as file:
        for statement in known:
            if statement.needs_jit != with_jit:
                continue
            try:
                trees[statement.name], plans = plans_of(statement, version, connection)
            except RuntimeError as error:
                wrong.append(f"{statement.name}: {error}")
                continue
            texts = [re.sub(r"\b(public|pg_catalog)\.", "", plan["plan"]) for plan in plans if plan["format"] == "text"]
            missing = [words for words in statement.shows if not any(words in text for text in texts)]
            if missing:
                wrong.append(f"{statement.name}: lacks {missing} in\n{texts[0]}")
            for plan in plans:
                file.write(json.dumps(plan, ensure_ascii=False) + "\n")
    wrong += wrong_variants(trees)
    for text in wrong:
        print(f"{version} {text}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
