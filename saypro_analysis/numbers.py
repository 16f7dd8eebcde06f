"""Numbers as text: by the KPI's unit and the company's locale and currency.

How numbers are grouped and where a currency's sign stands follows the company's locale; the words of units follow the
language of the texts.
"""

import math
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import parse_pattern

from saypro_analysis.kpi import Company, Kpi
from saypro_analysis.texts import SOURCE, later, n, t

_DECIMALS = {"percent": 1, "count": 0, "hours": 1, "minutes": 0, "days": 1, "score": 1, "ratio": 2}
_SHORT = {"hours": later("{number} h"), "minutes": later("{number} min"), "days": later("{number} d")}
_LARGE = 100.0  # amounts of money from here on are written without cents
_EXACT = 1e15  # from here on a double has no decimals left to round
MINUS = "−"  # U+2212; a hyphen is no minus


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How a company writes numbers."""

    locale: str = "en_US"
    currency: str = "USD"

    def plain(self, number: float, decimals: int = 0) -> str:
        """A number without unit.

        >>> Numbers().plain(1234.56, 1), Numbers(locale="de_DE").plain(-1234.56, 1)
        ('1,234.6', '−1.234,6')
        """
        return self._written(_locale(self.locale).decimal_formats[None].pattern, rounded(number, decimals), decimals)

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share as percent.

        >>> Numbers().percent(0.25), Numbers().percent(0.0074, 1)
        ('25%', '0.7%')
        """
        number = rounded(share, decimals + 2)
        return self._written(_locale(self.locale).percent_formats[None].pattern, number, decimals)

    def money(self, amount: float, decimals: int = 0) -> str:
        """An amount in the company's currency."""
        pattern = _locale(self.locale).currency_formats["standard"].pattern
        return self._written(pattern, rounded(amount, decimals), decimals)

    def value(self, kpi: Kpi, number: float | None, *, long: bool = False, bare: bool = False) -> str:
        """A KPI's value: "$250,000", "82.7%", "6.0 h"; ``long``: "6.0 hours", "150 leads"; ``bare``: "6.0".

        >>> hours = Kpi(name="Time", definition="", unit="hours")
        >>> Numbers().value(hours, 6.0), Numbers().value(hours, 6.0, long=True), Numbers().value(hours, None)
        ('6.0 h', '6.0 hours', 'no data')
        """
        if number is None or not math.isfinite(number):
            return t("no data")
        digits = decimals_of(kpi, number)
        if kpi.unit == "currency":
            return self.money(number, digits)
        if kpi.unit == "percent":
            return self.percent(number, digits)
        shown = self.plain(number, digits)
        return shown if bare else _with_unit(kpi, shown, _things(number, digits), long=long)

    def amount(self, kpi: Kpi, number: float, *, long: bool = False, bare: bool = False) -> str:
        """The size of a difference between two values of the KPI, without sign; shares differ by points.

        ``bare`` leaves the unit out, for the first number of a span.

        >>> Numbers().amount(Kpi(name="Satisfaction", definition="", unit="percent"), -0.06)
        '6.0 points'
        """
        size = abs(number)
        if kpi.unit in ("percent", "score"):
            digits = decimals_of(kpi, size)
            points = 100 * size if kpi.unit == "percent" else size
            shown = self.plain(points, digits)
            return shown if bare else n("{number} point", "{number} points", _things(points, digits), number=shown)
        return self.value(kpi, size, long=long, bare=bare)

    def _written(self, pattern: str, number: float, decimals: int) -> str:
        if abs(number) >= _EXACT:
            return f"{number:.3g}".replace("-", MINUS)
        shape = parse_pattern(pattern)
        shape.frac_prec = (decimals, decimals)
        shown = shape.apply(number, _locale(self.locale), currency=self.currency, currency_digits=False)
        return str(shown).replace("-", MINUS)


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


def with_decimals(kpi: Kpi, *values: float | None) -> Kpi:
    """The KPI with the decimals of these values for all its numbers: no cents beside amounts of 100 and more.

    Without any value it stays as it is, so that each number decides for itself.

    >>> cost = Kpi(name="Cost", definition="", unit="currency")
    >>> Numbers().amount(with_decimals(cost, 908.08, 956.0), 47.92), Numbers().amount(cost, 47.92)
    ('$48', '$47.92')
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    if kpi.decimals is not None or kpi.unit != "currency" or not any(sizes):
        return kpi
    return replace(kpi, decimals=decimals_of(kpi, max(sizes)))


def value_and_bound(kpi: Kpi, value: float, bound: float, numbers: Numbers) -> tuple[str, str]:
    """A value as the KPI is written, and the bound of a rule as it was entered, without zeros at its end.

    Where both would look alike without being so, they have one digit more.

    >>> hours = Kpi(name="Time", definition="", unit="hours")
    >>> value_and_bound(hours, 5.26, 4, Numbers()), value_and_bound(hours, 4.01, 4, Numbers())
    (('5.3 hours', '4 hours'), ('4.01 hours', '4.00 hours'))
    """
    digits = decimals_of(kpi, value)
    shown, against = (numbers.value(replace(kpi, decimals=digits), number, long=True) for number in (value, bound))
    if shown == against and value != bound:
        finer = replace(kpi, decimals=digits + 1)
        return numbers.value(finer, value, long=True), numbers.value(finer, bound, long=True)
    scale = 2 if kpi.unit == "percent" else 0
    needed = next((d for d in range(digits) if math.isclose(bound, round(bound, d + scale))), digits)
    return shown, numbers.value(replace(kpi, decimals=needed), bound, long=True)


def _with_unit(kpi: Kpi, shown: str, things: int, *, long: bool) -> str:
    """A written number with the KPI's unit."""
    if not long and kpi.unit in _SHORT:
        return t(_SHORT[kpi.unit], number=shown)
    if kpi.unit == "hours":
        return n("{number} hour", "{number} hours", things, number=shown)
    if kpi.unit == "minutes":
        return n("{number} minute", "{number} minutes", things, number=shown)
    if kpi.unit == "days":
        return n("{number} day", "{number} days", things, number=shown)
    if not kpi.noun or not long:
        return shown
    return f"{shown} {kpi.noun[:-1] if things == 1 and kpi.noun.endswith('s') else kpi.noun}"


def _things(number: float, decimals: int) -> int:
    """The number that decides between singular and plural; one with decimals is a plural: "1.0 hours"."""
    return int(rounded(number, 0)) if decimals == 0 else 2


@lru_cache(maxsize=8)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale(SOURCE)


def rounded(number: float, decimals: int = 0) -> float:
    """Rounded once, half away from zero in the decimal digits that a reader would see; never minus zero.

    >>> rounded(0.125, 2), rounded(2.5), rounded(-0.2)
    (0.13, 3.0, 0.0)
    """
    if abs(number) >= _EXACT:
        return float(number)
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(float(number))).quantize(step, rounding=ROUND_HALF_UP)) + 0.0
