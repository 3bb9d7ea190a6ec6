#!/usr/bin/env python3
"""Random work, TRUNCATEs, restarts and crashes between many collections: is every `exact` count exact?

    random_mysql_workload.py [--intervals N] [--seed N]

On Debian's MariaDB or the server of $DBI_TEST_MYSQL_ROOT; one session at a time, since servers lose counts of a digest
that several run at once. A record that says `exact` and is wrong, and a `lower_bound` above the truth, is a fault.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import sys

import mysql_server
import suite
from mysql_server import SCHEMAS, MysqlServer

KNOWN = range(60)
NOISE = range(100, 600)


class Driver(suite.Driver):
    EVENTS = (("nothing", 44), ("wait_a_second", 10), ("truncate", 10), ("truncate_twice", 5), ("truncate_at_once", 10),
              ("restart", 3), ("crash", 2), ("noise", 10), ("change_time_zone", 6))

    def __init__(self, server, collector, seed):
        super().__init__(server, collector, seed)
        self.ids = server.query_ids(KNOWN)
        self.truth = collections.Counter()

    def work(self):
        todo = []
        for number in self.random.sample(KNOWN, self.random.randint(0, 12)):
            # Some statements are favourites, so that keys live through many intervals.
            if self.random.random() < 0.5:
                number %= 12
            todo.append((number, self.random.randint(1, 6), self.random.choice(SCHEMAS)))
        self.server.run_all(todo)
        for number, times, schema in todo:
            self.truth[schema, number] += times

    def wait_a_second(self):
        self.server.next_second()

    def truncate(self):
        self.server.truncate()

    def truncate_twice(self):
        self.server.truncate()
        self.work()
        self.server.truncate()

    def truncate_at_once(self):
        """The favourites return within the second of the last read."""
        self.server.truncate()
        todo = [(number, self.random.randint(1, 9), "app") for number in range(12)]
        self.server.run_all(todo)
        for number, times, schema in todo:
            self.truth[schema, number] += times

    def restart(self):
        self.server.restart()

    def crash(self):
        self.server.crash()

    def noise(self):
        self.server.run_all([(number, 2, "app") for number in self.random.sample(NOISE, self.random.randint(5, 60))])

    def change_time_zone(self):
        self.server.sql(f"set global time_zone = '{self.random.choice(('+00:00', '-07:00', '+05:30', 'SYSTEM'))}'")

    def interval(self):
        self.counts["intervals"] += 1
        early = self.random.random() < 0.5
        if early:
            self.work()
        event = self.choose_event()
        self.happen(event)
        self.work()
        self.judge(self.collector.collect(), event)
        self.truth.clear()

    def judge(self, cycle, event):
        where = f"interval {self.counts['intervals']} ({event})"
        if not cycle.compared:
            self.faults.append(f"{where}: nothing was compared: {cycle.scrape}")
            return
        known = mysql_server.known(cycle, self.ids)
        for key, record in known.items():
            true = self.truth.get(key, 0)
            self.counts[record["quality"]] += 1
            if record["quality"] == "exact" and record["calls"] != true:
                self.faults.append(f"{where}: {key}: exact {record['calls']}, run {true}: {cycle.scrape}")
            elif record["calls"] > true:
                self.faults.append(f"{where}: {key}: {record['quality']} {record['calls']}, run {true}")
        lost = [key for key in self.truth if key not in known]
        if cycle.clean and lost and not any(record["query_id"] == "other" for record in cycle.statements):
            self.faults.append(f"{where}: clean, but no record of {lost[:3]}")


if __name__ == "__main__":
    sys.exit(suite.drive(lambda: MysqlServer("performance_schema_digests_size=400"), Driver, mysql_server.recompute,
                         intervals=30))
