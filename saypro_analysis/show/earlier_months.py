"""The archive in the overview: how many targets were missed in earlier months, and the way to their reports."""

from typing import Any

import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.numbers import month_name
from saypro_analysis.show.story import tell_all
from saypro_analysis.texts import t

Analyses = tuple[Analysis, ...]
MONTHS = 12
_COLUMNS = ["department", "name", "month", "missed", "judged"]


def target_counts(analyses: Analyses, *, months: int = MONTHS) -> pd.DataFrame:
    """Targets judged and missed by department and month, with today's data, over the last ``months`` months.

    Columns: department (id), name, month, missed, judged. Every department has a row for every month.
    """
    rows = [
        {"department": a.month.department.id, "name": a.month.department.name, "month": month,
         "missed": sum(told.missed_in(month) for told in stories),
         "judged": sum(told.judged_in(month) for told in stories)}
        for a in analyses
        for stories in [tell_all(a)]
        for month in pd.period_range(a.month.month - months + 1, a.month.month, freq="M")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


@in_company_language
def show_earlier_months(analyses: Analyses) -> Fragment:
    """How many targets were missed in each of the twelve months before, with links to the reports that there are."""
    counts = target_counts(analyses, months=MONTHS + 1)
    if counts.empty:
        return NOTHING
    before = counts[counts["month"] < counts["month"].max()]
    before = before[before.groupby("month")["judged"].transform("sum") > 0]
    if before.empty:
        return NOTHING
    rows = [_archive_row(month, held) for month, held in before.groupby("month")][::-1]
    heading = t("Earlier months")
    html = render(
        "earlier_months", heading=heading, rows=rows, names=list(counts.drop_duplicates("department")["name"])
    )
    return Fragment(html=html, text=heading)


def _archive_row(month: Any, held: pd.DataFrame) -> dict[str, object]:
    return {
        "label": month_name(month),
        "href": f"../{month}/index.html",
        "all": _of(held["missed"].sum(), held["judged"].sum()),
        "cells": [
            (f"../{month}/{row['department']}.html", _of(row["missed"], row["judged"]))
            for row in held.to_dict("records")
        ],
    }  # fmt: skip


def _of(missed: Any, judged: Any) -> str:
    return t("{missed} of {judged}", missed=missed, judged=judged) if judged else ""
