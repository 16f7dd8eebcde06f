"""The vocabulary: the same word for the same thing in every sentence, table and chart."""

from saypro_analysis.kpi import Kpi
from saypro_analysis.limits import Limits
from saypro_analysis.show.numbers import listed, month_only
from saypro_analysis.show.story import Told
from saypro_analysis.verdict import Verdict

STATUS = {
    "missed": "Missed",
    "at risk": "At risk",
    "watch": "Met, watch",
    "met": "Met",
    "no target": "No target",
    "no data": "No data",
}
VARIATION = {
    "improving": "Better than usual",
    "concerning": "Worse than usual",
    "common": "Usual range",
    "neutral": "Unlike usual",
    "insufficient": "Too little data",
}
ASSURANCE = {"pass": "Will meet", "fail": "Will miss", "hit or miss": "Hit or miss", "none": "Not known"}
TREND = {
    "improving": "improving",
    "declining": "getting worse",
    "stable": "no trend",
    "step change": "step change",
    "insufficient": "too little data",
}
SWINGS = {
    "turning points": "it turns more often than chance explains",
    "up and down": "it goes up one month and down the next",
    "target status": "it keeps changing between met and missed",
    "large jump": "it made an unusually large jump",
    "wider of late": "its swings have become wider",
}


def status_of(verdict: Verdict) -> str:
    """The key of the status shown: a met KPI is at risk when it is forecast to miss, to watch when it gets worse."""
    status = verdict.gap.status
    if status != "met":
        return status
    return "at risk" if verdict.at_risk else "watch" if verdict.emerging else status


def assurance_word(verdict: Verdict) -> str:
    """What the usual range does with the target; a process that leaves its range no longer "will" do it."""
    left = verdict.at_risk or (verdict.gap.status == "missed" and verdict.limits.variation == "concerning")
    return "Would meet if usual" if left and verdict.limits.assurance == "pass" else ASSURANCE[verdict.limits.assurance]


def is_plural(kpi: Kpi) -> bool:
    """Whether the KPI's name is a plural: it ends with the noun that it counts."""
    return bool(kpi.noun) and kpi.noun.endswith("s") and kpi.name.lower().endswith(kpi.noun.lower())


def be(kpi: Kpi) -> str:
    """The verb after the KPI's name."""
    return "are" if is_plural(kpi) else "is"


def have(kpi: Kpi) -> str:
    """The verb after the KPI's name."""
    return "have" if is_plural(kpi) else "has"


def side(verdict: Verdict) -> str:
    """The side on which a missed target was missed: "over", "short", "below" or "above"."""
    gap = verdict.gap
    if verdict.kpi.better == "inside":
        return "below" if gap.target is not None and (gap.actual or 0.0) < gap.target else "above"
    return "over" if verdict.kpi.better == "lower" else "short"


def missed_by(told: Told, *, percent: bool = True) -> str:
    """How far a missed target was missed: "25% short of target", "50% over target", "2.0 points below its range"."""
    gap, kpi = told.verdict.gap, told.kpi
    size = told.numbers.amount(kpi, gap.size or 0.0, long=True)
    if percent and gap.percent is not None and kpi.unit != "percent":
        size = percent_text(told, gap.percent)
    where = {"over": "over target", "short": "short of target", "below": "below its range", "above": "above its range"}
    return f"{size} {where[side(told.verdict)]}"


def percent_text(told: Told, share: float) -> str:
    """A share of the target; a small one keeps a decimal, so that it is never "0%" of something."""
    size = abs(share)
    return told.numbers.percent(size, 0 if size >= 0.01 or size == 0 else 1)


def gap_text(told: Told) -> tuple[str, str]:
    """The gap for a table: its size with side, and the percentage of the target in brackets."""
    gap, kpi = told.verdict.gap, told.kpi
    if gap.size is None:
        return "", ""
    size = told.numbers.amount(kpi, gap.size)
    percent = f"({percent_text(told, gap.percent)})" if gap.percent is not None and gap.size != 0 else ""
    if gap.status == "missed":
        return f"{size} {side(told.verdict)}", percent
    word = "inside" if kpi.better == "inside" else "better"
    return ("on target", "") if gap.size == 0 else (f"{size} {word}", percent)


def target_text(told: Told, *, bare: bool = False) -> str:
    """The target as a number or a range: "4.0", "$300,000", "80.0% to 92.0%"."""
    return bounds_text(told, told.verdict.gap.target, told.verdict.gap.target_upper, bare=bare)


def bounds_text(told: Told, low: float | None, high: float | None, *, bare: bool = False) -> str:
    """As ``target_text``, of the target of another month or of a year."""
    kpi, numbers = told.kpi, told.numbers
    if kpi.better != "inside":
        return numbers.value(kpi, low, bare=bare) if low is not None else "no target"
    if low is None or high is None:
        bound = low if high is None else high
        return (
            "no target"
            if bound is None
            else f"{'at least' if high is None else 'at most'} " + numbers.value(kpi, bound, bare=bare)
        )
    return f"{numbers.value(kpi, low, bare=bare)} to {numbers.value(kpi, high, bare=bare)}"


def target_note(kpi: Kpi) -> str:
    """Which side of the target is meant."""
    return {"higher": "or more", "lower": "or less", "inside": "range"}[kpi.better]


def against(told: Told) -> str:
    """Actual against target: "6.0 hours against 4.0", "82.7% against a range of 80.0% to 92.0%"."""
    actual = told.numbers.value(told.kpi, told.verdict.gap.actual, long=True)
    a_range = "a range of " if told.kpi.better == "inside" else ""
    return f"{actual} against {a_range}{target_text(told, bare=True)}"


def usual_range(told: Told, limits: Limits | None = None) -> str:
    """The process limits (or others) in words: "5.6 h to 6.4 h"; empty when there are none.

    Those that follow a season are the month's: "5.6 h to 6.4 h for October".
    """
    limits = limits or told.verdict.limits
    if limits.lower is None or limits.upper is None:
        return ""
    low, high = told.possible(limits.lower), told.possible(limits.upper)
    season = f" for {month_only(told.verdict.month)}" if limits.seasonal else ""
    return f"{told.numbers.value(told.kpi, low)} to {told.numbers.value(told.kpi, high)}{season}"


def names(stories: "list[Told] | tuple[Told, ...]", *, most: int = 4) -> str:
    """The KPIs' names in a sentence."""
    return listed([told.kpi.name for told in stories], most=most)
