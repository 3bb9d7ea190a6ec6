#!/usr/bin/env python3
"""Random work, resets, restarts, evictions and grants between many collections: is every `exact` count exact?

    random_workload.py [--intervals N] [--seed N]

The driver keeps the truth. A record that says `exact` and is wrong is a fault unless it is one of those that
dbi-collect(1) calls undetectable: a partial reset in the interval after which nothing vanished or fell and, on
PostgreSQL 12 and 13, an eviction. Those are recognised and counted. A `lower_bound` above the truth is always a fault.
SPDX-License-Identifier: Apache-2.0
"""
import sys

import recompute
import suite
from server import DATABASES, USERS, Server, Truth

KNOWN = range(80)
NOISE = range(100, 700)


class Driver(suite.Driver):
    EVENTS = (("nothing", 46), ("reset_all", 6), ("reset_entry", 8), ("reset_user", 4), ("restart", 4),
              ("restart_without_save", 3), ("crash", 3), ("kill_backend", 3), ("evict", 12), ("fail_statements", 4),
              ("toggle_grant", 5), ("reset_twice", 2))

    def __init__(self, server, collector, seed):
        super().__init__(server, collector, seed)
        self.ids = server.query_ids(KNOWN)
        self.truth = Truth(server.has_toplevel)
        self.partial_reset = self.evicted = False
        self.granted = True
        self.counts.update({"intervals": 0, "compared": 0, "exact": 0, "lower_bound": 0, "undetectable": 0})

    def halfway(self):
        """The first half evicts all the time, the second only where evict() means to."""
        self.server.restart("pg_stat_statements.max=400")

    def work(self):
        """Some known statements, by several users, in both databases, toplevel and nested."""
        todo = []
        for number in self.random.sample(KNOWN, self.random.randint(0, 14)):
            # Some statements are favourites, so that keys live through many intervals.
            if self.random.random() < 0.5:
                number %= 12
            todo.append((number, self.random.randint(1, 6), self.random.choice(USERS), self.random.choice(DATABASES),
                         self.random.random() < 0.15))
        self.server.run_all(todo)
        for number, times, user, database, nested in todo:
            self.truth.add(number, times, user, database, nested)

    def reset_all(self):
        # 12 and 13 mark no reset at all; one that left no trace is then like a partial one.
        self.partial_reset = self.server.version < 14
        self.server.sql("select pg_stat_statements_reset()")

    def reset_entry(self):
        self.partial_reset = True
        self.server.sql("select pg_stat_statements_reset(userid, dbid, queryid) from pg_stat_statements "
                        f"where query ~ ' as k[0-9]+, ' order by md5(queryid::text || '{self.random.random()}') limit 1")

    def reset_twice(self):
        self.reset_entry()
        self.work()
        self.reset_entry()

    def reset_user(self):
        self.partial_reset = True
        user = self.random.choice(USERS)
        self.server.sql(f"select pg_stat_statements_reset((select oid from pg_roles where rolname = '{user}'), 0, 0)")

    def restart(self):
        self.server.restart("pg_stat_statements.save=on")

    def restart_without_save(self):
        self.server.restart("pg_stat_statements.save=off")

    def crash(self):
        self.server.crash()

    def kill_backend(self):
        self.server.kill_backend()

    def evict(self):
        self.evicted = True
        self.server.run_all([(number, 2, "postgres", "postgres", False)
                             for number in self.random.sample(NOISE, self.random.randint(10, 120))])

    def fail_statements(self):
        """Failing statements take entries that nobody sees."""
        for number in range(5):
            self.server.sql(f"select {'1 + ' * (number + 1)} 1 / (random()::int * 0)", check=False)

    def toggle_grant(self):
        self.server.sql("revoke pg_monitor from dbi_monitor" if self.granted else "grant pg_monitor to dbi_monitor")
        self.granted = not self.granted

    def interval(self):
        self.partial_reset = self.evicted = False
        self.counts["intervals"] += 1
        self.work()
        event = self.choose_event()
        if not self.granted and self.random.random() < 0.7:
            event = "toggle_grant"
        self.happen(event)
        self.work()
        if self.random.random() < 0.1:
            self.work()
            self.reset_entry()
        self.judge(self.collector.collect(), event)
        self.truth.clear()

    def judge(self, cycle, event):
        where = f"interval {self.counts['intervals']} ({event})"
        known = cycle.known(self.ids)
        if not cycle.compared:
            if cycle.statements:
                self.faults.append(f"{where}: query_stats without anything to compare with")
            return
        self.counts["compared"] += 1
        for key, record in known.items():
            true = self.truth.counts.get(key, 0)
            self.counts[record["quality"]] += 1
            if record["quality"] == "exact" and record["calls"] != true:
                if record["calls"] < true and self.undetectable(cycle):
                    self.counts["undetectable"] += 1
                else:
                    self.faults.append(f"{where}: {key}: exact {record['calls']}, run {true}: {cycle.scrape}")
            elif record["quality"] == "lower_bound" and record["calls"] > true:
                self.faults.append(f"{where}: {key}: lower bound {record['calls']}, run {true}")
        if cycle.clean and self.granted:
            lost = [key for key in self.truth.counts if key not in known]
            if lost and not self.undetectable(cycle):
                self.faults.append(f"{where}: clean, but no record of {lost[:3]}")

    def undetectable(self, cycle):
        """The cases of dbi-collect(1): a partial reset that left no trace; on 12 and 13 an eviction as well."""
        return cycle.clean and (self.partial_reset or (self.evicted and self.server.version < 14))


def add_up(collector):
    return recompute.compare(collector.raw_folder, collector.records_path)


if __name__ == "__main__":
    sys.exit(suite.drive(lambda: Server("pg_stat_statements.max=100", "autovacuum=off"), Driver, add_up, intervals=40))
