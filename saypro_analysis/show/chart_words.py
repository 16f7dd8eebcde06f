"""Titles, subtitles and descriptions of charts, computed from the data they show."""

import pandas as pd

from saypro_analysis.kpi import Kpi
from saypro_analysis.show.numbers import Numbers, capital, month_name, numeral
from saypro_analysis.show.outlook_words import span_text
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import target_text, usual_range
from saypro_analysis.texts import later, n, t

_UNITS = {"percent": later("percent"), "hours": later("hours"), "minutes": later("minutes"), "days": later("days")}
_TITLES = {
    "concerning": later("The latest months are worse than usual"),
    "improving": later("The latest months are better than usual"),
    "neutral": later("The latest months are unlike the usual"),
    "common": later("{month} lies inside the usual range"),
}
_UNKNOWN = later("{month} has no value to judge")


def chart_title(told: Told) -> str:
    """The message of the XmR chart."""
    limits, table = told.verdict.limits, told.months
    if limits.sigma is None:
        return t("{kpi} by month: too little data for a usual range", kpi=told.kpi.name)
    above = (told.verdict.gap.actual or 0.0) > (limits.mean or 0.0)
    run = _trailing(table["value"] > table["upper"] if above else table["value"] < table["lower"])
    month = month_name(told.verdict.month)
    if run > 1:
        return _last_outside(run, above=above)
    if run == 1 and above:
        return t("{month} lies above the usual range", month=month)
    if run == 1:
        return t("{month} lies below the usual range", month=month)
    return t(_TITLES.get(limits.variation, _UNKNOWN), month=month)


def _last_outside(run: int, *, above: bool) -> str:
    if above:
        return n(
            "The last {number} month lies above the usual range", "The last {number} months lie above the usual range",
            run, number=numeral(run),
        )  # fmt: skip
    return n(
        "The last {number} month lies below the usual range", "The last {number} months lie below the usual range",
        run, number=numeral(run),
    )  # fmt: skip


def chart_subtitle(told: Told, *, from_zero: bool) -> str:
    """What is measured, in which unit and period; says so when the scale does not start at zero."""
    shown, ahead = told.shown, told.verdict.outlook.months
    period = _period(shown) if len(shown) else ""
    measure = measured(told.kpi, told.numbers)
    if ahead and len(shown):
        last = month_name(ahead[-1].month)
        what = t("{measure}, {period}, forecast to {month}.", measure=measure, period=period, month=last)
    else:
        what = t("{measure}, {period}.", measure=measure, period=period)
    return what if from_zero else " ".join([what, t("The scale does not start at zero.")])


def _period(shown: pd.DataFrame, *, short: bool = False) -> str:
    first, last = (month_name(shown["month"].iloc[at], short=short) for at in (0, -1))
    return t("{first} to {last}", first=first, last=last)


def measured(kpi: Kpi, numbers: Numbers) -> str:
    """The KPI with its unit, as the beginning of a subtitle: "Resolution time in hours", "Revenue in USD"."""
    counted = kpi.unit in ("count", "ratio", "score") and not kpi.name.lower().endswith(kpi.noun.lower())
    noun = kpi.noun if counted else ""  # "Qualified leads" says by itself what is counted
    unit = numbers.currency if kpi.unit == "currency" else t(_UNITS[kpi.unit]) if kpi.unit in _UNITS else noun
    return t("{kpi} in {unit}", kpi=kpi.name, unit=unit) if unit else kpi.name


def chart_description(told: Told) -> str:
    """The text alternative of the XmR chart."""
    kpi, numbers, shown = told.kpi, told.numbers, told.shown
    held = shown[shown["value"].notna()]
    if held.empty:
        return t("There is no value of {kpi} in the months shown.", kpi=kpi.name)
    low, high = held.iloc[int(held["value"].argmin())], held.iloc[int(held["value"].argmax())]
    last = held.iloc[-1]
    parts = [t("Line chart of {kpi} by month, {period}.", kpi=kpi.name, period=_period(shown))]
    parts.append(
        t(
            "Lowest {lowest} in {lowest_month}, highest {highest} in {highest_month}, last {last} in {last_month}.",
            lowest=numbers.value(kpi, low["value"]), lowest_month=month_name(low["month"]),
            highest=numbers.value(kpi, high["value"]), highest_month=month_name(high["month"]),
            last=numbers.value(kpi, last["value"]), last_month=month_name(last["month"]),
        )
    )  # fmt: skip
    if told.verdict.gap.target is not None or told.verdict.gap.target_upper is not None:
        parts.append(t("The target is {target}.", target=target_text(told)))
    if usual_range(told):
        parts.append(t("The usual range is {bounds}.", bounds=usual_range(told)))
    parts += [*_marked(shown), *_forecast(told)]
    return " ".join([*parts, t("The figures are in the table below the chart.")])


def _forecast(told: Told) -> list[str]:
    """The coming months with their ranges."""
    kpi, numbers = told.kpi, told.numbers
    months = [
        f"{month_name(part.month)} {numbers.value(kpi, part.value)}, {span_text(told, part.low, part.high)}"
        for part in told.verdict.outlook.months
    ]
    return [t("Forecast with its range: {months}.", months="; ".join(months))] if months else []


def _marked(shown: pd.DataFrame) -> list[str]:
    """How many months are unlike usual or missing, a sentence each; none for none."""
    counts = [int((shown["signal"] == signal).sum()) for signal in ("concerning", "improving", "missing")]
    worse, better, missing = counts
    said = (
        n("{number} month is worse than usual.", "{number} months are worse than usual.", worse, number=numeral(worse)),
        n(
            "{number} month is better than usual.", "{number} months are better than usual.", better,
            number=numeral(better),
        ),
        n("{number} month is missing.", "{number} months are missing.", missing, number=numeral(missing)),
    )  # fmt: skip
    return [capital(text) for text, number in zip(said, counts, strict=True) if number]


def spark_title(told: Told) -> str:
    """The text alternative of the sparkline."""
    kpi, numbers = told.kpi, told.numbers
    held = told.shown[told.shown["value"].notna()]
    if held.empty:
        return t("{kpi}: no values.", kpi=kpi.name)
    values = (held["value"].iloc[0], held["value"].iloc[-1], held["value"].min(), held["value"].max())
    first, last, lowest, highest = (numbers.value(kpi, value) for value in values)
    fields = {
        "kpi": kpi.name, "period": _period(held, short=True), "first": first, "last": last, "lowest": lowest,
        "highest": highest,
    }  # fmt: skip
    if told.verdict.gap.target is None and told.verdict.gap.target_upper is None:
        return t("{kpi}, {period}: from {first} to {last}; lowest {lowest}, highest {highest}.", **fields)
    return t(
        "{kpi}, {period}: from {first} to {last}; lowest {lowest}, highest {highest}; target {target}.",
        target=target_text(told), **fields,
    )  # fmt: skip


def _trailing(flags: "pd.Series[bool]") -> int:
    backwards = flags.to_numpy()[::-1]
    return len(backwards) if backwards.all() else int((~backwards).argmax())
