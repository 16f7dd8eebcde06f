"""The CSV files that analysts keep: observed signs (evidence/) and the action register (actions/)."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from saypro_analysis.data.reader import nearest, read_text
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import CauseModel, Department, Observation, PlannedAction

Row = TypeVar("Row")

EVIDENCE_COLUMNS = ("month", "sign", "degree", "source", "who", "note", "kpi")
ACTION_COLUMNS = (
    "id", "kpi", "cause", "action", "owner", "start", "due", "status", "lead_months", "expected_effect", "review",
    "cost", "note",
)  # fmt: skip
STATUSES = ("planned", "started", "done", "stopped")
#: What yes and no are worth: an observer is seldom certain. Source: the noisy-OR method's values for manual answers.
ANSWERS = {"yes": 0.95, "no": 0.05}

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


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


def read_evidence(
    path: Path, name: str, department: Department, causes: CauseModel
) -> tuple[tuple[Observation, ...], tuple[Fault, ...]]:
    """The observed signs of a department: month, sign, degree (0 to 1, yes or no), source, who, note, kpi."""

    def make(row: Reading) -> Observation:
        month = row.matching("month", _MONTH, "a month such as 2026-10")
        return Observation(
            month=pd.Period(month or "1970-01", "M"),
            sign=row.one_of("sign", causes.signs),
            degree=_degree(row),
            source=row.text("source", needed=True),
            who=row.text("who", needed=True),
            note=row.text("note"),
            kpi=row.one_of("kpi", department.kpis, needed=False),
        )

    return read_rows(path, name, EVIDENCE_COLUMNS, make)


def _degree(row: Reading) -> float:
    answer = row.text("degree", needed=True).lower()
    if answer in ANSWERS or not answer:
        return ANSWERS.get(answer, 0.5)
    try:
        degree = float(answer)
    except ValueError:
        degree = -1.0
    if not 0 <= degree <= 1:
        row.fault("degree", repr(answer), "yes, no, or a degree from 0 to 1")
        return 0.5
    return degree


def read_actions(
    path: Path, name: str, department: Department, causes: CauseModel
) -> tuple[tuple[PlannedAction, ...], tuple[Fault, ...]]:
    """The action register of a department."""

    def make(row: Reading) -> PlannedAction:
        fields: dict[str, Any] = {
            "id": row.text("id", needed=True),
            "kpi": row.one_of("kpi", department.kpis),
            "cause": row.one_of("cause", causes.causes),
            "action": row.text("action", needed=True),
            "owner": row.text("owner", needed=True),
            "start": row.matching("start", _DAY, "a day such as 2026-11-02"),
            "due": row.matching("due", _DAY, "a day such as 2026-11-30"),
            "status": row.one_of("status", STATUSES) or "planned",
            "expected_effect": row.number("expected_effect"),
            "review": row.matching("review", _MONTH, "a month such as 2027-02", needed=False),
            "cost": row.number("cost"),
            "note": row.text("note"),
        }
        if (fields["expected_effect"] or 0) < 0:
            row.fault("expected_effect", f"{fields['expected_effect']:g}", "0 or more: how far the KPI gets better")
        lead = row.number("lead_months")
        if lead is not None and (lead < 0 or lead != int(lead)):
            row.fault("lead_months", f"{lead:g}", "a whole number of months, 0 or more")
        if fields["start"] and fields["due"] and fields["due"] < fields["start"]:
            row.fault("due", fields["due"], f"not before the start, {fields['start']}")
        return PlannedAction(**fields, lead_months=2 if lead is None else int(max(lead, 0)))

    rows, faults = read_rows(path, name, ACTION_COLUMNS, make)
    ids = [row.id for row in rows]
    twice = sorted({i for i in ids if i and ids.count(i) > 1})
    return rows, (
        *faults,
        *(Fault(where=name, key="id", found=f"'{i}' stands twice", hint="rename one") for i in twice),
    )
