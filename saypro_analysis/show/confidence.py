"""How sure a cause is, as three dots and a word."""

from markupsafe import Markup

from saypro_analysis.show.fragment import render
from saypro_analysis.texts import later, t

_WORDS = {"low": later("Low"), "medium": later("Medium"), "high": later("High")}
_DOTS = {"low": 1, "medium": 2, "high": 3}


def confidence_mark(level: str) -> Markup:
    """The mark of a level of confidence: "low", "medium" or "high"."""
    return render("confidence", filled=_DOTS[level], word=t(_WORDS[level]), what=t("confidence"))
