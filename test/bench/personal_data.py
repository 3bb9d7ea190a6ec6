#!/usr/bin/env python3
"""A labelled corpus for dbi-verify: how much personal data does it find, and what does it take for some that is none?

  personal_data.py [--positives N] [--negatives N] [--seed S] [--show]

Runs dbi-verify (in PATH) over records whose texts hold personal data of known form, made by the issuers' own rules and
not by the tool's expressions, and over records whose texts hold what looks like it. A positive counts as found where no six
characters of the datum in a row are in what comes out, escapes resolved; a negative as a false alarm where any byte of its record changes. Prints a
line a class; status 1 where recall is below 99 % or more than 0.1 % of the negatives are taken for personal data.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import base64
import collections
import hashlib
import json
import random
import re
import string
import subprocess
import sys
import uuid

R = random.Random()
WORDS = ("orders customer invoice payment account address session product shipment stock ledger tenant region status "
         "total created updated amount currency country price").split()
DIGITS, LETTERS = string.digits, string.ascii_letters
ALNUM = LETTERS + DIGITS


def some(alphabet, count):
    return "".join(R.choice(alphabet) for _ in range(count))


def digits(count):
    return some(DIGITS, count)


def word():
    return R.choice(WORDS)


# --- What is personal, by the rules of those who give it out ---------------------------------------------------------


def email():
    first = R.choice(["ann", "bob", "j.smith", "maria.garcia", "x", "Li.Wei", "o-neil", "dev_ops", "jörg", "a1b2"])
    local = first + R.choice(["", digits(2), "+news", ".miller"])
    domain = R.choice(["example.com", "mail.example.org", "example.co.uk", "sub.dept.example.edu", "EXAMPLE.NET",
                       "xn--bcher-kva.example", "bücher.example", "a.io", "company-name.technology"])
    return local + R.choice(["@"] * 9 + ["%40"]) + domain


def luhn(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


def card():
    prefix, length = R.choice([("4", 16), (str(R.randint(51, 55)), 16), (str(R.randint(2221, 2720)), 16), ("34", 15),
                               ("37", 15), ("6011", 16), ("65", 16), (str(R.randint(644, 649)), 16), ("36", 14), ("38", 14),
                               (str(R.randint(3528, 3589)), 16), ("62", 16)])
    number = luhn(prefix + digits(length - len(prefix) - 1))
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[length]
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at:at + size])
        at += size
    return R.choice(["", "", " ", "-"]).join(groups)


# Country: the BBAN's structure by the registry (n digits, a letters, c either).
IBANS = {"DE": "18n", "GB": "4a14n", "FR": "10n11c2n", "ES": "20n", "IT": "1a10n12c", "NL": "4a10n", "BE": "12n",
         "AT": "16n", "CH": "5n12c", "PL": "24n", "SE": "20n", "NO": "11n", "DK": "14n", "FI": "14n", "IE": "4a14n",
         "PT": "21n", "CZ": "20n", "HU": "24n", "GR": "7n16c", "RO": "4a16c", "TR": "5n1n16c", "SA": "2n18c",
         "AE": "19n", "LU": "3n13c", "LT": "16n", "MT": "4a5n18c", "BR": "23n1a1c", "KW": "4a22c"}


def iban():
    country = R.choice(list(IBANS))
    bban, count = "", ""
    for c in IBANS[country]:
        if c.isdigit():
            count += c
        else:
            alphabet = {"n": DIGITS, "a": string.ascii_uppercase, "c": DIGITS * 4 + string.ascii_uppercase}[c]
            bban += some(alphabet, int(count))
            count = ""
    check = 98 - int("".join(str(int(c, 36)) for c in bban + country + "00")) % 97
    number = f"{country}{check:02}{bban}"
    if R.random() < 0.5:
        return number
    return " ".join(number[i:i + 4] for i in range(0, len(number), 4))


def ssn():
    area = R.choice([R.randint(1, 665), R.randint(667, 899)])
    gap = R.choice(["-", "-", "-", " "])
    return f"{area:03}{gap}{R.randint(1, 99):02}{gap}{R.randint(1, 9999):04}"


def phone():
    def code():
        while True:
            number = str(R.randint(200, 999))
            if not number.endswith("11"):
                return number
    area, exchange, line = code(), code(), digits(4)
    national = str(R.randint(2, 9)) + digits(6)
    return R.choice([
        f"+1 {area} {exchange} {line}", f"+1-{area}-{exchange}-{line}", f"+1{area}{exchange}{line}",
        f"+1 ({area}) {exchange}-{line}", f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}", f"1-{area}-{exchange}-{line}",
        f"+49 {R.randint(151, 179)} {national}", f"+49 (0){R.randint(151, 179)} {national}", f"+4930{national}",
        f"0{R.randint(151, 179)} {national}", f"0{R.randint(151, 179)}/{national}", f"030 {national}",
        f"+44 20 7{digits(3)} {digits(4)}", f"020 7{digits(3)} {digits(4)}", f"+447{digits(9)}",
        f"+33 6 {digits(2)} {digits(2)} {digits(2)} {digits(2)}", f"06 {digits(2)} {digits(2)} {digits(2)} {digits(2)}",
        f"+33 (0)6 {digits(2)} {digits(2)} {digits(2)} {digits(2)}", f"0049 171 {national}",
        f"+91 9{digits(4)} {digits(5)}", f"+81-90-{digits(4)}-{digits(4)}", f"+55 11 9{digits(4)}-{digits(4)}",
        f"+86 138 {digits(4)} {digits(4)}", f"+351 912 {digits(3)} {digits(3)}", f"+420 {digits(3)} {digits(3)} {digits(3)}",
    ])


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt():
    head = base64url(json.dumps({"alg": R.choice(["HS256", "RS256"]), "typ": "JWT"}).encode())
    body = base64url(json.dumps({"sub": digits(10), "iat": 1700000000 + R.randint(0, 10**8)}).encode())
    return f"{head}.{body}.{base64url(R.randbytes(32))}"


def private_key():
    kind = R.choice(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
    body = base64.b64encode(R.randbytes(96)).decode()
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


POSITIVES = {
    "email": email, "card": card, "iban": iban, "ssn": ssn, "phone": phone, "jwt": jwt, "private_key": private_key,
    "aws_key": lambda: R.choice(["AKIA", "ASIA"]) + some(string.ascii_uppercase + "234567", 16),
    "github_token": lambda: R.choice(["ghp_", "gho_", "ghs_"]) + some(ALNUM, 36) if R.random() < 0.7
    else "github_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59),
    "gitlab_token": lambda: "glpat-" + some(ALNUM + "_-", 20),
    "slack_token": lambda: f"xox{R.choice('bpa')}-{digits(12)}-{digits(12)}-{some(ALNUM, 24)}",
    "secret_key": lambda: R.choice(["sk_live_", "rk_live_", "sk_test_"]) + some(ALNUM, 24) if R.random() < 0.6
    else "sk-" + some(ALNUM, 48),
    "google_key": lambda: "AIza" + some(ALNUM + "_-", 35),
    "npm_token": lambda: "npm_" + some(ALNUM, 36),
    "bearer_token": lambda: some(ALNUM + "._~-", 40) + digits(1) + some(ALNUM, 3),
    "url_password": lambda: some(ALNUM + "!$%^&*()-_=+", 12),
}


def sentence(kind, datum):
    """A text that holds the datum, as statements, messages, names and plans do."""
    if kind == "bearer_token":
        return f"{R.choice(['Authorization: Bearer ', 'set auth = ' + chr(39) + 'bearer ', 'header=Bearer '])}{datum}'"
    if kind == "url_password":
        return f"could not connect to {R.choice(['postgres', 'mysql', 'https', 'amqp'])}://{word()}:{datum}@{word()}.local/{word()}"
    return R.choice([
        f"select * from {word()} where {word()} = '{datum}'",
        f"insert into {word()} ({word()}, {word()}) values ({R.randint(1, 99)}, '{datum}'), ($1, $2)",
        f"update {word()} set {word()}='{datum}' where id={R.randint(1, 10**6)}",
        f"duplicate key value violates unique constraint: Key ({word()})=({datum}) already exists.",
        f"{word()}={datum};{word()}={R.randint(1, 99)}",
        f"{{\"{word()}\": \"{datum}\"}}",
        f"/* {datum} */ select {word()} from {word()}",
        f"select\n\t{word()}\nfrom {word()}\nwhere {word()} in ('{word()}',\n'{datum}')",
        f"{datum}",
        f"{word()} {word()}: {datum}, {word()}",
        f"call {word()}(\"{datum}\")",
    ])


# --- What only looks like it ------------------------------------------------------------------------------------------


def when():
    return 1_600_000_000 + R.randint(0, 300_000_000)


def date():
    return f"20{R.randint(15, 30)}-{R.randint(1, 12):02}-{R.randint(1, 28):02}"


def clock():
    return f"{R.randint(0, 23):02}:{R.randint(0, 59):02}:{R.randint(0, 59):02}"


def octet():
    return R.randint(0, 255)


def plan_line():
    cost, rows, time = R.random() * 10 ** R.randint(1, 6), R.randint(1, 10 ** R.randint(1, 9)), R.random() * 10 ** R.randint(0, 6)
    return (f"->  Index Scan using {word()}_pkey on {word()}  (cost=0.42..{cost:.2f} rows={rows} width={R.randint(4, 400)}) "
            f"(actual time=0.0{R.randint(10, 99)}..{time:.3f} rows={rows} loops={R.randint(1, 10**6)})")


NEGATIVES = {
    "uuid": lambda: str(uuid.UUID(int=R.getrandbits(128), version=R.choice([1, 4]))),
    "uuid_bare": lambda: uuid.UUID(int=R.getrandbits(128)).hex,
    "hash": lambda: R.choice([hashlib.md5, hashlib.sha1, hashlib.sha256])(R.randbytes(8)).hexdigest(),
    "hash_upper": lambda: hashlib.sha256(R.randbytes(8)).hexdigest().upper()[:R.choice([16, 32, 40, 64])],
    "bigint": lambda: R.choice(["", "-"]) + str(R.randint(1, 9)) + digits(R.randint(0, 18)),
    "query_id": lambda: str(R.getrandbits(64) - 2**63),
    "snowflake": lambda: str(R.randint(10**17, 10**19)),
    "epoch": lambda: str(when()) + R.choice(["", digits(3), digits(6), digits(9), "." + digits(6)]),
    "timestamp": lambda: f"{date()}{R.choice([' ', 'T'])}{clock()}.{digits(6)}{R.choice(['', 'Z', '+02', '+00:00', '-0700', ' UTC'])}",
    "date": lambda: R.choice([date(), date().replace("-", "/"), date().replace("-", ""), f"{R.randint(1, 28):02}.{R.randint(1, 12):02}.20{R.randint(10, 30)}",
                              f"{R.randint(1, 12)}/{R.randint(1, 28)}/20{R.randint(10, 30)} {clock()}", f"{date()} {clock()}"]),
    "interval": lambda: f"{R.randint(1, 400)} days {clock()}.{digits(3)}",
    "lsn": lambda: f"{R.getrandbits(16):X}/{R.getrandbits(32):08X}",
    "wal_file": lambda: f"{R.randint(1, 9):08X}{R.randint(0, 255):08X}{R.getrandbits(8):08X}" + R.choice(["", ".partial", ".00000028.backup"]),
    "xid": lambda: R.choice(["xid ", "xmin=", "backend_xid: ", "MultiXactId "]) + str(R.getrandbits(32)),
    "oid_path": lambda: f"base/{R.randint(10000, 99999)}/{R.randint(10000, 9999999)}{R.choice(['', '_fsm', '.1'])}",
    "relation": lambda: f"{R.randint(1000, 9999)}/{R.randint(10000, 99999)}/{R.randint(10000, 9999999)} block {R.randint(0, 10**7)}",
    "ip": lambda: f"{octet()}.{octet()}.{octet()}.{octet()}" + R.choice(["", f":{R.randint(1024, 65535)}", f"/{R.randint(8, 32)}"]),
    "ipv6": lambda: ":".join(f"{R.getrandbits(16):x}" for _ in range(8)),
    "mac": lambda: R.choice(":-").join(f"{octet():02x}" for _ in range(6)),
    "version": lambda: ".".join(str(R.randint(0, R.choice([9, 99, 999, 20261231]))) for _ in range(R.randint(2, 5))) + R.choice(["", "-MariaDB-log", "~deb12u1", "-rc.1"]),
    "money": lambda: R.choice(["", "-"]) + f"{R.randint(0, 10**R.randint(1, 9))}.{digits(2)}",
    "float": lambda: R.choice([repr(R.random()), repr(R.random() * 10**9), f"{R.random():.16e}", f"0.{digits(16)}", f"{R.randint(1, 9)}{digits(15)}.{digits(2)}"]),
    "in_list": lambda: "(" + ", ".join(str(R.randint(1, 10**R.randint(2, 10))) for _ in range(R.randint(2, 20))) + ")",
    "values": lambda: ",".join(f"({R.randint(1, 10**6)}, {R.random() * 1000:.2f}, '{date()}')" for _ in range(R.randint(1, 5))),
    "arithmetic": lambda: f"{word()} + {R.randint(1, 10**10)} - {R.randint(1, 10**6)} * 1.{digits(2)} / 100 + {word()}+{R.randint(10**9, 10**12)}",
    "placeholders": lambda: " and ".join(f"{word()} = ${i}" for i in range(1, R.randint(3, 30))),
    "digest": lambda: f"SELECT `{word()}` , COUNT ( * ) FROM `{word()}` WHERE `{word()}` IN (...) AND `{word()}` >= ? LIMIT ?, ...",
    "plan_text": plan_line,
    "plan_json": lambda: {"Node Type": "Seq Scan", "Startup Cost": R.random() * 1000, "Total Cost": R.random() * 10**9,
                          "Plan Rows": R.randint(1, 10**12), "Filter": f"(({word()} = $1) AND ({word()} @> $2))",
                          "Index Cond": f"({word()}.id = {word()}.id)", "Output": [f"{word()}.id"]},
    "account": lambda: R.choice([f"'{word()}'@'%'", f"{word()}@localhost", f"{word()}@{octet()}.{octet()}.{octet()}.%",
                                 f"`{word()}`@`10.0.0.{octet()}`", f"@@global.{word()}_{word()}", f"@{word()} := 1", f"{word()} @> '{{1}}'"]),
    "application": lambda: R.choice([f"psql {R.randint(9, 18)}.{R.randint(0, 20)}", "PostgreSQL JDBC Driver", f"{word()}-api/{R.randint(1, 9)}.{digits(2)}.{digits(1)}",
                                     f"sidekiq 7.{digits(1)} {word()} [{R.randint(0, 9)} of 25 busy]", f"{word()}-worker-{some('bcdfghjklmnpqrstvwxz2456789', 10)}-{some('bcdfghjklmnpqrstvwxz2456789', 5)}",
                                     f"cron: */{R.randint(1, 59)} {R.randint(0, 23)} * * 1-5"]),
    "number_of": lambda: R.choice([f"ORD-{date()[:4]}-{digits(9)}", f"INV{digits(8)}", f"978-3-16-{digits(6)}-{digits(1)}", f"PO {digits(6)}/{digits(2)}",
                                   f"SKU-{digits(4)}-{digits(4)}", f"{digits(8)}-{digits(3)}", f"#{digits(7)}", f"v{date()}.{digits(3)}"]),
    "identifier": lambda: f"{word()}_{word()}_{word()}_{digits(R.randint(1, 8))}_idx",
    "hex_constant": lambda: R.choice(["0x", "\\x", "X'"]) + "%x" % R.getrandbits(R.choice([32, 64, 128])),
    "base64": lambda: base64.b64encode(R.randbytes(R.randint(12, 60))).decode(),
    "sizes": lambda: f"temporary file: path \"base/pgsql_tmp/pgsql_tmp{R.randint(1000, 99999)}.{R.randint(0, 99)}\", size {R.randint(1, 10**11)}",
    "checkpoint": lambda: f"checkpoint complete: wrote {R.randint(1, 10**5)} buffers ({R.random() * 100:.1f}%); write={R.random() * 300:.3f} s, distance={R.randint(1, 10**7)} kB, estimate={R.randint(1, 10**7)} kB; lsn=2/{R.getrandbits(32):08X}",
}


def negative_text(value):
    return R.choice([f"select * from {word()} where {word()} = '{value}'", f"where id = {value} limit 100", f"{value}",
                     f"{word()}={value} {word()}={value}", f"{word()} {word()}: {value}", f"select f({value}), g('{value}')",
                     f"select\n  {word()}\nfrom {word()} where x >= {value}"])


# --- Records ----------------------------------------------------------------------------------------------------------


def escape_some(text):
    """JSON of a text with some of its characters written as \\uXXXX."""
    return "".join(f"\\u{ord(c):04x}" if R.random() < 0.2 and ord(c) < 0x10000 else json.dumps(c, ensure_ascii=False)[1:-1] for c in text)


def record(number, member, value_json):
    return (f'{{"v":1,"kind":"{"plan" if member == "plan" else "session"}","ts":"2026-11-25T08:00:00.000000Z",'
            f'"observed_ts":"2026-11-25T08:00:00.000000Z","target":"t","cycle":"0193589f3e8a7b3c8a1d2e3f40516200",'
            f'"system":"postgresql","pid":"{number}","{member}":{value_json}}}')


def positive_record(number, kind):
    datum = POSITIVES[kind]()
    text = sentence(kind, datum)
    member = R.choice(["query", "query", "message", "application", "plan"])
    if R.random() < 0.15:
        value = '"' + escape_some(text) + '"'
    else:
        value = json.dumps(text, ensure_ascii=R.random() < 0.5)
    if member == "plan" and R.random() < 0.7:
        value = f'{{"Plan":{{"Node Type":"Seq Scan","Plan Rows":{R.randint(1, 10**9)},"Filter":{value}}}}}'
    return record(number, member, value), datum


def negative_record(number, kind):
    value = NEGATIVES[kind]()
    if isinstance(value, dict):
        return record(number, "plan", json.dumps(value))
    return record(number, R.choice(["query", "message", "application"]), json.dumps(negative_text(value), ensure_ascii=False))


def run(lines):
    """What dbi-verify makes of the records, by pid."""
    done = subprocess.run(["dbi-verify", "--replay", "--no-config"], input="".join(line + "\n" for line in lines).encode(),
                          stdout=subprocess.PIPE, check=True)
    out = {}
    for line in done.stdout.decode().splitlines():
        if '"tool":"dbi-verify"' in line:
            continue
        out[json.loads(line)["pid"]] = line
    assert len(out) == len(lines), "a record is missing"
    return out


def texts(value):
    if isinstance(value, dict):
        return " ".join(texts(v) for v in value.values())
    return value if isinstance(value, str) else ""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--positives", type=int, default=8000)
    options.add_argument("--negatives", type=int, default=100000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", action="store_true", help="print what was missed or taken wrongly")
    options = options.parse_args()
    R.seed(options.seed)

    kinds = list(POSITIVES)
    wanted = {str(i): (kinds[i % len(kinds)], *positive_record(i, kinds[i % len(kinds)])) for i in range(options.positives)}
    came = run([line for _, line, _ in wanted.values()])
    found, total = collections.Counter(), collections.Counter()
    for number, (kind, line, datum) in wanted.items():
        total[kind] += 1
        left = came[number]
        rest = re.sub(r"\[REDACTED:\w+\]", "[]", texts(json.loads(left)))
        if not any(datum[i:i + 6] in rest for i in range(max(1, len(datum) - 5))):
            found[kind] += 1
        elif options.show:
            print("missed", kind, datum, line)
    print("personal data found")
    for kind in kinds:
        print(f"  {kind:16} {found[kind]:6} of {total[kind]:6}  {100 * found[kind] / total[kind]:7.2f} %")
    recall = sum(found.values()) / options.positives
    print(f"  {'all':16} {sum(found.values()):6} of {options.positives:6}  {100 * recall:7.2f} %")

    kinds = list(NEGATIVES)
    lines = {str(i): (kinds[i % len(kinds)], negative_record(i, kinds[i % len(kinds)])) for i in range(options.negatives)}
    came = run([line for _, line in lines.values()])
    alarms, total = collections.Counter(), collections.Counter()
    for number, (kind, line) in lines.items():
        total[kind] += 1
        if came[number] != line:
            alarms[kind] += 1
            if options.show:
                print("wrong", kind, came[number])
    print("false alarms")
    for kind in kinds:
        if alarms[kind]:
            print(f"  {kind:16} {alarms[kind]:6} of {total[kind]:6}  {100 * alarms[kind] / total[kind]:7.3f} %")
    rate = sum(alarms.values()) / options.negatives
    print(f"  {'all':16} {sum(alarms.values()):6} of {options.negatives:6}  {100 * rate:7.3f} %  ({len(kinds)} classes)")
    return 0 if recall >= 0.99 and rate <= 0.001 else 1


if __name__ == "__main__":
    sys.exit(main())
