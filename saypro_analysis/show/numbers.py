"""Numbers, months and dates as text: by the KPI's unit and the company's locale and currency.

The words of a report are English, so its months are; how numbers are grouped and where a currency's sign stands
follows the company's locale.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import pandas as pd
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import parse_pattern

from saypro_analysis.kpi import Company, Kpi

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DECIMALS = {"percent": 1, "count": 0, "hours": 1, "minutes": 0, "days": 1, "score": 1, "ratio": 2}
_SHORT = {"hours": "h", "minutes": "min", "days": "d"}
_LARGE = 100.0  # amounts of money from here on are written without cents
_EXACT = 1e15  # from here on a double has no decimals left to round
_ENGLISH = Locale("en")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How a company writes numbers."""

    locale: str = "en_US"
    currency: str = "USD"

    def plain(self, number: float, decimals: int = 0) -> str:
        """A number without unit.

        >>> Numbers().plain(1234.56, 1), Numbers(locale="de_DE").plain(1234.56, 1)
        ('1,234.6', '1.234,6')
        """
        return self._written(_locale(self.locale).decimal_formats[None].pattern, _rounded(number, decimals), decimals)

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share as percent.

        >>> Numbers().percent(0.25), Numbers().percent(0.0074, 1)
        ('25%', '0.7%')
        """
        number = _rounded(share, decimals + 2)
        return self._written(_locale(self.locale).percent_formats[None].pattern, number, decimals)

    def money(self, amount: float, decimals: int = 0) -> str:
        """An amount in the company's currency."""
        pattern = _locale(self.locale).currency_formats["standard"].pattern
        return self._written(pattern, _rounded(amount, decimals), decimals)

    def value(self, kpi: Kpi, number: float | None, *, long: bool = False, bare: bool = False) -> str:
        """A KPI's value: "$250,000", "82.7%", "6.0 h"; ``long``: "6.0 hours", "150 leads"; ``bare``: "6.0".

        >>> hours = Kpi(name="Time", definition="", unit="hours")
        >>> Numbers().value(hours, 6.0), Numbers().value(hours, 6.0, long=True), Numbers().value(hours, None)
        ('6.0 h', '6.0 hours', 'no data')
        """
        if number is None or not math.isfinite(number):
            return "no data"
        digits = decimals_of(kpi, number)
        if kpi.unit == "currency":
            return self.money(number, digits)
        if kpi.unit == "percent":
            return self.percent(number, digits)
        return self.plain(number, digits) + ("" if bare else unit_of(kpi, number, digits, long=long))

    def amount(self, kpi: Kpi, number: float, *, long: bool = False, bare: bool = False) -> str:
        """The size of a difference between two values of the KPI, without sign; shares differ by points.

        ``bare`` leaves the unit out, for the first number of a span.

        >>> Numbers().amount(Kpi(name="Satisfaction", definition="", unit="percent"), -0.06)
        '6.0 points'
        """
        size = abs(number)
        if kpi.unit in ("percent", "score"):
            digits = decimals_of(kpi, size)
            shown = self.plain(100 * size if kpi.unit == "percent" else size, digits)
            return shown if bare else f"{shown} {'point' if shown == '1' else 'points'}"
        return self.value(kpi, size, long=long, bare=bare)

    def _written(self, pattern: str, number: float, decimals: int) -> str:
        if abs(number) >= _EXACT:
            return f"{number:.3g}"
        shape = parse_pattern(pattern)
        shape.frac_prec = (decimals, decimals)
        return str(shape.apply(number, _locale(self.locale), currency=self.currency, currency_digits=False))


def numbers_of(company: Company) -> Numbers:
    """How this company writes numbers."""
    return Numbers(locale=company.locale, currency=company.currency)


def decimals_of(kpi: Kpi, number: float) -> int:
    """How many decimals the KPI's values are written with."""
    if kpi.decimals is not None:
        return kpi.decimals
    if kpi.unit == "currency":
        return 0 if abs(number) >= _LARGE or number == 0 else 2
    return _DECIMALS[kpi.unit]


def unit_of(kpi: Kpi, number: float, digits: int, *, long: bool) -> str:
    """What follows a number of this KPI, with the space before it; singular for exactly one."""
    one = digits == 0 and round(number) == 1
    if kpi.unit in _SHORT:
        word = kpi.unit[:-1] if one else kpi.unit
        return f" {word if long else _SHORT[kpi.unit]}"
    if not kpi.noun or not long:
        return ""
    return f" {kpi.noun[:-1] if one and kpi.noun.endswith('s') else kpi.noun}"


def numeral(number: int) -> str:
    """A whole number, small ones in words.

    >>> numeral(0), numeral(12), numeral(13)
    ('no', 'twelve', '13')
    """
    return WORDS[number] if 0 <= number < len(WORDS) else str(number)


def count(number: int, noun: str, *, word: bool = True, plural: str = "") -> str:
    """A number of things, small ones in words.

    >>> count(1, "target"), count(8, "target"), count(30, "month"), count(0, "target")
    ('one target', 'eight targets', '30 months', 'no targets')
    """
    shown = numeral(number) if word else str(number)
    return f"{shown} {noun if number == 1 else plural or noun + 's'}"


def month_name(month: pd.Period, *, short: bool = False) -> str:
    """The month: "October 2026", or short, "Oct 2026".

    >>> month_name(pd.Period("2026-10", "M")), month_name(pd.Period("2026-10", "M"), short=True)
    ('October 2026', 'Oct 2026')
    """
    return str(format_date(month.to_timestamp().date(), "MMM y" if short else "MMMM y", locale=_ENGLISH))


def month_only(month: pd.Period) -> str:
    """The month without its year: "October"."""
    return str(format_date(month.to_timestamp().date(), "MMMM", locale=_ENGLISH))


def date_name(day: pd.Timestamp) -> str:
    """The day: "30 Nov 2026"."""
    return str(format_date(day.date(), "d MMM y", locale=_ENGLISH))


def listed(items: Sequence[str], *, most: int = 6) -> str:
    """Names in a sentence; more than ``most`` end in how many others there are.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a', 'a and b', 'a, b and c', 'a, b and one other')
    """
    held = list(items)
    if len(held) > most:
        held = [*held[:most], count(len(held) - most, "other")]
    return held[0] if len(held) == 1 else ", ".join(held[:-1]) + " and " + held[-1] if held else ""


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=8)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return _ENGLISH


def _rounded(number: float, decimals: int) -> float:
    """Rounded once, half away from zero in the decimal digits that a reader would see; never minus zero."""
    if abs(number) >= _EXACT:
        return float(number)
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(float(number))).quantize(step, rounding=ROUND_HALF_UP)) + 0.0
