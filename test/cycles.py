#!/usr/bin/env python3
"""Writes the records of a target's cycles, for the tests of filters that go by scrapes.

  cycles.py [--start RFC3339|now[+SECONDS]] [--step SECONDS] [--target T] [--first N] WORD ...

Each WORD is a cycle: an outcome, then what it holds, joined by commas:
  ok,app,other            records of the databases app and other
  partial,app,timeout@app an error of class timeout that names app; "timeout" alone names none
  failed,connection       ok,cycle_ms=12000 sets a member of the scrape (JSON), ok,left_out=["app"] too
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import json
import re

CLASSES = {"timeout", "connection", "too_many_connections", "authentication", "privilege", "missing_feature"}


def start_of(text):
    found = re.fullmatch(r"now([+-]\d+)?", text)
    if found:
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=int(found[1] or 0))
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def write_cycle(options, number, word):
    at = options.start + datetime.timedelta(seconds=options.step * number)
    ts = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    outcome, *parts = re.split(r",(?![^\[]*\])", word)

    def write(kind, database=None, **members):
        record = {"v": 1, "kind": kind, "ts": ts, "observed_ts": ts, "target": options.target}
        if database:
            record["database"] = database
        record |= {"cycle": f"{number + options.first:032x}", "system": "postgresql"} | members
        print(json.dumps(record, separators=(",", ":")))

    scrape = {"outcome": outcome, "cycle_ms": 12, "records": 0}
    for part in parts:
        name, _, value = part.partition("=")
        error, _, database = part.partition("@")
        if value:
            scrape[name] = json.loads(value)
        elif error in CLASSES:
            write("error", database or None, error_class=error, message="m")
        else:
            scrape["records"] += 1
            write("query_stats", part, query_id="1", calls=2, total_ms=3, quality="exact")
    write("scrape", **scrape)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--start", type=start_of, default=start_of("2026-11-25T12:00:00Z"))
    parser.add_argument("--step", type=float, default=10)
    parser.add_argument("--target", default="main")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    for number, word in enumerate(options.words):
        write_cycle(options, number, word)


main()
