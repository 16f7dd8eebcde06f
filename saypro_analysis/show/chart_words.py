"""Titles, subtitles and descriptions of charts, computed from the data they show."""

import pandas as pd

from saypro_analysis.kpi import Kpi
from saypro_analysis.show.numbers import Numbers, count, month_name
from saypro_analysis.show.outlook_words import span_text
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import target_text, usual_range

_UNITS = {"percent": "in percent", "hours": "in hours", "minutes": "in minutes", "days": "in days"}


def chart_title(told: Told) -> str:
    """The message of the XmR chart."""
    limits, table = told.verdict.limits, told.months
    if limits.sigma is None:
        return f"{told.kpi.name} by month: too little data for a usual range"
    above = (told.verdict.gap.actual or 0.0) > (limits.mean or 0.0)
    run = _trailing(table["value"] > table["upper"] if above else table["value"] < table["lower"])
    where = "above" if above else "below"
    if run > 1:
        return f"The last {count(run, 'month')} lie {where} the usual range"
    if run == 1:
        return f"{month_name(told.verdict.month)} lies {where} the usual range"
    words = {
        "concerning": "The latest months are worse than usual",
        "improving": "The latest months are better than usual",
        "neutral": "The latest months are unlike the usual",
        "common": f"{month_name(told.verdict.month)} lies inside the usual range",
    }
    return words.get(limits.variation, f"{month_name(told.verdict.month)} has no value to judge")


def chart_subtitle(told: Told, *, from_zero: bool) -> str:
    """What is measured, in which unit and period; says so when the scale does not start at zero."""
    shown = told.shown
    period = f"{month_name(shown['month'].iloc[0])} to {month_name(shown['month'].iloc[-1])}" if len(shown) else ""
    scale = "" if from_zero else " The scale does not start at zero."
    ahead = told.verdict.outlook.months
    forecast = f", forecast to {month_name(ahead[-1].month)}" if ahead and len(shown) else ""
    return f"{told.kpi.name}{unit_words(told.kpi, told.numbers)}, {period}{forecast}.{scale}"


def unit_words(kpi: Kpi, numbers: Numbers) -> str:
    """The unit, as part of a subtitle: " in hours", " in USD"."""
    if kpi.unit == "currency":
        return f" in {numbers.currency}"
    unit = _UNITS.get(kpi.unit, "")
    noun = f" in {kpi.noun}" if kpi.noun and kpi.unit in ("count", "ratio", "score") else ""
    return f" {unit}" if unit else noun


def chart_description(told: Told) -> str:
    """The text alternative of the XmR chart."""
    kpi, numbers, shown = told.kpi, told.numbers, told.shown
    held = shown[shown["value"].notna()]
    if held.empty:
        return f"There is no value of {kpi.name} in the months shown."
    low, high = held.iloc[int(held["value"].argmin())], held.iloc[int(held["value"].argmax())]
    last = held.iloc[-1]
    first, final = (month_name(shown["month"].iloc[at]) for at in (0, -1))
    parts = [f"Line chart of {kpi.name} by month, {first} to {final}."]
    parts.append(
        f"Lowest {numbers.value(kpi, low['value'])} in {month_name(low['month'])}, "
        f"highest {numbers.value(kpi, high['value'])} in {month_name(high['month'])}, "
        f"last {numbers.value(kpi, last['value'])} in {month_name(last['month'])}."
    )
    if told.verdict.gap.target is not None or told.verdict.gap.target_upper is not None:
        parts.append(f"The target is {target_text(told)}.")
    if usual_range(told):
        parts.append(f"The usual range is {usual_range(told)}.")
    parts += [*_marked(shown), *_forecast(told)]
    return " ".join([*parts, "The figures are in the table below the chart."])


def _forecast(told: Told) -> list[str]:
    """The coming months with their ranges."""
    kpi, numbers = told.kpi, told.numbers
    months = [
        f"{month_name(part.month)} {numbers.value(kpi, part.value)}, {span_text(told, part.low, part.high)}"
        for part in told.verdict.outlook.months
    ]
    return [f"Forecast with its range: {'; '.join(months)}."] if months else []


def _marked(shown: pd.DataFrame) -> list[str]:
    words = {"concerning": "worse than usual", "improving": "better than usual", "missing": "missing"}
    counts = {word: int((shown["signal"] == signal).sum()) for signal, word in words.items()}
    return [
        f"{count(number, 'month').capitalize()} {'is' if number == 1 else 'are'} {word}."
        for word, number in counts.items()
        if number
    ]


def spark_title(told: Told) -> str:
    """The text alternative of the sparkline."""
    kpi, numbers = told.kpi, told.numbers
    held = told.shown[told.shown["value"].notna()]
    if held.empty:
        return f"{kpi.name}: no values."
    first, last = held.iloc[0], held.iloc[-1]
    extremes = f"lowest {numbers.value(kpi, held['value'].min())}, highest {numbers.value(kpi, held['value'].max())}"
    span = f"{month_name(first['month'], short=True)} to {month_name(last['month'], short=True)}"
    way = f"from {numbers.value(kpi, first['value'])} to {numbers.value(kpi, last['value'])}"
    has_target = told.verdict.gap.target is not None or told.verdict.gap.target_upper is not None
    target = f"; target {target_text(told)}" if has_target else ""
    return f"{kpi.name}, {span}: {way}; {extremes}{target}."


def _trailing(flags: "pd.Series[bool]") -> int:
    backwards = flags.to_numpy()[::-1]
    return len(backwards) if backwards.all() else int((~backwards).argmax())
