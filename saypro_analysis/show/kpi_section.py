"""The section of one KPI: kicker, message, chart with reading, causes, actions."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from saypro_analysis.outlook import Expected
from saypro_analysis.show.cause_words import GATED, points_to
from saypro_analysis.show.chart_axes import shown_limits
from saypro_analysis.show.chart_words import chart_description, chart_subtitle, chart_title
from saypro_analysis.show.charts import target_line, xmr_chart
from saypro_analysis.show.cost_words import cost_sentence
from saypro_analysis.show.driver_words import Cards
from saypro_analysis.show.drivers import drivers_html
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.headings import heading, section_sub
from saypro_analysis.show.limit_words import limit_notes, rebases
from saypro_analysis.show.numbers import month_name, month_only
from saypro_analysis.show.outlook_words import span_text
from saypro_analysis.show.readings import reading
from saypro_analysis.show.severity_words import severity_line, severity_notes, severity_terms
from saypro_analysis.show.stated import stated_decimals, stated_headline
from saypro_analysis.show.story import Told
from saypro_analysis.show.tables import action_table, evidence_table
from saypro_analysis.show.trend_words import trend_figures
from saypro_analysis.show.words import bounds_text, target_text, usual_range
from saypro_analysis.texts import later, t

_DIRECTION = {
    "higher": later("higher is better"),
    "lower": later("lower is better"),
    "inside": later("best inside its range"),
}
_HEADS = (later("Month"), later("Actual"), later("Target"), later("Usual range"), later("Signal"))
_HEADS_AHEAD = (
    later("Month"), later("Actual or forecast"), later("Target"), later("Usual or forecast range"), later("Signal"),
)  # fmt: skip
_SIGNAL = {
    "common": later("usual"),
    "improving": later("better than usual"),
    "concerning": later("worse than usual"),
    "neutral": later("unlike usual"),
    "missing": later("missing"),
}


def missed_section(told: Told, *, number: int, cards: Cards) -> Fragment:
    """The section of a missed KPI; ``cards`` are the department's KPIs by id."""
    title = heading(told)
    html = render(
        "kpi_section", id=f"kpi-{told.kpi.id}", kicker=f"{number}. {told.kpi.name}", definition=kicker_text(told),
        heading=title, sub=section_sub(told), figure=xmr_figure(told), reading=answers_of(told),
        more=more_html(told), drivers=drivers_html(told, cards), evidence=_evidence(told),
        gate=gate_words(told), actions=_actions(told), key=told.kpi.key, decimals=stated_decimals(told.kpi),
        **stated_headline(told),
    )  # fmt: skip
    return Fragment(html=html, text=title)


def watch_section(stories: tuple[Told, ...], *, heading: str, cards: Cards) -> Fragment:
    """The watch list: each KPI with its chart and reading, what the evidence points to, and what to do."""
    items = [
        {
            "id": told.kpi.id,
            "name": told.kpi.name,
            "definition": kicker_text(told),
            "figure": xmr_figure(told),
            "reading": answers_of(told),
            "more": more_html(told),
            "drivers": drivers_html(told, cards),
            "why": points_to(told.diagnosis) if told.diagnosis is not None else "",
            "gate": gate_words(told),
            "actions": _actions(told),
        }
        for told in stories
    ]
    return Fragment(html=render("watch", heading=heading, items=items), text=heading)


def answers_of(told: Told) -> tuple[tuple[str, str], ...]:
    """The reading beside the chart; with what the gap costs, where that is known."""
    cost = cost_sentence(told)
    return (*reading(told), *(((t("What does it cost?"), cost),) if cost else ()))


def more_html(told: Told) -> Markup | str:
    """Below a chart and its reading: notes on its limits; collapsed, how its severity and trend were reckoned."""
    severity = severity_terms(told) if severity_line(told) else ()
    parts = [
        (t("How the severity is made up"), severity, severity_notes(told)),
        (t("The trend in figures"), trend_figures(told), ()),
    ]
    held = [part for part in parts if part[1]]
    notes = limit_notes(told)
    return render("kpi_more", notes=notes, parts=held) if held or notes else ""


