#!/usr/bin/env python3
"""Known statements between two collections, one event each: does dbi-collect count what was run?

    known_statements.py [CASE ...]    all cases unless named; --list prints their names

Where a record says `exact` its calls are what was run; where it says `lower_bound` they are never more; and where the
interval is clean every statement has its record. Each case says what it expects besides. In the end recompute.py adds
up the raw rows of every cycle.
SPDX-License-Identifier: Apache-2.0
"""
import sys

import recompute
import suite
from server import Collector, Server, Truth

KNOWN = range(60)
CASES = suite.Cases()
case = CASES.case


class Run:
    """One server, one collector, the truth between."""

    def __init__(self, settings, options):
        self.server = Server(*settings)
        self.options = ("--kinds", "query_stats", *(options or ("--top", "100000")))
        self.collector = Collector(self.server, *self.options)
        self.truth = Truth(self.server.has_toplevel)
        self.ids = self.server.query_ids(KNOWN)

    def close(self):
        self.collector.close()
        self.server.close()

    def work(self, numbers, times=1, user="app", database="app", nested=False):
        self.server.run_all([(number, times, user, database, nested) for number in numbers])
        for number in numbers:
            self.truth.add(number, times, user, database, nested)

    def baseline(self):
        """A read that the next one is compared with."""
        cycle = self.collector.collect()
        self.truth.clear()
        return cycle

    def check(self, expect_missing=False):
        """Collects; compares every record with the truth; returns {number: record} of the plain ones and the cycle."""
        cycle = self.collector.collect()
        known = cycle.known(self.ids)
        suite.judge(cycle, known, self.truth.counts, expect_missing)
        self.truth.clear()
        self.check_sums()
        return known, cycle

    def check_sums(self):
        compared, faults = recompute.compare(self.collector.raw_folder, self.collector.records_path)
        assert not faults, "\n".join(faults)
        return compared

    def of(self, known, number, user="app", database="app", nested=False):
        return known[self.truth.key(number, user, database, nested)]


@case()
def exact_when_nothing_happens(run):
    run.work([1, 2], 5)
    cycle = run.baseline()
    assert cycle.scrape.get("baseline") is True and not cycle.statements, "a first run has no query_stats"
    run.work([1], 7)
    run.work([3], 4)
    known, cycle = run.check()
    assert run.of(known, 1)["calls"] == 7 and run.of(known, 1)["quality"] == "exact"
    assert run.of(known, 3)["calls"] == 4 and run.of(known, 3)["quality"] == "exact"
    assert run.truth.key(2, "app", "app", False) not in known, "a statement that did not run has no record"
    assert cycle.clean and cycle.scrape["outcome"] == "ok"
    known, _ = run.check()
    assert not known, "nothing ran"


@case()
def restart_of_the_collector(run):
    """Every collection here is a process of its own; a folder that is gone begins a new baseline."""
    run.baseline()
    for times in (1, 2, 3):
        run.work([1], times)
        known, _ = run.check()
        assert run.of(known, 1)["calls"] == times and run.of(known, 1)["quality"] == "exact"


