"""Method, data quality and provenance: how the numbers were made, and from what."""

from collections.abc import Mapping

import pandas as pd

from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import Numbers, count
from saypro_analysis.show.tables import quality_table

CHANCE = (0.015, 0.024)  # flags per KPI and month that chance alone raises; simulated for these rules, 24 months

METHOD = (
    (
        "How status, variation and assurance are decided",
        (
            "Status compares the month with its target. Met, watch means that the target is met but the KPI gets "
            "worse, is worse than usual, or swings more than it should.",
            "The usual range is the average plus and minus 2.66 times the average month-to-month change (an XmR "
            "chart). A month is unlike usual when it lies outside the range, when seven months lie on one side of the "
            "average or go the same way, or when two of three lie near the edge.",
            "Assurance says what the usual range does with the target: it will meet it, will miss it, or does both by "
            "turns. After a confirmed step the usual range is that of the months before it, and assurance is judged "
            "by the months since. A KPI that is worse than usual and has missed three months running will miss it. "
            "This report makes no forecast.",
        ),
    ),
    (
        "How trends and causes are found",
        (
            "A trend is declared when a rank test that allows for seasons and for months that resemble their "
            "neighbours finds one, with the rate of false findings held over the department's KPIs, and when the "
            "change is large enough to matter.",
            "Causes are scored from signs that are measured or were observed, for and against. The number is the "
            "chance of the cause given the signs, from 0 to 100. It shows what the evidence points to, not what must "
            "be so.",
            "Expected effects of actions are estimates to plan by: how much of the gap the causes they address "
            "explain, times the chance that they work.",
        ),
    ),
)


def chance_words(kpis: int, numbers: Numbers) -> str:
    """How many flags chance alone would raise: the report's error budget."""
    low, high = (numbers.plain(kpis * share, 1) for share in CHANCE)
    often = f"{low} to {high}" if low != high else low
    return f"With {count(kpis, 'KPI')}, chance alone would raise about {often} flags in a month."


def method_fragment(
    *, quality: pd.DataFrame, provenance: Mapping[str, str], contact: str, numbers: Numbers, sample: bool, kpis: int
) -> Fragment:
    """The closing section: collapsed notes, and the provenance."""
    notes = len(quality[quality["verdict"] != "ok"]) if len(quality) else 0
    title = f"Data quality: {count(notes, 'thing')} to know" if notes else "Data quality: nothing found"
    facts = dict(provenance)
    if sample:
        facts = {"Data": "Made-up sample data: no company's real figures", **facts}
    if contact:
        facts["Contact"] = contact
    html = render(
        "method", method=METHOD, chance=chance_words(kpis, numbers), quality_title=title, provenance=facts,
        quality=quality_table(quality, numbers),
    )  # fmt: skip
    return Fragment(html=html, text="Method and data quality")
