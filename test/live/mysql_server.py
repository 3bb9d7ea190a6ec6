"""A throw-away MariaDB or MySQL, statements with known identity, and the truth about what was run.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import subprocess

from private_server import PrivateServer
from server import Cycle

SCHEMAS = ("app", "other_app")


def sql_of(number):
    """Known statement `number`: its alias tells it, in the text and in the digest."""
    return f"select {number} as k{number}, 'x'"


class MysqlServer(PrivateServer):
    """The MariaDB or MySQL of $DBI_TEST_MYSQL_ROOT, else Debian's."""

    SCRIPT = "private-mariadb"

    def __init__(self, *settings, environment=()):
        super().__init__(*settings, environment=environment)
        self.target = self.started.strip().splitlines()[-1]
        self.sql("create database other_app; grant all on other_app.* to app")
        version = self.sql("select version()")
        self.is_mariadb = "MariaDB" in version
        self.name = version if self.is_mariadb else f"MySQL {version}"

    def processes(self):
        return [int((self.folder / "pid").read_text())]

    def client(self, user="root", database="", *options):
        return ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-N", "-B", "-S",
                str(self.folder / "socket"), "-u", user, *options, *([database] if database else [])]

    def sql(self, text, user="root", database="", options=()):
        """Runs statements, one after another; the output without the last line's end."""
        return self.feed(self.client(user, database, *options), text + ("\n" if options else ";\n"))

    def run_all(self, work):
        """(number, times, schema) each; one session a schema."""
        by_schema = collections.defaultdict(list)
        for number, times, schema in work:
            by_schema[schema].append((sql_of(number) + ";\n") * times)
        for schema, lines in by_schema.items():
            self.sql("".join(lines).rstrip(";\n"), user="app", database=schema)

    def run_known(self, work):
        """(number, times) each, in one schema."""
        self.run_all([(number, times, "app") for number, times in work])

    def calls(self):
        """digest -> calls, as the server counts them."""
        rows = self.sql("select digest, sum(count_star) from performance_schema.events_statements_summary_by_digest "
                        "where digest is not null group by 1")
        return {digest: int(calls) for digest, calls in (row.split("\t") for row in rows.splitlines())}

    def truncate(self):
        self.sql("truncate table performance_schema.events_statements_summary_by_digest")

    def next_second(self):
        """Waits for the server's next whole second, the finest that MariaDB's FIRST_SEEN can tell."""
        now = self.sql("select unix_timestamp()")
        while self.sql("select unix_timestamp()") == now:
            pass

    def uptime(self):
        return int(self.sql("show global status like 'Uptime'").split()[1])

    def query_ids(self, numbers):
        """digest -> number, learned from the server: runs each once and empties the table."""
        self.truncate()
        self.run_all([(number, 1, "app") for number in numbers])
        rows = self.sql("select digest, digest_text from performance_schema.events_statements_summary_by_digest "
                        "where schema_name = 'app' and digest_text like 'SELECT ? AS `k%'")
        ids = {}
        for row in rows.splitlines():
            digest, text = row.split("\t", 1)
            ids[digest] = int(text.split("`k", 1)[1].split("`", 1)[0])
        self.truncate()
        missing = set(numbers) - set(ids.values())
        if missing:
            raise RuntimeError(f"no digest for {sorted(missing)}")
        return ids


def known(cycle: Cycle, ids):
    """(schema, number) -> record, for the statements that the driver knows."""
    found = {}
    for record in cycle.statements:
        number = ids.get(record["query_id"])
        if number is None:
            continue
        key = (record.get("database"), number)
        if key in found:
            raise RuntimeError(f"two records of one key in one cycle: {key}")
        found[key] = record
    return found


def _read_cycle(path):
    """key -> (FIRST_SEEN, calls, picoseconds, all counters) of a cycle's read of the digest table, or None."""
    text = subprocess.run(["lz4", "-dc", str(path)], check=True, capture_output=True).stdout
    for line in text.decode().splitlines():
        read = json.loads(line)
        columns = read.get("columns") or []
        if read["read"] != "statements" or "COUNT_STAR" not in columns:
            continue
        place = {name: columns.index(name) for name in ("SCHEMA_NAME", "DIGEST", "COUNT_STAR", "SUM_TIMER_WAIT")}
        counters = [i for i, name in enumerate(columns) if name.startswith(("COUNT_STAR", "SUM_"))]
        since = next(i for i, name in enumerate(columns) if "FIRST_SEEN" in name)
        return {(row[place["SCHEMA_NAME"]], row[place["DIGEST"]]):
                (row[since], int(row[place["COUNT_STAR"]]), int(row[place["SUM_TIMER_WAIT"]]),
                 [int(row[i]) for i in counters]) for row in read["rows"]}
    return None


def _delta_sums(earlier, later):
    """(calls, ms): the difference, the whole where the key is new or its FIRST_SEEN changed, 0 where a counter fell."""
    calls = picoseconds = 0
    for key, (since, new_calls, new_time, counters) in later.items():
        old = earlier.get(key)
        if old is not None and old[0] == since:
            if any(new < was for new, was in zip(counters, old[3])):
                continue
            new_calls, new_time = new_calls - old[1], new_time - old[2]
        if new_calls:
            calls, picoseconds = calls + new_calls, picoseconds + new_time
    return calls, picoseconds / 1e9


def recompute(collector):
    """Adds up the raw rows of every cycle: (cycles compared, faults)."""
    cycles = collections.defaultdict(list)
    with open(collector.records_path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            cycles[record.get("cycle")].append(record)
    faults, compared, earlier = [], 0, None
    for path in sorted(collector.raw_folder.glob("*.ndjson.lz4")):
        name = path.name.split(".")[0]
        later, records = _read_cycle(path), cycles.get(name)
        if later is None or not records:
            continue
        scrape = records[-1]
        if any(record["kind"] == "error" and record.get("source") == "statements" for record in records):
            earlier = None  # the server did not count: these rows are not to be trusted
            continue
        if earlier is not None and not scrape.get("baseline") and not scrape.get("incomparable"):
            calls, ms = _delta_sums(earlier, later)
            statements = [record for record in records if record["kind"] == "query_stats"]
            said = sum(record["calls"] for record in statements) + scrape["self_calls"]
            said_ms = sum(record["total_ms"] for record in statements) + scrape["self_ms"]
            if said != calls:
                faults.append(f"{name}: records say {said} calls, the rows {calls}")
            if abs(said_ms - ms) > 1e-5 * max(1.0, ms):
                faults.append(f"{name}: records say {said_ms} ms, the rows {ms}")
            compared += 1
        earlier = later
    return compared, faults
