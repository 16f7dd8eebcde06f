"""How one KPI moved since the month before: what it has missed or met, and what got worse or better."""

from saypro_analysis.changes import Change
from saypro_analysis.show.headings import watch_reason
from saypro_analysis.show.numbers import month_name, month_only, numeral
from saypro_analysis.show.severity_words import LEVEL, MISSED
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import against, missed_by, number_of
from saypro_analysis.texts import later, n, t

_ORDINALS = (
    later("first"), later("second"), later("third"), later("fourth"), later("fifth"), later("sixth"), later("seventh"),
    later("eighth"), later("ninth"), later("tenth"), later("eleventh"), later("twelfth"),
)  # fmt: skip
_ENDINGS = {1: later("{number}st"), 2: later("{number}nd"), 3: later("{number}rd")}
_OTHER_ENDING = later("{number}th")


def ordinal(number: int) -> str:
    """A place in a row, the first twelve in words.

    >>> ordinal(4), ordinal(13), ordinal(22)
    ('fourth', '13th', '22nd')
    """
    if number <= len(_ORDINALS):
        return t(_ORDINALS[number - 1])
    teen = number % 100 in (11, 12, 13)
    return t(_OTHER_ENDING if teen else _ENDINGS.get(number % 10, _OTHER_ENDING), number=number)


def running(misses: int) -> str:
    """For how long a target has been missed: "missed for the fourth month running"."""
    return (
        t("missed for the {ordinal} month running", ordinal=ordinal(misses)) if misses > 1 else t("missed this month")
    )


def newly_missed(told: Told, change: Change) -> str:
    """Missed now, not in the month before: since when not, and what it was then."""
    held = against(told)
    if told.missed_before is None:
        missed = t("missed for the first time: {against}", against=held)
    else:
        month = month_name(told.missed_before)
        missed = t("missed for the first time since {month}: {against}", month=month, against=held)
    return f"{missed}; {_was(told, change)}."


def _was(told: Told, change: Change) -> str:
    month, value = month_only(change.before.month), earlier(told, change)
    if change.before.gap.actual is None:
        return t("{month} has no value", month=month)
    return n("in {month} it was {value}", "in {month} they were {value}", number_of(told.kpi), month=month, value=value)


def earlier(told: Told, change: Change) -> str:
    """The value of the month before."""
    return told.numbers.value(told.kpi, change.before.gap.actual, long=True)


def recovered(told: Told, change: Change) -> str:
    """Not missed any more: whether it meets its target or has none."""
    misses, number = change.before.misses, number_of(told.kpi)
    months = n("{number} missed month", "{number} missed months", misses, number=numeral(misses))
    if change.now.gap.status != "met":
        return n(
            "is not missed any more, after {months}.", "are not missed any more, after {months}.", number, months=months
        )
    return n(
        "meets the target again after {months}: {against}.",
        "meet the target again after {months}: {against}.",
        number,
        months=months,
        against=against(told),
    )


def watched(told: Told) -> str:
    """Not missed but to watch, and why."""
    reason = watch_reason(told)
    return n("is not missed, but {reason}", "are not missed, but {reason}", number_of(told.kpi), reason=reason)


def step(told: Told, change: Change) -> str:
    """What got worse or better of a KPI that was in trouble in both months."""
    now, before = change.now, change.before
    missed = now.gap.status == "missed"
    parts = [f"{running(now.misses)}, {missed_by(told, percent=False)}" if missed else watched(told)]
    if now.severity.level != before.severity.level and now.severity.level and before.severity.level:
        was, held = (t((MISSED if missed else LEVEL)[verdict.severity.level]) for verdict in (before, now))
        parts.append(t("the severity was {before} and is {now}", before=was, now=held))
    worse = now.limits.variation == "concerning"
    if worse != (before.limits.variation == "concerning"):
        parts.append(t("now worse than usual") if worse else t("no longer worse than usual"))
    falling = now.trend.verdict == "declining"
    if falling != (before.trend.verdict == "declining"):
        parts.append(t("now a trend to the worse") if falling else t("no longer a trend to the worse"))
    return f"{'; '.join(parts)}."
