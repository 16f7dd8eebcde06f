"""Texts with numbers in them that a page quotes word for word: from params, evidence, actions, provenance."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd
from prose_numbers import tokens_of

_MONTH = re.compile(r"(?<![\w-])[12]\d{3}-(?:0[1-9]|1[0-2])(?![\w-])")
_NO = re.compile(r"(?i)\w \b(no|none|nothing)\b|\b(no|none|nothing)\b \w")
_CODE = re.compile(r"[\d.:T-]*")  # dates, months and numbers themselves are not texts


def quotes(*held: Any) -> tuple[str, ...]:
    """Every text with a number (or "no") in it that ``held`` (nouns, results) has, as a page may write it.

    The longest comes first.

    >>> quotes({"note": "Two of six posts are filled."})
    ('Two of six posts are filled', 'two of six posts are filled')
    """
    texts = {" ".join(text.split()).rstrip(".") for one in held for text in texts_in(one)}
    found = {form for text in texts if tells(text) for form in forms(text)}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def tells(text: str) -> bool:
    """Whether it is a text with a number, or with the word "no", in it."""
    return not _CODE.fullmatch(text) and bool(tokens_of(text) or _NO.search(text))


def texts_in(held: Any) -> Iterator[str]:
    """Every text in a noun, a mapping or a list."""
    if isinstance(held, str):
        yield from {held, *held.split("; ")}  # the sources of several departments are put together anew
    elif isinstance(held, Mapping):
        for key, value in held.items():
            if key not in ("due", "start", "month", "since"):
                yield from texts_in(value)
    elif isinstance(held, list | tuple):
        for value in held:
            yield from texts_in(value)
    elif is_dataclass(held):
        for field in fields(held):
            yield from texts_in(getattr(held, field.name))


def forms(text: str) -> set[str]:
    """The text with a small and a large first letter, and with its months in words."""
    named = {text, *(_MONTH.sub(lambda month, form=form: f"{pd.Period(month[0], 'M'):{form}}", text) for form in FORMS)}
    return {form for one in named for form in (one, one[:1].upper() + one[1:], one[:1].lower() + one[1:])}


FORMS = ("%B %Y", "%b %Y")
