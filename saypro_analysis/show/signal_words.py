"""Is a change more than the KPI's usual swing? Which rule says so, at which months, and since when."""

import numpy as np
import pandas as pd

from saypro_analysis.rules import NEAR, RUN
from saypro_analysis.show.limit_words import rebases
from saypro_analysis.show.numbers import capital, count, listed, month_name, month_only, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import SWINGS, usual_range

LEAST = 6  # points below which there are no process limits; as in ``limits``
SIDE = 3.0  # sigmas from the average to an edge of the usual range


def real_change(told: Told) -> str:
    """Whether the change is more than the KPI's usual swing, and what shows it."""
    verdict = told.verdict
    limits = verdict.limits
    if limits.sigma is None:
        held = f"{count(len(told.held), 'month')} with a value {'is' if len(told.held) == 1 else 'are'} held"
        return f"Too early to say: {held}, and a usual range takes at least {numeral(LEAST)}."
    if limits.variation == "insufficient":
        return "Too little data: the month has no value to judge."
    text = _calm(told) if limits.rule == "" else _signal(told)
    if limits.provisional:
        text += f" The range is provisional: it rests on {count(limits.points, 'month', word=False)}."
    return text


def _signal(told: Told) -> str:
    """The rule that fired, with its months; then since when months are unlike usual, where that says more."""
    limits = told.verdict.limits
    months, rule = _fired(told)
    word = {"improving": "Yes, for the better.", "neutral": "Yes, though neither better nor worse."}
    since = ""
    # The months of a rise begin with its second point.
    begun = (months[0] if months else told.verdict.month) - (1 if limits.rule == "trend" else 0)
    if limits.since is not None and limits.since < begun:
        since = f" This began in {month_name(limits.since)}."
    return f"{word.get(limits.variation, 'Yes.')} {rule}{since}"


def _fired(told: Told) -> tuple[list[pd.Period], str]:
    """The months at which the rule of the latest month fired, and the sentence that says so."""
    verdict, bounds = told.verdict, usual_range(told)
    where = "above" if (verdict.gap.actual or 0.0) > (verdict.limits.mean or 0.0) else "below"
    if verdict.limits.rule == "outside limits":
        months = _trailing(told, _outside(told))
        return (
            months,
            f"{_in_a_row(months)} {'lie' if len(months) > 1 else 'lies'} {where} the usual range of {bounds}.",
        )
    if verdict.limits.rule == "shift":
        months = _trailing(told, _side(told))
        if len(months) < RUN:
            return [], f"At least seven months in a row lie {where} the average, which chance seldom does."
        return months, f"{_in_a_row(months)} lie {where} the average, which chance seldom does."
    if verdict.limits.rule == "trend":
        steps = abs(told.run)
        if steps < RUN - 1:
            return [], "At least seven months in a row went the same way, which chance seldom does."
        months = list(told.months["month"])[-steps:]
        way = "risen" if told.run > 0 else "fallen"
        return months, f"It has {way} {count(steps, 'month')} in a row, {_span(months)}, which chance seldom does."
    months = _near_an_edge(told)
    named = f", {listed([month_name(month) for month in months])}," if len(months) == 2 else ""
    number = "Two" if len(months) < 3 else "All"
    return [], f"{number} of the last three months{named} lie near the edge of the usual range of {bounds}."


def _side(told: Told) -> "pd.Series[bool]":
    """On the same side of the average as the latest month, by the limits that hold in each month."""
    apart = told.months["value"] - told.months["mean"]
    return apart > 0 if apart.iloc[-1] > 0 else apart < 0


def _outside(told: Told) -> "pd.Series[bool]":
    table = told.months
    above = bool((table["value"] - table["mean"]).iloc[-1] > 0)
    return table["value"] > table["upper"] if above else table["value"] < table["lower"]


def _near_an_edge(told: Told) -> list[pd.Period]:
    """The months among the last three that are close to the edge on the latest one's side."""
    last = told.months.tail(3)
    apart = (last["value"] - last["mean"]) * np.sign((last["value"] - last["mean"]).iloc[-1])
    return list(last.loc[(apart > NEAR * SIDE * (told.verdict.limits.sigma or 0.0)).to_numpy(), "month"])


def _trailing(told: Told, flags: "pd.Series[bool]") -> list[pd.Period]:
    """The months of the unbroken row of flags up to the latest one, not beyond the last rebase."""
    anew = [month for month, _ in rebases(told)]
    same = told.months["month"] >= anew[-1] if anew else told.months["month"].notna()
    backwards = (flags & same).to_numpy(dtype=bool)[::-1]
    run = len(backwards) if backwards.all() else int((~backwards).argmax())
    return list(told.months["month"])[len(backwards) - run :]


def _in_a_row(months: list[pd.Period]) -> str:
    if len(months) < 2:
        return month_name(months[0]) if months else "The latest month"
    return f"{capital(count(len(months), 'month'))} in a row, {_span(months)},"


def _span(months: list[pd.Period]) -> str:
    """From the first month to the last: "March to October 2026", "November 2025 to October 2026"."""
    first = month_only(months[0]) if months[0].year == months[-1].year else month_name(months[0])
    return f"{first} to {month_name(months[-1])}"


def _calm(told: Told) -> str:
    verdict = told.verdict
    month, bounds = month_name(verdict.month), usual_range(told)
    if verdict.fluctuation.fluctuating:
        swings = [SWINGS.get(test, test) for test in verdict.fluctuation.tests]
        return f"No trend and no step, but not steady: {' and '.join(swings)}."
    if verdict.trend.worsening or verdict.trend.bettering:
        better = "better" if verdict.trend.bettering else "worse"
        return f"Yes, over time and for the {better}, though {month} by itself lies inside the usual range of {bounds}."
    return f"No sign of it. {month} lies inside the usual range of {bounds}, which month-to-month swings explain."
