"""The archive of all months: which targets were missed when, with links to every report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.page import page_words
from saypro_analysis.texts import language, n, t


@dataclass(frozen=True, kw_only=True)
class MonthTally:
    """A published month: department id -> (missed, with target) of the pages that are there."""

    month: str
    departments: Mapping[str, tuple[int, int]]
    made_up: bool = False


def show_archive(tallies: Sequence[MonthTally], *, company: str, names: Mapping[str, str]) -> Fragment:
    """The page of all months, newest first; ``names`` gives each department's name by id, in order."""
    newest = sorted(tallies, key=lambda tally: tally.month, reverse=True)
    lead = _lead(newest)
    page = {
        "title": t("All months, {company}", company=company),
        "lang": language(),
        "company": company,
        "nav": [],
        "words": page_words(company),
    }
    html = render(
        "archive",
        company=company,
        lead=lead,
        made_up=any(tally.made_up for tally in newest),
        departments=list(names.values()),
        rows=[_row(tally, names) for tally in newest],
    )
    return Fragment(html=str(html), text=lead, page=page)


def _lead(newest: Sequence[MonthTally]) -> str:
    if not newest:
        return t("No month has been reported yet.")
    latest = month_name(pd.Period(newest[0].month, "M"))
    return capital(
        n("{number} month of reports, the latest for {month}.", "{number} months of reports, the latest for {month}.",
          len(newest), number=numeral(len(newest)), month=latest)
    )  # fmt: skip


def _row(tally: MonthTally, names: Mapping[str, str]) -> dict[str, object]:
    cells = []
    for name in names:
        missed, targets = tally.departments.get(name, (0, 0))
        href = f"{tally.month}/{name}.html" if name in tally.departments else ""
        cells.append({"href": href, "missed": missed, "targets": targets})
    return {
        "href": f"{tally.month}/index.html",
        "label": month_name(pd.Period(tally.month, "M")),
        "missed": sum(missed for missed, _ in tally.departments.values()),
        "targets": sum(targets for _, targets in tally.departments.values()),
        "cells": cells,
    }
