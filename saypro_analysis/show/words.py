"""The vocabulary: the same word for the same thing in every sentence, table and chart."""

from saypro_analysis.kpi import Kpi
from saypro_analysis.limits import Limits
from saypro_analysis.show.numbers import listed, month_only
from saypro_analysis.show.story import Told
from saypro_analysis.texts import SOURCE, language, later, t
from saypro_analysis.verdict import Verdict

STATUS = {
    "missed": later("Missed"),
    "at risk": later("At risk"),
    "watch": later("Met, watch"),
    "met": later("Met"),
    "no target": later("No target"),
    "no data": later("No data"),
}
VARIATION = {
    "improving": later("Better than usual"),
    "concerning": later("Worse than usual"),
    "common": later("Usual range"),
    "neutral": later("Unlike usual"),
    "insufficient": later("Too little data"),
}
ASSURANCE = {
    "pass": later("Will meet"),
    "fail": later("Will miss"),
    "hit or miss": later("Hit or miss"),
    "none": later("Not known"),
}
TREND = {
    "improving": later("improving"),
    "declining": later("getting worse"),
    "stable": later("no trend"),
    "step change": later("step change"),
    "insufficient": later("too little data"),
}
SWINGS = {
    "turning points": later("it turns more often than chance explains"),
    "up and down": later("it goes up one month and down the next"),
    "target status": later("it keeps changing between met and missed"),
    "large jump": later("it made an unusually large jump"),
    "wider of late": later("its swings have become wider"),
}
_MISSED_BY = {
    "over": later("{size} over target"),
    "short": later("{size} short of target"),
    "below": later("{size} below its range"),
    "above": later("{size} above its range"),
}
_MISSED = {
    "over": later("{size} over"),
    "short": later("{size} short"),
    "below": later("{size} below"),
    "above": later("{size} above"),
}
_NOTES = {"higher": later("or more"), "lower": later("or less"), "inside": later("range")}


def status_of(verdict: Verdict) -> str:
    """The key of the status shown: a met KPI is at risk when it is forecast to miss, to watch when it gets worse."""
    status = verdict.gap.status
    if status != "met":
        return status
    return "at risk" if verdict.at_risk else "watch" if verdict.emerging else status


def assurance_word(verdict: Verdict) -> str:
    """What the usual range does with the target; a process that leaves its range no longer "will" do it."""
    left = verdict.at_risk or (verdict.gap.status == "missed" and verdict.limits.variation == "concerning")
    if left and verdict.limits.assurance == "pass":
        return t("Would meet if usual")
    return t(ASSURANCE[verdict.limits.assurance])


def is_plural(kpi: Kpi) -> bool:
    """Whether the KPI's name is a plural: it ends with the noun that it counts (in English, one that ends with "s")."""
    several = bool(kpi.noun) and (kpi.noun.endswith("s") or language() != SOURCE)
    return several and kpi.name.lower().endswith(kpi.noun.lower())


def number_of(kpi: Kpi) -> int:
    """The number of the KPI's name for ``texts.n``: 2 where it is a plural, else 1.

    >>> number_of(Kpi(name="Qualified leads", definition="", unit="count", noun="leads"))
    2
    """
    return 2 if is_plural(kpi) else 1


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
    return t(_MISSED_BY[side(told.verdict)], size=size)


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
        return t(_MISSED[side(told.verdict)], size=size), percent
    if gap.size == 0:
        return t("on target"), ""
    return t("{size} inside", size=size) if kpi.better == "inside" else t("{size} better", size=size), percent


def target_text(told: Told, *, bare: bool = False) -> str:
    """The target as a number or a range: "4.0", "$300,000", "80.0% to 92.0%"."""
    return bounds_text(told, told.verdict.gap.target, told.verdict.gap.target_upper, bare=bare)


def bounds_text(told: Told, low: float | None, high: float | None, *, bare: bool = False) -> str:
    """As ``target_text``, of the target of another month or of a year."""
    kpi, numbers = told.kpi, told.numbers
    if low is None and (high is None or kpi.better != "inside"):
        return t("no target")
    if kpi.better != "inside":
        return numbers.value(kpi, low, bare=bare)
    if high is None:
        return t("at least {value}", value=numbers.value(kpi, low, bare=bare))
    if low is None:
        return t("at most {value}", value=numbers.value(kpi, high, bare=bare))
    return t("{low} to {high}", low=numbers.value(kpi, low, bare=bare), high=numbers.value(kpi, high, bare=bare))


def target_note(kpi: Kpi) -> str:
    """Which side of the target is meant."""
    return t(_NOTES[kpi.better])


def against(told: Told) -> str:
    """Actual against target: "6.0 hours against 4.0", "82.7% against a range of 80.0% to 92.0%"."""
    actual = told.numbers.value(told.kpi, told.verdict.gap.actual, long=True)
    target = target_text(told, bare=True)
    if told.kpi.better == "inside":
        return t("{actual} against a range of {target}", actual=actual, target=target)
    return t("{actual} against {target}", actual=actual, target=target)


def usual_range(told: Told, limits: Limits | None = None) -> str:
    """The process limits (or others) in words: "5.6 h to 6.4 h"; empty when there are none.

    Those that follow a season are the month's: "5.6 h to 6.4 h for October".
    """
    limits = limits or told.verdict.limits
    if limits.lower is None or limits.upper is None:
        return ""
    low, high = (told.numbers.value(told.kpi, told.possible(limit)) for limit in (limits.lower, limits.upper))
    if limits.seasonal:
        return t("{low} to {high} for {month}", low=low, high=high, month=month_only(told.verdict.month))
    return t("{low} to {high}", low=low, high=high)


def names(stories: "list[Told] | tuple[Told, ...]", *, most: int = 4) -> str:
    """The KPIs' names in a sentence."""
    return listed([told.kpi.name for told in stories], most=most)
