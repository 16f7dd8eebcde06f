"""Contrast of every pair of tokens that is used, by the formula of WCAG 2.2, in light and dark."""

import re
from itertools import product

import pytest

from saypro_analysis.show.style import ASSETS

TEXT, MARK = 4.5, 3.0
GROUNDS = ("page", "paper")
#: What is written on what, and what is drawn on what (report.md, section 6).
TEXTS = [
    *product(("ink", "muted", "link", "concern", "good"), GROUNDS),
    *product(("ink",), ("band", "band2", "track", "okzone", "concern-soft", "good-soft")),
    *product(("ink",), ("seq2", "seq3", "seq4", "cs1", "cs2")),
    ("muted", "band2"), ("link", "concern-soft"), ("link", "good-soft"), ("muted", "good-soft"),
    ("onhead", "head"), ("onhead2", "head"), ("onseq", "seq5"), ("oncs", "cs4"),
]  # fmt: skip
MARKS = [
    *product(("concern", "good", "line", "target"), (*GROUNDS, "band")),
    *product(("concern", "good", "target"), ("track", "okzone")),
    ("common", "paper"), ("common", "band"), ("common", "page"), ("common", "track"), ("ink", "track"),
    ("focus", "page"), ("focus", "paper"), ("concern", "concern-soft"), ("good", "good-soft"),
]  # fmt: skip
#: On these classes of a heat map the text is dark in one scheme and light in the other: one of the two must do.
EITHER = [("seq1", ("ink", "onseq")), ("cs3", ("ink", "oncs"))]
DECORATIVE = {"rule"}  # hairlines; nothing is known by them alone


def _tokens(scheme: str) -> dict[str, str]:
    css = (ASSETS / "tokens.css").read_text("utf-8")
    light, dark = css.split("@media screen and (prefers-color-scheme:dark)", 1)
    found = dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", dark.split("@media", 1)[0]))
    return found


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    digits = colour.removeprefix("#")
    digits = "".join(sign * 2 for sign in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Contrast ratio. Source: WCAG 2.2, definition of contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_wcags() -> None:
    """Black on white is 21 to 1, a colour on itself 1, and #767676 the lightest grey that white allows for text."""
    assert _contrast("#000000", "#fff") == pytest.approx(21)
    assert _contrast("#c2410c", "#c2410c") == 1
    assert _contrast("#767676", "#ffffff") >= TEXT > _contrast("#777777", "#ffffff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_stand_out(scheme: str) -> None:
    """[ ] text ≥ 4.5, marks ≥ 3 (T, from tokens; axe cannot judge SVG text)."""
    tokens = _tokens(scheme)
    pairs = [(*pair, TEXT) for pair in TEXTS] + [(*pair, MARK) for pair in MARKS]
    faint = [
        f"{one} on {other}: {found:.2f} < {least}"
        for one, other, least in pairs
        if (found := _contrast(tokens[one], tokens[other])) < least
    ]
    for ground, inks in EITHER:
        if max(_contrast(tokens[ink], tokens[ground]) for ink in inks) < TEXT:
            faint.append(f"{' or '.join(inks)} on {ground}")
    assert faint == []


def test_every_colour_is_in_a_pair() -> None:
    """A new token is tested with what it stands on, or is said to be decorative; both schemes have the same ones."""
    used = {name for pair in [*TEXTS, *MARKS] for name in pair} | {name for name, _ in EITHER} | DECORATIVE
    assert set(_tokens("light")) == used
    css = (ASSETS / "tokens.css").read_text("utf-8")
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", css)) <= used
