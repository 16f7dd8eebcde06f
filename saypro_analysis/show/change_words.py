"""What has changed since the month before, in words: one sentence for each KPI that moved, the rest rolled up."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.changes import CauseMove, Change, Changes, Restatement
from saypro_analysis.follow_up import FollowUp
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.cause_words import lower
from saypro_analysis.show.headings import watch_reason
from saypro_analysis.show.numbers import Numbers, capital, count, date_name, listed, month_name, month_only, numeral
from saypro_analysis.show.severity_words import MISSED
from saypro_analysis.show.story import Told
from saypro_analysis.show.tables import day_text
from saypro_analysis.show.words import against, be, have, is_plural, missed_by

_ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
#: In the order of the heading, with the word for one and for several.
_MOVES = {
    "newly missed": "newly missed",
    "worse": "worse",
    "newly watched": "newly to watch",
    "no value": "without a value",
    "recovered": "recovered",
    "better": "better",
    "calm again": "calm again",
}


def ordinal(number: int) -> str:
    """A place in a row, the first twelve in words.

    >>> ordinal(4), ordinal(13), ordinal(22)
    ('fourth', '13th', '22nd')
    """
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def running(misses: int) -> str:
    """For how long a target has been missed: "missed for the fourth month running"."""
    return f"missed for the {ordinal(misses)} month running" if misses > 1 else "missed this month"


def changes_heading(changes: Changes) -> str:
    """How many KPIs moved since when, and how."""
    since, said = f"Since {month_only(changes.since)}", changes_line(changes)
    return f"{since}: {said}"


def changes_line(changes: Changes) -> str:
    """How many KPIs moved, and how; or how many still need care."""
    moves = [change.move for change in changes.moved]
    counted = [(word, moves.count(kind)) for kind, word in _MOVES.items() if kind in moves]
    if counted:
        (word, first), *rest = counted
        return listed([f"{count(first, 'KPI')} {word}", *(f"{numeral(number)} {other}" for other, number in rest)])
    if not changes.same:
        return "no KPI has changed its standing, and none is in trouble"
    if changes.causes or changes.due:
        return "no KPI has changed its standing"
    care = f"{count(len(changes.same), 'KPI')} {'needs' if len(changes.same) == 1 else 'need'} the same care"
    return f"no KPI has changed its standing: {care}"


def change_line(told: Told, change: Change) -> str:
    """One KPI's move, without its name."""
    kpi, before = change.kpi, month_only(change.before.month)
    earlier = told.numbers.value(kpi, change.before.gap.actual, long=True)
    if change.move == "newly missed":
        first = told.missed_before
        ever = f"for the first time since {month_name(first)}" if first is not None else "for the first time"
        was = f"in {before} {'they were' if is_plural(kpi) else 'it was'} {earlier}"
        if change.before.gap.actual is None:
            was = f"{before} has no value"
        return f"missed {ever}: {against(told)}; {was}."
    if change.move == "recovered":
        months = count(change.before.misses, "missed month")
        if change.now.gap.status == "met":
            return f"{'meet' if is_plural(kpi) else 'meets'} the target again after {months}: {against(told)}."
        return f"{be(kpi)} not missed any more, after {months}."
    if change.move == "no value":
        return f"{have(kpi)} no value this month; in {before} it was {earlier}."
    if change.move == "newly watched":
        return f"{be(kpi)} not missed, but {watch_reason(told)}."
    if change.move == "calm again":
        return f"{'need' if is_plural(kpi) else 'needs'} no watching any more: {against(told)}."
    return _step(told, change)


