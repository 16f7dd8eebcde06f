"""Segments that do not add up, side by side: bars, their title and text."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from saypro_analysis.compared import Beside, Compared
from saypro_analysis.contributions import Basis
from saypro_analysis.show.chart_words import unit_words
from saypro_analysis.show.comparisons import segments_chart
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.splits import bad_way

MOST = 12  # bars; more cannot be read


def beside_html(told: Told, compared: Sequence[Compared]) -> Markup:
    """Bars of segments that do not add up, by the dimension whose segments lie furthest from their reference."""
    basis = [one for one in compared if one.basis == compared[0].basis]
    chosen = max(basis, key=lambda one: max((abs(gap) for gap in _gaps(one)), default=0.0))
    name = chosen.dimension.replace("_", " ")
    held = [one for one in chosen.members if one.value is not None][:MOST]
    short = {one.name for one in wrong_side(told, chosen)}
    table = pd.DataFrame({"segment": [one.name or "Not named" for one in held], "value": [one.value for one in held]})
    figure = Figure(
        name=f"drivers-{told.kpi.id}-{chosen.dimension}",
        title=compared_title(told, chosen),
        subtitle=f"{told.kpi.name}{unit_words(told.kpi, told.numbers)} by {name}, {month_name(told.verdict.month)}.",
        description=compared_words(told, chosen),
        heads=(name.capitalize(), "Now", basis_reference(told, chosen.basis), "Records"),
        rows=[
            (
                one.name or "Not named",
                told.numbers.value(told.kpi, one.value),
                told.numbers.value(told.kpi, one.reference),
                told.numbers.plain(float(one.rows)) if one.rows is not None else "–",
            )
            for one in chosen.members
        ],
        kind="bars",
    )
    drawn = table.assign(missed=[one.name in short for one in held])
    with_target = chosen.basis == "target"
    return figure_html(figure, lambda narrow: segments_chart(drawn, told, narrow=narrow, with_target=with_target))


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
    name, short = compared.dimension.replace("_", " "), wrong_side(told, compared)
    what = "miss the target" if compared.basis == "target" else "are worse than before"
    if not short:
        return f"No {name} {'misses the target' if compared.basis == 'target' else 'is worse than before'}"
    held = [one for one in compared.members if one.value is not None and one.reference is not None]
    worst = f"furthest off is {short[0].name or 'not named'}, at {told.numbers.value(told.kpi, short[0].value)}"
    if len(short) == 1:
        what = "misses the target" if compared.basis == "target" else "is worse than before"
    return f"{capital(numeral(len(short)))} of {numeral(len(held))} by {name} {what}, {worst}"


def compared_words(told: Told, compared: Compared) -> str:
    """The text alternative of segments side by side: every one with its value."""
    shown = [
        f"{one.name or 'not named'} {told.numbers.value(told.kpi, one.value)}"
        for one in compared.members
        if one.value is not None
    ]
    name = compared.dimension.replace("_", " ")
    first = "Segments that do not add up to the whole, and are only compared."
    return f"{first} Bars of {told.kpi.name} by {name}: {', '.join(shown)}."


def basis_reference(told: Told, basis: Basis) -> str:
    """The head of a column of references."""
    if basis == "target":
        return "Target"
    return month_name(told.verdict.month - (1 if basis == "last month" else 12), short=True)