def kicker_text(told: Told) -> str:
    """What the KPI is and which way is better."""
    definition = told.kpi.definition.strip().rstrip(".")
    better = t(_DIRECTION[told.kpi.better])
    return f"{definition}; {better}" if definition else better


def gate_words(told: Told) -> str:
    """The kind of answer that the KPI needs, as a sentence."""
    words = GATED.get(told.plan.gated) if told.plan is not None else None
    return t(words) if words else ""


def xmr_figure(told: Told, *, name: str = "") -> Markup:
    """The KPI's chart by month, with the figures behind it."""
    shown = told.shown
    low, _ = shown_limits(told, shown)
    ahead = [_figures_ahead(told, expected) for expected in told.verdict.outlook.months[::-1]]
    figure = Figure(
        name=name or f"xmr-{told.kpi.id}",
        title=chart_title(told),
        subtitle=chart_subtitle(told, from_zero=low == 0),
        description=chart_description(told),
        key=chart_key(told),
        heads=[t(head) for head in (_HEADS_AHEAD if ahead else _HEADS)],
        rows=[*ahead, *(_figures(told, row) for row in shown.iloc[::-1].to_dict("records"))],
        kind="xmr",
    )
    return figure_html(figure, lambda narrow: xmr_chart(told, narrow=narrow))


def chart_key(told: Told) -> tuple[tuple[str, str], ...]:
    """The key above the chart: only what occurs in it."""
    signals = set(told.shown["signal"])
    gap, limits = told.verdict.gap, told.verdict.limits
    band = t("Usual range and average, by season") if limits.seasonal else t("Usual range and average")
    entries = [
        ("k-target", _target_key(told), gap.target is not None or gap.target_upper is not None),
        ("k-worse", t("Worse than usual"), "concerning" in signals),
        ("k-better", t("Better than usual"), "improving" in signals),
        ("k-usual", t("Usual"), bool(signals & {"common", "neutral"})),
        ("k-band", band, bool(usual_range(told))),
        ("k-limits", t("New limits"), any(month in set(told.shown["month"].iloc[1:]) for month, _ in rebases(told))),
        ("k-forecast", t("Forecast and its range"), bool(told.verdict.outlook.months)),
    ]
    return tuple((symbol, words) for symbol, words, occurs in entries if occurs)


def _target_key(told: Told) -> str:
    """The target in the key; with its month where it is not the same in all months of the chart."""
    lines = [target_line(told, name) for name in ("target", "target_upper")]
    varies = any(len(set(line[np.isfinite(line)])) > 1 for line in lines)
    month = month_only(told.verdict.month)
    target = target_text(told)
    if varies:
        return t("Target, {target} in {month}", target=target, month=month)
    return t("Target {target}", target=target)


def _figures(told: Told, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    kpi, numbers = told.kpi, told.numbers
    low, high = (float(row[name]) if pd.notna(row[name]) else None for name in ("target", "target_upper"))
    usual = "–"
    if pd.notna(row["lower"]) and pd.notna(row["upper"]):
        low_end, high_end = (numbers.value(kpi, told.possible(row[name])) for name in ("lower", "upper"))
        usual = t("{low} to {high}", low=low_end, high=high_end)
    month, value = month_name(row["month"], short=True), numbers.value(kpi, row["value"])
    return month, value, _target(told, low, high), usual, t(_SIGNAL[row["signal"]])


def _figures_ahead(told: Told, expected: Expected) -> tuple[str, ...]:
    """The row of a coming month: what is forecast, marked as such."""
    numbers = told.numbers
    value, span = numbers.value(told.kpi, expected.value), span_text(told, expected.low, expected.high)
    month = t("{month}, forecast", month=month_name(expected.month, short=True))
    return month, value, _target(told, expected.target, expected.target_upper), span, t("forecast")


def _target(told: Told, low: float | None, high: float | None) -> str:
    return "–" if low is None and high is None else bounds_text(told, low, high)


def _evidence(told: Told) -> Markup | str:
    return evidence_table(told.diagnosis, told.numbers, prefix=told.kpi.id) if told.diagnosis is not None else ""


def _actions(told: Told) -> Markup | str:
    return action_table(told, told.plan) if told.plan is not None and told.plan.recommendations else ""
