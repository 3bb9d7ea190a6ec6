"""Reads the files of statements beside it: blocks headed by `-- setup:` or `-- name: NAME`, marks, and SQL.

README.md says what the marks mean.
SPDX-License-Identifier: Apache-2.0
"""
import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent
PARALLEL = ["max_parallel_workers_per_gather = 2", "min_parallel_table_scan_size = 0", "min_parallel_index_scan_size = 0",
            "parallel_setup_cost = 0", "parallel_tuple_cost = 0"]
JIT = ["jit = on", "jit_above_cost = 0", "jit_inline_above_cost = 0", "jit_optimize_above_cost = 0"]


def applies(condition, system, version):
    """Whether words such as `14+`, `-13`, `13-15`, `mysql`, `mariadb 10.11+` all hold."""
    def number(text):
        return tuple(int(part) for part in text.split("."))
    here = number(version)
    for word in condition.split():
        if word[0].isalpha():
            if word != system:
                return False
        elif word.endswith("+"):
            if here < number(word[:-1]):
                return False
        else:
            first, _, last = word.rpartition("-")
            if here > number(last) or first and here < number(first) or "-" not in word and here != number(word):
                return False
    return True


@dataclasses.dataclass
class Statement:
    name: str
    sql: str = ""
    versions: str = ""
    settings: list = dataclasses.field(default_factory=list)
    before: list = dataclasses.field(default_factory=list)
    options: list = dataclasses.field(default_factory=list)
    shows: list = dataclasses.field(default_factory=list)
    formats: list = dataclasses.field(default_factory=list)
    is_whole: bool = False
    needs_jit: bool = False

    @property
    def is_variant(self):
        return "~" in self.name or "!" in self.name


def read(file_name, system, version):
    """The texts of the setup and the statements of this system and version, in their order."""
    setup, statements = [], []
    blocks = re.split(r"^-- (setup|name): *(.*)\n", (FOLDER / file_name).read_text(encoding="utf-8"), flags=re.M)[1:]
    for kind, head, body in zip(blocks[::3], blocks[1::3], blocks[2::3]):
        if kind == "setup":
            if applies(head, system, version):
                setup.append(body)
            continue
        statement = Statement(head)
        lines = []
        for line in body.splitlines():
            mark = re.match(r"-- (versions|set|before|options|formats|shows|parallel|jit|whole): ?(.*)$", line)
            if not mark:
                if not re.match(r"-- ", line):
                    lines.append(line)
                continue
            name, text = mark.groups()
            if name == "versions":
                statement.versions = text
            elif name in ("set", "parallel", "jit"):
                statement.settings += {"set": [], "parallel": PARALLEL, "jit": JIT}[name]
                statement.settings += [part.strip() for part in text.split(";") if part.strip()]
                statement.needs_jit |= name == "jit"
            elif name == "before":
                statement.before.append(text)
            elif name == "whole":
                statement.is_whole = True
            elif name in ("options", "formats"):
                setattr(statement, name, [part.strip() for part in text.split(",")])
            else:
                statement.shows += [part.strip() for part in text.split(" | ")]
        if not applies(statement.versions, system, version):
            continue
        statement.sql = "\n".join(lines).strip().rstrip(";")
        for field in ("settings", "before", "shows"):
            kept = []
            for text in getattr(statement, field):
                condition = re.match(r"\[([^]]*)\] *", text)
                if not condition or applies(condition[1], system, version):
                    kept.append(text[condition.end():] if condition else text)
            setattr(statement, field, kept)
        statements.append(statement)
    names = [statement.name for statement in statements]
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled, doubled
    return setup, statements
