"""The tidy tables that pass between modules: their columns, and the check at the place where they enter."""

from typing import Final

import pandas as pd

#: The monthly table: one row per KPI, segment and month. Totals have ``dimension == ""`` and ``segment == ""``.
#: ``numerator``, ``denominator`` and ``value`` are NaN when missing, never zero; ``target_upper`` is the upper bound of
#: a range target; ``rows`` counts the records behind the value; ``complete`` is False for a month not yet over.
MONTHLY: Final = {
    "department": "str",
    "kpi": "str",
    "dimension": "str",
    "segment": "str",
    "month": "period[M]",
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "target": "float64",
    "target_upper": "float64",
    "rows": "int64",
    "complete": "bool",
}
MONTHLY_KEY: Final = ["department", "kpi", "dimension", "segment", "month"]

#: Targets of months of which the monthly table holds no row: those to come, and those that were left out. One row per
#: KPI and month with a target; ``target_upper`` is NaN unless the target is a range.
AHEAD: Final = {
    "department": "str",
    "kpi": "str",
    "month": "period[M]",
    "target": "float64",
    "target_upper": "float64",
}
AHEAD_KEY: Final = ["department", "kpi", "month"]

#: The data-quality table: one row per check of a column. ``verdict`` is "ok", "note" (printed in the report) or
#: "broken" (a number would be wrong: the run stops). ``share`` and ``limit`` are parts of all rows.
QUALITY: Final = {
    "table": "str",
    "column": "str",
    "check": "str",
    "found": "int64",
    "rows": "int64",
    "share": "float64",
    "limit": "float64",
    "verdict": "str",
    "text": "str",
}

#: The sources table: one row per table that was read. ``complete_to`` is the last day it is held to be
#: complete for.
SOURCES: Final = {
    "table": "str",
    "file": "str",
    "rows": "int64",
    "first": "str",
    "last": "str",
    "complete_to": "str",
    "sha256": "str",
}


def shape(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """``frame`` with exactly these columns, in this order and of these types."""
    return frame.reindex(columns=list(columns)).astype(columns).reset_index(drop=True)


def check_monthly(frame: pd.DataFrame) -> pd.DataFrame:
    """The monthly table, sorted; raises ValueError where it breaks its contract (columns, types, one row per key)."""
    wrong = [name for name, kind in MONTHLY.items() if name not in frame or str(frame[name].dtype) != kind]
    if wrong:
        raise ValueError(f"monthly table: wrong or missing columns {', '.join(wrong)}")
    if bool(frame.duplicated(MONTHLY_KEY).any()):
        raise ValueError("monthly table: more than one row for a KPI, segment and month")
    return frame.sort_values(MONTHLY_KEY, kind="stable", ignore_index=True)
