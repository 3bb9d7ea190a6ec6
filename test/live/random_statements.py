#!/usr/bin/env python3
"""Prints random statements in the format of signatures.sh.
SPDX-License-Identifier: Apache-2.0

  random_statements.py SEED COUNT
"""

import random
import sys

choose = random.Random(int(sys.argv[1]))


def one_of(*choices):
    return choose.choice(choices)


def up_to(most, make):
    return [make() for _ in range(choose.randint(1, most))]


def number():
    return one_of(
        str(choose.randint(0, 999)), str(-choose.randint(1, 99)), "1.5", "-.5", "1e3", "(3)", "2::int",
        "7::numeric(4,1)", "cast('4' as int)", "int '5'", "null", "+6",
    )


def string():
    return one_of(
        "'x'", "E'a\\'b'", "$$q$$", "'it''s'", "N'n'", "U&'d!0061' UESCAPE '!'", "'a'\n 'b'", "'z'::text",
        "text 'y'", "cast('w' as varchar(5))", "('p')", "null",
    )


def number_expression(depth):
    if depth == 0:
        return one_of("a", number())
    less = depth - 1
    return one_of(
        lambda: f"{number_expression(less)} {one_of('+', '-', '*')} {number_expression(less)}",
        lambda: f"{number_expression(less)}{one_of('+', '*')}{number_expression(less)}",
        lambda: f"coalesce({number_expression(less)}, {number()}, {number_expression(less)})",
        lambda: f"case when {condition(less)} then {number_expression(less)} else {number()} end",
        lambda: f"(array[{', '.join(up_to(4, number))}])[1]",
        lambda: f"(select {number_expression(less)} limit {one_of('1', 'all', '5', 'null')})",
        lambda: f"({number_expression(less)})",
        lambda: f"greatest({number()}, {number()}, {number()})",
        lambda: f"length({string_expression(less)})",
        lambda: f"extract({one_of('year', 'epoch')} from date{one_of('', ' ')}'2020-01-01')::int",
    )()


def string_expression(depth):
    if depth == 0:
        return one_of("b", string())
    less = depth - 1
    return one_of(
        lambda: f"({string_expression(less)} || {string()})",
        lambda: f"upper({string_expression(less)})",
        lambda: f"coalesce({string_expression(less)},{string()})",
        lambda: f"substring({string_expression(less)} from 1 for 2)",
        lambda: f"case a when {number()} then {string()} else{one_of('', ' ')}'q' end",
        lambda: f"replace({string_expression(less)}, 'a', {string()})",
    )()


def condition(depth):
    if depth == 0:
        return one_of("f", "true", "false", "a = 1", "not f", "not true", "f is not true", "a is null")
    less = depth - 1
    return one_of(
        lambda: f"{condition(less)} {one_of('and', 'or')} {condition(less)}",
        lambda: f"not ({condition(less)})",
        lambda: f"{number_expression(less)} {one_of('', 'not ')}in ({', '.join(up_to(5, number))})",
        lambda: f"{string_expression(less)} in ({','.join(up_to(5, string))})",
        lambda: f"{number_expression(less)} between {number()} and {number()}",
        lambda: f"{number_expression(less)} {one_of('=', '<>', '>', '<=', '!=')} {number_expression(less)}",
        lambda: f"{string_expression(less)} {one_of('like', 'ilike')} {one_of(chr(39) + 'x%' + chr(39), 'E' + chr(39) * 2)}",
        lambda: f"({number_expression(less)}) is {one_of('', 'not ')}null",
        lambda: f"a = any(array[{','.join(up_to(3, number))}])",
        lambda: f"(a,b) in ({', '.join(up_to(3, lambda: f'({number()},{string()})'))})",
    )()


def select():
    more = one_of("", ", " + number())
    return (
        f"select {number_expression(2)}, {string_expression(1)} as s{more} from t where {condition(2)}"
        f" order by {one_of('1', 'a', 'a desc, 2')} limit {one_of('1', 'all', 'null')}"
    )


def insert():
    rows = ", ".join(up_to(4, lambda: f"({number()}, {string()})"))
    return f"insert into t(a,b) values {rows}{one_of('', ' returning a, 1')}"


def statement():
    return one_of(
        select,
        select,
        insert,
        lambda: f"update t set a = {number_expression(2)}, b = {string_expression(1)} where {condition(2)}",
        lambda: f"delete from t where {condition(2)}",
    )()


for _ in range(int(sys.argv[2])):
    print("==")
    print(statement())
