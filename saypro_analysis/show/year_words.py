"""Where the fiscal year ends, in words: estimate, range and chance, and what the months left have to bring."""

import re

import pandas as pd

from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.outlook_words import chance_text, coarse, estimate_text, with_span
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import bounds_text
from saypro_analysis.texts import later, n, t
from saypro_analysis.year_end import YearEnd

_MONTH = re.compile(r"\b\d{4}-\d{2}\b")
_SUBJECT = {
    "total": later("The year to {month}"),
    "ratio": later("The year to {month} as a whole"),
    "average": later("The average of the year to {month}"),
    "last": later("The year ends with {month}, which"),
}
_REACH = {
    "stretch": later("That takes months better than forecast, but not better than the process can give."),
    "out of reach": later("That is out of reach without a change of the process."),
}


def year_words(told: Told) -> str:
    """The answer to "Where does the year end?"; empty where a year of the KPI makes no sense."""
    year = told.verdict.year
    if year is None or (year.estimate is None and not year.reason):
        return ""
    if year.estimate is None:
        return _no_estimate(year.reason)
    if not months_left(year):
        return _over(told, year)
    return " ".join(part for part in (_so_far(told, year), _estimate(told, year), _needed(told, year)) if part)


def _no_estimate(reason: str) -> str:
    found = _MONTH.search(reason)
    if found is None:
        return t("No year-end is forecast: there is too little data.")
    return t("No year-end is forecast: {month} has no value.", month=month_name(pd.Period(found[0], "M")))


def months_left(year: YearEnd) -> int:
    """How many months of the fiscal year are still to come."""
    return int((year.last - year.first).n) + 1 - year.months


def _so_far(told: Told, year: YearEnd) -> str:
    if year.so_far is None or year.kind == "last":
        return ""
    text = n(
        "{number} month into it, the year stands at {value}.",
        "{number} months into it, the year stands at {value}.",
        year.months,
        number=numeral(year.months),
        value=told.numbers.value(told.kpi, year.so_far),
    )
    return capital(text)


def _target(told: Told, year: YearEnd) -> str:
    if year.target is None and year.target_upper is None:
        return ""
    return bounds_text(told, year.target, year.target_upper)


def _estimate(told: Told, year: YearEnd) -> str:
    value, span = estimate_text(told, year.estimate or 0.0, year.low, year.high)
    fields = {"year": _subject(year), "value": with_span(value, span)}
    target = _target(told, year)
    if not target:
        first = t("{year} is forecast at about {value}.", **fields)
        return first + " " + t("No target is known for the whole year.")
    first = t("{year} is forecast at about {value} against a target of {target}.", **fields, target=target)
    if year.chance is None:
        return first
    chance = t("The chance of meeting it is {chance}.", chance=chance_text(year.chance, told.numbers))
    return f"{first} {chance}"


def _subject(year: YearEnd) -> str:
    return t(_SUBJECT[year.kind], month=month_name(year.last))


def _over(told: Told, year: YearEnd) -> str:
    """The year is over: what it came to."""
    value, target = told.numbers.value(told.kpi, year.estimate), _target(told, year)
    fields = {"year": _subject(year), "value": value, "target": target}
    if not target or year.chance is None:
        return t("{year} came to {value}.", **fields)
    if year.chance > 0.5:
        return t("{year} came to {value} against a target of {target}: met.", **fields)
    return t("{year} came to {value} against a target of {target}: missed.", **fields)


def _needed(told: Told, year: YearEnd) -> str:
    """What the months left have to bring, against what is forecast of them and what the process can give."""
    if year.required is None or year.usual is None or not year.reach or year.kind == "last":
        return ""
    if year.reach == "reached":
        return t("The target is met whatever the months left bring.")
    if year.reach != "on course" and not _possible(told, year.required):
        return _beyond(told, year)
    required, coming, best = _rates(told, year)
    if year.reach == "on course":
        return _enough(year, coming, required if _possible(told, year.required) else coming)
    least = t("at most {value}", value=required) if told.kpi.better == "lower" else required
    return f"{_must(year, least)} {_against(year, coming, best)} {t(_REACH[year.reach])}"


def _coming(told: Told, year: YearEnd) -> float:
    """What the months left are forecast at, each on average: by the outlook where it tells them all.

    Beyond it, and where the reach would be another by it, what the year's estimate leaves to them.
    """
    left, usual = months_left(year), year.usual or 0.0
    months = told.verdict.outlook.months[:left]
    if len(months) < left:
        return usual
    mean, required = sum(month.value for month in months) / left, year.required or 0.0
    return mean if (mean >= required) == (usual >= required) else usual


def _enough(year: YearEnd, coming: str, required: str) -> str:
    """What is forecast of the months left is enough, and what would be; that is left out where it is the same."""
    left = months_left(year)
    fields = {"value": coming, "required": required, "number": numeral(left)}
    if coming == required:
        return n(
            "The month left is forecast at {value}, which is enough.",
            "The {number} months left are forecast at {value} on average, which is enough.",
            left, **fields,
        )  # fmt: skip
    return n(
        "The month left is forecast at {value}; {required} would be enough.",
        "The {number} months left are forecast at {value} on average; {required} would be enough.",
        left, **fields,
    )  # fmt: skip


def _beyond(told: Told, year: YearEnd) -> str:
    """The months left would have to be what no month can be."""
    left = months_left(year)
    return n(
        "Even at {value}, the month left cannot bring the year to its target.",
        "Even at {value}, the {number} months left cannot bring the year to its target.",
        left,
        value=told.numbers.value(told.kpi, told.possible(year.required or 0.0)),
        number=numeral(left),
    )


def _must(year: YearEnd, value: str) -> str:
    left = months_left(year)
    number = numeral(left)
    if year.kind == "total":
        return n(
            "The month left must bring {value}.",
            "The {number} months left must bring {value} each.",
            left,
            number=number,
            value=value,
        )
    return n(
        "The month left must come to {value}.",
        "The {number} months left must come to {value} on average.",
        left,
        number=number,
        value=value,
    )


def _against(year: YearEnd, coming: str, best: str) -> str:
    """What is forecast of the months left, and the best that a month can bring."""
    left, fields = months_left(year), {"value": coming, "best": best}
    if not best:
        return n("It is forecast at {value}.", "They are forecast at {value} on average.", left, **fields)
    return n(
        "It is forecast at {value}; the best the process gives is {best}.",
        "They are forecast at {value} on average; the best the process gives is {best}.",
        left, **fields,
    )  # fmt: skip


def _rates(told: Told, year: YearEnd) -> tuple[str, str, str]:
    """What is required, forecast and best, without digits that do not matter, unless these tell them apart."""
    coming = _coming(told, year)
    held = [year.required or 0.0, coming, year.best if year.best is not None else coming]
    held[2] = told.possible(held[2])
    texts = [told.numbers.value(told.kpi, number) for number in coarse(abs(held[2] - held[1]), *held)]
    if texts[0] == texts[2] or texts[0] == texts[1]:
        texts = [told.numbers.value(told.kpi, number) for number in held]
    return texts[0], texts[1], texts[2] if year.best is not None else ""


def _possible(told: Told, required: float) -> bool:
    """Whether the KPI can take such a value at all: no negative hours, no share above all."""
    return told.possible(required) == required
