"""Segments that do not add up, side by side: bars, their title and text."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from saypro_analysis.compared import Beside, Compared
from saypro_analysis.contributions import Basis
from saypro_analysis.show.chart_words import measured
from saypro_analysis.show.comparisons import segments_chart
from saypro_analysis.show.driver_words import label
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.splits import bad_way
from saypro_analysis.texts import n, t

MOST = 12  # bars; more cannot be read


def beside_html(told: Told, compared: Sequence[Compared]) -> Markup:
    """Bars of segments that do not add up, by the dimension whose segments lie furthest from their reference."""
    basis = [one for one in compared if one.basis == compared[0].basis]
    chosen = max(basis, key=lambda one: max((abs(gap) for gap in _gaps(one)), default=0.0))
    name = chosen.dimension.replace("_", " ")
    held = [one for one in chosen.members if one.value is not None][:MOST]
    short = {one.name for one in wrong_side(told, chosen)}
    drawn = pd.DataFrame(
        {
            "segment": [label(one.name) or t("Not named") for one in held],
            "value": [one.value for one in held],
            "missed": [one.name in short for one in held],
        }
    )
    measure, month = measured(told.kpi, told.numbers), month_name(told.verdict.month)
    figure = Figure(
        name=f"drivers-{told.kpi.id}-{chosen.dimension}",
        title=compared_title(told, chosen),
        subtitle=t("{measure} by {part}, {month}.", measure=measure, part=name, month=month),
        description=compared_words(told, chosen),
        heads=(name.capitalize(), t("Now"), basis_reference(told, chosen.basis), t("Records")),
        rows=[_row(told, one) for one in chosen.members],
        kind="bars",
    )
    with_target = chosen.basis == "target"
    return figure_html(figure, lambda narrow: segments_chart(drawn, told, narrow=narrow, with_target=with_target))


def _row(told: Told, one: Beside) -> tuple[str, ...]:
    return (
        label(one.name) or t("Not named"),
        told.numbers.value(told.kpi, one.value),
        told.numbers.value(told.kpi, one.reference),
        told.numbers.plain(float(one.rows)) if one.rows is not None else "–",
    )


def _gaps(compared: Compared) -> list[float]:
    return [
        one.value - one.reference for one in compared.members if one.value is not None and one.reference is not None
    ]


def wrong_side(told: Told, compared: Compared) -> list[Beside]:
    """The segments that are worse than their reference."""
    found = []
    for one in compared.members:
        if one.value is not None and one.reference is not None:
            change = one.value - one.reference
            found += [one] * (change * bad_way(told.kpi, one.value, change, told.verdict) > 0)
    return found


def compared_title(told: Told, compared: Compared) -> str:
    """The message of segments side by side."""
    short, fields = wrong_side(told, compared), {"part": compared.dimension.replace("_", " ")}
    if not short:
        if compared.basis == "target":
            return t("No {part} misses the target", **fields)
        return t("No {part} is worse than before", **fields)
    fields |= {"number": numeral(len(short)), "all": numeral(len(_gaps(compared)))}
    fields |= {"segment": label(short[0].name) or t("not named"), "value": told.numbers.value(told.kpi, short[0].value)}
    if compared.basis == "target":
        title = n(
            "{number} of {all} by {part} misses the target, furthest off is {segment}, at {value}",
            "{number} of {all} by {part} miss the target, furthest off is {segment}, at {value}",
            len(short), **fields,
        )  # fmt: skip
    else:
        title = n(
            "{number} of {all} by {part} is worse than before, furthest off is {segment}, at {value}",
            "{number} of {all} by {part} are worse than before, furthest off is {segment}, at {value}",
            len(short), **fields,
        )  # fmt: skip
    return capital(title)


def compared_words(told: Told, compared: Compared) -> str:
    """The text alternative of segments side by side: every one with its value."""
    unnamed = t("not named")
    shown = [
        f"{label(one.name) or unnamed} {told.numbers.value(told.kpi, one.value)}"
        for one in compared.members
        if one.value is not None
    ]
    name = compared.dimension.replace("_", " ")
    first = t("Segments that do not add up to the whole, and are only compared.")
    bars = t("Bars of {kpi} by {part}: {values}.", kpi=told.kpi.name, part=name, values=", ".join(shown))
    return f"{first} {bars}"


def basis_reference(told: Told, basis: Basis) -> str:
    """The head of a column of references."""
    if basis == "target":
        return t("Target")
    return month_name(told.verdict.month - (1 if basis == "last month" else 12), short=True)
