"""The rules that tell a signal from noise, as sentences: which months lie where."""

from collections.abc import Sequence

import pandas as pd

from saypro_analysis.rules import RUN
from saypro_analysis.show.numbers import capital, listed, month_name, month_only, numeral
from saypro_analysis.texts import n, t


def outside_words(months: Sequence[pd.Period], bounds: str, *, above: bool) -> str:
    """The latest months lie outside the usual range."""
    number, fields = max(len(months), 1), {"months": _in_a_row(months), "bounds": bounds}
    if above:
        return n(
            "{months} lies above the usual range of {bounds}.", "{months} lie above the usual range of {bounds}.",
            number, **fields,
        )  # fmt: skip
    return n(
        "{months} lies below the usual range of {bounds}.", "{months} lie below the usual range of {bounds}.",
        number, **fields,
    )  # fmt: skip


def shift_words(months: Sequence[pd.Period], *, above: bool) -> str:
    """The latest months lie on one side of the average; fewer than the rule takes are not named."""
    row = _in_a_row(months) if len(months) >= RUN else t("At least seven months in a row")
    if above:
        return t("{months} lie above the average, which chance seldom does.", months=row)
    return t("{months} lie below the average, which chance seldom does.", months=row)


def trend_words(months: Sequence[pd.Period], *, risen: bool) -> str:
    """The latest months all went the same way; none are named where they are fewer than the rule takes."""
    if not months:
        return t("At least seven months in a row went the same way, which chance seldom does.")
    number, fields = len(months), {"number": numeral(len(months)), "span": _span(months)}
    if risen:
        return n(
            "It has risen {number} month in a row, {span}, which chance seldom does.",
            "It has risen {number} months in a row, {span}, which chance seldom does.",
            number, **fields,
        )  # fmt: skip
    return n(
        "It has fallen {number} month in a row, {span}, which chance seldom does.",
        "It has fallen {number} months in a row, {span}, which chance seldom does.",
        number, **fields,
    )  # fmt: skip


def edge_words(months: Sequence[pd.Period], bounds: str) -> str:
    """Two of the last three months, or all, lie near the edge of the usual range."""
    if len(months) > 2:
        return t("All of the last three months lie near the edge of the usual range of {bounds}.", bounds=bounds)
    if len(months) < 2:
        return t("Two of the last three months lie near the edge of the usual range of {bounds}.", bounds=bounds)
    return t(
        "Two of the last three months, {months}, lie near the edge of the usual range of {bounds}.",
        months=listed([month_name(month) for month in months]), bounds=bounds,
    )  # fmt: skip


def _in_a_row(months: Sequence[pd.Period]) -> str:
    if len(months) < 2:
        return month_name(months[0]) if months else t("The latest month")
    row = n(
        "{number} month in a row, {span},", "{number} months in a row, {span},",
        len(months), number=numeral(len(months)), span=_span(months),
    )  # fmt: skip
    return capital(row)


def _span(months: Sequence[pd.Period]) -> str:
    """From the first month to the last: "March to October 2026", "November 2025 to October 2026"."""
    first = month_only(months[0]) if months[0].year == months[-1].year else month_name(months[0])
    return t("{first} to {last}", first=first, last=month_name(months[-1]))
