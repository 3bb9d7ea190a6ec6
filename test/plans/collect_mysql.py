#!/usr/bin/env python3
"""Runs mysql.sql on a MySQL or MariaDB and writes the plans it prints, one line of JSON each.

  collect_mysql.py SYSTEM VERSION SOCKET OUTPUT

SYSTEM is mysql or mariadb; root logs in over the socket, to an empty database `app`. scripts/plan-fixtures calls this.
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import subprocess
import sys

import expect
import statements

MARK = "@@plan@@"
# What comes before a statement, by set of options and format.
EXPLAINS = {
    "mysql": {
        ("plain", "json_v1"): ["set explain_json_format_version = 1", "explain format = json"],
        ("plain", "json_v2"): ["set explain_json_format_version = 2", "explain format = json"],
        ("plain", "tree"): ["explain format = tree"],
        ("analyze", "tree"): ["explain analyze format = tree"],
        ("analyze", "json_v2"): ["set explain_json_format_version = 2", "explain analyze format = json"],
    },
    "mariadb": {
        ("plain", "json"): ["explain format = json"],
        ("analyze", "json"): ["analyze format = json"],
    },
}
VARIANT = [("plain", "json"), ("plain", "json_v1"), ("plain", "tree")]


def client(socket, script):
    return subprocess.run(["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-S", socket, "-u", "root", "-N", "-r", "-B", "app"],
                          input=script, text=True, capture_output=True, check=False)


def wanted(statement, system):
    for options, form in EXPLAINS[system]:
        if statement.is_variant and (options, form) not in VARIANT:
            continue
        if (not statement.options or options in statement.options) and (not statement.formats or form in statement.formats):
            yield options, form


def execution(statement, system, options, form):
    *sets, explain = EXPLAINS[system][options, form]
    return ["begin", *sets, *(f"set {setting}" for setting in statement.settings), *statement.before,
            f"select '{MARK} {options} {form}'", f"{explain} {statement.sql}", "rollback",
            *(f"set {setting.partition(' =')[0]} = default" for setting in statement.settings)]


def plans_of(statement, system, socket):
    """Each plan is an execution of its own; the last of them goes before, too, unseen."""
    wants = list(wanted(statement, system))
    lines = [line for want in wants[-1:] + wants for line in execution(statement, system, *want)]
    done = client(socket, ";\n".join(lines) + ";\n")
    if done.returncode or done.stderr:
        raise RuntimeError(done.stderr.strip())
    for number, text in enumerate(done.stdout.split(MARK + " ")[2:], 1):
        head, _, plan = text.partition("\n")
        options, form = head.split()
        yield {"name": statement.name, "options": options, "format": form, "execution": number, "plan": plan.rstrip("\n")}


CONDITIONS = {"attached_condition", "index_condition", "sort_key", "having_condition", "message"}
FLAGS = {"using_filesort", "using_temporary_table", "using_index", "using_join_buffer", "backward_index_scan", "join_type",
         "not_exists", "first_match", "insert", "delete", "update", "replace"}


def masked(text):
    """Without literals; a list of them counts as one, and the sign of one as part of it."""
    text = re.sub(r"""_utf8mb4|\bDATE(?=')|'(?:\\.|''|[^'\\])*'|\b\d+(?:\.\d+)?(?:e-?\d+)?\b""",
                  lambda found: "" if found[0][0] in "_D" else "?", text)
    text = re.sub(r"<cache>\(-\(\?\)\)|<cache>\(\?\)|-\?", "?", text)
    return re.sub(r"\?(?:, ?\?)+", "?", text)


def tree_of(plan):
    """What makes a plan, without numbers and literals."""
    if plan["format"] == "tree":
        text = re.sub(r"  \((cost|rows|actual|never)[^\n]*", "", plan["plan"])
        return masked(re.sub(r" over \([^\n]*", " over", text))
    found = expect.of_blocks(plan["plan"])
    if "ill_formed" in found:
        return plan["plan"]
    details = []

    def visit(value):
        for member in value if isinstance(value, list) else []:
            if isinstance(value, expect.Pairs):
                name, member = member
                if name in CONDITIONS and isinstance(member, str):
                    details.append((name, masked(member)))
                elif name in FLAGS:
                    details.append((name, str(member)))
            visit(member)

    visit(json.loads(plan["plan"], object_pairs_hook=expect.Pairs))
    return found["blocks"], found["tables"], found["access_types"], found["keys"], details


def wrong_variants(trees):
    for (name, form), tree in trees.items():
        base, mark, _ = name.partition("~") if "~" in name else name.partition("!")
        if mark and (base, form) not in trees:
            yield f"{name}: no such statement as {base}"
        elif mark == "~" and tree != trees[base, form]:
            yield f"{name}: another plan:\n{tree}\n{trees[base, form]}"
        elif mark == "!" and tree == trees[base, form]:
            yield f"{name}: the same plan:\n{tree}"


def main():
    system, version, socket, output = sys.argv[1:]
    setup, known = statements.read("mysql.sql", system, version)
    done = client(socket, "".join(setup))
    if done.returncode or done.stderr:
        sys.exit(f"setup: {done.stderr}")
    wrong, trees = [], {}
    with open(output, "w", encoding="utf-8") as file:
        for statement in known:
            try:
                plans = list(plans_of(statement, system, socket))
            except RuntimeError as error:
                wrong.append(f"{statement.name}: {error}")
                continue
            for plan in plans:
                file.write(json.dumps(plan, ensure_ascii=False) + "\n")
                if plan["options"] == "plain" and plan["format"] != "json_v2":
                    trees[statement.name, plan["format"]] = tree_of(plan)
    wrong += wrong_variants(trees)
    for text in wrong:
        print(f"{system} {version} {text}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
