"""The section of one KPI: kicker, message, chart with reading, causes, actions."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from saypro_analysis.show.cause_words import GATED, points_to
from saypro_analysis.show.chart_words import chart_description, chart_subtitle, chart_title
from saypro_analysis.show.charts import shown_limits, xmr_chart
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.headings import heading, section_sub
from saypro_analysis.show.numbers import month_name
from saypro_analysis.show.readings import reading
from saypro_analysis.show.story import Told
from saypro_analysis.show.tables import action_table, evidence_table
from saypro_analysis.show.words import target_text, usual_range

_DIRECTION = {"higher": "higher is better", "lower": "lower is better", "inside": "best inside its range"}
_SIGNAL = {
    "common": "usual",
    "improving": "better than usual",
    "concerning": "worse than usual",
    "neutral": "unlike usual",
    "missing": "missing",
}


def missed_section(told: Told, *, number: int) -> Fragment:
    """The section of a missed KPI."""
    title = heading(told)
    html = render(
        "kpi_section", id=f"kpi-{told.kpi.id}", kicker=f"{number}. {told.kpi.name}", definition=kicker_text(told),
        heading=title, sub=section_sub(told), figure=xmr_figure(told), reading=reading(told),
        evidence=_evidence(told), gate=gate_words(told), actions=_actions(told),
    )  # fmt: skip
    return Fragment(html=html, text=title)


def watch_section(stories: tuple[Told, ...], *, heading: str) -> Fragment:
    """The watch list: each KPI with its chart and reading, what the evidence points to, and what to do."""
    items = [
        {
            "name": told.kpi.name,
            "definition": kicker_text(told),
            "figure": xmr_figure(told),
            "reading": reading(told),
            "why": points_to(told.diagnosis) if told.diagnosis is not None else "",
            "gate": gate_words(told),
            "actions": _actions(told),
        }
        for told in stories
    ]
    return Fragment(html=render("watch", heading=heading, items=items), text=heading)


def kicker_text(told: Told) -> str:
    """What the KPI is and which way is better."""
    definition = told.kpi.definition.strip().rstrip(".")
    return f"{definition}; {_DIRECTION[told.kpi.better]}" if definition else _DIRECTION[told.kpi.better]


def gate_words(told: Told) -> str:
    """The kind of answer that the KPI needs, as a sentence."""
    return GATED.get(told.plan.gated, "") if told.plan is not None else ""


def xmr_figure(told: Told, *, name: str = "") -> Markup:
    """The KPI's chart by month, with the figures behind it."""
    shown = told.shown
    low, _ = shown_limits(told, shown)
    figure = Figure(
        name=name or f"xmr-{told.kpi.id}",
        title=chart_title(told),
        subtitle=chart_subtitle(told, from_zero=low == 0),
        description=chart_description(told),
        key=chart_key(told),
        heads=("Month", "Actual", "Target", "Usual range", "Signal"),
        rows=[_figures(told, row) for row in shown.iloc[::-1].to_dict("records")],
        kind="xmr",
    )
    return figure_html(figure, lambda narrow: xmr_chart(told, narrow=narrow))


def chart_key(told: Told) -> tuple[tuple[str, str], ...]:
    """The key above the chart: only what occurs in it."""
    signals = set(told.shown["signal"])
    gap = told.verdict.gap
    entries = [
        ("k-target", f"Target {target_text(told)}", gap.target is not None or gap.target_upper is not None),
        ("k-worse", "Worse than usual", "concerning" in signals),
        ("k-better", "Better than usual", "improving" in signals),
        ("k-usual", "Usual", bool(signals & {"common", "neutral"})),
        ("k-band", "Usual range and average", bool(usual_range(told))),
    ]
    return tuple((symbol, words) for symbol, words, occurs in entries if occurs)


def _figures(told: Told, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    kpi, numbers = told.kpi, told.numbers
    low, high = row["target"], row["target_upper"]
    target = numbers.value(kpi, low) if pd.notna(low) else "–"
    if pd.notna(high):
        target = f"{target} to {numbers.value(kpi, high)}" if pd.notna(low) else f"at most {numbers.value(kpi, high)}"
    usual = "–"
    if pd.notna(row["lower"]) and pd.notna(row["upper"]):
        edges = [numbers.value(kpi, told.possible(row[name])) for name in ("lower", "upper")]
        usual = " to ".join(edges)
    return month_name(row["month"], short=True), numbers.value(kpi, row["value"]), target, usual, _SIGNAL[row["signal"]]


def _evidence(told: Told) -> Markup | str:
    return evidence_table(told, told.diagnosis, prefix=told.kpi.id) if told.diagnosis is not None else ""


def _actions(told: Told) -> Markup | str:
    return action_table(told, told.plan) if told.plan is not None and told.plan.recommendations else ""
