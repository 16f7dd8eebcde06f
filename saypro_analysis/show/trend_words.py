"""Trends in words: the change over twelve months for the text, and the test behind it for the figures."""

from saypro_analysis.show.driver_words import signed
from saypro_analysis.show.numbers import Numbers, with_sign
from saypro_analysis.show.outlook_words import coarse, with_span
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import TREND, percent_text
from saypro_analysis.texts import later, t

_SMALL_P = 0.001
_METHODS = {
    "too few points": later("too few points"),
    "exact Kendall": later("exact Kendall"),
    "Kendall with ties": later("Kendall with ties"),
    "Mann-Kendall": later("Mann-Kendall"),
    "year on year": later("year on year"),
    "unbroken run": later("unbroken run"),
}
_RISE = (
    later("The trend is a rise of about {size} a year"),
    later("The trend is a rise of about {size}, or {share}, a year"),
)
_FALL = (
    later("The trend is a fall of about {size} a year"),
    later("The trend is a fall of about {size}, or {share}, a year"),
)


def trend_sentence(told: Told) -> str:
    """What a declared trend comes to in twelve months, as a sentence; empty where there is none.

    It is that of the trend, not the difference between two months: a fall that began lately went further.
    """
    trend, kpi, numbers = told.verdict.trend, told.kpi, told.numbers
    if trend.verdict not in ("improving", "declining") or not trend.change:
        return ""
    low, high = sorted((trend.change_low or trend.change, trend.change_high or trend.change))
    change, low, high = coarse(high - low, trend.change, low, high)
    # A change of shares is told in points; a percentage of a percentage would be read as points, too.
    share = trend.change_percent if kpi.unit != "percent" else None
    text = (_RISE if trend.change > 0 else _FALL)[share is not None]
    size, part = numbers.amount(kpi, change, long=True), percent_text(told, share) if share is not None else ""
    return f"{with_span(t(text, size=size, share=part), _between(told, low, high))}."


def _between(told: Told, low: float, high: float) -> str:
    """The interval of the change; where it reaches from a fall to a rise, that is said."""
    amount, kpi = told.numbers.amount, told.kpi
    if low == high:
        return ""
    small, large = (low, high) if low * high < 0 else sorted((abs(low), abs(high)))
    span = {"low": amount(kpi, small, bare=True), "high": amount(kpi, large)}
    return t("a fall of {low} to a rise of {high}", **span) if low * high < 0 else t("{low} to {high}", **span)


def trend_figures(told: Told) -> tuple[tuple[str, str], ...]:
    """The trend test in figures, for the collapsed part: verdict, change with interval, p, method."""
    trend, numbers = told.verdict.trend, told.numbers
    if trend.verdict == "insufficient":
        return ()
    word = t(TREND[trend.verdict])
    rows = [(t("Trend"), t("{trend}, an early sign", trend=word) if trend.early else word)]
    if trend.change is not None:
        rows.append((t("Change over twelve months"), signed(told, trend.change)))
    if trend.change_low is not None and trend.change_high is not None:
        low, high = signed(told, trend.change_low), signed(told, trend.change_high)
        rows.append((t("Its {share} interval", share=numbers.percent(0.9)), t("{low} to {high}", low=low, high=high)))
    if trend.change_percent is not None:
        share = with_sign(trend.change_percent, numbers.percent(abs(trend.change_percent), 1))
        rows.append((t("As a share of the level"), share))
    if trend.p is not None:
        rows.append((t("p of the test alone"), p_text(trend.p, numbers)))
    if trend.adjusted_p is not None:
        rows.append((t("p among all tests of the report"), p_text(trend.adjusted_p, numbers)))
    return (*rows, (t("Method"), t(_METHODS[trend.method]))) if trend.method else tuple(rows)


def p_text(p: float, numbers: Numbers) -> str:
    """A p-value: "0.012", or "below 0.001"."""
    return t("below {number}", number=numbers.plain(_SMALL_P, 3)) if p < _SMALL_P else numbers.plain(p, 3)
