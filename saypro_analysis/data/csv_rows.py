"""CSV files that people write in spreadsheets, row by row: values, or every fault with its file and row."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from saypro_analysis.data.reader import nearest, read_text
from saypro_analysis.errors import Fault

Row = TypeVar("Row")

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


@dataclass(kw_only=True)
class Reading:
    """One CSV row while it is read: takes values out and collects what is wrong with them."""

    where: str
    row: Mapping[str, str]
    faults: list[Fault]

    def fault(self, key: str, found: str, hint: str) -> None:
        self.faults.append(Fault(where=self.where, key=key, found=found, hint=hint))

    def text(self, key: str, *, needed: bool = False) -> str:
        value = (self.row.get(key) or "").strip()
        if needed and not value:
            self.fault(key, "is empty", "fill it in")
        return value

    def one_of(self, key: str, known: Iterable[str], *, needed: bool = True) -> str:
        value = self.text(key, needed=needed)
        names = list(known)
        if value and value not in names:
            self.fault(key, repr(value), nearest(value, names))
        return value

    def number(self, key: str) -> float | None:
        value = self.text(key)
        try:
            number = float(value) if value else None
        except ValueError:
            number = float("nan")
        if number is not None and not abs(number) < float("inf"):
            self.fault(key, repr(value), "a number such as 12.5")
            return None
        return number

    def matching(self, key: str, pattern: re.Pattern[str], hint: str, *, needed: bool = True) -> str:
        value = self.text(key, needed=needed)
        try:
            good = not value or (bool(pattern.fullmatch(value)) and bool(pd.Timestamp(value)))
        except ValueError:
            good = False
        if not good:
            self.fault(key, repr(value), hint)
            return ""
        return value


def read_rows(
    path: Path, name: str, columns: tuple[str, ...], make: Callable[[Reading], Row]
) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    """The rows of a CSV register made by ``make``, or all its faults by row; a file that is not there has no rows."""
    if not path.exists():
        return (), ()
    text, unreadable = read_text(path, name)
    if unreadable:
        return (), unreadable
    try:
        return _rows_of(text, name, columns, make)
    except csv.Error as error:
        return (), (Fault(where=name, found=f"is no CSV file ({error})", hint="save it again as CSV"),)


def _rows_of(
    text: str, name: str, columns: tuple[str, ...], make: Callable[[Reading], Row]
) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    first = text.split("\n", 1)[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;", key=first.count))
    header = [column.strip() for column in reader.fieldnames or ()]
    reader.fieldnames = header
    wrong = [column for column in header if column not in columns]
    faults = [Fault(where=f"{name}:1", key=c, found="unknown column", hint=nearest(c, columns)) for c in wrong]
    twice = sorted({column for column in header if header.count(column) > 1})
    faults += [Fault(where=f"{name}:1", key=c, found="stands twice in the header", hint="delete one") for c in twice]
    lacking = [column for column in columns[:2] if column not in header]
    faults += [
        Fault(where=f"{name}:1", key=c, found="no such column", hint="columns: " + ",".join(columns)) for c in lacking
    ]
    if faults:
        return (), tuple(faults)
    rows = []
    for row in reader:
        if None in row:
            faults.append(
                Fault(where=f"{name}:{reader.line_num}", found="more cells than columns", hint="quote commas")
            )
        elif any((cell or "").strip() for cell in row.values()):
            rows.append(make(Reading(where=f"{name}:{reader.line_num}", row=row, faults=faults)))
    return tuple(rows), tuple(faults)
