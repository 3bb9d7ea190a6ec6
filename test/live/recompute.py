#!/usr/bin/env python3
"""Recomputes from the raw rows that `dbi-collect --record DIR` kept what the records of the same run should add up to.

    recompute.py DIR/TARGET RECORDS.ndjson

For every cycle with an earlier one to compare with, it takes the later read's rows of pg_stat_statements, row by row:
the difference to the earlier read, or the whole value where the key is new, stats_since changed or a counter fell.
Their sum less `scrape.self_calls` and `self_ms` has to be the sum over the cycle's query_stats, `other` included. It
knows nothing of dbi-collect's code. Prints a line a fault; status 1 if there is one.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import pathlib
import subprocess
import sys

KEY = ("dbid", "userid", "queryid", "toplevel")
# Columns that may fall without anything having been lost, or that are no numbers to subtract.
NOT_COUNTERS = ("min_", "max_", "mean_", "stddev_")
SINCE = ("stats_since", "minmax_stats_since")


class Read:
    """The rows of one read of pg_stat_statements by key, copies of a key summed."""

    def __init__(self, columns, rows):
        self.key_columns = [name for name in KEY if name in columns]
        keys = [columns.index(name) for name in self.key_columns]
        self.counters = [
            name for name in columns
            if name not in KEY and name not in SINCE and name != "query" and not name.startswith(NOT_COUNTERS)
            and self._numeric(rows, columns.index(name))
        ]
        places = [columns.index(name) for name in self.counters]
        since = columns.index("stats_since") if "stats_since" in columns else None
        query_id = columns.index("queryid")
        self.has_null_ids = any(row[query_id] is None for row in rows)
        self.rows, self.since = {}, {}
        for row in rows:
            if row[query_id] is None:
                continue
            key = tuple(row[place] for place in keys)
            values = [number(row[place]) for place in places]
            if key in self.rows:
                values = [a + b for a, b in zip(self.rows[key], values)]
            self.rows[key] = values
            self.since[key] = row[since] if since is not None else None

    @staticmethod
    def _numeric(rows, place):
        for row in rows:
            if row[place] is not None:
                try:
                    float(row[place])
                except ValueError:
                    return False
                return True
        return False

    def index(self, *names):
        for name in names:
            if name in self.counters:
                return self.counters.index(name)
        raise KeyError(names)


def number(text):
    if text is None:
        return 0
    try:
        return int(text)
    except ValueError:
        return float(text)


def read_cycle(path):
    """The `statements` read of a cycle's file, or None."""
    text = subprocess.run(["lz4", "-dc", str(path)], check=True, capture_output=True).stdout
    for line in text.decode().splitlines():
        read = json.loads(line)
        if read["read"] == "statements" and read.get("columns") and "queryid" in read["columns"]:
            return Read(read["columns"], read["rows"])
    return None


def delta_sums(earlier, later):
    """(calls, total_ms) of all visible rows by the rule above."""
    common = [name for name in later.counters if name in earlier.counters]
    old_places = [earlier.counters.index(name) for name in common]
    new_places = [later.counters.index(name) for name in common]
    calls = later.index("calls")
    time = later.index("total_exec_time", "total_time")
    old_calls, old_time = earlier.index("calls"), earlier.index("total_exec_time", "total_time")
    plans = [(later.index("plans"), earlier.index("plans"))] if "plans" in common else []
    sum_calls, sum_ms = 0, 0.0
    for key, new in later.rows.items():
        old = earlier.rows.get(key)
        fell = old is not None and any(new[n] < old[o] for n, o in zip(new_places, old_places))
        whole = old is None or fell or later.since[key] != earlier.since[key]
        more_calls = new[calls] - (0 if whole else old[old_calls])
        more_plans = sum(new[n] - (0 if whole else old[o]) for n, o in plans)
        # An entry that did not run has no record, even if a reset in between left it another time than before.
        if more_calls or more_plans:
            sum_calls += more_calls
            sum_ms += new[time] - (0 if whole else old[old_time])
    return sum_calls, sum_ms


def records_by_cycle(path):
    cycles = collections.defaultdict(lambda: {"calls": 0, "total_ms": 0.0, "records": 0, "scrape": None})
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            cycle = cycles[record.get("cycle")]
            if record["kind"] == "query_stats":
                cycle["calls"] += record["calls"]
                cycle["total_ms"] += record["total_ms"]
                cycle["records"] += 1
            elif record["kind"] == "scrape":
                cycle["scrape"] = record
    return cycles


def compare(folder, records_path):
    """(cycles compared, faults)."""
    cycles = records_by_cycle(records_path)
    faults, compared, earlier = [], 0, None
    for path in sorted(pathlib.Path(folder).glob("*.ndjson.lz4")):
        name = path.name.split(".")[0]
        later = read_cycle(path)
        cycle = cycles.get(name)
        if later is None or cycle is None or cycle["scrape"] is None:
            continue  # not read, or not written: the next one starts from the same baseline
        scrape = cycle["scrape"]
        if scrape.get("baseline") or scrape.get("incomparable") or earlier is None:
            if cycle["records"]:
                faults.append(f"{name}: {cycle['records']} query_stats in a cycle that had nothing to compare with")
        elif earlier.has_null_ids:
            faults.append(f"{name}: deltas from a read with NULL query ids")
        else:
            calls, total_ms = delta_sums(earlier, later)
            calls -= scrape.get("self_calls", 0)
            total_ms -= scrape.get("self_ms", 0.0)
            if calls != cycle["calls"]:
                faults.append(f"{name}: records say {cycle['calls']} calls, the rows {calls}")
            if abs(total_ms - cycle["total_ms"]) > 1e-6 * max(1.0, abs(total_ms)):
                faults.append(f"{name}: records say {cycle['total_ms']} ms, the rows {total_ms}")
            compared += 1
        earlier = later
    return compared, faults


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    compared, faults = compare(sys.argv[1], sys.argv[2])
    for fault in faults:
        print(fault)
    print(f"{compared} cycles compared, {len(faults)} faults", file=sys.stderr)
    if not compared:
        print("nothing was compared", file=sys.stderr)
    return 1 if faults or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
