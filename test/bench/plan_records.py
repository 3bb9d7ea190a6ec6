#!/usr/bin/env python3
"""Writes records with plans of real servers, for plans.sh.

  plan_records.py FIXTURES distinct|repeated|large COUNT

distinct: JSON plans of 4 to 9 KiB (median 6), each with costs and literals of its own, so that no cache knows it. repeated:
9 of 10 are one of 500. large: COUNT plans of 1 to 4 MB, as many appended scans.
SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import random
import sys

HEAD = {"v": 1, "kind": "plan", "ts": "2026-11-25T08:00:00.000000Z", "observed_ts": "2026-11-25T08:00:00.000000Z",
        "target": "main", "database": "app", "cycle": "0192f1a0000070008000000000000001", "system": "postgresql",
        "plan_format": "json", "plan_source": "auto_explain"}
SMALLEST, LARGEST = 4096, 9216


def fixtures(folder):
    """JSON plans of PostgreSQL in the wanted sizes, by size."""
    plans = []
    for path in sorted(pathlib.Path(folder).glob("postgresql-*.ndjson")):
        if path.name.endswith(".expected.ndjson"):
            continue
        for line in path.open(encoding="utf-8"):
            fixture = json.loads(line)
            if fixture["format"] == "json" and SMALLEST <= len(fixture["plan"]) <= LARGEST:
                plans.extend(json.loads(fixture["plan"]))
    return plans


def vary(node, rng):
    """Other costs, times and literals; the same shape."""
    for key, value in node.items():
        if isinstance(value, float):
            node[key] = round(value * rng.uniform(0.5, 2), 3)
        elif key in ("Filter", "Index Cond") and rng.random() < 0.5:
            node[key] = f"({value} AND (x <> {rng.randrange(10**9)}))"
    for child in node.get("Plans", ()):
        vary(child, rng)


def large(plan, rng):
    """An Append over copies, of 1 to 4 MB."""
    size = rng.randrange(1 << 20, 4 << 20)
    copies = size // len(json.dumps(plan, indent=2)) + 1
    return {"Plan": {"Node Type": "Append", "Plans": [json.loads(json.dumps(plan["Plan"])) for _ in range(copies)]}}


def main():
    folder, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(1)
    plans = fixtures(folder)

    def make():
        plan = json.loads(json.dumps(rng.choice(plans)))
        if kind == "large":
            plan = large(plan, rng)
        vary(plan["Plan"], rng)
        # Each level indented as EXPLAIN does, without line ends, which a record cannot have.
        return json.dumps({**HEAD, "plan": None})[:-5] + json.dumps(plan, indent=2).replace("\n", " ") + "}"

    known = [make() for _ in range(500)] if kind == "repeated" else []
    for _ in range(count):
        sys.stdout.write((rng.choice(known) if known and rng.random() < 0.9 else make()) + "\n")


if __name__ == "__main__":
    main()
