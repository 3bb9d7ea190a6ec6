#!/usr/bin/env python3
"""Checks the drop ledger over filters: in = out + dropped, exactly, by key; of folded keys in sum.

    balance.py INPUT OUTPUT [DIVERTED ...]

Every record of INPUT has to be in OUTPUT (unchanged or with members added) or be counted in OUTPUT's `dropped` records.
Control records have to be there, in their order, unless a stop cut the stream off: then they are counted like others.
What was diverted is counted as dropped and has to be as many. Prints what it found; status 1 if it does not balance.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import sys

CONTROL = {"scrape", "error", "event", "dropped"}


def records(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            yield json.loads(line)


def key_of(record):
    return record.get("target"), record.get("database")


def main():
    entered, left, dropped = collections.Counter(), collections.Counter(), collections.Counter()
    folded, reasons = 0, collections.Counter()
    control_in, control_out = [], []
    for record in records(sys.argv[1]):
        entered[key_of(record)] += 1
        if record.get("kind") in CONTROL:
            control_in.append((record["kind"], record.get("cycle"), record.get("ts")))
    for record in records(sys.argv[2]):
        kind = record.get("kind")
        if kind == "dropped" and "tool" in record and record["tool"] != "dbi-collect":
            reasons[f"{record['tool']} {record['reason']}"] += record["count"]
            if record.get("folded"):
                folded += record["count"]
            else:
                dropped[key_of(record)] += record["count"]
        elif kind != "event" or "tool" not in record or record["tool"] == "dbi-collect":
            left[key_of(record)] += 1
            if kind in CONTROL:
                control_out.append((kind, record.get("cycle"), record.get("ts")))
    faults = []
    missing = 0
    for key in entered | left | dropped:
        lacks = entered[key] - left[key] - dropped[key]
        missing += lacks
        if lacks < 0 or (lacks > 0 and not folded):
            faults.append(f"{key}: {entered[key]} in, {left[key]} out, {dropped[key]} dropped")
    if missing != folded:
        faults.append(f"{missing} records are missing, {folded} are counted in folded keys")
    cut_off = any(reason.endswith(" shutdown") for reason in reasons)
    if control_in != control_out and not cut_off:
        faults.append("control records are not those of the input in their order")
    diverted = sum(1 for path in sys.argv[3:] for _ in records(path))
    if diverted and diverted != sum(n for reason, n in reasons.items() if reason.split()[1] in ("limit", "circuit")):
        faults.append(f"{diverted} records were diverted, {dict(reasons)} counted")
    for fault in faults[:10]:
        print(fault)
    print(f"{sum(entered.values())} records of {len(entered)} keys in, {sum(left.values())} out, "
          f"{sum(dropped.values())} dropped by key and {folded} folded ({dict(reasons)}), "
          f"{len(control_in)} control records: {'does not balance' if faults else 'balanced'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
