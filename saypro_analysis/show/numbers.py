"""Numbers, months and dates in sentences; they follow the language of the texts."""

from collections.abc import Sequence

import pandas as pd
from babel.dates import format_date, format_skeleton

from saypro_analysis.numbers import MINUS
from saypro_analysis.numbers import Numbers as Numbers
from saypro_analysis.numbers import decimals_of as decimals_of
from saypro_analysis.numbers import numbers_of as numbers_of
from saypro_analysis.numbers import rounded as rounded
from saypro_analysis.numbers import with_decimals as with_decimals
from saypro_analysis.texts import SOURCE, language, later, n, t
from saypro_analysis.texts import month_name as month_name

_WORDS = (
    later("no"), later("one"), later("two"), later("three"), later("four"), later("five"), later("six"), later("seven"),
    later("eight"), later("nine"), later("ten"), later("eleven"), later("twelve"),
)  # fmt: skip


def is_written(shown: str) -> bool:
    """Whether a number, as it is written, is more than zeros."""
    return any(digit in shown for digit in "123456789")


def with_sign(change: float, size: str) -> str:
    """A difference with its sign, by its size as it is written; what is written as zero has none.

    >>> with_sign(-0.21, "0.2 h"), with_sign(-0.02, "0.0 h")
    ('−0.2 h', '0.0 h')
    """
    return f"{'+' if change > 0 else MINUS}{size}" if is_written(size) else size


def numeral(number: int) -> str:
    """A whole number, small ones in words.

    >>> numeral(0), numeral(12), numeral(13)
    ('no', 'twelve', '13')
    """
    return t(_WORDS[number]) if 0 <= number < len(_WORDS) else str(number)


def months(number: int) -> str:
    """A number of months, small ones in words.

    >>> months(1), months(8)
    ('one month', 'eight months')
    """
    return n("{number} month", "{number} months", number, number=numeral(number))


def month_only(month: pd.Period) -> str:
    """The month without its year: "October"."""
    return str(format_date(month.to_timestamp().date(), "LLLL", locale=language()))


def date_name(day: pd.Timestamp) -> str:
    """The day: "30 Nov 2026"; other languages than English have it as they are used to."""
    if language() == SOURCE:
        return str(format_date(day.date(), "d MMM y", locale=SOURCE))
    return str(format_skeleton("yMMMd", day.date(), locale=language()))


def listed(items: Sequence[str], *, most: int = 6) -> str:
    """Names in a sentence; more than ``most`` end in how many others there are.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a', 'a and b', 'a, b and c', 'a, b and one other')
    """
    held = list(items)
    if len(held) > most:
        rest = len(held) - most
        held = [*held[:most], n("{number} other", "{number} others", rest, number=numeral(rest))]
    return t("{names} and {last}", names=", ".join(held[:-1]), last=held[-1]) if len(held) > 1 else "".join(held)


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
