"""What the suites share: cases by name, judging a cycle by the truth, random work over many intervals.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import random
import sys
import time

from server import Collector


class Cases:
    """The cases of a suite, in the order of their definition."""

    def __init__(self):
        self.cases = {}

    def case(self, *settings, options=()):
        """Registers a case with settings of its server and options of its collector."""
        def register(function):
            self.cases[function.__name__] = (function, settings, options)
            return function
        return register

    def main(self, make_run):
        """Runs the cases that the command line names, all without one; the exit status."""
        arguments = sys.argv[1:]
        if arguments == ["--list"]:
            print("\n".join(self.cases))
            return 0
        bad = 0
        for name in arguments or self.cases:
            function, settings, options = self.cases[name]
            run = make_run(settings, options)
            try:
                function(run)
                print(f"ok {name} ({run.server.name})", flush=True)
            except (AssertionError, KeyError, RuntimeError) as fault:
                bad = 1
                print(f"not ok {name} ({run.server.name}): {type(fault).__name__}: {fault}", flush=True)
            finally:
                run.close()
        return bad


def judge(cycle, known, truth, expect_missing=False):
    """Compares every known record of a cycle with what was run: {key: record} with {key: times}."""
    for key, record in known.items():
        true = truth.get(key, 0)
        if record["quality"] == "exact":
            assert record["calls"] == true, f"{key}: exact {record['calls']}, run {true}"
        else:
            assert record["quality"] == "lower_bound", record["quality"]
            assert record["calls"] <= true, f"{key}: lower bound {record['calls']}, run {true}"
    if cycle.compared and cycle.clean and not expect_missing:
        for key, true in truth.items():
            assert key in known, f"{key}: run {true} times, no record in a clean interval"


class Driver:
    """Random work. A class of a server's make has EVENTS (what may happen in an interval, with its weight), `truth`,
    interval(), and for each event the method of its name."""

    EVENTS = ()

    def __init__(self, server, collector, seed):
        self.server, self.collector = server, collector
        self.random = random.Random(seed)
        self.counts, self.events, self.faults = collections.Counter(), collections.Counter(), []

    def nothing(self):
        pass

    def choose_event(self):
        names, weights = zip(*self.EVENTS)
        return self.random.choices(names, weights)[0]

    def happen(self, event):
        self.events[event] += 1
        getattr(self, event)()

    def halfway(self):
        """Before the second half of the intervals."""


def drive(make_server, make_driver, add_up, intervals):
    """A random suite's main: `add_up` compares a collector's records with the raw rows; the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--intervals", type=int, default=intervals)
    parser.add_argument("--seed", type=int, default=20261125)
    options = parser.parse_args()
    began = time.monotonic()
    with make_server() as server:
        collector = Collector(server, "--kinds", "query_stats", "--top", "100000")
        driver = make_driver(server, collector, options.seed)
        collector.collect()
        driver.truth.clear()
        for number in range(options.intervals):
            if number == options.intervals // 2:
                driver.halfway()
            driver.interval()
        sums, faults = add_up(collector)
        faults += driver.faults
        for fault in faults:
            print(fault)
        if not faults:
            collector.close()
        else:
            print(f"records and raw rows are in {collector.folder}", file=sys.stderr)
    counts = ", ".join(f"{name} {value}" for name, value in driver.counts.items())
    print(f"{server.name}, seed {options.seed}: {counts}, recomputed {sums}, faults {len(faults)}, "
          f"{time.monotonic() - began:.0f} s")
    print("events: " + ", ".join(f"{name} {count}" for name, count in sorted(driver.events.items())))
    return 1 if faults or not sums or not driver.counts["exact"] else 0
