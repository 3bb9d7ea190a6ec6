#!/usr/bin/env python3
"""Prints random statements of MySQL and MariaDB in the format of mysql_signatures.py; the value 42.4 and the word secret
stand only where literals are.
SPDX-License-Identifier: Apache-2.0

  random_mysql_statements.py SEED COUNT
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
        str(choose.randint(0, 999)), str(-choose.randint(1, 99)), "42.4", "-42.42", ".5", "1.", "4e2", "1.5E-3", "0x2A", "0b101",
        "x'2A'", "b'01'", "(3)", "null", "+6", "- 7", "true", "/*!40000 8 */", "/* c */ 9", "cast('4' as signed)", "@v",
    )


def string():
    return one_of(
        "'secret'", '"secret"', "'it''s secret'", "'a\\'secret'", '"a\\"secret"', "N'secret'", "_utf8mb4'secret'",
        "_latin1 'secret'", "'secret' 'secret'", "'a'\n 'secret'", "null", "('p')", "'' # secret\n", "'\\\\' -- secret\n",
        "date'2020-01-01'", "timestamp '2020-01-01 00:00:00'", "_binary x'42'", "'ü secret'", "'secret' collate utf8mb4_bin",
    )


def number_expression(depth):
    if depth == 0:
        return one_of("a", "t.a", "`a`", "A", number())
    less = depth - 1
    return one_of(
        lambda: f"{number_expression(less)} {one_of('+', '-', '*', '/', '%', 'div', 'mod', '|', '&', '<<')} {number_expression(less)}",
        lambda: f"{number_expression(less)}{one_of('+', '*', '/')}{number_expression(less)}",
        lambda: f"{one_of('coalesce', 'ifnull')}({number_expression(less)}, {number()})",
        lambda: f"if({condition(less)},{number()},{number_expression(less)})",
        lambda: f"case when {condition(less)} then {number_expression(less)} else {number()} end",
        lambda: f"(select {number_expression(less)} limit {one_of('1', '5')})",
        lambda: f"({number_expression(less)})",
        lambda: f"greatest({number()}, {number()}, {number()})",
        lambda: f"length({string_expression(less)})",
        lambda: f"extract({one_of('year', 'month', 'day_hour')} from {one_of('now()', 'current_timestamp', 'd')})",
        lambda: f"timestampdiff({one_of('day', 'sql_tsi_hour', 'week')}, d, now())",
    )()


def string_expression(depth):
    if depth == 0:
        return one_of("b", "`b`", string())
    less = depth - 1
    return one_of(
        lambda: f"concat({string_expression(less)},{string()})",
        lambda: f"upper({string_expression(less)})",
        lambda: f"{one_of('substring', 'substr', 'mid')}({string_expression(less)}, 1, 2)",
        lambda: f"case a when {number()} then {string()} else{one_of('', ' ')}'q' end",
        lambda: f"replace({string_expression(less)}, 'a', {string()})",
        lambda: f"date_add(d, interval {number()} {one_of('day', 'hour', 'sql_tsi_minute')})",
        lambda: f"trim(both {string()} from {string_expression(less)})",
        lambda: f"convert({string()} using utf8mb4)",
    )()


def condition(depth):
    if depth == 0:
        return one_of("f", "true", "a = 42.4", "not f", "! f", "f is not true", "a is null", "b <=> null", "a in (1)")
    less = depth - 1
    return one_of(
        lambda: f"{condition(less)} {one_of('and', 'or', 'xor', '&&')} {condition(less)}",
        lambda: f"not ({condition(less)})",
        lambda: f"{number_expression(less)} {one_of('', 'not ')}in ({', '.join(up_to(5, number))})",
        lambda: f"{string_expression(less)} in ({','.join(up_to(5, string))})",
        lambda: f"{number_expression(less)} between {number()} and {number()}",
        lambda: f"{number_expression(less)} {one_of('=', '<>', '>', '<=', '!=', '<=>')} {number_expression(less)}",
        lambda: f"{string_expression(less)} {one_of('like', 'not like', 'regexp', 'rlike', 'sounds like')} {string()}",
        lambda: f"({number_expression(less)}) is {one_of('', 'not ')}null",
        lambda: f"(a,b) in ({', '.join(up_to(3, lambda: f'({number()},{string()})'))})",
        lambda: f"exists (select {number()} from t where {condition(less)})",
    )()


def select():
    more = one_of("", ", " + number(), ", " + string(), ", count(distinct a)")
    return (
        f"select {one_of('', 'distinct ', '/*+ MAX_EXECUTION_TIME(1000) */ ', '/*! straight_join */ ')}{number_expression(2)},"
        f" {string_expression(1)} as s{more} from t where {condition(2)}"
        f" order by {one_of('1', 'a', 'a desc, 2')} limit {one_of('1', '5, 10', '3 offset 4')}"
    )


def insert():
    rows = ", ".join(up_to(4, lambda: f"({number()}, {string()})"))
    return f"{one_of('insert into', 'insert ignore into', 'replace into')} t(a,b) values {rows}"


def statement():
    return one_of(
        select,
        select,
        insert,
        lambda: f"update t set a = {number_expression(2)}, b = {string_expression(1)} where {condition(2)} limit 5",
        lambda: f"delete from t where {condition(2)}",
        lambda: f"set @v = {number_expression(1)}, @w := {string()}",
    )()


for _ in range(int(sys.argv[2])):
    print("==")
    print(statement())
