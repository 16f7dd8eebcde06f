"""What the next months are forecast to bring, in words: value, range, chance of the target."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from saypro_analysis.gap import shortfalls
from saypro_analysis.outlook import AHEAD, Expected
from saypro_analysis.show.numbers import Numbers, capital, month_name, month_only, numeral, rounded
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import bounds_text, number_of
from saypro_analysis.texts import n, t

_RARE, _SURE = 0.01, 0.99  # chances beyond are told as "less than" and "more than"
_FINE = 0.1  # a chance this near to nothing or certain is told to the percent, others to the nearest five


def chance_text(chance: float, numbers: Numbers) -> str:
    """A chance in words; never certain, and no finer than it is known.

    >>> [chance_text(chance, Numbers()) for chance in (0.002, 0.04, 0.31, 0.968, 0.999)]
    ['less than 1%', 'about 4%', 'about 30%', 'about 97%', 'more than 99%']
    """
    if chance < _RARE:
        return t("less than {percent}", percent=numbers.percent(_RARE))
    if chance > _SURE:
        return t("more than {percent}", percent=numbers.percent(_SURE))
    fine = chance <= _FINE or chance >= 1 - _FINE
    return t("about {percent}", percent=numbers.percent(chance if fine else rounded(20 * chance) / 20))


def estimate_text(told: Told, value: float, low: float | None, high: float | None) -> tuple[str, str]:
    """An estimate and its range, both without digits that the range makes void: "$3,520,000", "$3,470,000 to ..."."""
    if low is None or high is None or not high > low:
        return told.numbers.value(told.kpi, value), ""
    shown = coarse(high - low, value, low, high)
    texts = [told.numbers.value(told.kpi, number) for number in shown]
    return texts[0], span_text(told, shown[1], shown[2]) if texts[1] != texts[2] else ""


def coarse(width: float, *numbers: float) -> tuple[float, ...]:
    """The numbers without the digits that a range of this width makes void; none behind the point is taken away.

    >>> coarse(85_000, 3_515_786, 3_473_109), coarse(0.4, 5.74)
    ((3516000.0, 3473000.0), (5.74,))
    """
    step = 10.0 ** (math.floor(math.log10(width)) - 1) if width > 0 else 1.0
    return tuple(numbers) if step <= 1 else tuple(rounded(number / step) * step for number in numbers)


def span_text(told: Told, low: float, high: float) -> str:
    """From one value to another, the unit told once: "5.5 to 5.9 h"."""
    return t(
        "{low} to {high}", low=told.numbers.value(told.kpi, low, bare=True), high=told.numbers.value(told.kpi, high)
    )


def goal_text(told: Told, target: float | None, upper: float | None) -> str:
    """What meeting a target means, after "the chance of"; empty where there is none."""
    if target is None and upper is None:
        return ""
    bounds = bounds_text(told, target, upper)
    if told.kpi.better != "inside":
        return t("meeting {target}", target=bounds)
    both = target is not None and upper is not None
    return t("lying in {target}", target=bounds) if both else t("being {target}", target=bounds)


def misses(told: Told, expected: Expected) -> bool:
    """Whether the forecast itself, not only its range, misses the month's target."""
    low, high = (np.nan if bound is None else bound for bound in (expected.target, expected.target_upper))
    return bool(shortfalls(expected.value, low, high, better=told.kpi.better) > 0)


def first_miss(told: Told) -> pd.Period | None:
    """The first coming month that is forecast to miss its target."""
    return next((expected.month for expected in told.verdict.outlook.months if misses(told, expected)), None)


def miss_forecast(told: Told) -> str:
    """What is forecast of a KPI at risk, after "is" or "are": "forecast to miss in January 2027"."""
    month = first_miss(told)
    if month is None:
        return t("forecast to miss within three months")
    return t("forecast to miss in {month}", month=coming_month(told, month))


def at_risk_words(stories: Sequence[Told]) -> str:
    """Which KPIs are met but forecast to miss, as the end of a sentence."""
    if len(stories) == 1:
        told = stories[0]
        kpi, forecast = told.kpi.name, miss_forecast(told)
        return n("{kpi} is {forecast}", "{kpi} are {forecast}", number_of(told.kpi), kpi=kpi, forecast=forecast)
    return t("{number} are forecast to miss within three months", number=numeral(len(stories)))


def coming_month(told: Told, month: pd.Period) -> str:
    """The name of a coming month, with its year where that is another than the report's."""
    return month_name(month) if month.year != told.verdict.month.year else month_only(month)


def outlook_words(told: Told) -> str:
    """The next month and the third, and when a missed target is reached; empty where there is no forecast."""
    months = told.verdict.outlook.months
    if not months:
        return ""
    parts = _alike(told) or [_expected(told, expected) for expected in _told_months(told)]
    if all(expected.target is None and expected.target_upper is None for expected in months):
        parts.append(t("No target is set for these months yet."))
    return " ".join([*parts, *_recovers(told)])


def _told_months(told: Told) -> list[Expected]:
    """The first and the last of the coming months, and the first that misses a target that is met now."""
    months = told.verdict.outlook.months
    miss = first_miss(told) if told.verdict.at_risk else None
    return [part for part in months if part in (months[0], months[-1]) or part.month == miss]


def _expected(told: Told, expected: Expected) -> str:
    value, span = estimate_text(told, expected.value, expected.low, expected.high)
    chance, month = _chance(told, expected), coming_month(told, expected.month)
    first = capital(t("{month} is forecast at about {value}", month=month, value=with_span(value, span)))
    return f"{first}; {chance}." if chance else f"{first}."


def with_span(value: str, span: str) -> str:
    """A value with its range in brackets, if there is one."""
    return f"{value} ({span})" if span else value


def _chance(told: Told, expected: Expected) -> str:
    goal = goal_text(told, expected.target, expected.target_upper)
    if expected.chance is None or not goal:
        return ""
    return t("the chance of {goal} is {chance}", goal=goal, chance=chance_text(expected.chance, told.numbers))


def _alike(told: Told) -> list[str]:
    """One answer for all coming months, where the same is to be said of each."""
    months = told.verdict.outlook.months
    said = {(*estimate_text(told, part.value, part.low, part.high), _chance(told, part)) for part in months}
    if len(months) < AHEAD or len(said) > 1:
        return []
    value, span, chance = said.pop()
    last = coming_month(told, months[-1].month)
    parts = [t("Each month to {month} is forecast at about {value}.", month=last, value=with_span(value, span))]
    return [*parts, t("In each, {chance}.", chance=chance)] if chance else parts


def _recovers(told: Told) -> list[str]:
    verdict = told.verdict
    outlook = verdict.outlook
    if outlook.recovers is not None:
        return [t("It is forecast to reach its target in {month}.", month=coming_month(told, outlook.recovers))]
    targets = [part for part in outlook.months if part.target is not None or part.target_upper is not None]
    if verdict.gap.status == "missed" and len(targets) == len(outlook.months):
        return [t("No month of the coming year is forecast to reach its target.")]
    return []
