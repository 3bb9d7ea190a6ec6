#!/usr/bin/env python3
"""Runs every statement of mysql_signatures.sql on a MySQL or MariaDB server and compares the signatures of the statement
as it was sent (which a processlist shows), of its text in performance_schema, of its text in the slow query log and of
its digest text. A throw-away server: logs are switched on and accounts made.
SPDX-License-Identifier: Apache-2.0

  mysql_signatures.py PROGRAM SOCKET [STATEMENTS]     PROGRAM is the built dbi_signature; root without password

A block begins with "== [SQL_MODE]" or "=! SYSTEMS [SQL_MODE]" (may differ there: all, mysql, mariadb, mariadb11, with
commas), then the statement. Exit status 1 where a statement differs that may not, or where a canary (secret, 42.4) comes
out of a text.
"""

import pathlib
import re
import subprocess
import sys

PROGRAM, SOCKET = sys.argv[1:3]
STATEMENTS = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else pathlib.Path(__file__).with_suffix(".sql"))
DELIMITER = "//DBI//"
MARK = "set session long_query_time = 0"


def client(*arguments, text=None):
    command = ["mariadb", "--no-defaults", "-S", SOCKET, "-u", "root", "--default-character-set=utf8mb4", "-B", "-N"]
    done = subprocess.run([*command, *arguments], input=text, capture_output=True, text=True, errors="replace")
    return done.stdout


def blocks():
    systems, mode, lines = None, "", []
    for line in STATEMENTS.read_text().splitlines() + ["=="]:
        if line.startswith("#"):
            continue
        if not line.startswith(("==", "=!")):
            lines.append(line)
            continue
        if lines:
            yield "\n".join(lines), systems, mode
        words = line.split()
        systems = set(words[1].split(",")) if words[0] == "=!" else set()
        mode = "".join(words[2:] if words[0] == "=!" else words[1:])
        lines = []


# Each fails; the values are canaries.
FAILING = """
insert into k values (4242, 'secret', 5)
insert into k values (4243, 'it''s secret', 5), (4243, 'it''s secret', 5)
insert into k values (1, 'x'' for key ''secret', 1), (2, 'x'' for key ''secret', 1)
insert into k values ('secret', 'a', 1)
insert into k values (1, 'a', 'secret')
insert into k values (99999999999999, 'a', 4242)
insert into k values (1, repeat('secret', 100), 1)
insert into k values (1, 'a', -4242)
insert into t (d) values ('secret')
insert into t (d) values ('x'' for column ''secret'' at row 1')
insert into t (e) values ('secret')
insert into t (a) values ('4242secret')
insert into t (a) values (4242424242424242)
insert into t (a, b) values (4242)
insert into child values (4242)
update t set a = 'secret' where a is null or 1 = 1
select 'secret' 'x' from t wher a = 'secret'
select * from t where 4242 secret 'secret'
select "secret", from
select cast('secret' as date) from secrt
select * from nowhere where a = 'secret'
select nothing from t where a = 'secret'
select a from t where nothing = 'secret'
select nofunction('secret', 4242)
call noprocedure('secret')
select cast(18446744073709551615 as unsigned) + 4242 + 5
select -4242 - cast(18446744073709551615 as unsigned)
select json_extract('secret', '$.a')
select json_extract('{"a":1}', 'secret')
select 'a' regexp '(secret'
select date_add('2020-01-01', interval 'secret' nonsense)
set sql_mode = 'secret'
set session time_zone = 'secret'
set names 'secret'
set @@session.nothing = 'secret'
create table t (a int default 'secret')
create table u1 (a int default 'secret')
create table u2 (a enum('secret', 'secret'))
alter table t drop column nothing
use nodatabase
select convert('secret' using secretset)
select 'secret' collate nocollation
signal sqlstate '45000' set message_text = 'secret 4242'
kill 4242
load data infile 'secret' into table t
select x'4' , 'secret'
select st_geomfromtext('secret')
select 1 in (select 1, 'secret')
create user 'secretless'@'h' identified with noplugin by 'secret'
select uuid_to_bin('secret')
select _utf8mb4 x'ff42'
select str_to_date('secret', '%Y') + a from k where year(str_to_date('secret', '%Y')) = b
""".strip().splitlines()


def messages_hold_no_value():
    client("--force", text="""
      create table dbi_signatures.k (a int primary key, b varchar(50), c tinyint unsigned, unique (b));
      create table dbi_signatures.child (a int, foreign key (a) references dbi_signatures.k (a)) engine=innodb;
      insert into dbi_signatures.k values (4242, 'secret', 5);
    """)
    command = ["mariadb", "--no-defaults", "-S", SOCKET, "-u", "root", "--force", "--binary-mode",
               f"--delimiter={DELIMITER}", "dbi_signatures"]
    strict = "set sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE'"
    script = "".join(f"{line}{DELIMITER}\n" for line in [strict, *FAILING])
    told = subprocess.run(command, input=script, capture_output=True, text=True, errors="replace").stderr
    raised = re.findall(r"^ERROR (\d+) \((\w+)\) at line \d+: (.*(?:\n(?!ERROR|--------).+)*)", told, re.M)
    messages = [text for code, _, text in raised if code != "1644"]
    done = subprocess.run([PROGRAM, "messages"], input="".join(text + "\0" for text in messages), capture_output=True,
                          text=True, check=True)
    leaks = [line for line in done.stdout.splitlines() if "secret" in line or "4242" in line]
    for line in leaks:
        print(f"leaks: {line}")
    print(f"messages: {len(messages)}, of which {sum('secret' in text or '4242' in text for text in messages)} with a value")
    if "-v" in sys.argv:
        print(done.stdout)
    return not leaks and len(messages) > 30


