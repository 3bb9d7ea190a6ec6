#!/usr/bin/env python3
"""dbi-collect --commit exported | dbi-export --to sqlite:FILE under kills and losses: do the sums equal the server's?

    acknowledged_commit.py [--mysql] [--runs N] [--seed N] [CASE ...]
    acknowledged_commit.py --list

Each case ends with a few undisturbed cycles, in which the two find back. Then, statement by statement, the sum of
`calls` in SQLite has to be what the server counted since the first cycle: PostgreSQL in pg_stat_statements, with
--mysql Debian's MariaDB or the server of $DBI_TEST_MYSQL_ROOT in its digest table. --runs and --seed are of the cases
`kills` and `changes_of_the_commit`.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from mysql_server import MysqlServer
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
            self.server.run_known([(number, self.random.randint(1, 5)) for number in chosen])

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.stopped = True
        self.thread.join()


class World:
    """A server, a state folder, a SQLite database; the sums begin with the cycle that __init__ lets through."""

    def __init__(self, options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dbi-commit."))
        self.database = f"{self.folder}/records.db"
        self.state = ["--no-config", "--state-dir", f"{self.folder}/state"]
        self.log = open(f"{self.folder}/log", "a", encoding="utf-8")
        self.options, self.random, self.counts = options, random.Random(options.seed), collections.Counter()
        self.server = MysqlServer() if options.mysql else Server("autovacuum=off")
        self.ids = self.server.query_ids(KNOWN)
        self.once()
        self.start = self.server.calls()

    def close(self):
        self.server.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def work(self):
        self.server.run_known([(number, self.random.randint(1, 9)) for number in KNOWN])

    def collect(self, output, *ends, commit="exported"):
        return subprocess.Popen(
            ["dbi-collect", *self.state, "--commit", commit, "--kinds", "query_stats", "--top", "100000", *ends,
             self.server.target], stdout=output, stderr=self.log)

    def export(self, source, *more):
        return subprocess.Popen(["dbi-export", *self.state, "--to", f"sqlite:{self.database}", *more], stdin=source,
                                stdout=subprocess.DEVNULL, stderr=self.log)

    def pipeline(self, *ends, commit="exported", more=()):
        """Both programs, `more` for dbi-export; the test holds no end of the pipe between them."""
        collect = self.collect(subprocess.PIPE, *ends, commit=commit)
        export = self.export(collect.stdout, *more)
        collect.stdout.close()
        return collect, export

    def once(self, *more):
        """An undisturbed cycle; `more` is for dbi-export."""
        statuses = [process.wait(30) for process in self.pipeline("--once", more=more)]
        if statuses != [0, 0]:
            raise AssertionError(f"an undisturbed cycle ended with {statuses}")

    def disturb(self, commits):
        """Kills both so many times, and more often if that was not yet a disturbance."""
        with Load(self.server, self.options.seed):
            lives = 0
            while lives < self.options.runs or (lives < self.options.runs + 100 and not self.is_disturbed()):
                self.live_and_die(self.random.choice(commits))
                lives += 1
        assert self.is_disturbed(), "nobody was killed in the middle of a cycle"

    def live_and_die(self, commit):
        """One life of the pipeline and its end."""
        processes = dict(zip(("collect", "export"), self.pipeline("--interval", "100ms", commit=commit)))
        time.sleep(self.random.random() * 0.6)
        if self.random.random() < 0.5:
            self.await_new_cycle()
        end = self.random.choice(["collect", "export", "both", "peace"])
        for name, process in processes.items():
            process.send_signal(signal.SIGKILL if end in (name, "both") else signal.SIGTERM)
        # One that came to its end before the signal did was not killed.
        killed = [name for name, process in processes.items() if process.wait(30) == -signal.SIGKILL]
        self.counts[" and ".join(killed) + " killed" if killed else "ended in peace"] += 1
        if self.waits_for_decision():
            self.counts["left a cycle undecided"] += 1

    @property
    def baselines(self):
        return next((self.folder / "state/default/baselines").glob("*.json"))

    def await_new_cycle(self):
        """Until one has begun to wait for its acknowledgement, and up to 5 ms more: here a kill hits most."""
        before, end = self.baselines.stat().st_ino, time.monotonic() + 1
        while self.baselines.stat().st_ino == before and time.monotonic() < end:
            time.sleep(0.0005)
        time.sleep(self.random.random() * 0.005)

    def waits_for_decision(self):
        """Whether there is a pending cycle of which the exporter has not said that it took it or not."""
        ack, = (self.folder / "state/default/acks").glob("*/dbi-export")
        pending = json.loads(self.baselines.read_text()).get("pending", [])
        return bool(pending) and pending[-1]["cycle"] > json.loads(ack.read_text()).get("seen", "")

    def in_sqlite(self):
        with sqlite3.connect(self.database) as database:
            return dict(database.execute("select query_id, sum(calls) from query_stats group by 1"))

    def refused(self):
        with sqlite3.connect(self.database) as database:
            return dict(database.execute("select reason, count(*) from dropped group by 1"))

    def cycles_held(self):
        with sqlite3.connect(self.database) as database:
            return database.execute("select count(*) from scrape").fetchone()[0]

    def figures(self):
        ends = ", ".join(f"{what} {count}" for what, count in sorted(self.counts.items()))
        return f"{ends + ', ' if ends else ''}cycles held {self.cycles_held()}, refused {self.refused()}"

    def is_disturbed(self):
        """A run in which nobody died, or only between two cycles, proves nothing."""
        struck = [name for name in ("collect", "export") if self.counts[f"{name} killed"]]
        return len(struck) == 2 and (self.counts["left a cycle undecided"] or self.refused()) and self.cycles_held() > 1

    def faults(self, is_fault):
        true, held = self.server.calls(), self.in_sqlite()
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
    world.disturb(["exported"])
    world.check_equal()


@case
def changes_of_the_commit(world):
    """They may lose an interval, never double one."""
    world.disturb(["exported", "written"])
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
    world.start = world.server.calls()
    world.work()
    world.check_equal()


@case
def a_run_that_cannot_acknowledge(world):
    """One run with a second sink, or under another name, between others: what it took does not come again."""
    for wrong in (["--to", f"ndjson:{world.folder}/second"], ["--name", "other"]):
        for _ in range(2):
            world.work()
            world.once()
        world.work()
        world.once(*wrong)
        for _ in range(3):
            world.work()
            world.once()
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
    parser.add_argument("--mysql", action="store_true")
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
            print(f"ok {name} ({world.server.name}): {world.figures()}, {time.monotonic() - began:.0f} s", flush=True)
            world.close()
        except (AssertionError, RuntimeError, subprocess.TimeoutExpired) as fault:
            bad = 1
            world.server.close()
            print(f"not ok {name} ({world.server.name}): {type(fault).__name__}: {fault}; {world.figures()}; see {world.folder}", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
