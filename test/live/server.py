"""A throw-away PostgreSQL, statements with known identity, and dbi-collect as a black box.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from private_server import PrivateServer

DATABASES = ("app", "postgres")
USERS = ("app", "dbi_plain")
NESTED = """
create or replace function nested(statement text, n int) returns void language plpgsql as
$$ begin for i in 1..n loop execute statement; end loop; end $$"""


def statement(number):
    """The SQL of known statement `number`: its constants' types make its query id, its alias tells it in the text.

    Types are what a query id is made of where the text has only constants, on every version, without any table.
    """
    kinds = ("1", "true", "1.5")
    digits = []
    for _ in range(6):
        number, digit = divmod(number, 3)
        digits.append(kinds[digit])
    return digits


def sql_of(number):
    first, *rest = statement(number)
    return f"select {first} as k{number}, " + ", ".join(rest)


class Server(PrivateServer):
    """The PostgreSQL of $DBI_TEST_PG_BIN, else Debian's."""

    SCRIPT = "private-postgres"

    def __init__(self, *settings):
        super().__init__(*settings)
        for database in DATABASES:
            self.sql(NESTED, database=database)
        self.version = int(self.sql("select current_setting('server_version_num')::int / 10000"))
        self.name = f"PostgreSQL {self.version}"
        self.has_toplevel = self.version >= 14

    def processes(self):
        first = (self.folder / "data/postmaster.pid").read_text().splitlines()[0]
        children = subprocess.run(["pgrep", "-P", first], capture_output=True, text=True).stdout.split()
        return [int(pid) for pid in (first, *children)]

    def kill_backend(self):
        """kill -9 of one backend: the postmaster stays, every backend restarts, the statistics are lost."""
        victim = subprocess.Popen(self._psql("postgres", "app") + ["-c", "select pg_sleep(600)"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pid = ""
        while not pid:
            pid = self.sql("select max(pid) from pg_stat_activity where query = 'select pg_sleep(600)'")
        os.kill(int(pid), 9)
        victim.wait()
        while subprocess.run(self._psql("postgres", "app") + ["-c", "select 1"], capture_output=True).returncode:
            pass

    def _psql(self, user, database):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", self.port,
                "-U", user, "-d", database]

    def sql(self, text, user="postgres", database="app", check=True):
        """Runs statements, each by itself; the output without the last line's end."""
        return self.feed(self._psql(user, database), text + ";\n", check)

    def run(self, number, times=1, user="app", database="app", nested=False):
        """Runs known statement `number` so many times."""
        self.run_all([(number, times, user, database, nested)])

    def run_all(self, work):
        """(number, times, user, database, nested) each; one session a user and database."""
        by_session = collections.defaultdict(list)
        for number, times, user, database, nested in work:
            text = sql_of(number)
            if nested:
                by_session[user, database].append(f"select nested('{text}', {times});\n")
            else:
                by_session[user, database].append((text + ";\n") * times)
        for (user, database), lines in by_session.items():
            self.feed(self._psql(user, database), "".join(lines))

    def run_known(self, work):
        """(number, times) each, by one user."""
        self.run_all([(number, times, "app", "app", False) for number, times in work])

    def calls(self):
        """query id -> calls, as the server counts them."""
        rows = self.sql("select queryid, sum(calls) from pg_stat_statements group by 1")
        return {query_id: int(calls) for query_id, calls in (row.split("|") for row in rows.splitlines())}

    def query_ids(self, numbers):
        """query id -> number, learned from the server: runs each once and resets the statistics."""
        self.sql("select pg_stat_statements_reset()")
        ids = {}
        numbers = list(numbers)
        for chunk in (numbers[i:i + 40] for i in range(0, len(numbers), 40)):
            self.run_all([(number, 1, "app", "app", False) for number in chunk])
            rows = self.sql("select queryid, query from pg_stat_statements where query ~ ' as k[0-9]+, '")
            for row in rows.splitlines():
                query_id, text = row.split("|", 1)
                ids[query_id] = int(re.search(r" as k(\d+), ", text).group(1))
            self.sql("select pg_stat_statements_reset()")
        missing = set(numbers) - set(ids.values())
        if missing:
            raise RuntimeError(f"no query id for {sorted(missing)}")
        return ids

    @property
    def target(self):
        return f"postgresql://dbi_monitor@127.0.0.1:{self.port}/app"


class Collector:
    """Runs dbi-collect --once with a state folder of its own; keeps every record and the raw rows."""

    def __init__(self, server, *options, folder=None):
        self.server = server
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="dbi-live-collect."))
        self.options = options
        self.records_path = self.folder / "records.ndjson"
        self.records_path.touch()
        self.raw = self.folder / "raw"

    def command(self):
        return [os.environ.get("DBI_COLLECT", "dbi-collect"), "--once", "--no-config", "--state-dir",
                str(self.folder / "state"), "--record", str(self.raw), *self.options, self.server.target]

    def collect(self, ok=(0,)):
        """One cycle's records."""
        done = subprocess.run(self.command(), capture_output=True, text=True,
                              env={**os.environ, "PGCONNECT_TIMEOUT": "10"})
        if done.returncode not in ok:
            raise RuntimeError(f"dbi-collect: status {done.returncode}: {done.stderr}\n{done.stdout[-2000:]}")
        with open(self.records_path, "a", encoding="utf-8") as kept:
            kept.write(done.stdout)
        return Cycle([json.loads(line) for line in done.stdout.splitlines()])

    @property
    def raw_folder(self):
        folders = [path for path in self.raw.iterdir() if path.is_dir()]
        if len(folders) != 1:
            raise RuntimeError(f"--record left {folders}")
        return folders[0]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Cycle:
    """The records of one cycle."""

    def __init__(self, records):
        self.records = records
        scrapes = [record for record in records if record["kind"] == "scrape"]
        if len(scrapes) != 1 or records[-1] is not scrapes[0]:
            raise RuntimeError(f"a cycle ends with its one scrape: {[record['kind'] for record in records]}")
        self.scrape = scrapes[0]
        self.statements = [record for record in records if record["kind"] == "query_stats"]

    @property
    def compared(self):
        """True where the cycle had an earlier read to compare with."""
        return not self.scrape.get("baseline") and not self.scrape.get("incomparable")

    @property
    def clean(self):
        return not self.scrape.get("unclean")

    def known(self, ids):
        """(database, user, number, toplevel) -> record, for the statements that the driver knows."""
        found = {}
        for record in self.statements:
            number = ids.get(record["query_id"])
            if number is None:
                continue
            key = (record["database"], record["user"], number, record.get("toplevel"))
            if key in found:
                raise RuntimeError(f"two records of one key in one cycle: {key}")
            found[key] = record
        return found


class Truth:
    """What was run since the last read, by key."""

    def __init__(self, has_toplevel):
        self._has_toplevel = has_toplevel
        self.counts = collections.Counter()

    def key(self, number, user, database, nested):
        return database, user, number, (not nested) if self._has_toplevel else None

    def add(self, number, times, user, database, nested):
        self.counts[self.key(number, user, database, nested)] += times

    def clear(self):
        self.counts.clear()


