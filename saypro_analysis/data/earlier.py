"""The data of the report that was published before: for telling which past numbers have changed since."""

import json
import re
from pathlib import Path

import pandas as pd

from saypro_analysis.kpi import Published

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_COLUMNS = ["department", "kpi", "month", "value"]
_HELD = [("dimension", "==", ""), ("complete", "==", True)]


def earlier_report(reports: Path, month: pd.Period) -> Path | None:
    """The folder of the last month before ``month`` that was published in ``reports``; None when there is none."""
    if not reports.is_dir():
        return None
    months = [path for path in reports.iterdir() if _MONTH.fullmatch(path.name) and path.name < str(month)]
    held = [path for path in months if (path / "snapshot.json").is_file() and (path / "monthly.parquet").is_file()]
    return max(held, key=lambda path: path.name, default=None)


def stamp(folder: Path | None) -> str:
    """What tells one published month from another, for the fingerprint of a page that compares with it."""
    try:
        return "" if folder is None else f"{folder.name} {(folder / 'snapshot.json').read_text('utf-8')}"
    except (OSError, ValueError):
        return ""


def read_published(folder: Path | None) -> Published | None:
    """The values of a published month; None when there is none, or none that can be read.

    A damaged folder of an earlier month must not stop this month's report: it is then without a comparison.
    """
    if folder is None:
        return None
    try:
        as_of = str(json.loads((folder / "snapshot.json").read_text("utf-8"))["as_of"])
        table = pd.read_parquet(folder / "monthly.parquet", columns=_COLUMNS, filters=_HELD)
        values = table.assign(month=pd.PeriodIndex(table["month"], freq="M"))
        return Published(month=pd.Period(folder.name, "M"), as_of=as_of, values=values.dropna(ignore_index=True))
    except (OSError, ValueError, KeyError, TypeError):
        return None
