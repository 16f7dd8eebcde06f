"""The JSON schema of what results tell beyond the month itself: severity, outlook, year, baseline, error budget."""

from typing import Any, get_args

from saypro_analysis.forecast import Basis
from saypro_analysis.kpi import GapView
from saypro_analysis.severity import DIRECTION, DOUBT, PERSISTENCE, SIZE, Level
from saypro_analysis.show.schema_types import (
    COUNT,
    FLAG,
    MONTH,
    NUMBER,
    SET_MONTH,
    TEXT,
    a_list,
    a_word,
    an_object,
    known,
    or_null,
)  # fmt: skip
from saypro_analysis.year_end import Kind, Reach

BASELINES = ("all months", "first months", "span")


def severity_schema() -> dict[str, Any]:
    """How bad the gap is."""
    return an_object(
        "How bad the gap is: score is the sum of size, persistence, doubt and direction",
        level=a_word(get_args(Level), 'The score in words; "": no target or no value'),
        score=known(NUMBER, "0 to 100"),
        size=known(NUMBER, f"Size of the gap, up to {SIZE:.0f} points"),
        persistence=known(NUMBER, f"How many of the last six months missed, up to {PERSISTENCE:.0f} points"),
        doubt=known(NUMBER, f"Chance that next month misses, up to {DOUBT:.0f} points"),
        direction=known(NUMBER, f"Where the KPI is heading, up to {DIRECTION:.0f} points"),
        view=a_word(get_args(GapView), "The view of the gap that size rests on"),
        relative=known(NUMBER, "Gap as a part of the target, or of the card's gap_scale; positive is short"),
        noise=known(NUMBER, "Gap in sigmas of the process; positive is short"),
        odds=known(NUMBER, "Odds of failure against those that the target allows, less one: 1 is twice as many"),
        capped=known(FLAG, 'A miss inside noise, whose level is "watch" at most'),
    )


def outlook_schema() -> dict[str, Any]:
    """The next months."""
    month = an_object(
        "",
        month=known(SET_MONTH, "The coming month"),
        value=known(NUMBER, "Forecast"),
        low=known(NUMBER, "Low end of its 90 % interval"),
        high=known(NUMBER, "High end of its 90 % interval"),
        target=known(NUMBER, "The month's target, or the lower bound of a range"),
        target_upper=known(NUMBER, "The upper bound of a range"),
        chance=known(NUMBER, "Chance of meeting the target, 0 to 1"),
    )
    return an_object(
        "The next three months if the process goes on as it is",
        months=a_list(month, "In order; none where there is too little data"),
        basis=a_word(get_args(Basis), "What is carried forward"),
        seasonal=known(FLAG, "Whether last year's season is in it"),
        recovers=known(MONTH, "First month within a year whose forecast meets the target that is missed now"),
    )


def year_schema() -> dict[str, Any]:
    """The fiscal year's end."""
    return an_object(
        "Where the fiscal year ends; null where a year of the KPI makes no sense",
        first=known(SET_MONTH, "First month of the fiscal year"),
        last=known(SET_MONTH, "Last month of the fiscal year"),
        kind=a_word(get_args(Kind), "What a year of the KPI is: sum, ratio or mean of its months, or its last month"),
        months=known(COUNT, "Months that are over"),
        so_far=known(NUMBER, "What these have come to"),
        estimate=known(NUMBER, "Estimate of the year"),
        low=known(NUMBER, "Low end of its 90 % interval"),
        high=known(NUMBER, "High end of its 90 % interval"),
        target=known(NUMBER, "The year's target, or the lower bound of a range"),
        target_upper=known(NUMBER, "The upper bound of a range"),
        chance=known(NUMBER, "Chance of meeting it, 0 to 1"),
        required=known(NUMBER, "What the months left have to come to on average, each, to meet it"),
        usual=known(NUMBER, "What the estimate leaves to the months left, each on average"),
        best=known(NUMBER, "The process limit on the good side"),
        reach=a_word(get_args(Reach), "Required against usual and best"),
        reason=known(TEXT, "Why there is no estimate"),
    )


def baseline_schema() -> dict[str, Any]:
    """Which months make the limits."""
    rebase = an_object(
        "", month=known(SET_MONTH, "Limits start anew here"), reason=known(TEXT, "What changed the process")
    )
    return an_object(
        "Which months make the limits, as the KPI's card says; after a step that is confirmed, those before it",
        kind=a_word(BASELINES, "All months of a phase, its first ones, or those of a span"),
        points=known({"type": ["integer", "null"]}, "How many first months"),
        first=known(MONTH, "First month of the span"),
        last=known(MONTH, "Last month of the span"),
        screen=known(FLAG, "Whether outlying month-to-month changes are left out"),
        rebases=a_list(rebase, "Where limits start anew, in order"),
    )


def proposal_schema() -> dict[str, Any]:
    """New limits that the data propose."""
    return or_null(
        an_object(
            "New limits that the data propose; nothing is rebased by this",
            month=known(SET_MONTH, "First month of the new level"),
            months=known(COUNT, "Months that have held it"),
            before=known(NUMBER, "Average of the level before"),
            after=known(NUMBER, "Average of the new level"),
        )
    )


def budget_schema() -> dict[str, Any]:
    """The error budget."""
    return an_object(
        "Flags and declared trends of the scorecard against those that chance alone would make",
        kpis=known(COUNT, "KPIs with enough data to be judged"),
        flags=known(COUNT, "Those that differ from usual this month"),
        expected=known(NUMBER, "Mean number of flags by chance alone"),
        swings=known(COUNT, "KPIs that are called fluctuating"),
        swings_expected=known(NUMBER, "Mean number of these by chance alone"),
        tested=known(COUNT, "KPIs tested for a trend"),
        trends=known(COUNT, "Trends that were declared"),
        false_share=known(NUMBER, "Share of declared trends that is expected to be false, at most"),
    )
