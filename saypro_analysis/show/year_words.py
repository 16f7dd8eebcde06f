"""Where the fiscal year ends, in words: estimate, range and chance, and what the months left have to bring."""

import re

import pandas as pd

from saypro_analysis.show.numbers import count, month_name
from saypro_analysis.show.outlook_words import chance_text, coarse, estimate_text
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import bounds_text
from saypro_analysis.year_end import YearEnd

_MONTH = re.compile(r"\b\d{4}-\d{2}\b")
_SUBJECT = {
    "total": "The year to {}",
    "ratio": "The year to {} as a whole",
    "average": "The average of the year to {}",
    "last": "The year ends with {}, which",
}


def year_words(told: Told) -> str:
    """The answer to "Where does the year end?"; empty where a year of the KPI makes no sense."""
    year = told.verdict.year
    if year is None or (year.estimate is None and not year.reason):
        return ""
    if year.estimate is None:
        why = _MONTH.sub(lambda found: month_name(pd.Period(found[0], "M")), year.reason)
        return f"No year-end is forecast: {why}."
    if not months_left(year):
        return _over(told, year)
    return " ".join(part for part in (_so_far(told, year), _estimate(told, year), _needed(told, year)) if part)


def months_left(year: YearEnd) -> int:
    """How many months of the fiscal year are still to come."""
    return int((year.last - year.first).n) + 1 - year.months


def _so_far(told: Told, year: YearEnd) -> str:
    if year.so_far is None or year.kind == "last":
        return ""
    value = told.numbers.value(told.kpi, year.so_far)
    held = count(year.months, "month").capitalize()
    return f"{held} into it, the year stands at {value}."


def _target(told: Told, year: YearEnd) -> str:
    if year.target is None and year.target_upper is None:
        return ""
    return bounds_text(told, year.target, year.target_upper)


def _estimate(told: Told, year: YearEnd) -> str:
    value, span = estimate_text(told, year.estimate or 0.0, year.low, year.high)
    target, within = _target(told, year), f" ({span})" if span else ""
    against = f" against a target of {target}" if target else ""
    first = f"{_SUBJECT[year.kind].format(month_name(year.last))} is forecast at about {value}{within}{against}."
    if not target:
        return f"{first} No target is known for the whole year."
    if year.chance is None:
        return first
    return f"{first} The chance of meeting it is {chance_text(year.chance, told.numbers)}."


def _over(told: Told, year: YearEnd) -> str:
    """The year is over: what it came to."""
    value, target = told.numbers.value(told.kpi, year.estimate), _target(told, year)
    subject = _SUBJECT[year.kind].format(month_name(year.last))
    if not target or year.chance is None:
        return f"{subject} came to {value}."
    return f"{subject} came to {value} against a target of {target}: {'met' if year.chance > 0.5 else 'missed'}."


def _needed(told: Told, year: YearEnd) -> str:
    """What the months left have to bring, against what a month brings at the present pace and the process can give."""
    if year.required is None or year.usual is None or not year.reach or year.kind == "last":
        return ""
    left = _left(year)
    if year.reach == "reached":
        return "The target is met whatever the months left bring."
    if year.reach != "on course" and not _possible(told, year.required):
        edge = told.numbers.value(told.kpi, told.possible(year.required))
        return f"Even at {edge}, the {left} cannot bring the year to its target."
    required, usual, best = _rates(told, year)
    if year.reach == "on course":
        return f"The present pace, {usual} a month, is enough for the {left}."
    must, gives = ("bring", "brings") if year.kind == "total" else ("come to", "comes to")
    each = "" if months_left(year) == 1 else " each" if year.kind == "total" else " on average"
    least = "at most " if told.kpi.better == "lower" else ""
    most = f", the best the process gives is {best}" if best else ""
    needed = f"The {left} must {must} {least}{required}{each}."
    return f"{needed} At the present pace a month {gives} {usual}{most}. {_REACH[year.reach]}"


def _rates(told: Told, year: YearEnd) -> tuple[str, str, str]:
    """What is required, usual and best, without digits that do not matter, unless these tell required from best."""
    held = [year.required or 0.0, year.usual or 0.0, year.best if year.best is not None else year.usual or 0.0]
    held[2] = told.possible(held[2])
    texts = [told.numbers.value(told.kpi, number) for number in coarse(abs(held[2] - held[1]), *held)]
    if texts[0] == texts[2] or texts[0] == texts[1]:
        texts = [told.numbers.value(told.kpi, number) for number in held]
    return texts[0], texts[1], texts[2] if year.best is not None else ""


_REACH = {
    "stretch": "That takes months better than usual, but not better than the process can give.",
    "out of reach": "That is out of reach without a change of the process.",
}


def _left(year: YearEnd) -> str:
    left = months_left(year)
    return "month left" if left == 1 else f"{count(left, 'month')} left"


def _possible(told: Told, required: float) -> bool:
    """Whether the KPI can take such a value at all: no negative hours, no share above all."""
    return told.possible(required) == required
