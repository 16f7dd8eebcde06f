"""All words of a report go through here: English in the code, other languages in a catalogue each.

A text is a gettext message with named fields; a language is one file, ``languages/<language>.po``. Babel finds the
messages (``make texts``) and reads the file. What a catalogue does not hold is shown in English.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
from markupsafe import Markup, escape

LANGUAGES = Path(__file__).parent / "languages"
SOURCE = "en"  # the language of the messages in the code
_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)
_Shown = TypeVar("_Shown", bound=Callable[..., Any])


def language() -> str:
    """The language in which texts are now written."""
    return _spoken.get()


def languages() -> tuple[str, ...]:
    """Every language that there is a catalogue for, English first."""
    return (SOURCE, *sorted(path.stem for path in LANGUAGES.glob("*.po")))


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Texts in this language within the block; a language without a catalogue is English."""
    before = _spoken.set(name if name in languages() else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken(language_of: Callable[[Any], str]) -> Callable[[_Shown], _Shown]:
    """A function that writes in the language of its first argument; the decorator's argument finds that language."""

    def decorate(shown: _Shown) -> _Shown:
        @wraps(shown)
        def speak(first: Any, *args: Any, **settings: Any) -> Any:
            with speaking(language_of(first)):
                return shown(first, *args, **settings)

        return cast(_Shown, speak)

    return decorate


def t(message: str, /, **fields: Any) -> str:
    """The message in the language spoken, with its fields filled in; Markup when a field is Markup.

    >>> t("{kpi} is at risk", kpi="Revenue")
    'Revenue is at risk'
    """
    return _filled(_catalogue(_spoken.get()).get(message) or message, fields)


def n(one: str, many: str, number: int, /, **fields: Any) -> str:
    """As ``t``: ``one`` for exactly one, ``many`` for every other number, by the rule of the language.

    The plural of a name that ends in a plural ("Leads") is asked for with the number 2.

    >>> n("{number} target was missed", "{number} targets were missed", 3, number="three")
    'three targets were missed'
    """
    forms = _catalogue(_spoken.get()).get((one, many))
    if forms:
        return _filled(forms[min(_plural(_spoken.get())(number), len(forms) - 1)], fields)
    return _filled(one if number == 1 else many, fields)


def later(message: str) -> str:
    """The message as it is: marks a text of a constant for the catalogue; ``t`` translates it where it is shown."""
    return message


def month_name(month: pd.Period, *, short: bool = False) -> str:
    """The month in the language spoken: "October 2026", or short, "Oct 2026".

    >>> month_name(pd.Period("2026-10", "M")), month_name(pd.Period("2026-10", "M"), short=True)
    ('October 2026', 'Oct 2026')
    """
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM" if short else "yMMMM", month.to_timestamp().date(), locale=_spoken.get()))


def _filled(message: str, fields: Mapping[str, Any]) -> str:
    if not fields:
        return message
    if any(hasattr(value, "__html__") for value in fields.values()):
        return Markup(escape(message)).format(**fields)  # noqa: S704 (the message is escaped, format escapes the rest)
    return message.format(**fields)


@lru_cache(maxsize=4)
def _read(name: str) -> Any:
    from babel.messages.pofile import read_po

    with (LANGUAGES / f"{name}.po").open("rb") as file:
        return read_po(file, locale=name)


@lru_cache(maxsize=4)
def _catalogue(name: str) -> Mapping[Any, Any]:
    """Message to translation; a message with a plural is the pair of its forms, its translation a tuple of forms."""
    if name == SOURCE:
        return {}
    held = {message.id: message.string for message in _read(name) if message.id and not message.fuzzy}
    return {key: text for key, text in held.items() if (all(text) if isinstance(text, tuple) else text)}


@lru_cache(maxsize=4)
def _plural(name: str) -> Callable[[int], int]:
    from gettext import c2py

    return c2py(str(_read(name).plural_expr))
