"""What the checks of the sources found, in words. The contracts write it in English; here it is only translated."""

from saypro_analysis.texts import later, t

_WHOLE = (
    later("empty"),
    later("no rows at all"),
    later("rows that repeat a key"),
    later("not a date"),
    later("not a datetime"),
    later("not a number"),
    later("not an integer"),
)
#: How a text begins, and the message with the rest of it as its value.
_BEGUN = (
    ("below ", later("below {value}")),
    ("above ", later("above {value}")),
    ("after ", later("after {value}")),
    ("none of ", later("none of {value}")),
    ("empty or ", later("empty or {value}")),
    ("not a date as ", later("not a date as {value}")),
    ("not a datetime as ", later("not a datetime as {value}")),
)


def found_text(text: str) -> str:
    """What a check looks for, in the language spoken; a text that is not known stays as it is.

    >>> found_text("below 0"), found_text("empty"), found_text("odd")
    ('below 0', 'empty', 'odd')
    """
    for beginning, message in _BEGUN:
        if text.startswith(beginning):
            return t(message, value=text.removeprefix(beginning))
    return t(text) if text in _WHOLE else text
