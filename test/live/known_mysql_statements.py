#!/usr/bin/env python3
"""Known statements on MariaDB or MySQL between two collections, one event each: does dbi-collect count what was run?

    known_mysql_statements.py [CASE ...]    all cases unless named; --list prints their names

Where a record says `exact` its calls are what was run; where it says `lower_bound` they are never more; and where the
interval is clean every statement has its record. Each case says what it expects besides. In the end the raw rows of
every cycle are added up.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import subprocess
import sys
import time

import mysql_server
import suite
from mysql_server import MysqlServer
from server import Collector

KNOWN = range(40)
CASES = suite.Cases()
case = CASES.case


def until(what, limit=20):
    """Asks until it is so."""
    end = time.monotonic() + limit
    while not what():
        assert time.monotonic() < end, "it never came to that"


class Run:
    """One server, one collector, the truth between."""

    def __init__(self, settings, options):
        self.server = MysqlServer(*settings)
        self.collector = Collector(self.server, *(options or ("--kinds", "query_stats", "--top", "100000")))
        self.counts = collections.Counter()
        self.ids = {} if "performance_schema=OFF" in settings else self.server.query_ids(KNOWN)

    def close(self):
        self.collector.close()
        self.server.close()

    def work(self, numbers, times=1, schema="app"):
        self.server.run_all([(number, times, schema) for number in numbers])
        for number in numbers:
            self.counts[schema, number] += times

    def baseline(self):
        """A read that the next one is compared with, of a server that runs for some seconds, in a second of its own:
        what came before it is old then."""
        until(lambda: self.server.uptime() > 3)
        self.server.next_second()
        cycle = self.collector.collect()
        self.counts.clear()
        return cycle

    def check(self):
        """Collects; compares every record with the truth; returns {(schema, number): record} and the cycle."""
        cycle = self.collector.collect()
        known = mysql_server.known(cycle, self.ids)
        suite.judge(cycle, known, self.counts)
        self.counts.clear()
        compared, faults = mysql_server.recompute(self.collector)
        assert not faults, "\n".join(faults)
        return known, cycle


@case()
def exact_when_nothing_happens(run):
    run.work([1, 2], 5)
    cycle = run.baseline()
    assert cycle.scrape.get("baseline") is True and not cycle.statements, "a first run has no query_stats"
    run.work([1], 7)
    run.work([3], 4)
    known, cycle = run.check()
    assert known["app", 1]["calls"] == 7 and known["app", 1]["quality"] == "exact"
    assert known["app", 3]["calls"] == 4 and known["app", 3]["quality"] == "exact", "an old row survived: a new one is whole"
    assert ("app", 2) not in known, "a statement that did not run has no record"
    assert cycle.clean and cycle.scrape["outcome"] == "ok"
    assert cycle.scrape["system"] == ("mariadb" if run.server.is_mariadb else "mysql")
    assert known["app", 1]["rows_sent"] == 7 and known["app", 1]["total_ms"] > 0
    assert known["app", 1]["query"] == "SELECT ? AS `k1`, ?", known["app", 1]["query"]


@case()
def own_statements_have_no_records(run):
    run.baseline()
    for _ in range(3):
        cycle = run.collector.collect()
        own = [record for record in cycle.statements if "dbi_collect" in record.get("query", "")]
        assert not own, own
        unknown = [record for record in cycle.statements if "query" in record.get("missing", [])]
        assert not unknown, unknown
    assert cycle.scrape["self_calls"] >= 4 and cycle.scrape["self_ms"] > 0


@case()
def truncate(run):
    run.work([1, 2], 3)
    run.baseline()
    run.work([1, 2, 3], 5)
    run.server.truncate()
    run.server.next_second()
    run.work([1, 3], 2)
    known, cycle = run.check()
    assert not cycle.clean
    for number in (1, 3):
        assert known["app", number]["quality"] == "lower_bound" and known["app", number]["calls"] == 2


@case()
def truncate_and_return_within_a_second(run):
    """MariaDB's FIRST_SEEN does not move then; of 3 rounds some lie in one second, whatever the machine does."""
    for _ in range(3):
        run.server.truncate()
        run.server.next_second()
        run.work([1], 1)
        run.collector.collect()
        run.counts.clear()
        run.work([1], 5)
        run.server.truncate()
        run.work([1], 6)
        known, _ = run.check()
        # None where its FIRST_SEEN is the same and its time fell.
        assert ("app", 1) not in known or known["app", 1]["quality"] == "lower_bound", known["app", 1]


