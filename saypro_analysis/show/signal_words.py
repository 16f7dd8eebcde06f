"""Is a change more than the KPI's usual swing? Which rule says so, at which months, and since when."""

from functools import reduce

import numpy as np
import pandas as pd

from saypro_analysis.rules import NEAR, RUN
from saypro_analysis.show.limit_words import rebases
from saypro_analysis.show.numbers import listed, month_name, numeral
from saypro_analysis.show.rule_words import edge_words, outside_words, shift_words, trend_words
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import SWINGS, usual_range
from saypro_analysis.texts import later, n, t

LEAST = 6  # points below which there are no process limits; as in ``limits``
SIDE = 3.0  # sigmas from the average to an edge of the usual range
_ANSWERS = {
    "concerning": later("Yes."),
    "improving": later("Yes, for the better."),
    "neutral": later("Yes, though neither better nor worse."),
}


def real_change(told: Told) -> str:
    """Whether the change is more than the KPI's usual swing, and what shows it."""
    verdict = told.verdict
    limits = verdict.limits
    if limits.sigma is None:
        return n(
            "Too early to say: {number} month with a value is held, and a usual range takes at least {least}.",
            "Too early to say: {number} months with a value are held, and a usual range takes at least {least}.",
            len(told.held),
            number=numeral(len(told.held)),
            least=numeral(LEAST),
        )
    if limits.variation == "insufficient":
        return t("Too little data: the month has no value to judge.")
    text = _calm(told) if limits.rule == "" else _signal(told)
    if not limits.provisional:
        return text
    provisional = n(
        "The range is provisional: it rests on {number} month.",
        "The range is provisional: it rests on {number} months.",
        limits.points,
        number=limits.points,
    )
    return f"{text} {provisional}"


def _signal(told: Told) -> str:
    """The rule that fired, with its months; then since when months are unlike usual, where that says more."""
    limits = told.verdict.limits
    months, rule = _fired(told)
    said = [t(_ANSWERS.get(limits.variation, _ANSWERS["concerning"])), rule]
    if limits.since is not None and limits.since < (months[0] if months else told.verdict.month):
        said.append(t("It has been unlike usual since {month}.", month=month_name(limits.since)))
    return " ".join(said)


def _fired(told: Told) -> tuple[list[pd.Period], str]:
    """The months at which the rule of the latest month fired, and the sentence that says so."""
    rule = told.verdict.limits.rule
    above = (told.verdict.gap.actual or 0.0) > (told.verdict.limits.mean or 0.0)
    if rule == "outside limits":
        months = _trailing(told, _outside(told))
        return months, outside_words(months, usual_range(told), above=above)
    if rule == "shift":
        months = _trailing(told, _side(told))
        return months if len(months) >= RUN else [], shift_words(months, above=above)
    if rule == "trend":
        steps = abs(told.run)
        months = list(told.months["month"])[-steps:] if steps >= RUN - 1 else []
        return months, trend_words(months, risen=told.run > 0)
    return [], edge_words(_near_an_edge(told), usual_range(told))


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


def _calm(told: Told) -> str:
    verdict = told.verdict
    month, bounds = month_name(verdict.month), usual_range(told)
    if verdict.fluctuation.fluctuating:
        swings = [t(SWINGS.get(test, test)) for test in verdict.fluctuation.tests]
        said = reduce(lambda first, second: listed([first, second]), swings)
        return t("No trend and no step, but not steady: {swings}.", swings=said)
    if verdict.trend.bettering:
        return t(
            "Yes, over time and for the better, though {month} by itself lies inside the usual range of {bounds}.",
            month=month,
            bounds=bounds,
        )
    if verdict.trend.worsening:
        return t(
            "Yes, over time and for the worse, though {month} by itself lies inside the usual range of {bounds}.",
            month=month,
            bounds=bounds,
        )
    return t(
        "No sign of it. {month} lies inside the usual range of {bounds}, which month-to-month swings explain.",
        month=month,
        bounds=bounds,
    )
