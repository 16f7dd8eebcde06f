"""Method, data quality and provenance: how the numbers were made, and from what."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.budget import ErrorBudget
from saypro_analysis.severity import DIRECTION, DOUBT, LEVELS, PERSISTENCE, SIZE, STEPS
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import Numbers, count
from saypro_analysis.show.tables import quality_table

_FROM = dict(zip(LEVELS[1:], STEPS, strict=False))  # the scores from which the levels hold

METHOD = (
    (
        "How status, variation and assurance are decided",
        (
            "Status compares the month with its target. At risk means that the target is met now, but that one of the "
            "next three months is forecast to miss. Met, watch means that the target is met but the KPI gets worse, "
            "is worse than usual, or swings more than it should.",
            "The usual range is the average plus and minus 2.66 times the average month-to-month change (an XmR "
            "chart). It follows the season where three years agree on one.",
            "A month is unlike usual when it lies outside the range, or when seven months lie on one side of the "
            "average. So it is when seven months go the same way, or two of three lie near the edge.",
            "Assurance says what the usual range does with the target: it will meet it, will miss it, or does both by "
            "turns. After a confirmed step the usual range is that of the months before it, and assurance is judged "
            "by the months since. A KPI that is worse than usual and has missed three months running will miss it.",
            "Limits start anew only where params say so, with the reason. When a KPI has held a new level for eight "
            "months, new limits are proposed; nothing changes until somebody who knows the reason enters it.",
        ),
    ),
    (
        "How forecasts and year-ends are made",
        (
            "A forecast says what comes if the process goes on as it is. It carries on the average, the level since "
            "the last step, or the trend, which flattens. Last year's season is added where the years before repeat.",
            "Its range comes from the KPI's usual month-to-month changes and is meant to hold nine of ten months. The "
            "chance of meeting a target also weighs how far the last months were off.",
            "The year-end is the mean of several simple projections. Two carry on a pace, of the year so far or of the "
            "last three months. Two follow last year: the share it had reached by now, or its remaining months.",
            "Each counts by how well it did at the same month of last year. After a step, or with a trend, the monthly "
            "forecasts take their place.",
            "What the months left have to bring is compared with what the process gives on average, and with the "
            "edge of its usual range.",
        ),
    ),
    (
        "How severity is made up",
        (
            f"Severity adds four terms to a score of 100. The size of the gap counts up to {SIZE:.0f}, and how many of "
            f"the last six months missed up to {PERSISTENCE:.0f}. The chance that next month misses counts up to "
            f"{DOUBT:.0f}, and where the KPI is heading up to {DIRECTION:.0f}.",
            f"From {_FROM['watch']:.0f} it is to watch, from {_FROM['moderate']:.0f} moderate, from "
            f"{_FROM['severe']:.0f} severe, from {_FROM['critical']:.0f} critical; below that a miss is slight. The "
            "weights are a convention, not a measurement.",
            "A miss that lies inside the usual month-to-month noise, of a target that next month will rather meet, "
            "is only to watch. A KPI may be marked so that a gap of full size is critical at once.",
        ),
    ),
    (
        "How trends and causes are found",
        (
            "A rank test looks for trends; it allows for seasons and for months that resemble their neighbours. A "
            "trend is declared when the test finds one and the change is large enough to matter.",
            "The rate of false findings is held over the whole report, that is, over the KPIs of all departments. The "
            "change a year is that of the trend, not of two months; its range is meant to hold nine times of ten.",
            "Causes are scored from signs that are measured or were observed, for and against. The number is the "
            "chance of the cause given the signs, from 0 to 100. It shows what the evidence points to, not what must "
            "be so.",
            "Expected effects of actions are estimates to plan by: how much of the gap the causes they address "
            "explain, times the chance that they work.",
        ),
    ),
)


def chance_words(budget: ErrorBudget, numbers: Numbers) -> str:
    """The report's error budget: what it flags and declares, against what chance alone would."""
    if not budget.kpis:
        return "No KPI has enough data to tell what is unlike usual."
    flags = f"{budget.flags or 'none'} {'differs' if budget.flags <= 1 else 'differ'} from usual this month"
    them = "it" if budget.kpis == 1 else "them"
    chance = f"chance alone would make {_mean(budget.expected, numbers)} of {them} do so"
    first = f"Of {count(budget.kpis, 'KPI', word=False)} judged, {flags}; {chance}."
    return f"{first}{_swings(budget, numbers)}{_trends(budget, numbers)}"


def _swings(budget: ErrorBudget, numbers: Numbers) -> str:
    """The KPIs that swing more than they should, where any is said to."""
    if not budget.swings:
        return ""
    one = budget.swings == 1
    more = f"{budget.swings} {'swings' if one else 'swing'} more than {'it' if one else 'they'} should"
    return f" {more}; by chance alone {_mean(budget.swings_expected, numbers)} would."


def _trends(budget: ErrorBudget, numbers: Numbers) -> str:
    """The trends declared among those tested, and how many of them may be false."""
    if not budget.tested:
        return ""
    of = f"{budget.trends or 'None'} of {count(budget.tested, 'trend', word=False)} tested"
    if not budget.trends:
        return f" {of} is declared."
    false = f"at most {numbers.percent(budget.false_share)} of such declarations are expected to be false"
    return f" {of} {'is' if budget.trends == 1 else 'are'} declared; {false}."


def _mean(expected: float, numbers: Numbers) -> str:
    """A mean number of flags, without decimals once there are ten: "about 0.1", "about 12"."""
    least = 0.05  # what a reader would see as 0.1
    if expected < least:
        return f"less than {numbers.plain(2 * least, 1)}"
    return f"about {numbers.plain(expected, 0 if expected >= 10 else 1)}"


def method_fragment(
    *, quality: pd.DataFrame, provenance: Mapping[str, str], contact: str, numbers: Numbers, sample: bool,
    budget: ErrorBudget, limits: Sequence[str],
) -> Fragment:  # fmt: skip
    """The closing section: collapsed notes, and the provenance. ``limits``: which limits start anew, or might."""
    notes = len(quality[quality["verdict"] != "ok"]) if len(quality) else 0
    title = f"Data quality: {count(notes, 'thing')} to know" if notes else "Data quality: nothing found"
    facts = dict(provenance)
    if sample:
        facts = {"Data": "Made-up sample data: no company's real figures", **facts}
    if contact:
        facts["Contact"] = contact
    method = [*METHOD, *([("Limits that start anew", tuple(limits))] if limits else [])]
    html = render(
        "method", method=method, chance=chance_words(budget, numbers), quality_title=title, provenance=facts,
        quality=quality_table(quality, numbers),
    )  # fmt: skip
    return Fragment(html=html, text="Method and data quality")
