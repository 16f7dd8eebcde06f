"""Numbers as prose writes them: amounts, percentages, points, counts, number words, months and days."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import get_month_names
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_LONG, _SHORT = (get_month_names(width, locale="en") for width in ("wide", "abbreviated"))
_MONTHS = {name: at for names in (_LONG, _SHORT) for at, name in names.items()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))


@dataclass(frozen=True, kw_only=True)
class Token:
    """A number of a text. ``kind``: money, percent, points, number, word, month, day, code (letters with digits).

    ``number`` is as shown (16.7 for "16.7%"), ``digits`` how many decimals it has, ``sign`` the sign in front of it
    ("" for none). A month's number is "2026-10", one without a year "10"; a day's is "2026-10-31".
    """

    kind: str
    text: str
    start: int
    number: Decimal | str
    digits: int = 0
    sign: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A number that results hold, or that a rule derives from them.

    ``unit``: "currency", "percent" (a KPI's value; 0.25 is 25 %), "points" (of a score), another unit of a KPI;
    "share" (0.25 is 25 %), "count", "plain", "month", "day", "code". ``near`` allows the step above and below: of
    terms that are rounded so that they add up.
    """

    unit: str
    value: float | str
    near: bool = False


@lru_cache(maxsize=4)
def _pattern(locale: str, currency: str) -> re.Pattern[str]:
    group, point = (re.escape(symbol) for symbol in (get_group_symbol(locale), get_decimal_symbol(locale)))
    symbol = re.escape(get_currency_symbol(currency, locale))
    number = rf"\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d+)?|\d+(?:{point}\d+)?"
    return re.compile(
        rf"(?P<day>\b(?P<date>\d{{1,2}}) (?P<dmonth>{_MONTH}) (?P<dyear>\d{{4}})\b)"
        rf"|(?P<month>\b(?P<name>{_MONTH})\b(?: (?P<year>\d{{4}})\b)?)"
        rf"|(?P<iso>\b\d{{4}}-\d\d-\d\d\b)"
        rf"|(?P<row>\b(?:{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))(?= month running))"
        rf"|(?P<word>(?i:\b(?:{'|'.join(WORDS)})\b))"
        rf"|(?P<sign>[+−-])?(?P<money>{symbol})?(?<![\w.])(?P<number>{number})(?P<percent>\s?%)?(?!\w)"
        rf"|(?P<code>\b(?=\w*\d)(?=\w*[a-z])\w+\b)"
    )


def tokens_of(text: str, *, locale: str = "en_US", currency: str = "USD") -> list[Token]:
    """Every number of the text, in order; the first number of a span has the unit of the second.

    >>> [(one.kind, str(one.number)) for one in tokens_of("−$1,200 or 25%, in three months to October 2026")]
    [('money', '1200'), ('percent', '25'), ('word', '3'), ('month', '2026-10')]
    >>> [(one.kind, str(one.number)) for one in tokens_of("6.4 to 9.5 points, due 5 Oct 2026")]
    [('points', '6.4'), ('points', '9.5'), ('day', '2026-10-05')]
    """
    return [_token(hit, text, locale) for hit in _pattern(locale, currency).finditer(text)]


def _token(hit: re.Match[str], text: str, locale: str) -> Token:
    given = {"text": hit[0], "start": hit.start()}
    if hit["day"]:
        return Token(kind="day", number=f"{hit['dyear']}-{_MONTHS[hit['dmonth']]:02}-{int(hit['date']):02}", **given)
    if hit["iso"]:
        return Token(kind="day", number=hit["iso"], **given)
    if hit["month"]:
        year = f"{hit['year']}-" if hit["year"] else ""
        return Token(kind="month", number=f"{year}{_MONTHS[hit['name']]:02}", **given)
    if hit["row"]:
        word = hit["row"]
        place = _ORDINALS.index(word) + 1 if word in _ORDINALS else int(re.sub(r"\D", "", word))
        return Token(kind="word", number=Decimal(place), **given)
    if hit["word"]:
        return Token(kind="word", number=Decimal(WORDS.index(hit["word"].lower()) + 1), **given)
    if hit["code"]:
        return Token(kind="code", number=hit["code"], **given)
    plain = hit["number"].replace(get_group_symbol(locale), "").replace(get_decimal_symbol(locale), ".")
    after = text[hit.end() :]
    points = re.match(r"(?: to [\d.,]+)? points?\b", after) is not None
    kind = "money" if hit["money"] else "percent" if hit["percent"] else "points" if points else "number"
    digits = len(plain.partition(".")[2])
    return Token(kind=kind, number=Decimal(plain), digits=digits, sign=(hit["sign"] or "").replace("-", "−"), **given)


_LEADING_ZERO = re.compile(r"(?<![\d.,])0\d")


def explained(token: Token, facts: Iterable[Fact]) -> bool:
    """Whether one of the facts, rounded half away from zero to the decimals shown, is what is shown."""
    if token.kind == "code":
        return any(fact.unit == "code" and fact.value == token.number for fact in facts)
    if token.kind in ("month", "day"):
        texts = [str(fact.value) for fact in facts if fact.unit in ("month", "day")]
        shown = str(token.number)
        return any(text == shown or (len(shown) == 2 and text[5:7] == shown) for text in texts)
    return any(_shows(token, fact) for fact in facts)


def _shows(token: Token, fact: Fact) -> bool:
    if isinstance(fact.value, str) or not isinstance(token.number, Decimal) or _LEADING_ZERO.search(token.text):
        return False
    scale = _SCALES.get((token.kind, fact.unit), 0 if fact.unit in _OTHER else _NUMBERS.get(token.kind, 0))
    if not scale:
        return False
    exact = Decimal(repr(float(fact.value))) * scale
    if token.sign and exact and (exact < 0) != (token.sign == "−"):
        return False
    return token.number in (rounded(abs(exact), token.digits), *(_steps(abs(exact), token.digits) if fact.near else ()))


#: By kind of token and unit of fact: what the fact is multiplied with to be as shown.
_SCALES = {
    ("money", "currency"): 1, ("percent", "percent"): 100, ("percent", "share"): 100, ("points", "percent"): 100,
    ("points", "points"): 1, ("number", "count"): 1, ("word", "count"): 1, ("number", "plain"): 1,
    ("number", "points"): 1,
}  # fmt: skip
_OTHER = ("currency", "percent", "points", "share", "count", "plain", "month", "day", "code")
_NUMBERS = {"number": 1, "points": 1}  # hours, days, leads, scores


def rounded(exact: Decimal, digits: int) -> Decimal:
    """Half away from zero, as a reader would.

    >>> rounded(Decimal("0.125"), 2), rounded(Decimal("16.65"), 1)
    (Decimal('0.13'), Decimal('16.7'))
    """
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _steps(exact: Decimal, digits: int) -> Sequence[Decimal]:
    """The step below and the step above."""
    step = Decimal(1).scaleb(-digits)
    low = Decimal(math.floor(exact / step + Decimal("1e-9"))) * step
    return low, low + step
