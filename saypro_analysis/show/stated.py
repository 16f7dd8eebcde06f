"""What a text of the page was made of, as an attribute beside it: so a page can be checked against its results."""

from typing import Any

from saypro_analysis.kpi import Kpi
from saypro_analysis.show.results_ahead import plain
from saypro_analysis.show.story import Told


def stated(name: str, *values: Any) -> str:
    """A name and the values behind a text, unrounded: None, or what is no number, as "-".

    >>> stated("target", 0.8, None), stated("assurance", "hit or miss")
    ('target 0.8 -', 'assurance hit_or_miss')
    """
    held = [plain(value) for value in values]
    return " ".join([name, *("-" if value is None else str(value).replace(" ", "_") for value in held)])


def stated_decimals(kpi: Kpi) -> str:
    """The decimals that the KPI's values are written with; empty where each decides for itself."""
    return "" if kpi.decimals is None else str(kpi.decimals)


def stated_headline(told: Told) -> dict[str, str]:
    """What stands behind the heading of a missed KPI's section, and the line below it."""
    verdict = told.verdict
    gap, severity = verdict.gap, verdict.severity
    return {
        "headline": stated("headline", gap.actual, gap.target, gap.target_upper, gap.size),
        "shortfall": stated("shortfall", gap.size, severity.score),
    }