@case()
def restart(run):
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.restart()
    run.work([1, 2], 3)
    known, cycle = run.check()
    assert not cycle.clean
    for number in (1, 2):
        assert known["app", number]["quality"] == "lower_bound" and known["app", number]["calls"] == 3


@case()
def crash(run):
    run.work([1], 2)
    run.baseline()
    run.work([1, 2], 5)
    run.server.crash()
    run.work([1, 2], 14)
    known, cycle = run.check()
    assert not cycle.clean
    for number in (1, 2):
        assert known["app", number]["quality"] == "lower_bound" and known["app", number]["calls"] == 14


@case("performance_schema_digests_size=60")
def full_table(run):
    # The driver's own statements take room as well.
    run.work(range(10), 1)
    run.baseline()
    for number in range(100, 200):
        run.server.run_all([(number, 1, "app")])
    run.work([1], 4)
    known, cycle = run.check()
    assert known["app", 1]["calls"] == 4 and known["app", 1]["quality"] == "exact", "nothing is evicted"
    other = [record for record in cycle.statements if record["query_id"] == "other"]
    assert len(other) == 1 and "database" not in other[0] and other[0]["calls"] > 20, other
    assert cycle.scrape["digest_lost"] > 20, cycle.scrape
    run.server.run_all([(150, 3, "app")])
    known, cycle = run.check()
    other = [record for record in cycle.statements if record["query_id"] == "other"]
    assert other and other[0]["calls"] >= 3, other


@case()
def two_schemas_stay_apart(run):
    run.work([1], 2)
    run.work([1], 2, schema="other_app")
    run.baseline()
    run.work([1], 5)
    run.work([1], 9, schema="other_app")
    known, _ = run.check()
    assert known["app", 1]["calls"] == 5 and known["other_app", 1]["calls"] == 9
    assert all(record["quality"] == "exact" for record in known.values())


@case("default_time_zone=+05:00")
def changed_time_zone(run):
    """FIRST_SEEN is shown in the session's time zone: as a number of ours it must not move."""
    run.work([1], 2)
    run.baseline()
    run.server.sql("set global time_zone = '-03:00'")
    run.work([1, 2], 4)
    known, cycle = run.check()
    assert cycle.clean, cycle.scrape
    assert known["app", 1]["quality"] == "exact" and known["app", 2]["quality"] == "exact"


@case(options=("--top", "3"))
def other_holds_the_rest(run):
    run.work(range(30), 1)
    run.baseline()
    run.work(range(30), 2)
    run.server.run_all([(number, 1, "other_app") for number in range(30)])
    cycle = run.collector.collect()
    other = {record.get("database"): record for record in cycle.statements if record["query_id"] == "other"}
    assert sum(record["query_id"] != "other" for record in cycle.statements) == 3
    assert {"app", "other_app"} <= set(other), other
    compared, faults = mysql_server.recompute(run.collector)
    assert compared == 1 and not faults, faults


@case()
def several_statements_in_one_packet(run):
    """MariaDB shows the first one's text for each: none of them may be named by it."""
    run.baseline()
    run.server.sql("select 1 as first; select 2 as second, 3; select 4//", user="app", database="app",
                   options=("--delimiter=//",))
    run.collector.options = (*run.collector.options, "--text-interval", "1s")
    run.server.next_second()
    cycle = run.collector.collect()
    texts = [record for record in cycle.statements if "first" in record.get("query", "").lower()]
    assert texts, cycle.statements
    if run.server.is_mariadb:
        assert all("query_signature" not in record for record in texts if len(texts) > 1), texts


@case()
def privilege_taken_away(run):
    run.work([1], 2)
    run.baseline()
    run.server.sql("revoke select on performance_schema.* from dbi_monitor")
    cycle = run.collector.collect()
    errors = [record for record in cycle.records if record["kind"] == "error"]
    assert cycle.scrape["outcome"] == "partial" and not cycle.statements
    assert errors[0]["error_class"] == "privilege", errors
    assert errors[0]["hint"] == "GRANT SELECT ON performance_schema.* TO 'dbi_monitor'@'%';", errors
    run.server.sql(errors[0]["hint"].rstrip(";"))
    run.work([1], 3)
    known, _ = run.check()
    assert known["app", 1]["calls"] == 3 and known["app", 1]["quality"] == "exact", "the earlier counters were kept"


