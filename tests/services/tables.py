"""What Python's csv, sqlite3 and decimal make of tables, as the reference for ours: cases on standard input as JSON,
answers on standard output.

Each case has two texts of CSV: `left` with id, name, n, d and `right` with name, value.
"""

import csv
import decimal
import io
import json
import sqlite3
import sys

decimal.getcontext().prec = 60


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def number(text):
    return None if text == "" else int(text)


def answer(case):
    left, right = rows(case["left"]), rows(case["right"])
    base = sqlite3.connect(":memory:")
    base.execute("create table l (at integer primary key, id integer, name text, n integer, d text)")
    base.execute("create table r (at integer primary key, name text, value integer)")
    for id_, name, n, d in left[1:]:
        base.execute("insert into l (id, name, n, d) values (?, ?, ?, ?)", (number(id_), name or None, number(n), d or None))
    for name, value in right[1:]:
        base.execute("insert into r (name, value) values (?, ?)", (name or None, number(value)))

    def ask(sql):
        return [list(row) for row in base.execute(sql)]

    values = [decimal.Decimal(row[3]) for row in left[1:] if row[3]]
    mean = None
    if values:
        total = sum(values)
        with decimal.localcontext() as context:
            context.prec, context.rounding = 15, decimal.ROUND_HALF_EVEN
            mean = str(total / len(values))
    return {
        "rows": [[cell or None for cell in row] for row in left[1:]],
        "filter": ask("select id from l where n >= 3 and name <> 'a' order by at"),
        "any": ask("select id from l where n in (1, 2) or name like '%b%' or n is null order by at"),
        "sort": ask("select id from l order by name is null, name, n is null, n desc, at"),
        "inner": ask("select l.id, r.value from l join r on l.name = r.name order by l.at, r.at"),
        "left": ask("select l.id, r.value from l left join r on l.name = r.name order by l.at, r.at"),
        "groups": ask(
            "select name, count(*), count(n), count(distinct n), cast(sum(n) as text), min(n), max(n) from l"
            " group by name order by min(at)"
        ),
        "whole": ask("select count(*), sum(n), min(name), max(name) from l"),
        "sum": str(sum(values)) if values else None,
        "mean": mean,
    }


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
