"""Contracts on tables: parse the columns as declared, and count what breaks the declaration.

Values that do not parse become missing and are counted. What would make a number wrong (values that do not parse,
repeated keys, both above the share that the contract allows) is "broken"; the rest is a "note" in the report.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from saypro_analysis.data.files import literal, quoted
from saypro_analysis.data.tables import QUALITY, shape
from saypro_analysis.kpi import Column, Table

if TYPE_CHECKING:
    import duckdb

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing to count in a column. ``sql`` is the condition of a row that breaks it."""

    column: str
    name: str
    sql: str
    limit: float
    stops: bool
    text: str


def cleaned(name: str, column: Column) -> str:
    """SQL: the value with blanks and the contract's words for "not known" turned into NULL."""
    words = ", ".join(literal(word) for word in ("", *column.missing_words))
    return f"CASE WHEN trim(CAST({quoted(name)} AS VARCHAR)) NOT IN ({words}) THEN {quoted(name)} END"


def parsed(name: str, column: Column, *, is_text: bool) -> str:
    """SQL: the value in the contract's type, NULL where it does not parse."""
    value = cleaned(name, column)
    target = _SQL_TYPES[column.type]
    if column.type == "text":
        return f"trim(CAST({value} AS VARCHAR))"
    if is_text and column.type in ("date", "datetime") and column.format:
        formats = (column.format,) if isinstance(column.format, str) else column.format
        listed = ", ".join(literal(text) for text in formats)
        return _real_date(f"CAST(try_strptime(trim({value}), [{listed}]) AS {target})")
    if column.type in ("date", "datetime"):
        return _real_date(f"TRY_CAST({value} AS {target})")
    if is_text and column.type in ("number", "integer"):
        value = _plain_number(value, column)
    if column.type == "integer":  # a cast alone would round 1.5
        return (
            f"CASE WHEN TRY_CAST({value} AS DOUBLE) = TRY_CAST({value} AS BIGINT) THEN TRY_CAST({value} AS BIGINT) END"
        )
    if column.type == "number":  # text such as "nan" or "inf" is no number
        return f"CASE WHEN isfinite(TRY_CAST({value} AS DOUBLE)) THEN TRY_CAST({value} AS DOUBLE) END"
    return f"TRY_CAST({value} AS {target})"


def _real_date(value: str) -> str:
    """SQL: the date unless it is "infinity" or of a year such as 26, which a four-digit year makes of 05/01/26."""
    return f"CASE WHEN ({value}) BETWEEN DATE '1900-01-01' AND DATE '9999-12-31' THEN {value} END"


def _plain_number(value: str, column: Column) -> str:
    """SQL: the number as a database writes it; NULL for "1,5" where the comma groups thousands."""
    text = f"trim({value})"
    if not column.thousands and column.decimal == ".":
        return text
    comma, point = re.escape(column.thousands), re.escape(column.decimal)
    grouped = rf"|[0-9]{{1,3}}({comma}[0-9]{{2,3}})*{comma}[0-9]{{3}}" if column.thousands else ""
    form = rf"[-+]?(([0-9]+{grouped})({point}[0-9]*)?|{point}[0-9]+)([eE][-+]?[0-9]+)?"
    text = f"CASE WHEN regexp_full_match({text}, {literal(form)}) THEN {text} END"
    if column.thousands:
        text = f"replace({text}, {literal(column.thousands)}, '')"
    return text if column.decimal == "." else f"replace({text}, {literal(column.decimal)}, '.')"


def typed_select(table: Table, relation: str, held: Mapping[str, str]) -> str:
    """SQL: all columns of ``relation``, those of the contract parsed. ``held`` maps column names to their SQL types."""
    parts = [
        f"{parsed(name, table.columns[name], is_text=kind == 'VARCHAR')} AS {quoted(name)}"
        if name in table.columns
        else quoted(name)
        for name, kind in held.items()
    ]
    return f"SELECT {', '.join(parts)} FROM {relation}"