@case()
def consumer_switched_off(run):
    run.work([1], 2)
    run.baseline()
    run.server.sql("update performance_schema.setup_consumers set enabled = 'NO' where name = 'statements_digest'")
    run.work([1], 3)
    cycle = run.collector.collect()
    errors = [record for record in cycle.records if record["kind"] == "error"]
    assert cycle.scrape["outcome"] == "partial" and errors[0]["error_class"] == "missing_feature", errors
    assert not cycle.statements, "what ran meanwhile left no trace"
    run.server.sql(errors[0]["hint"].split(";")[0])
    cycle = run.collector.collect()
    assert not cycle.compared and not cycle.statements
    run.counts.clear()
    run.work([1], 4)
    known, _ = run.check()
    assert known["app", 1]["calls"] == 4


class Client:
    """A session that is told one statement after another and stays."""

    def __init__(self, server, user="app", database="app"):
        self.process = subprocess.Popen(server.client(user, database, "-n", "--force"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.pid = self.ask("select connection_id()")

    def tell(self, text):
        self.process.stdin.write(text + ";\n")
        self.process.stdin.flush()

    def ask(self, text):
        self.tell(text)
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.kill()
        self.process.wait()


@case(options=("--kinds", "session"))
def sessions_and_their_blockers(run):
    server = run.server
    server.sql("create table app.t (id int primary key, v varchar(40)) engine=innodb; insert into app.t values (1, 'a')")
    holder, waiter, altering, reading, named, waits_for_name = (Client(server) for _ in range(6))
    try:
        holder.ask("begin; select 0")
        holder.tell("update t set v = 'canary1' where id = 1")
        assert holder.ask("select 1") == "1"
        waiter.tell("update t set v = 'canary2' where id = 1")
        state = f"select state from information_schema.processlist where id = "
        # Not by innodb_trx: InnoDB makes that table anew only where nobody has read it for 100 ms.
        until(lambda: server.sql("show global status like 'Innodb_row_lock_current_waits'").split()[-1] == "1")
        altering.tell("alter table t comment = 'canary3'")
        until(lambda: "metadata lock" in server.sql(state + altering.pid))
        reading.tell("select v from t where v = 'canary4'")
        until(lambda: "metadata lock" in server.sql(state + reading.pid))
        named.ask("select get_lock('canary5', 1)")
        waits_for_name.tell("select get_lock('canary5', 60)")
        until(lambda: "User lock" in server.sql(state + waits_for_name.pid))
        cycle = run.collector.collect()
        text = json.dumps(cycle.records)
        assert "canary" not in text, text
        sessions = {record["pid"]: record for record in cycle.records if record["kind"] == "session"}
        assert sessions[holder.pid]["state"] == "idle in transaction", sessions[holder.pid]
        assert "transaction_ms" in sessions[holder.pid] and "duration_ms" not in sessions[holder.pid]
        assert sessions[waiter.pid]["blocked_by"] == [holder.pid], sessions[waiter.pid]
        assert sessions[waiter.pid]["wait_type"] == "Lock" and sessions[waiter.pid]["duration_ms"] > 0
        assert holder.pid in sessions[altering.pid]["blocked_by"], sessions[altering.pid]
        assert sessions[reading.pid]["blocked_by"] == [altering.pid], sessions[reading.pid]
        assert sessions[waits_for_name.pid]["blocked_by"] == [named.pid]
        assert sessions[named.pid]["state"] == "idle", "it blocks another, so it is there"
        assert sessions[waiter.pid]["query"] == "update t set v = ? where id = ?", sessions[waiter.pid]
        assert sessions[waiter.pid]["user"] == "app" and sessions[waiter.pid]["database"] == "app"
    finally:
        for client in (holder, waiter, altering, reading, named, waits_for_name):
            client.close()


@case("performance_schema=OFF", options=("--top", "500"))
def performance_schema_off(run):
    busy = Client(run.server)
    try:
        busy.tell("select sleep(60), 'canary'")
        until(lambda: run.server.sql("select count(*) from information_schema.processlist where info like '%sleep(60)%' "
                                     "and id <> connection_id()") == "1")
        cycle = run.collector.collect()
    finally:
        busy.close()
    errors = [record for record in cycle.records if record["kind"] == "error"]
    assert [error["error_class"] for error in errors] == ["missing_feature"], errors
    assert "performance_schema = ON" in errors[0]["hint"], errors
    assert cycle.scrape["outcome"] == "partial"
    sessions = [record for record in cycle.records if record["kind"] == "session" and record["pid"] == busy.pid]
    assert len(sessions) == 1 and sessions[0]["query"] == "select sleep(?), ?", sessions
    assert "application" in sessions[0]["missing"], sessions


CANARY = "Kanarienvogel"
# A literal in every position that the grammar has for one, and those that servers are known to keep.
POSITIONS = ("select '{0}'", 'select "{0}"', "select N'{0}'", "select _utf8mb4'{0}'", "select 'a' '{0}'",
             "select 1 as `a`, '{0}' /* {0} */", "select '\\'{0}'", "select '''{0}'", "select 1 -- {0}", "select 1 # {0}",
             "select * from t where v like '%{0}%' escape '!'", "select * from t where v in ('{0}', 'b', \"{0}\")",
             "insert into t values (9, '{0}') on duplicate key update v = '{0}'", "update t set v = concat('{0}', v)",
             "delete from t where v = '{0}'", "set @a = '{0}'", "do '{0}'", "select date_format(now(), '{0}')",
             "select case when v = '{0}' then '{0}' end from t group by v having v <> '{0}' limit 1",
             "create user `u` identified by '{0}'", "alter user `u` identified by '{0}'", "drop user `u`",
             "create table c (a varchar(30) default '{0}' comment '{0}') comment = '{0}'", "drop table c",
             "prepare p from 'select \\'{0}\\''", "execute p", "deallocate prepare p", "select '{0}", "selec '{0}'",
             "select '{0}' from nowhere", "signal sqlstate '45000' set message_text = '{0}'", "kill '{0}'",
             "select json_extract('{{\"{0}\":1}}', '$.{0}')", "select x'4b616e617269656e766f67656c', '{0}'",
             "begin", "savepoint s", "rollback", "call nowhere.p('{0}')", "select get_lock('{0}', 0)",
             "xa start '{0}'", "xa end '{0}'", "xa prepare '{0}'")


@case(options=("--text-interval", "1s"))
def no_literal_comes_out(run):
    server = run.server
    server.sql("create table app.t (id int primary key, v varchar(40)) engine=innodb")
    run.collector.options = (*run.collector.options, "--baseline", "emit")
    session = subprocess.run(server.client("root", "app", "--force"), capture_output=True, text=True,
                             input=";\n".join(position.format(CANARY) for position in POSITIONS) + ";\n")
    assert CANARY in session.stdout, session
    busy = Client(server)
    try:
        busy.tell(f"select sleep(60), '{CANARY}', \"{CANARY}\" /* {CANARY} */")
        until(lambda: server.sql("select count(*) from information_schema.processlist where info like '%sleep(60)%' "
                                 "and id <> connection_id()") == "1")
        cycles = [run.collector.collect() for _ in range(2)]
    finally:
        busy.close()
    assert len(cycles[0].statements) > 20 and any(record["kind"] == "session" for record in cycles[0].records)
    done = subprocess.run([*run.collector.command()[:-1], server.target.replace("dbi_monitor", f"nobody-{CANARY[:4]}")],
                          capture_output=True, text=True)
    said = done.stdout + done.stderr + json.dumps([cycle.records for cycle in cycles])
    for path in run.collector.folder.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            if path.suffix == ".lz4":
                kept = subprocess.run(["lz4", "-dc", str(path)], check=True, capture_output=True).stdout
            said += kept.decode("utf-8", "replace")
    # Digests fold the case of names.
    assert CANARY.lower() not in said.lower(), said[said.lower().index(CANARY.lower()) - 200:][:300]
    assert "4b616e6172" not in said.lower()


if __name__ == "__main__":
    sys.exit(CASES.main(Run))
