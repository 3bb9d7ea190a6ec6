#!/usr/bin/env python3
"""Runs postgresql.sql on a server and writes the plans it prints, one line of JSON each.

  collect_postgresql.py VERSION CONNECTION OUTPUT

CONNECTION is a superuser's, to an empty database. scripts/plan-fixtures calls this.
SPDX-License-Identifier: Apache-2.0
"""
import json
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


# What is printed of a version: by sets of options, the formats of every statement and those more of small plans, those
# of at most SMALL nodes. Versions in the middle have less.
SMALL = 4
PLANS = {
    "12": {"plain": (["json"], []), "full": (["text"], ["json", "yaml", "xml"])},
    "15": {"plain": (["json", "text"], []), "full": (["text"], ["json"])},
    "18": {"plain": (["json", "text"], ["yaml", "xml"]), "analyze": (["text"], ["json"]),
           "full": (["json", "text"], ["yaml", "xml"]), "costs_off": (["text"], []), "timing_off": (["text"], [])},
}
BETWEEN = {"plain": (["json"], []), "full": (["text"], [])}
VARIANT = {"plain": (["json", "text"], [])}


def wanted(statement, version, is_small):
    """Pairs of a set of options and a format."""
    if statement.options:
        return [(options, form) for options in statement.options for form in FORMATS]
    chosen = VARIANT if statement.is_variant else PLANS.get(version, BETWEEN)
    is_small = is_small or statement.is_whole
    return [(options, form) for options, (always, small) in chosen.items() for form in always + (small if is_small else [])]


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
    """Each plan is an execution of its own. One more goes before, in which catalogs are read for the first time."""
    first = (statement.options or ["plain"])[0]
    nodes = run(connection, [execution(statement, version, first, "json")])[0].count('"Node Type"')
    wants = wanted(statement, version, nodes <= SMALL)
    printed = run(connection, [execution(statement, version, *want) for want in wants[-1:] + wants])
    for number, text in enumerate(printed[1:], 1):
        head, _, plan = text.partition("\n")
        options, form = head.split()
        yield {"name": statement.name, "options": options, "format": form, "execution": number,
               "plan": plan.removesuffix("\n")}


def main():
    version, connection, output = sys.argv[1:]
    setup, known = statements.read("postgresql.sql", "postgresql", version)
    for text in setup:
        done = psql(connection, text)
        if done.returncode:
            sys.exit(f"setup: {done.stderr}")
    failed = 0
    with open(output, "w", encoding="utf-8") as file:
        for statement in known:
            try:
                plans = list(plans_of(statement, version, connection))
            except RuntimeError as error:
                print(f"{version} {statement.name}: {error}", file=sys.stderr)
                failed += 1
                continue
            texts = [plan["plan"] for plan in plans if plan["format"] == "text"]
            missing = [words for words in statement.shows if not any(words in text for text in texts)]
            if missing:
                failed += 1
                print(f"{version} {statement.name}: lacks {missing} in\n{texts[0]}", file=sys.stderr)
            for plan in plans:
                file.write(json.dumps(plan, ensure_ascii=False) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
