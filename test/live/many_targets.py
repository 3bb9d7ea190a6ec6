#!/usr/bin/env python3
"""Servers of all makes and dead ones in one run of dbi-collect: is every living one read on time?

    many_targets.py

A PostgreSQL and a MariaDB or MySQL live (Debian's MariaDB as well where $DBI_TEST_MYSQL_ROOT names another server).
Beside them, once as PostgreSQL and once as MySQL: a port that refuses, a port that accepts and never answers, and a
server that is stopped (SIGSTOP) in the middle of the run and later goes on: first a statement is not answered
(`timeout`), then there is no connection, as with the ports (`connection`). The cycles of a living target may begin
BOUND later than the interval says, and none may be left out; what the dead ones may take (LIMIT) is longer than that.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from mysql_server import MysqlServer
from server import Server

INTERVAL, BOUND, LIMIT, CYCLES = 1.0, 0.5, 2.0, 10
URLS = {"postgresql": "postgresql://dbi_monitor@{}/app", "mysql": "mysql://dbi_monitor@{}/"}


class Run:
    """One dbi-collect; its records by target as they come."""

    def __init__(self, folder, targets):
        self.records, self.fresh = collections.defaultdict(list), threading.Condition()
        self.process = subprocess.Popen(
            ["dbi-collect", "--no-config", "--state-dir", f"{folder}/state", "--interval", f"{INTERVAL:g}s",
             "--connect-timeout", f"{LIMIT:g}s", "--statement-timeout", f"{LIMIT:g}s", *targets],
            stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            record = json.loads(line)
            with self.fresh:
                self.records[record["target"]].append(record)
                self.fresh.notify_all()

    def scrapes(self, target):
        return [record for record in self.records[target] if record["kind"] == "scrape"]

    def count(self, target, outcome):
        return sum(scrape["outcome"] == outcome for scrape in self.scrapes(target))

    def until(self, targets, outcome, count):
        """Waits until each of the targets has had so many cycles with this outcome."""
        with self.fresh:
            came = self.fresh.wait_for(lambda: all(self.count(name, outcome) >= count for name in targets), 60)
        assert came, f"not {count} {outcome}: {[(name, self.count(name, outcome)) for name in targets]}"

    def end(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.reader.join()
        return status

    def check_on_time(self, name):
        scrapes = self.scrapes(name)
        assert len(scrapes) >= CYCLES and {scrape["outcome"] for scrape in scrapes} == {"ok"}, scrapes
        begins = [datetime.datetime.fromisoformat(scrape["observed_ts"].replace("Z", "+00:00")).timestamp()
                  for scrape in scrapes]
        late = [begin - begins[0] - number * INTERVAL for number, begin in enumerate(begins)]
        told = max(scrape.get("late_s", 0) for scrape in scrapes)
        assert max(late) <= BOUND and told <= BOUND, f"{name}: {late}, late_s {told}"
        print(f"ok {name} lives ({scrapes[0]['system']} {scrapes[0]['server_version']}): {len(scrapes)} cycles, "
              f"begun up to {max(late) * 1000:.0f} ms late, late_s {told or 'never'}, "
              f"up to {max(scrape['cycle_ms'] for scrape in scrapes):.0f} ms long")

    def check_dead(self, name, kind):
        outcomes = collections.Counter(scrape["outcome"] for scrape in self.scrapes(name))
        errors = [record for record in self.records[name] if record["kind"] == "error"]
        classes = [record["error_class"] for record in errors]
        stopped = kind == "is stopped"
        expected = ["timeout" if stopped else "connection"] + ["connection"] * (outcomes["failed"] - 1)
        assert outcomes["failed"] >= 2 and classes == expected, f"{name} {kind}: {outcomes}, {errors}"
        assert bool(outcomes["ok"]) == stopped and not outcomes["partial"], f"{name} {kind}: {outcomes}"
        longest = max(scrape["cycle_ms"] for scrape in self.scrapes(name))
        print(f"ok {name} {kind} ({errors[0]['system']}): {dict(outcomes)}, up to {longest:.0f} ms long: "
              + ", ".join(f"{record['error_class']} ({record['message']})" for record in errors[:2]))


def silent_port(address):
    """A socket that takes connections and says nothing."""
    listening = socket.socket()
    listening.bind((address, 0))
    listening.listen()
    return listening


def living_servers():
    servers = [Server(), MysqlServer()]
    if os.environ.get("DBI_TEST_MYSQL_ROOT") and os.path.exists("/usr/sbin/mariadbd"):
        servers.append(MysqlServer(environment={"DBI_TEST_MYSQL_ROOT": ""}))
    return servers


def main():
    folder = tempfile.mkdtemp(prefix="dbi-many.")
    living, frozen = living_servers(), {"postgresql": Server(), "mysql": MysqlServer()}
    silent = {make: silent_port("127.0.0.1") for make in URLS}
    names = {f"127.0.0.1:{server.port}": server for server in living}
    freezing = {make: f"127.0.0.1:{server.port}" for make, server in frozen.items()}
    dead = {f"127.0.0.{number}:1": (make, "refuses") for number, make in enumerate(URLS, 1)}
    dead.update({f"127.0.0.1:{silent[make].getsockname()[1]}": (make, "never answers") for make in URLS})
    targets = [URLS[make].format(name) for name, (make, _) in dead.items()]
    targets += [URLS[make].format(name) for make, name in freezing.items()]
    targets += [URLS["postgresql" if isinstance(server, Server) else "mysql"].format(name)
                for name, server in names.items()]
    run = Run(folder, targets)
    bad = 0
    try:
        run.until(freezing.values(), "ok", 2)
        for server in frozen.values():
            server.freeze()
        run.until(freezing.values(), "failed", 2)
        for server in frozen.values():
            server.thaw()
        before = max(run.count(name, "ok") for name in freezing.values())
        run.until(freezing.values(), "ok", before + 2)
        run.until(names, "ok", CYCLES)
        status = run.end()
        assert status == 0, f"status {status}"
        for name in names:
            run.check_on_time(name)
        for name, (_, kind) in dead.items():
            run.check_dead(name, kind)
        for name in freezing.values():
            run.check_dead(name, "is stopped")
        print(f"bound {BOUND * 1000:.0f} ms at an interval of {INTERVAL:g} s, limits of {LIMIT:g} s")
    except AssertionError as fault:
        bad = 1
        print(f"not ok: {fault}", flush=True)
    finally:
        if run.process.poll() is None:
            run.end()
        for server in [*living, *frozen.values()]:
            server.close()
        shutil.rmtree(folder, ignore_errors=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