def _step(told: Told, change: Change) -> str:
    """What got worse or better of a KPI that was in trouble in both months."""
    now, before = change.now, change.before
    missed = now.gap.status == "missed"
    standing = f"{be(change.kpi)} not missed, but {watch_reason(told)}"
    parts = [f"{running(now.misses)}, {missed_by(told, percent=False)}" if missed else standing]
    if now.severity.level != before.severity.level and now.severity.level and before.severity.level:
        levels = [MISSED.get(v.severity.level, v.severity.level) if missed else v.severity.level for v in (before, now)]
        parts.append(f"its severity was {levels[0]} and is {levels[1]}")
    if now.limits.variation != before.limits.variation and "concerning" in (
        now.limits.variation,
        before.limits.variation,
    ):
        parts.append("now worse than usual" if now.limits.variation == "concerning" else "no longer worse than usual")
    if (now.trend.verdict == "declining") != (before.trend.verdict == "declining"):
        parts.append(
            "its fall is a trend now" if now.trend.verdict == "declining" else "no longer a trend to the worse"
        )
    return f"{'; '.join(parts)}."


def same_line(changes: Changes) -> str:
    """The KPIs that are in trouble as they were, in one sentence."""
    shown = [
        f"{change.kpi.name} ({running(change.now.misses) if change.now.gap.status == 'missed' else 'still to watch'})"
        for change in changes.same
    ]
    return f"Standing as before: {listed(shown, most=len(shown))}." if shown else ""


def cause_line(change: CauseMove, since: str) -> str:
    """Another cause leads than before, without the KPI's name."""
    if change.now is None and change.before is not None:
        return f"no cause is well supported any more; in {since} it was {lower(change.before.name)}."
    if change.now is None:
        return ""
    before = f"in {since} it was {lower(change.before.name)}" if change.before is not None else f"none was in {since}"
    return f"the best-supported cause is now {lower(change.now.name)}; {before}."


def due_line(row: FollowUp, names: Mapping[str, str]) -> str:
    """An action that fell due in the month."""
    planned = row.planned
    kpi = names.get(planned.kpi.split(".")[-1], planned.kpi)
    state = {"done": "done", "stopped": "stopped", "late": "not done"}.get(row.state, "still open")
    return f"“{row.text}” for {kpi} was due on {day_text(planned.due)}: {state}."


def restated_line(found: Restatement, numbers: Numbers) -> str:
    """Past values that are not what the last report had, without the KPI's name."""
    before, now = (written_value(found, numbers, value) for value in (found.before, found.now))
    if found.months == 1:
        return f"{month_name(found.month)} is now {now}, it was {before}."
    others = f"{count(found.months, 'month')} from {month_name(found.first)} on have other values"
    return f"{others}; {month_name(found.month)} moved most, from {before} to {now}."


def written_value(found: Restatement, numbers: Numbers, value: float | None) -> str:
    """A past value, or that there was none."""
    return numbers.value(found.kpi, value, long=True) if value is not None else "without a value"


def seen_restated(changes: Changes, numbers: Numbers) -> tuple[Restatement, ...]:
    """The restatements that a reader can see: those of which the numbers are written differently."""
    return tuple(
        found
        for found in changes.restated
        if written_value(found, numbers, found.before) != written_value(found, numbers, found.now)
    )


def report_note(changes: Changes, restated: Sequence[Restatement]) -> str:
    """Which report the past was compared with, and what came of it."""
    if changes.report is None:
        return ""
    as_of = date_name(pd.Timestamp(changes.as_of))
    report = f"the report for {month_name(changes.report)} (data as of {as_of})"
    if restated:
        number = count(len(restated), "KPI")
        return capital(f"{number} {'has' if len(restated) == 1 else 'have'} other past values than in {report}.")
    return f"No past value has changed since {report}."


def overview_line(changes: Changes, outcomes: Sequence[Outcome], numbers: Numbers) -> str:
    """What has changed in a department, in one line: its KPIs, what was restated, and what came of actions."""
    restated = len(seen_restated(changes, numbers))
    judged = [outcome.verdict for outcome in outcomes if outcome.due_now]
    parts = [
        changes_line(changes),
        f"past values of {count(restated, 'KPI')} restated" if restated else "",
        f"{count(len(judged), 'action')} judged, {numeral(judged.count('worked'))} of them worked" if judged else "",
    ]
    return "; ".join(part for part in parts if part)
