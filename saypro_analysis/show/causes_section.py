"""The overview's heat map of causes with its words."""

import pandas as pd

from saypro_analysis.causes import LIKELY
from saypro_analysis.show.cause_words import is_many, lower
from saypro_analysis.show.comparisons import causes_chart
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import capital, listed, numeral
from saypro_analysis.texts import n, t

STRONG = round(100 * LIKELY)  # a score from here on is called likely


def causes_html(scores: pd.DataFrame) -> Fragment:
    """The section: heading, heat map, and which causes are shared or stand alone."""
    heading = causes_heading(scores)
    figure = Figure(
        name="causes-map",
        title=t("Strength of evidence for each cause, 0 to 100"),
        subtitle=t(
            "Highest score among each department’s missed KPIs. The strongest shade means {score} or more.",
            score=STRONG,
        ),
        description=_description(scores),
        heads=(t("Cause"), *scores.columns),
        rows=[(str(cause), *map(_cell, row)) for cause, row in zip(scores.index, scores.to_numpy(), strict=True)],
        kind="heat",
    )
    drawn = figure_html(figure, lambda narrow: causes_chart(scores, narrow=narrow))
    html = render("causes", heading=heading, figure=drawn, reading=causes_reading(scores))
    return Fragment(html=html, text=heading)


def causes_heading(scores: pd.DataFrame) -> str:
    """Which cause is supported in most departments."""
    counts = (scores >= STRONG).sum(axis=1)
    most = int(counts.max())
    if most == 0:
        return t("No cause is well supported in any department")
    leaders = [str(cause) for cause in counts.index[counts == most]]
    shared = n("in {number} department", "in {number} departments", most, number=numeral(most))
    if len(leaders) == 1:
        return n(
            "{cause} stands out {departments}, no other cause in as many",
            "{cause} stand out {departments}, no other cause in as many",
            2 if is_many(leaders[0]) else 1, cause=leaders[0], departments=shared,
        )  # fmt: skip
    causes = capital(listed([lower(name) for name in leaders]))
    if most == 1:
        return t("{causes} stand out in one department each", causes=causes)
    return t("{causes} stand out {departments}", causes=causes, departments=shared)


def causes_reading(scores: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Which causes are shared, and which stand in one place only."""
    strong = scores >= STRONG
    shared, alone = [], []
    for cause, row in strong.iterrows():
        where = [str(name) for name, holds in row.items() if holds]
        if len(where) > 1:
            shared.append(f"{cause}: {listed(where)}.")
        elif where:
            alone.append(f"{cause}: {where[0]}.")
    weak = [str(name) for name in strong.columns if not bool(strong[name].any())]
    reaches = t("{departments}: no cause reaches {score}.", departments=listed(weak), score=STRONG)
    items = [
        (t("In several departments"), " ".join(shared)),
        (t("In one place"), " ".join(alone)),
        (t("Not explained yet"), reaches if weak else ""),
    ]
    return tuple((title, text) for title, text in items if text)


def _description(scores: pd.DataFrame) -> str:
    parts = []
    for name in scores.columns:
        column = scores[name].dropna()
        parts.append(f"{name}: {', '.join(f'{cause} {value:.0f}' for cause, value in column.items())}.")
    return " ".join([t("Heat map of causes by department."), *parts])


def _cell(value: float) -> str:
    return f"{value:.0f}" if pd.notna(value) else "–"
