"""Trends in words: the change over twelve months for the text, and the test behind it for the figures."""

from saypro_analysis.show.numbers import Numbers
from saypro_analysis.show.outlook_words import coarse
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import TREND, percent_text

_SMALL_P = 0.001


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
    part = f", or {percent_text(told, share)}," if share is not None else ""
    way = "rise" if trend.change > 0 else "fall"
    size = numbers.amount(kpi, change, long=True)
    return f"The trend is a {way} of about {size}{part} a year{_between(told, low, high)}."


def _between(told: Told, low: float, high: float) -> str:
    """The interval of the change; where it reaches from a fall to a rise, that is said."""
    amount, kpi = told.numbers.amount, told.kpi
    if low == high:
        return ""
    if low * high < 0:
        return f" (a fall of {amount(kpi, low, bare=True)} to a rise of {amount(kpi, high)})"
    small, large = sorted((abs(low), abs(high)))
    return f" ({amount(kpi, small, bare=True)} to {amount(kpi, large)})"


def trend_figures(told: Told) -> tuple[tuple[str, str], ...]:
    """The trend test in figures, for the collapsed part: verdict, change with interval, p, method."""
    trend, numbers = told.verdict.trend, told.numbers
    if trend.verdict == "insufficient":
        return ()
    rows = [("Trend", TREND[trend.verdict] + (", an early sign" if trend.early else ""))]
    if trend.change is not None:
        rows.append(("Change over twelve months", _signed(told, trend.change)))
    if trend.change_low is not None and trend.change_high is not None:
        rows.append(("Its 90% interval", f"{_signed(told, trend.change_low)} to {_signed(told, trend.change_high)}"))
    if trend.change_percent is not None:
        rows.append(("As a share of the level", numbers.percent(trend.change_percent, 1)))
    if trend.p is not None:
        rows.append(("p of the test alone", p_text(trend.p, numbers)))
    if trend.adjusted_p is not None:
        rows.append(("p among all tests of the report", p_text(trend.adjusted_p, numbers)))
    return (*rows, ("Method", trend.method)) if trend.method else tuple(rows)


def _signed(told: Told, change: float) -> str:
    sign = "−" if change < 0 else "+" if change > 0 else ""
    return sign + told.numbers.amount(told.kpi, change)


def p_text(p: float, numbers: Numbers) -> str:
    """A p-value: "0.012", or "below 0.001"."""
    return f"below {numbers.plain(_SMALL_P, 3)}" if p < _SMALL_P else numbers.plain(p, 3)