def processlist_shows_what_was_sent():
    sent = "select sleep(5), 'it''s', \"x\" /* c */ from t  -- d"
    sleeper = subprocess.Popen(["mariadb", "--no-defaults", "-S", SOCKET, "-u", "root", "--comments", "dbi_signatures",
                                "-e", sent], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        shown = client("-e", "select concat(id, ' ', hex(info)) from information_schema.processlist"
                             " where info like 'select sleep(%'").split()
        if shown:
            client("-e", f"kill {shown[0]}")
            sleeper.wait()
            return unhexed(shown[1]) == sent
        if sleeper.poll() is not None:
            break
    return False


def unhexed(text):
    return bytes.fromhex(text).decode(errors="replace")


def run(statements):
    """For each statement its texts by source."""
    own = "(select thread_id from performance_schema.threads where processlist_id = connection_id())"
    script = []
    for number, (statement, _, mode) in enumerate(statements):
        script += [
            "rollback",
            "use dbi_signatures",
            f"set sql_mode = '{mode}', names utf8mb4",
            MARK,
            statement + "\n",
            "set session long_query_time = 10",
            f"select concat('@@@ {number} ', ifnull(hex((select digest_text from"
            " performance_schema.events_statements_summary_by_digest s where s.digest = h.digest limit 1)), ''),"
            f" ' ', ifnull(hex(sql_text), '')) from performance_schema.events_statements_history h where thread_id = {own}"
            " order by event_id desc limit 1, 1",
        ]
    script.append("select concat('### ', hex(convert(sql_text using utf8mb4))) from mysql.slow_log"
                  " where thread_id = connection_id()")
    answer = client("--force", "--comments", "--binary-mode", f"--delimiter={DELIMITER}",
                    text="".join(f"{line}{DELIMITER}\n" for line in script))
    texts = [{"sent": statement} for statement, _, _ in statements]
    logged = []
    for line in answer.splitlines():
        if found := re.match(r"@@@ (\d+) (\S*) (\S*)$", line):
            texts[int(found[1])]["digest"] = unhexed(found[2])
            texts[int(found[1])]["kept"] = unhexed(found[3])
        elif line.startswith("### "):
            logged.append(unhexed(line[4:]))
    number = -1
    for text in logged:
        if text == MARK:
            number += 1
        elif number >= 0 and "log" not in texts[number] and not text.startswith("set session long_query_time"):
            texts[number]["log"] = text
    return texts


def signatures(wanted, system, version):
    """Signature and readable text by (text, mode)."""
    found = {}
    for mode in {mode for _, mode in wanted}:
        texts = [text for text, own in wanted if own == mode]
        done = subprocess.run([PROGRAM, system, str(version), mode], input="".join(t + "\0" for t in texts).encode(),
                              capture_output=True, check=True)
        lines = done.stdout.decode(errors="replace").splitlines()
        found.update(((text, mode), line.split(" ", 1)) for text, line in zip(texts, lines, strict=True))
    return found


def main():
    server = client("-e", "select version()").strip()
    if not server:
        sys.exit(4)
    system = "mariadb" if "MariaDB" in server else "mysql"
    major, minor, patch = (int(part) for part in re.match(r"(\d+)\.(\d+)\.(\d+)", server).groups())
    version = major * 10000 + minor * 100 + patch
    client("--force", text="""
      drop database if exists dbi_signatures; create database dbi_signatures;
      create table dbi_signatures.t (a int, b varchar(50), c varchar(50), d date, e decimal(9,2), f bool);
      update performance_schema.setup_consumers set enabled = 'YES' where name like 'events_statements_%';
      set global log_output = 'TABLE'; set global slow_query_log = on; truncate mysql.slow_log;
      truncate performance_schema.events_statements_summary_by_digest;
    """)
    client("-e", "insert into dbi_signatures.t (a) values (1)")
    if not processlist_shows_what_was_sent():
        print("the processlist shows another text than was sent")
        return 1
    if not messages_hold_no_value():
        return 1
    statements = list(blocks())
    agree = excepted = differ = skipped = 0
    sources = {}
    answers = run(statements)
    # Who reads a digest need not know the mode.
    asked = [{name: (text, "unknown" if name == "digest" else mode) for name, text in texts.items()}
             for (_, _, mode), texts in zip(statements, answers)]
    known = signatures({pair for pairs in asked for pair in pairs.values()}, system, version)
    for (statement, systems, _), texts, pairs in zip(statements, answers, asked):
        named = list(texts)
        if not texts.get("digest"):
            skipped += 1
            print(f"no digest: {statement}")
            continue
        found = {name: known[pair] for name, pair in pairs.items()}
        told = "\n".join(f"  {name}: {texts[name]!r}\n    {' '.join(found[name])}" for name in named)
        shown = " ".join(text for _, text in found.values())
        for name in named:
            sources[name] = sources.get(name, 0) + 1
        if "secret" in shown or "42.4" in shown:
            differ += 1
            print(f"leaks: {statement}\n{told}")
        elif found["sent"][0] != "-" and len({signature for signature, _ in found.values()}) == 1:
            agree += 1
            if systems & {"all", system}:
                print(f"agrees against expectation: {statement}")
        elif systems & {"all", system, f"{system}{major}"}:
            excepted += 1
        else:
            differ += 1
            print(f"differs: {statement}\n{told}")
    client("--force", text="drop database dbi_signatures; set global slow_query_log = off;")
    print("texts: " + ", ".join(f"{name} {count}" for name, count in sources.items()))
    print(f"{system} {server}: {agree} agree, {excepted} excepted, {differ} differ, {skipped} without a digest")
    return 0 if agree and not differ else 1


sys.exit(main())