def checks_of(table: Table, held: Mapping[str, str], *, as_of: str) -> Iterator[Check]:
    """What the contract asks of each column, as conditions on the raw relation."""
    for name, column in table.columns.items():
        raw, value = cleaned(name, column), parsed(name, column, is_text=held.get(name) == "VARCHAR")
        text = f"empty or {', '.join(column.missing_words)}" if column.missing_words else "empty"
        yield Check(column=name, name="missing", sql=f"({raw}) IS NULL", limit=column.missing, stops=True, text=text)
        if column.type != "text":
            sql, text = f"({raw}) IS NOT NULL AND ({value}) IS NULL", f"not {_kind(column)}"
            yield Check(column=name, name="invalid", sql=sql, limit=column.invalid, stops=True, text=text)
        if column.min is not None:
            sql = f"({value}) < {column.min!r}"
            yield Check(column=name, name="too low", sql=sql, limit=0.0, stops=False, text=f"below {column.min:g}")
        if column.max is not None:
            sql = f"({value}) > {column.max!r}"
            yield Check(column=name, name="too high", sql=sql, limit=0.0, stops=False, text=f"above {column.max:g}")
        if column.values:
            listed = ", ".join(literal(label) for label in column.values)
            sql, text = f"({value}) NOT IN ({listed})", f"none of {', '.join(column.values)}"
            yield Check(column=name, name="unknown label", sql=sql, limit=0.0, stops=False, text=text)
        if not column.future and as_of:
            sql, text = f"CAST(({value}) AS DATE) > DATE {literal(as_of)}", f"after {as_of}"
            yield Check(column=name, name="in the future", sql=sql, limit=0.0, stops=False, text=text)


def _kind(column: Column) -> str:
    formats = (column.format,) if isinstance(column.format, str) else column.format
    shown = f" as {' or '.join(formats)}" if any(formats) else ""
    return f"{'an' if column.type == 'integer' else 'a'} {column.type}{shown}"


def check_table(
    connection: "duckdb.DuckDBPyConnection", table: Table, relation: str, held: Mapping[str, str], *, as_of: str
) -> pd.DataFrame:
    """The quality table of one table: every check of its contract in one query over ``relation``.

    A header without rows is broken, contract or not: every number from it would be missing.
    """
    checks = list(checks_of(table, held, as_of=as_of))
    keys = [f"trim(CAST({cleaned(name, column)} AS VARCHAR))" for name, column in table.columns.items() if column.key]
    # Rows without any key are counted as missing; whether they repeat one another nobody can tell.
    known = " OR ".join(f"({key}) IS NOT NULL" for key in keys)
    repeats = f"count(*) FILTER (WHERE {known}) - count(DISTINCT ({', '.join(keys)})) FILTER (WHERE {known})"
    counts = ["count(*)", repeats if keys else "0"]
    counts += [f"count(*) FILTER (WHERE {check.sql})" for check in checks]
    found = connection.execute(f"SELECT {', '.join(counts)} FROM {relation}").fetchone() or (0,) * len(counts)
    rows = int(found[0])
    lines = [_line(table.id, "", "rows", 0 if rows else 1, max(rows, 1), 0.0, stops=True, text="no rows at all")]
    if keys:
        names = " + ".join(name for name, column in table.columns.items() if column.key)
        text = "rows that repeat a key"
        lines.append(_line(table.id, names, "repeated key", found[1], rows, table.duplicates, stops=True, text=text))
    for check, number in zip(checks, found[2:], strict=True):
        limit, stops = check.limit, check.stops
        lines.append(_line(table.id, check.column, check.name, number, rows, limit, stops=stops, text=check.text))
    return shape(pd.DataFrame(lines), dict(QUALITY))


def _line(
    table: str, column: str, check: str, found: int, rows: int, limit: float, *, stops: bool, text: str
) -> dict[str, Any]:
    share = found / rows if rows else 0.0
    over = share > limit
    # Missing values are ordinary up to their limit; everything else is worth a note as soon as there is one.
    quiet = found == 0 or (check == "missing" and not over)
    verdict = "ok" if quiet else "broken" if over and stops else "note"
    return {
        "table": table, "column": column, "check": check, "found": int(found), "rows": rows,
        "share": share, "limit": limit, "verdict": verdict, "text": text,
    }  # fmt: skip
