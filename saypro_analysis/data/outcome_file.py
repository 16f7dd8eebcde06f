"""params/outcomes.csv: the outcomes of actions that an analyst has recorded, one row each, kept with the params."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from saypro_analysis.data.csv_rows import MONTH, Reading, read_rows
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import RecordedOutcome

NAME = "outcomes.csv"
OUTCOME_COLUMNS = ("department", "id", "action", "month", "verdict", "effect", "low", "high", "telling")
VERDICTS = ("worked", "no evidence", "worsened")
SIGN = {"worked": 1, "worsened": -1}  # of the effect
DIGITS = 6  # significant digits of what is written: more is rounding, and would differ between machines


def read_outcomes(
    path: Path, name: str, departments: Iterable[str]
) -> tuple[tuple[RecordedOutcome, ...], tuple[Fault, ...]]:
    """The recorded outcomes, or all faults by row; ``name`` is how they call the file. One that is not there has none.

    An action may have been deleted from its register since; what became of it still counts.
    """
    known, seen = list(departments), set[tuple[str, str]]()

    def make(row: Reading) -> RecordedOutcome:
        department, own = row.one_of("department", known), row.text("id", needed=True)
        if own and (department, own) in seen:
            row.fault("id", f"'{own}' of {department} stands twice", "keep the first verdict, delete this row")
        seen.add((department, own))
        month = row.matching("month", MONTH, "a month such as 2026-10")
        effect, low, high = (_size(row, key) for key in ("effect", "low", "high"))
        if not low <= effect <= high:
            row.fault("effect", f"{effect:g}", f"from low, {low:g}, to high, {high:g}")
        verdict = row.one_of("verdict", VERDICTS)
        if SIGN.get(verdict, 0) * effect < 0:
            row.fault("effect", f"{effect:g}", "above 0 where it worked, below 0 where it worsened")
        fields: dict[str, Any] = {
            "action": row.text("action", needed=True),
            "verdict": verdict,
            "telling": row.one_of("telling", ("yes", "no")) == "yes",
        }
        when = pd.Period(month or "1970-01", "M")
        return RecordedOutcome(department=department, id=own, month=when, effect=effect, low=low, high=high, **fields)

    return read_rows(path, name, OUTCOME_COLUMNS, make)


def outcome_text(rows: Iterable[RecordedOutcome]) -> str:
    """The file's text: sorted, so that the same outcomes make the same bytes.

    >>> outcome_text([])
    'department,id,action,month,verdict,effect,low,high,telling\\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(OUTCOME_COLUMNS)
    for row in sorted(rows, key=lambda row: (row.department, row.id)):
        sizes = (f"{size:.{DIGITS}g}" for size in (row.effect, row.low, row.high))
        writer.writerow(
            [row.department, row.id, row.action, row.month, row.verdict, *sizes, "yes" if row.telling else "no"]
        )
    return text.getvalue()


def write_outcomes(path: Path, rows: Iterable[RecordedOutcome]) -> None:
    """Write the file whole: a reader sees the old one or the new one, and a failure leaves the old one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(outcome_text(rows))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _size(row: Reading, key: str) -> float:
    row.text(key, needed=True)
    return row.number(key) or 0.0
