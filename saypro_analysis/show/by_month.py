"""Which part of its targets each department met in the last twelve months, as a heat map with words."""

import numpy as np
import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.earlier_months import MONTHS, target_counts
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.month_map import CLASSES, month_map
from saypro_analysis.show.numbers import Numbers, listed, month_name, numbers_of, numeral
from saypro_analysis.texts import n, t

Analyses = tuple[Analysis, ...]
QUARTER = 3  # months at either end that are compared: one alone says little of a few targets
CLEAR = 0.10  # a smaller change of the share of targets met is none


def met_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """The share of targets met, departments (rows, as given) by month (columns); NaN where none could be judged."""
    missed, judged = (counts.pivot(index="department", columns="month", values=name) for name in ("missed", "judged"))
    names = counts.drop_duplicates("department").set_index("department")["name"]  # two may have one name
    shares: pd.DataFrame = (1 - missed / judged.where(judged > 0)).loc[list(names.index)]
    return shares.set_axis(list(names), axis="index")


def months_of(shares: pd.DataFrame) -> list[pd.Period]:
    """The months of the columns."""
    return [pd.Period(month, "M") for month in shares.columns]


@in_company_language
def show_targets_by_month(analyses: Analyses) -> Fragment:
    """Which part of its targets each department met in the last twelve months. Empty without a second month."""
    counts = target_counts(analyses)
    shares = met_shares(counts).dropna(axis="columns", how="all")
    if shares.shape[1] < 2:
        return NOTHING
    numbers, months = numbers_of(analyses[0].month.company), months_of(shares)
    low, high = numbers.percent(CLASSES[2]), numbers.percent(1.0)
    figure = Figure(
        name="targets-map",
        title=t("Share of targets met, percent"),
        subtitle=t(
            "By department, {first} to {last}, with today’s data. Orange means below {low}, the strongest blue {high}.",
            first=month_name(months[0]), last=month_name(months[-1]), low=low, high=high,
        ),
        description=_description(shares, numbers),
        heads=(t("Department"), *(month_name(month, short=True) for month in months)),
        rows=[(str(name), *(_share(value, numbers) for value in row)) for name, row in shares.iterrows()],
        kind="heat",
    )  # fmt: skip
    drawn = figure_html(figure, lambda narrow: month_map(shares, narrow=narrow))
    heading = slip_heading(shares, numbers)
    html = render("by_month", heading=heading, figure=drawn, reading=_reading(shares, numbers))
    return Fragment(html=html, text=heading)


def ends(shares: pd.DataFrame) -> pd.DataFrame:
    """Average share at the ``first`` and at the ``last`` three months held, by department, and the ``change``."""
    size = min(QUARTER, shares.shape[1] // 2)
    found = pd.DataFrame({"first": shares.iloc[:, :size].mean(axis=1), "last": shares.iloc[:, -size:].mean(axis=1)})
    return found.assign(change=(found["last"] - found["first"]).round(9))


def slip_heading(shares: pd.DataFrame, numbers: Numbers) -> str:
    """Who meets clearly fewer targets than at the beginning; who meets more, when nobody does."""
    found = ends(shares)
    worse = found[found["change"] <= -CLEAR].sort_values("change", kind="stable")
    better = found[found["change"] >= CLEAR].sort_values("change", kind="stable", ascending=False)
    if len(worse):
        row = worse.iloc[0]
        return t(
            "{department} has slipped most: from {first} to {last} of its targets met",
            department=worse.index[0], first=numbers.percent(row["first"]), last=numbers.percent(row["last"]),
        )  # fmt: skip
    if len(better):
        return n(
            "{departments} meets more of its targets than a year ago", "{departments} meet more of their targets than "
            "a year ago", len(better), departments=listed([str(name) for name in better.index], most=3),
        ) if shares.shape[1] == MONTHS else t(
            "{departments}: more targets met than at first", departments=listed([str(m) for m in better.index], most=3)
        )  # fmt: skip
    if found["change"].isna().all():
        return t("Too little is held to compare the departments’ shares of targets met")
    return t("No department’s share of targets met has changed much")


def _reading(shares: pd.DataFrame, numbers: Numbers) -> list[tuple[str, str]]:
    found = ends(shares)
    groups = [
        (t("Fewer targets met"), found[found["change"] <= -CLEAR]),
        (t("More targets met"), found[found["change"] >= CLEAR]),
        (t("About as many"), found[found["change"].abs() < CLEAR]),
    ]
    unknown = [str(name) for name in found.index[found["change"].isna()]]
    size = min(QUARTER, shares.shape[1] // 2)
    note = n(
        "The first and the last month are compared.", "The first {number} and the last {number} months are compared.",
        size, number=numeral(size),
    )  # fmt: skip
    held = [(title, _ends_text(rows, numbers)) for title, rows in groups if len(rows)]
    silent = [(t("Too little data"), f"{listed(unknown)}.")] if unknown else []
    return [*held, *silent, (t("How it is compared"), note)]


def _ends_text(rows: pd.DataFrame, numbers: Numbers) -> str:
    first, last = ([numbers.percent(share) for share in rows[end]] for end in ("first", "last"))
    parts = [
        t("{department}: {first} to {last}.", department=name, first=then, last=now)
        for name, then, now in zip(rows.index, first, last, strict=True)
    ]
    return " ".join(parts)


def _share(value: float, numbers: Numbers) -> str:
    return numbers.percent(value) if np.isfinite(value) else "–"


def _description(shares: pd.DataFrame, numbers: Numbers) -> str:
    last = shares.iloc[:, -1]
    parts = [f"{name} {_share(value, numbers)}" for name, value in last.items()]
    month = month_name(months_of(shares)[-1])
    return t(
        "Heat map of targets met by department and month. In {month}: {shares}.",
        month=month,
        shares=listed(parts, most=20),
    )
