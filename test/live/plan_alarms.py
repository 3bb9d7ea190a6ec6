#!/usr/bin/env python3
"""Does dbi-plan leave an unchanged workload alone, whatever load is beside it, and find what does change?

    plan_alarms.py [--repetitions 1000] [--seed N]

Eleven statements run again and again, each execution logged by auto_explain, while the number of pgbench's clients
beside them changes every BATCH repetitions between 0 and 16; two statements alternate between two plans from the start
(strictly, and by a coin), one from the middle on. dbi-collect reads the server all the while. No event may come of it
but one plan_changed of each that alternates. The same records once more with only the executions that a threshold of
auto_explain would log, which is when query_stats has to judge: no event but those either.

Then what has to be told and what must not: an index is replaced by an equal one of another name at the moment when 16
clients come (plan_changed, no plan_regressed), and a hash join becomes a nested loop under 4 clients (plan_regressed
within 8 executions).
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from server import Server

BATCH = 25
CLIENTS = (0, 1, 2, 4, 8, 16)
THRESHOLDS_MS = (1, 5, 20, 50)
SESSION = ("load 'auto_explain'; set auto_explain.log_min_duration = 0; set max_parallel_workers_per_gather = 0;"
           " set jit = off;\n")
TABLES = """
create table readings (id int primary key, sensor int, value float8, note text);
insert into readings select n, n % 4000, n % 977, repeat('x', n % 40) from generate_series(1, 80000) n;
create index readings_sensor on readings (sensor);
create table samples (sensor int, value float8);
insert into samples select n % 100, n from generate_series(1, 60000) n;
create table sensors (id int, site int);
insert into sensors select n, n % 10 from generate_series(0, 99) n;
create table skewed (kind int, value float8);
insert into skewed select greatest(0, n - 60000), n from generate_series(1, 60400) n;
create index skewed_kind on skewed (kind);
vacuum analyze readings; vacuum analyze samples; vacuum analyze sensors; vacuum analyze skewed"""


def pgbench_path():
    found = shutil.which("pgbench") or next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if not found:
        sys.exit("plan_alarms.py: no pgbench")
    return str(found)


class Workload:
    """The statements of one repetition; the same ones with other values each time."""

    JOIN = "select count(*) from samples join sensors on sensors.id = samples.sensor where sensors.site = {}"
    SENSOR = "select max(value) from readings where sensor = {}"

    def __init__(self, chance, middle):
        self.chance, self.middle, self.repetition = chance, middle, 0

    def next(self):
        any_of, at = self.chance.randrange, self.repetition
        self.repetition += 1
        common_or_rare = lambda common: 0 if common else 1 + any_of(400)
        return [
            f"select note from readings where id = {any_of(80000)}",
            self.SENSOR.format(any_of(4000)),
            f"select sum(value) from readings where id between {any_of(1000)} and 5000",
            f"select sensor % 7, avg(value) from readings where value > {any_of(9)} group by 1",
            self.JOIN.format(any_of(10)),
            f"select id from readings where note <> 'y{any_of(99)}' order by value desc, id limit 10",
            f"select count(distinct value) from readings where id > {any_of(99)}",
            f"select max(d) from (select value - lag(value) over (order by id) d from readings where id < {3000 + any_of(9)}) x",
            f"select max(value) from skewed where kind = {common_or_rare(at % 2)}",
            f"select min(value) from skewed where kind = {common_or_rare(any_of(2))}",
            f"select avg(value) from skewed where kind = {common_or_rare(at > self.middle and at % 2)}",
        ]


class Load:
    """pgbench with some clients, until it is left."""

    def __init__(self, server, clients):
        self.process = None
        if clients:
            self.process = subprocess.Popen(
                [pgbench_path(), "-n", "-h", str(server.folder), "-p", server.port, "-U", "postgres", "-c", str(clients),
                 "-T", "3600", "app"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait()


class Run:
    """A server under the workload, its log and dbi-collect's records beside it."""

    def __init__(self, server, chance, repetitions):
        self.server, self.folder = server, pathlib.Path(tempfile.mkdtemp(prefix="dbi-live-plans."))
        self.workload = Workload(chance, repetitions // 2)
        self.executions, self.batches = 0, []
        self.state = self.folder / "state"
        server.sql(TABLES)
        subprocess.run([pgbench_path(), "-q", "-i", "-s", "2", "-h", str(server.folder), "-p", server.port, "-U",
                        "postgres", "app"], check=True, capture_output=True)
        self.collected = open(self.folder / "collected.ndjson", "w", encoding="utf-8")
        self.collector = subprocess.Popen(
            [tool("DBI_COLLECT", "dbi-collect"), "--no-config", "--state-dir", self.folder / "collect", "--interval", "1s",
             "--text-interval", "1s", "--kinds", "query_stats", server.target], stdout=self.collected)

    def repeat(self, times, clients):
        """Repetitions with so many clients beside them, in one session."""
        statements = [text for _ in range(times) for text in self.workload.next()]
        begun = time.monotonic()
        with Load(self.server, clients):
            # psql's own -o: what the statements give is of no interest.
            self.server.feed(self.server._psql("postgres", "app") + ["-o", "/dev/null"],
                             SESSION + "".join(text + ";\n" for text in statements))
        self.executions += len(statements)
        self.batches.append((clients, times, time.monotonic() - begun))

    def records(self):
        """Plans of the log and what dbi-collect wrote, by time."""
        self.collector.terminate()
        self.collector.wait()
        self.collected.close()
        target = f"127.0.0.1:{self.server.port}"
        done = subprocess.run([tool("DBI_PLAN", "dbi-plan"), "--no-config", "--no-history", "--target", target,
                               str(self.server.folder / "log")], capture_output=True, text=True,
                              env={**os.environ, "DBI_STATE_DIR": str(self.folder / "read")})
        if done.returncode:
            raise RuntimeError(f"dbi-plan: status {done.returncode}: {done.stderr}")
        lines = done.stdout.splitlines() + (self.folder / "collected.ndjson").read_text().splitlines()
        lines = [(json.loads(line), line) for line in lines]
        lines = [pair for pair in lines if pair[0]["kind"] in ("plan", "query_stats")]
        return sorted(lines, key=lambda pair: pair[0]["ts"])

    def judged(self, lines, name):
        """What dbi-plan says of them, with a history of its own."""
        done = subprocess.run([tool("DBI_PLAN", "dbi-plan"), "--no-config", "--replay", "--state-dir", self.folder / name],
                              input="".join(line + "\n" for _, line in lines), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"dbi-plan: status {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def close(self):
        if self.collector.poll() is None:
            self.collector.terminate()
            self.collector.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def tool(variable, name):
    return os.environ.get(variable, name)


def events_of(records):
    return [record for record in records if record["kind"] == "event"]


def signature_of(records, part):
    """Of the statement whose text has this part."""
    return next(record["query_signature"] for record in records if record["kind"] == "plan" and part in record["query"])


def slow_downs(plans, batches, per_repetition):
    """By clients: how many times slower than alone the statements' medians were, from the calmest to the worst."""
    times, place = collections.defaultdict(lambda: collections.defaultdict(list)), 0
    for clients, repetitions, _ in batches:
        for plan in plans[place:place + repetitions * per_repetition]:
            times[clients][plan["query_signature"], plan["plan_hash"]].append(plan["duration_ms"])
        place += repetitions * per_repetition
    found = {}
    for clients, by_statement in sorted(times.items()):
        ratios = [statistics.median(values) / statistics.median(times[0][key])
                  for key, values in by_statement.items() if times[0].get(key)]
        found[clients] = (min(ratios), max(ratios)) if ratios else None
    return found


def check_unchanged(run, lines, name, least_ms=0.0):
    """Events of the workload alone; the alarms among them."""
    kept = [pair for pair in lines if pair[0]["kind"] != "plan" or pair[0]["duration_ms"] >= least_ms]
    records = run.judged(kept, name)
    events = events_of(records)
    changed = collections.Counter(event["query_signature"] for event in events if event["event"] == "plan_changed")
    alternating = {signature_of((record for record, _ in lines), part) for part in ("max(value) from skewed", "min(value) from skewed",
                                                            "avg(value) from skewed")}
    alarms = [event for event in events if event["event"] != "plan_changed"]
    alarms += [event for event in events if event["event"] == "plan_changed" and
               (event["query_signature"] not in alternating or changed[event["query_signature"]] > 1)]
    for event in alarms:
        print(f"  alarm: {event['event']} {event['message']}", flush=True)
    print(f"{name}: {sum(pair[0]['kind'] == 'plan' for pair in kept)} plans,"
          f" {sum(pair[0]['kind'] == 'query_stats' for pair in kept)} query_stats: {len(alarms)} false alarms,"
          f" {sum(changed.values())} changes told of the 3 statements that alternate", flush=True)
    return len(alarms)


def check_changes(run, lines, since):
    """What came of the two changes behind `since`; the faults."""
    bad = 0
    records = run.judged(lines, "changes")
    late = [record for record in records if record["kind"] == "event" and record["ts"] >= since]
    sensor, join = signature_of(records, "from readings where sensor"), signature_of(records, "join sensors")
    of = lambda signature: [event["event"] for event in late if event["query_signature"] == signature]
    print(f"equal index under a surge of load: {of(sensor)}", flush=True)
    bad += of(sensor) != ["plan_changed"]
    flipped = [record["plan_hash"] for record in records
               if record["kind"] == "plan" and record["query_signature"] == join]
    place = next((i for i, record in enumerate(records) if record.get("event") == "plan_regressed" and
                  record["query_signature"] == join), None)
    if place is None:
        print("join flip: not found")
        return bad + 1
    new = sum(record["kind"] == "plan" and record["query_signature"] == join and record["plan_hash"] == flipped[-1]
              for record in records[:place])
    event = records[place]
    print(f"join flip: {of(join)}, found at execution {new}, median {event['median_ms_before']:.3g} ms before and"
          f" {event['median_ms']:.3g} ms after", flush=True)
    others = [event for event in late if event["query_signature"] not in (sensor, join)]
    for event in others:
        print(f"  of another statement: {event['event']} {event['message']}")
    return bad + (new > 8) + (of(join) != ["plan_changed", "plan_regressed"]) + len(others)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with Server("max_connections=60") as server:
        run = Run(server, chance, arguments.repetitions)
        try:
            left, clients = arguments.repetitions, 0
            while left > 0:
                run.repeat(min(BATCH, left), clients)
                left -= BATCH
                clients = chance.choice([other for other in CLIENTS if other != clients])
            unchanged, batches = run.executions, list(run.batches)
            run.repeat(BATCH, 0)
            server.sql("create index readings_by_sensor on readings (sensor); drop index readings_sensor")
            run.repeat(40, 16)
            run.repeat(BATCH, 4)
            server.sql("alter role postgres set enable_hashjoin = off; alter role postgres set enable_mergejoin = off")
            run.repeat(8, 4)
            lines = run.records()
            plans = [record for record, _ in lines if record["kind"] == "plan"]
            print(f"{server.name}, seed {arguments.seed}: {arguments.repetitions} repetitions of 11 statements in"
                  f" {sum(seconds for _, _, seconds in batches):.0f} s, load changed {len(batches) - 1} times", flush=True)
            for count, ratios in slow_downs(plans[:unchanged], batches, 11).items():
                print(f"  {count} clients: {sum(times for c, times, _ in batches if c == count)} repetitions,"
                      f" medians {ratios[0]:.2g} to {ratios[1]:.2g} times those without", flush=True)
            assert len(plans) == run.executions, f"{run.executions} executions, {len(plans)} plans"
            since = plans[unchanged - 1]["ts"]
            before = [pair for pair in lines if pair[0]["ts"] <= since]
            bad = check_unchanged(run, before, "every execution logged")
            for least in THRESHOLDS_MS:
                bad += check_unchanged(run, before, f"logged from {least} ms on", least)
            bad += check_changes(run, lines, since)
        finally:
            run.close()
    print("ok" if not bad else "not ok", flush=True)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
