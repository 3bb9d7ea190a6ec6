#!/usr/bin/env python3
"""dbi-collect --commit exported | dbi-export --to sqlite:FILE under kills and losses: do the sums equal the server's?

    acknowledged_commit.py [--runs N] [--seed N] [CASE ...]
    acknowledged_commit.py --list

Each case ends with a few undisturbed cycles, in which the two find back. Then, statement by statement, the sum of
`calls` in SQLite has to be what pg_stat_statements counted since the first cycle. --runs and --seed are of the cases
`kills` and `changes_of_the_commit`.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from server import Server

KNOWN = range(12)
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


class Load:
    """Runs known statements until it is stopped."""

    def __init__(self, server, seed):
        self.server, self.random, self.stopped = server, random.Random(seed), False
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.stopped:
            chosen = self.random.sample(KNOWN, 4)
            self.server.run_all([(number, self.random.randint(1, 5), "app", "app", False) for number in chosen])

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.stopped = True
        self.thread.join()


class World:
    """A server, a state folder, a SQLite database; the sums begin with the cycle that __init__ lets through."""

    def __init__(self, options):
        self.folder = tempfile.mkdtemp(prefix="dbi-commit.")
        self.database = f"{self.folder}/records.db"
        self.state = ["--no-config", "--state-dir", f"{self.folder}/state"]
        self.log = open(f"{self.folder}/log", "a", encoding="utf-8")
        self.options, self.random, self.counts = options, random.Random(options.seed), {}
        self.server = Server("autovacuum=off")
        self.ids = self.server.query_ids(KNOWN)
        self.once()
        self.start = self.on_server()

    def close(self):
        self.server.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def work(self):
        self.server.run_all([(number, self.random.randint(1, 9), "app", "app", False) for number in KNOWN])

    def collect(self, output, *ends, commit="exported"):
        return subprocess.Popen(
            ["dbi-collect", *self.state, "--commit", commit, "--kinds", "query_stats", "--top", "100000", *ends,
             self.server.target], stdout=output, stderr=self.log)

    def export(self, source):
        return subprocess.Popen(["dbi-export", *self.state, "--to", f"sqlite:{self.database}"], stdin=source,
                                stdout=subprocess.DEVNULL, stderr=self.log)

    def pipeline(self, *ends, commit="exported"):
        """Both programs; the test holds no end of the pipe between them."""
        collect = self.collect(subprocess.PIPE, *ends, commit=commit)
        export = self.export(collect.stdout)
        collect.stdout.close()
        return collect, export

    def once(self):
        """An undisturbed cycle."""
        statuses = [process.wait(30) for process in self.pipeline("--once")]
        if statuses != [0, 0]:
            raise AssertionError(f"an undisturbed cycle ended with {statuses}")

    def disturb(self, commit="exported"):
        """One life of the pipeline and its end."""
        collect, export = self.pipeline("--interval", "100ms", commit=commit)
        time.sleep(self.random.random() * 0.6)
        end = self.random.choice(["collect", "export", "both", "peace"])
        self.counts[end] = self.counts.get(end, 0) + 1
        for process, name in ((collect, "collect"), (export, "export")):
            process.send_signal(signal.SIGKILL if end in (name, "both") else signal.SIGTERM)
        collect.wait(30)
        export.wait(30)

    def on_server(self):
        rows = self.server.sql("select queryid, sum(calls) from pg_stat_statements group by 1")
        return {query_id: int(calls) for query_id, calls in (row.split("|") for row in rows.splitlines())}

    def in_sqlite(self):
        with sqlite3.connect(self.database) as database:
            return dict(database.execute("select query_id, sum(calls) from query_stats group by 1"))

    def figures(self):
        with sqlite3.connect(self.database) as database:
            refused = dict(database.execute("select reason, count(*) from dropped group by 1"))
            cycles = database.execute("select count(*) from scrape").fetchone()[0]
        return f"{self.counts}, cycles held {cycles}, refused {refused}"

    def faults(self, is_fault):
        true, held = self.on_server(), self.in_sqlite()
        found = []
        for query_id, number in self.ids.items():
            counted = true.get(query_id, 0) - self.start.get(query_id, 0)
            if is_fault(held.get(query_id, 0), counted):
                found.append(f"statement {number}: {held.get(query_id, 0):.0f} held, {counted} counted")
        assert any(true.get(query_id, 0) > self.start.get(query_id, 0) for query_id in self.ids), "nothing was run"
        return found

    def check_equal(self):
        for _ in range(5):
            self.once()
        found = self.faults(lambda held, counted: held != counted)
        assert not found, "; ".join(found)

    def check_not_above(self):
        for _ in range(5):
            self.once()
        found = self.faults(lambda held, counted: held > counted)
        assert not found, "; ".join(found)


@case
def kills(world):
    with Load(world.server, world.options.seed):
        for _ in range(world.options.runs):
            world.disturb()
    world.check_equal()


@case
def changes_of_the_commit(world):
    """They may lose an interval, never double one."""
    with Load(world.server, world.options.seed):
        for _ in range(world.options.runs):
            world.disturb(world.random.choice(["exported", "written"]))
    world.check_not_above()


@case
def twelve_lost_cycles_in_a_row(world):
    """Eight wait, then only skipped scrapes are written, whose acknowledgement frees the queue."""
    for _ in range(12):
        world.work()
        assert world.collect(subprocess.DEVNULL, "--once").wait(30) == 0
    world.check_equal()


@case
def a_reader_that_leaves(world):
    """`dbi-collect ... | head -1` advances nothing."""
    for _ in range(3):
        world.work()
        collect = world.collect(subprocess.PIPE, "--once")
        head = subprocess.run(["head", "-1"], stdin=collect.stdout, capture_output=True, check=True)
        collect.stdout.close()
        assert head.stdout and collect.wait(30) == 0
    world.check_equal()


@case
def a_deleted_database(world):
    """It begins a new baseline, and from there on sums are equal again."""
    world.work()
    world.once()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(world.database + end):
            os.remove(world.database + end)
    for _ in range(4):
        world.once()
    world.start = world.on_server()
    world.work()
    world.check_equal()


@case
def a_fifo_that_outlives_its_exporter(world):
    fifo = f"{world.folder}/fifo"
    os.mkfifo(fifo)
    keep = os.open(fifo, os.O_RDWR)  # so that what is in it stays when an exporter dies
    for _ in range(6):
        export = world.export(os.open(fifo, os.O_RDONLY))
        with open(fifo, "wb") as output:
            collect = world.collect(output, "--interval", "100ms")
        for _ in range(3):
            world.work()
        export.kill()
        export.wait(30)
        time.sleep(0.2)
        collect.terminate()
        assert collect.wait(30) == 0
    export = world.export(os.open(fifo, os.O_RDONLY))
    os.close(keep)
    assert export.wait(30) == 0
    world.check_equal()


@case
def an_exporter_that_lags(world):
    collect, export = world.pipeline("--interval", "100ms")
    time.sleep(0.5)  # it enlarges its pipe first, so that more than eight cycles find room there
    export.send_signal(signal.SIGSTOP)
    for _ in range(12):
        world.work()
        time.sleep(0.1)
    export.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    world.work()
    collect.terminate()
    assert [collect.wait(30), export.wait(30)] == [0, 0]
    with sqlite3.connect(world.database) as database:
        skipped = database.execute("select count(*) from scrape where outcome = 'skipped'").fetchone()[0]
    assert skipped, "the queue was never full"
    world.check_equal()


@case
def cron_runs_that_overlap(world):
    for _ in range(5):
        world.work()
        runs = [process for _ in range(3) for process in world.pipeline("--once")]
        statuses = {process.wait(30) for process in runs}
        assert statuses <= {0, 5}, statuses
    world.check_equal()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("case", nargs="*", default=list(CASES))
    options = parser.parse_args()
    if options.list:
        print("\n".join(CASES))
        return 0
    bad = 0
    for name in options.case:
        began = time.monotonic()
        world = World(options)
        try:
            CASES[name](world)
            print(f"ok {name}: {world.figures()}, {time.monotonic() - began:.0f} s", flush=True)
            world.close()
        except (AssertionError, RuntimeError, subprocess.TimeoutExpired) as fault:
            bad = 1
            world.server.close()
            print(f"not ok {name}: {type(fault).__name__}: {fault}; {world.figures()}; see {world.folder}", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
