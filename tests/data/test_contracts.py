"""Contracts parse columns as declared and count what breaks the declaration."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import csv, quality_of, read_table

from saypro_analysis.kpi import Column


def parsed(root: Path, column: Column, *cells: str) -> list[Any]:
    """Cells of a CSV column as the contract parses them; None where they do not parse."""
    rows = ['"' + cell.replace('"', '""') + '",1' for cell in cells]
    values = read_table(root, {"t.csv": csv("a,b", *rows)}, "t", {"a": column})["a"]
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        (
            Column(type="number"),
            {
                "1": 1.0,
                "-2.5": -2.5,
                " 3 ": 3.0,
                "1e3": 1000.0,
                "": None,
                " ": None,
                "x": None,
                "1,234": None,
                "12 %": None,
                "(5)": None,
                "inf": None,
                "nan": None,
                "-Infinity": None,
                "1e400": None,
            },
        ),
        (
            Column(type="number", thousands=","),
            {
                "1,234.5": 1234.5,
                "1,234,567": 1234567.0,
                "12": 12.0,
                "1,5": None,
                "1,00,000": 100000.0,
                "12,34": None,
                "-1,000": -1000.0,
                "1,2345": None,
                ",5": None,
            },
        ),
        (Column(type="number", decimal=","), {"1,5": 1.5, "-0,25": -0.25, "3": 3.0, "1.5": None, "1.234,5": None}),
        (
            Column(type="number", decimal=",", thousands="."),
            {"1.234,5": 1234.5, "1.234": 1234.0, "1,5": 1.5, "1.5": None},
        ),
        (Column(type="number", thousands=" "), {"1 234": 1234.0, "1 2": None}),
        (Column(type="number", thousands="'"), {"1'234.5": 1234.5}),
        (Column(type="number", missing_words=("N/A", "-")), {"N/A": None, "-": None, "1": 1.0, "-1": -1.0}),
        (
            Column(type="integer"),
            {
                "1": 1,
                "-3": -3,
                "1.0": 1,
                "1.5": None,
                "x": None,
                "9007199254740993": 9007199254740993,
                "99999999999999999999": None,
            },
        ),
        (
            Column(type="text"),
            {"x": "x", " x ": "x", "": None, "NA": "NA", "null": "null", "NO": "NO", "012": "012", "1.10": "1.10"},
        ),
        (Column(type="boolean"), {"true": True, "FALSE": False, "1": True, "0": False, "maybe": None}),
    ],
)
def test_values(tmp_path: Path, column: Column, cells: dict[str, Any]) -> None:
    """Each cell is the value that it says, or missing; nothing becomes another number by a comma."""
    found = dict(zip(cells, parsed(tmp_path, column, *cells), strict=True))
    assert found == cells


@pytest.mark.parametrize(
    ("format", "cells"),
    [
        (
            (),
            {
                "2026-01-05": "2026-01-05",
                "2026-01-05 10:30:00": "2026-01-05",
                "2026-01-05T10:30:00": "2026-01-05",
                "05/01/2026": None,
                "2026-02-30": None,
                "x": None,
                "infinity": None,
                "0026-01-05": None,
                "1899-12-30": None,
            },
        ),
        (
            "%d/%m/%Y",
            {
                "05/01/2026": "2026-01-05",
                "5/1/2026": "2026-01-05",
                "31/12/2026": "2026-12-31",
                "12/31/2026": None,
                "2026-01-05": None,
                "05/01/26": None,
            },
        ),
        ("%m/%d/%Y", {"05/01/2026": "2026-05-01", "31/12/2026": None}),
        ("%d/%m/%y", {"05/01/26": "2026-01-05"}),
        (("%d/%m/%Y", "%Y-%m-%d"), {"05/01/2026": "2026-01-05", "2026-01-06": "2026-01-06", "Jan 5": None}),
        ("%d-%b-%Y", {"05-Jan-2026": "2026-01-05"}),
    ],
)
def test_dates(tmp_path: Path, format: Any, cells: dict[str, str | None]) -> None:
    """Dates are read by their declared formats only, and years of one or two digits are no dates."""
    found = parsed(tmp_path, Column(type="date", format=format), *cells)
    assert [None if day is None else f"{pd.Timestamp(day):%Y-%m-%d}" for day in found] == list(cells.values())


def verdicts(table: pd.DataFrame) -> dict[str, tuple[int, str]]:
    """Check -> found and verdict."""
    return {row.check: (row.found, row.verdict) for row in table.itertuples()}


@pytest.mark.parametrize(
    ("column", "cells", "check", "expected"),
    [
        (Column(missing=0), ["x", "", " "], "missing", (2, "broken")),
        (Column(missing=0.7), ["x", "", ""], "missing", (2, "ok")),
        (Column(missing=0, missing_words=("N/A",)), ["x", "N/A"], "missing", (1, "broken")),
        (Column(type="number"), ["1", "x", ""], "invalid", (1, "broken")),
        (Column(type="number", invalid=0.5), ["1", "x"], "invalid", (1, "note")),
        (Column(type="number"), ["1", "", "3"], "invalid", (0, "ok")),
        (Column(type="integer"), ["1", "1.5"], "invalid", (1, "broken")),
        (Column(type="date"), ["2026-01-05", "05/01/2026"], "invalid", (1, "broken")),
        (Column(type="number", min=0), ["1", "-1", "0"], "too low", (1, "note")),
        (Column(type="number", max=10), ["1", "10.5", "10"], "too high", (1, "note")),
        (Column(values=("a", "b")), ["a", "c", "", " b "], "unknown label", (1, "note")),
        (Column(type="date", future=False), ["2026-12-31", "2027-01-01", ""], "in the future", (1, "note")),
        (
            Column(type="datetime", future=False),
            ["2026-12-31 23:59:59", "2027-01-01 00:00:00"],
            "in the future",
            (1, "note"),
        ),
        (Column(key=True), ["a", "b", "a", "a "], "repeated key", (2, "broken")),
        (Column(key=True), ["a", "", "", "b"], "repeated key", (0, "ok")),
    ],
)
def test_counts(tmp_path: Path, column: Column, cells: list[str], check: str, expected: tuple[int, str]) -> None:
    """Each check counts its rows: what would make a number wrong is broken, the rest is a note."""
    table = quality_of(tmp_path, csv("a,b", *(f"{cell},1" for cell in cells)), {"a": column})
    assert verdicts(table)[check] == expected
    row = table[table["check"] == check].iloc[0]
    assert row["rows"] == len(cells)
    assert row["share"] == pytest.approx(expected[0] / len(cells))


def test_key_of_two_columns(tmp_path: Path) -> None:
    """A key of two columns repeats where both agree."""
    text = csv("a,b", "x,1", "x,2", "y,1", "x,1", "x,", "x,")
    table = quality_of(tmp_path, text, {"a": Column(key=True), "b": Column(key=True)})
    assert verdicts(table)["repeated key"] == (2, "broken")


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "note"), (0.1, "broken")])
def test_allowed_duplicates(tmp_path: Path, share: float, verdict: str) -> None:
    """Repeated keys up to the allowed share are a note."""
    table = quality_of(tmp_path, csv("a,b", "x,1", "x,2"), {"a": Column(key=True)}, duplicates=share)
    assert verdicts(table)["repeated key"] == (1, verdict)


def test_header_only(tmp_path: Path) -> None:
    """A header without rows is broken, contract or not."""
    for columns in ({}, {"a": Column(type="number", missing=0, key=True)}):
        table = quality_of(tmp_path, "a,b\n", columns)
        assert verdicts(table)["rows"] == (1, "broken")
        assert (table["verdict"] == "broken").sum() == 1


def test_hostile_labels(tmp_path: Path) -> None:
    """Labels and words of a contract are never run as SQL."""
    hostile = ("x'); DROP TABLE t; --", "<script>", "$x$")
    column = Column(values=hostile, missing_words=("'", "N'A"))
    table = quality_of(tmp_path, csv("a,b", *(f"{label},1" for label in hostile), "',2", "other,3"), {"a": column})
    assert verdicts(table)["unknown label"] == (1, "note")
    assert verdicts(table)["missing"] == (1, "ok")
