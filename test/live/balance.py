#!/usr/bin/env python3
"""Checks the drop ledger over filters: in = out + dropped, exactly, by key and cycle; folded ones by target and cycle.

    balance.py INPUT OUTPUT [DIVERTED ...]

Every record of INPUT has to be in OUTPUT or be counted in OUTPUT's `dropped` records, and nothing else may be there: a
record in OUTPUT is one of INPUT, each as often, but for the members that filters set. Control records have to be there,
in their order, unless a stop cut the stream off: then they are counted like others. `dropped` records without even a
target fill what is missing anywhere. What was diverted is counted as dropped and has to be as many. Prints what it
found; status 1 if it does not balance.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import sys

CONTROL = {"scrape", "error", "event", "dropped"}
SET_BY_FILTERS = {"circuit", "weight", "sample_rate", "sample_rule"}


def records(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            yield json.loads(line, parse_int=lambda digits: "number " + digits, parse_float=lambda digits: "number " + digits)


def key_of(record):
    return record.get("target"), record.get("database"), record.get("cycle")


def count_of(record):
    return int(record["count"].split()[1])


def bare(record):
    """The record as it was before any filter set a member."""
    return json.dumps({name: value for name, value in record.items() if name not in SET_BY_FILTERS})


def main():
    entered, left, dropped, folded = (collections.Counter() for _ in range(4))
    reasons, lines = collections.Counter(), collections.Counter()
    control_in, control_out, strangers = [], [], []
    for record in records(sys.argv[1]):
        entered[key_of(record)] += 1
        lines[bare(record)] += 1
        if record.get("kind") in CONTROL:
            control_in.append((record["kind"], record.get("cycle"), record.get("ts")))
    for record in records(sys.argv[2]):
        kind = record.get("kind")
        if kind == "dropped" and "tool" in record and record["tool"] != "dbi-collect":
            reasons[f"{record['tool']} {record['reason']}"] += count_of(record)
            if record.get("folded"):
                folded[record.get("target"), record.get("cycle")] += count_of(record)
            else:
                dropped[key_of(record)] += count_of(record)
        elif kind != "event" or "tool" not in record or record["tool"] == "dbi-collect":
            left[key_of(record)] += 1
            line = bare(record)
            lines[line] -= 1
            if lines[line] < 0:
                strangers.append(line)
            if kind in CONTROL:
                control_out.append((kind, record.get("cycle"), record.get("ts")))
    faults = [f"not of the input, or too often: {line[:200]}" for line in strangers]
    missing = collections.Counter()
    for key in entered | left | dropped:
        lacks = entered[key] - left[key] - dropped[key]
        missing[key[0], key[2]] += lacks
        if lacks < 0:
            faults.append(f"{key}: {entered[key]} in, {left[key]} out, {dropped[key]} dropped")
    anywhere = folded.pop((None, None), 0) - missing.pop((None, None), 0)
    for group in missing.keys() | folded.keys():
        beyond = missing[group] - folded[group]
        anywhere -= beyond
        if beyond < 0 or (beyond > 0 and anywhere < 0):
            faults.append(f"{group}: {missing[group]} records are missing, {folded[group]} are counted in folded keys")
    if anywhere != 0:
        faults.append(f"{anywhere} records too many are counted without a target")
    cut_off = any(reason.endswith(" shutdown") for reason in reasons)
    if control_in != control_out and not cut_off:
        faults.append("control records are not those of the input in their order")
    diverted = sum(1 for path in sys.argv[3:] for _ in records(path))
    if diverted and diverted != sum(n for reason, n in reasons.items() if reason.split()[1] in ("limit", "circuit")):
        faults.append(f"{diverted} records were diverted, {dict(reasons)} counted")
    for fault in faults[:10]:
        print(fault)
    print(f"{sum(entered.values())} records of {len(entered)} keys in, {sum(left.values())} out, "
          f"{sum(dropped.values())} dropped by key and {sum(folded.values())} folded ({dict(reasons)}), "
          f"{len(control_in)} control records: {'does not balance' if faults else 'balanced'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
