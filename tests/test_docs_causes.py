"""docs/causes.md says how causes are weighed and actions judged: its numbers are those of the code."""

import re
from pathlib import Path

from saypro_analysis import actions, causes, dimensions, effect, learned, splits, windows
from saypro_analysis.decomposition import MAX_FACTORS
from saypro_analysis.show import cause_words

ROOT = Path(__file__).parents[1]
TEXT = " ".join((ROOT / "docs" / "causes.md").read_text("utf-8").split())


def test_the_numbers_are_those_of_the_code() -> None:
    """Each number that the page names is the constant of the code."""
    said = {
        "at most 8 factors": MAX_FACTORS == 8,
        "one to three members": dimensions.MOST == 3,
        "15 points more": dimensions.CLEARLY == 0.15,
        "a change below 1.41": round(splits.DIFFERS, 2) == 1.41,
        "**Likely** is 70 % or more, at least three times the odds": (causes.LIKELY, round(2.718281828**causes.LIFT, 6))
        == (0.7, 3.0),
        "**possible** 40 % or more": causes.POSSIBLE == 0.4,
        "below 40 % confidence is low": cause_words.HALF_KNOWN == 0.4,
        "a fifth weaker or stronger": causes.ROBUST == (0.8, 1.2),
        "Suggestions fill up to three per KPI": actions.MAX_ITEMS == 3,
        "when three months can show it": effect.MIN_AFTER == 3,
        "At least twelve months": windows.MIN_BEFORE == 12,
        "after six months the chance of being better is 95 %": (effect.SURE_AFTER, effect.SURE) == (6, 0.95),
    }
    for words, true in said.items():
        assert words in TEXT, words
        assert true, words
    assert learned.PRIOR_WEIGHT == 4


def test_the_words_of_a_verdict_are_explained() -> None:
    """Every verdict that a report can give on an action or a cause is a word of this page."""
    for word in ("Worked", "Worse since", "no evidence", "Likely", "possible", "not indicated"):
        assert re.search(rf"\*\*{word}\*\*", TEXT), word
