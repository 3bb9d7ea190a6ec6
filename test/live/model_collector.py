#!/usr/bin/env python3
"""A stand-in for dbi-collect that the exactness suites are tried on: they have to find it out.

Takes dbi-collect's options as far as the suites use them and writes records of the same form. With MODEL_RULE=careless
it takes the rule that lies near at hand: a delta is exact if nothing fell. With MODEL_RULE=careful it takes that of
dbi-record(5), without looking at what is hard about reading: that one the suites have to let pass.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import pathlib
import subprocess
import sys
import uuid
import time

NO_COUNTERS = ("dbid", "userid", "queryid", "min_", "max_", "mean_", "stddev_")


def psql(target, text):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", target, "-c", text],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def read(target):
    """One read: marks before, rows, marks after; in the form of --record."""
    start = psql(target, "select extract(epoch from pg_postmaster_start_time())")
    major = int(psql(target, "show server_version_num")) // 10000
    if major >= 14:
        info = "select concat(extract(epoch from stats_reset), '/', dealloc) from pg_stat_statements_info"
    else:
        info = "select concat(extract(epoch from stats_reset)) from pg_stat_bgwriter"
    before = psql(target, info)
    raw = psql(target, """
      with own as (select s.*, r.rolname, d.datname from pg_stat_statements(false) s
                   left join pg_roles r on r.oid = userid left join pg_database d on d.oid = dbid)
      select /* model */ coalesce(json_agg(own), '[]') from own""")
    rows = json.loads(raw, parse_int=int)
    return {"start": start, "before": before, "after": psql(target, info), "rows": rows}


def key_of(row):
    return "/".join(str(row.get(name)) for name in ("dbid", "userid", "queryid", "toplevel"))


def deltas(earlier, later, careful):
    """(unclean, [(row, calls, ms, quality)])."""
    old = {key_of(row): row for row in earlier["rows"]}
    new = {key_of(row): row for row in later["rows"]}

    def fell(key):
        return any(value < old[key][name] for name, value in new[key].items()
                   if isinstance(value, (int, float)) and not isinstance(value, bool) and not name.startswith(NO_COUNTERS))

    def moved(key):
        return new[key].get("stats_since") != old[key].get("stats_since")

    unclean = []
    if careful:
        checks = (("restarted", earlier["start"] != later["start"]), ("reset", earlier["before"] != later["after"]),
                  ("key_vanished", any(key not in new for key in old)),
                  ("counter_fell", any(fell(key) for key in new if key in old)),
                  ("since_changed", any(moved(key) for key in new if key in old)))
        unclean = [word for word, true in checks if true]
    result = []
    for key, row in new.items():
        time_name = "total_exec_time" if "total_exec_time" in row else "total_time"
        calls, milliseconds = row["calls"], row[time_name]
        lost = key in old and (fell(key) or moved(key))
        quality = "exact"
        if key in old and not lost:
            calls -= old[key]["calls"]
            milliseconds -= old[key][time_name]
            if unclean and "stats_since" not in row:
                quality = "lower_bound"
        elif lost or unclean:
            quality = "lower_bound"
        if calls:
            result.append((row, calls, milliseconds, quality))
    return unclean, sorted(result, key=lambda item: -item[2])


def main():
    arguments = sys.argv[1:]
    option = {name: arguments[arguments.index(name) + 1] for name in ("--state-dir", "--record", "--top")}
    target, careful = arguments[-1], os.environ.get("MODEL_RULE") == "careful"
    state = pathlib.Path(option["--state-dir"], "model.json")
    state.parent.mkdir(parents=True, exist_ok=True)
    cycle = f"{time.time_ns():020d}" + uuid.uuid4().hex[:12]
    later = read(target)
    columns = list(later["rows"][0]) if later["rows"] else ["queryid"]
    kept = {"read": "statements", "columns": columns,
            "rows": [[None if row[c] is None else str(row[c]).lower() if isinstance(row[c], bool) else str(row[c])
                      for c in columns] for row in later["rows"]]}
    raw = pathlib.Path(option["--record"], "model")
    raw.mkdir(parents=True, exist_ok=True)
    subprocess.run(["lz4", "-q", "-", str(raw / f"{cycle}.ndjson.lz4")], input=json.dumps(kept).encode() + b"\n", check=True)
    later["null"] = any(row["queryid"] is None for row in later["rows"])
    later["rows"] = [row for row in later["rows"] if row["queryid"] is not None]
    scrape = {"kind": "scrape", "cycle": cycle, "outcome": "ok", "self_calls": 0, "self_ms": 0.0}
    earlier = json.loads(state.read_text()) if state.exists() else None
    if earlier is None or (careful and earlier["null"]):
        scrape["baseline"] = True
    else:
        unclean, rows = deltas(earlier, later, careful)
        if unclean:
            scrape["unclean"] = unclean
        if "/" in later["after"]:
            scrape["dealloc"] = max(0, int(later["after"].split("/")[1]) - int(earlier["before"].split("/")[1]))
        top = int(option["--top"])
        others = {}
        for place, (row, calls, milliseconds, quality) in enumerate(rows):
            record = {"kind": "query_stats", "cycle": cycle, "database": row["datname"], "user": row["rolname"],
                      "query_id": str(row["queryid"]), "calls": calls, "total_ms": milliseconds, "quality": quality}
            if "toplevel" in row:
                record["toplevel"] = row["toplevel"]
            if place < top:
                print(json.dumps(record))
                continue
            other = others.setdefault((row["datname"], row.get("toplevel")), {**record, "query_id": "other", "calls": 0,
                                                                             "total_ms": 0.0})
            other["calls"] += calls
            other["total_ms"] += milliseconds
        for other in others.values():
            print(json.dumps(other))
    print(json.dumps(scrape))
    state.write_text(json.dumps(later))
    return 0


if __name__ == "__main__":
    sys.exit(main())