@case()
def reset_of_all(run):
    # 12 and 13 have no mark of a reset: there it shows by statement 4, which vanishes.
    run.work([1, 4], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.sql("select pg_stat_statements_reset()")
    run.work([1, 2], 3)
    known, cycle = run.check()
    for number in (1, 2):
        assert run.of(known, number)["quality"] == "lower_bound" and run.of(known, number)["calls"] <= 3
    assert run.of(known, 2)["calls"] == 3, "a new key counts whole"
    assert not cycle.clean


@case()
def restart_with_save_on(run):
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.restart()
    run.work([1, 2], 3)
    known, _ = run.check()
    for number in (1, 2):
        record = run.of(known, number)
        assert record["calls"] == 8 or record["quality"] == "lower_bound"


@case("pg_stat_statements.save=off")
def restart_with_save_off(run):
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.restart()
    run.work([1, 2], 14)
    known, _ = run.check()
    for number in (1, 2):
        assert run.of(known, number)["quality"] == "lower_bound" and run.of(known, number)["calls"] <= 14


@case()
def crash(run):
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.crash()
    run.work([1, 2], 14)
    known, _ = run.check()
    for number in (1, 2):
        assert run.of(known, number)["quality"] == "lower_bound" and run.of(known, number)["calls"] <= 14


@case()
def kill_of_a_backend(run):
    """The postmaster lives on, its start time does not move."""
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.kill_backend()
    run.work([1, 2], 14)
    known, _ = run.check()
    for number in (1, 2):
        assert run.of(known, number)["quality"] == "lower_bound" and run.of(known, number)["calls"] <= 14


@case("pg_stat_statements.max=100")
def eviction(run):
    run.work([1], 3)
    run.baseline()
    run.work([1, 2], 5)
    run.server.run_all([(number, 2, "dbi_plain", "postgres", False) for number in range(100, 300)])
    run.work([1, 2], 1)
    known, cycle = run.check()
    assert not cycle.clean, "a table of 100 entries cannot have held 200 more"
    if run.server.has_toplevel:
        assert cycle.scrape.get("dealloc", 0) > 0
    new = run.truth.key(2, "app", "app", False)
    assert new not in known or known[new]["quality"] == "lower_bound"


@case()
def privilege_granted_in_between(run):
    run.server.sql("revoke pg_monitor from dbi_monitor")
    run.work([1, 2], 1000)
    run.baseline()
    run.work([1], 2)
    run.server.sql("grant pg_monitor to dbi_monitor")
    known, cycle = run.check(expect_missing=True)
    assert not known, "what became visible was not run in the interval"
    assert not cycle.compared
    run.work([1], 3)
    known, _ = run.check()
    assert run.of(known, 1)["calls"] == 3 and run.of(known, 1)["quality"] == "exact"


def reset_one(run, number, user="app", database="app"):
    run.server.sql(
        f"select pg_stat_statements_reset(s.userid, s.dbid, s.queryid) from pg_stat_statements s join pg_roles r on r.oid = s.userid "
        f"join pg_database d on d.oid = s.dbid where r.rolname = '{user}' and d.datname = '{database}' "
        f"and s.query like '% as k{number}, %'")


@case()
def reset_of_a_single_entry(run):
    run.work([1, 3], 20)
    run.baseline()
    run.work([1, 3], 5)
    reset_one(run, 1)
    run.work([1], 3)
    known, _ = run.check()
    assert run.of(known, 1)["quality"] == "lower_bound" and run.of(known, 1)["calls"] == 3


@case()
def entry_created_again(run):
    """A new key, reset and run again: its loss is only seen where another key fell or vanished, or by stats_since."""
    run.work([1], 20)
    run.baseline()
    run.work([1], 1)
    reset_one(run, 1)
    known, cycle = run.check()
    assert run.truth.key(1, "app", "app", False) not in known
    assert not cycle.clean, "an earlier key vanished"
    run.work([1], 4)
    known, _ = run.check()
    assert run.of(known, 1)["calls"] == 4 and run.of(known, 1)["quality"] == "exact"


@case()
def undetectable_reset_of_a_new_entry(run):
    """What the manual calls undetectable: reset one new entry between two reads, nothing else moves."""
    run.baseline()
    run.work([2], 5)
    reset_one(run, 2)
    run.work([2], 3)
    cycle = run.collector.collect()
    record = run.of(cycle.known(run.ids), 2)
    assert record["calls"] == 3
    assert record["quality"] == "exact" or not cycle.clean, "the manual says that this shows nowhere"


@case()
def two_users_stay_apart(run):
    run.work([1], 2)
    run.baseline()
    run.work([1], 5, user="app")
    run.work([1], 9, user="dbi_plain")
    run.work([1], 11, user="app", database="postgres")
    known, _ = run.check()
    assert run.of(known, 1, user="app")["calls"] == 5
    assert run.of(known, 1, user="dbi_plain")["calls"] == 9
    assert run.of(known, 1, user="app", database="postgres")["calls"] == 11
    assert all(record["quality"] == "exact" for record in known.values())


@case()
def toplevel_and_nested_stay_apart(run):
    run.baseline()
    run.work([1], 5)
    run.work([1], 9, nested=True)
    known, _ = run.check()
    if run.server.has_toplevel:
        assert run.of(known, 1)["calls"] == 5 and run.of(known, 1)["toplevel"] is True
        assert run.of(known, 1, nested=True)["calls"] == 9 and run.of(known, 1, nested=True)["toplevel"] is False
    else:
        assert run.of(known, 1)["calls"] == 14


@case(options=("--top", "3"))
def other_holds_the_rest(run):
    run.work(range(40), 1)
    run.baseline()
    run.work(range(40), 2)
    run.work(range(20), 2, nested=True)
    cycle = run.collector.collect()
    single = [record for record in cycle.statements if record["query_id"] != "other"]
    other = [record for record in cycle.statements if record["query_id"] == "other"]
    assert len(single) == 3, len(single)
    assert other and len({(r["database"], r.get("toplevel")) for r in other}) == len(other)
    assert run.check_sums() == 1


if __name__ == "__main__":
    sys.exit(CASES.main(Run))
