"""What has changed since the month before, in words: one sentence for each KPI that moved, the rest rolled up."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.changes import CauseMove, Change, Changes, Restatement
from saypro_analysis.follow_up import FollowUp
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.cause_words import lower
from saypro_analysis.show.move_words import earlier, newly_missed, recovered, running, step, watched
from saypro_analysis.show.numbers import (
    Numbers,
    capital,
    date_name,
    listed,
    month_name,
    month_only,
    numeral,
    with_decimals,
)
from saypro_analysis.show.story import Told
from saypro_analysis.show.tables import day_text
from saypro_analysis.show.words import against, number_of
from saypro_analysis.texts import later, n, t

#: In the order of the heading, with the words that follow how many KPIs moved so.
_MOVES = {
    "newly missed": later("{number} newly missed"),
    "worse": later("{number} worse"),
    "newly watched": later("{number} newly to watch"),
    "no value": later("{number} without a value"),
    "recovered": later("{number} recovered"),
    "better": later("{number} better"),
    "calm again": later("{number} calm again"),
}
_DUE = {
    "done": later("“{action}” for {kpi} was due on {day}: done."),
    "stopped": later("“{action}” for {kpi} was due on {day}: stopped."),
    "late": later("“{action}” for {kpi} was due on {day}: not done."),
}
_STILL_DUE = later("“{action}” for {kpi} was due on {day}: still open.")


def changes_heading(changes: Changes) -> str:
    """How many KPIs moved since when, and how."""
    return t("Since {month}: {moves}", month=month_only(changes.since), moves=changes_line(changes))


def changes_line(changes: Changes) -> str:
    """How many KPIs moved, and how; or how many still need care."""
    moves = [change.move for change in changes.moved]
    held = [(word, moves.count(kind)) for kind, word in _MOVES.items() if kind in moves]
    if held:
        first, *rest = held
        kpis = n("{number} KPI", "{number} KPIs", first[1], number=numeral(first[1]))
        return listed([t(first[0], number=kpis), *(t(word, number=numeral(number)) for word, number in rest)])
    if not changes.same:
        return t("no KPI has changed its standing, and none is in trouble")
    return t("no KPI has changed its standing")


def change_line(told: Told, change: Change) -> str:
    """One KPI's move, without its name."""
    if change.move == "newly missed":
        return newly_missed(told, change)
    if change.move == "recovered":
        return recovered(told, change)
    if change.move == "no value":
        return n(
            "has no value this month; in {month} it was {value}.",
            "have no value this month; in {month} they were {value}.",
            number_of(told.kpi),
            month=month_only(change.before.month),
            value=earlier(told, change),
        )
    if change.move == "newly watched":
        return f"{watched(told)}."
    if change.move == "calm again":
        return n(
            "needs no watching any more: {against}.",
            "need no watching any more: {against}.",
            number_of(told.kpi),
            against=against(told),
        )
    return step(told, change)


def same_line(changes: Changes) -> str:
    """The KPIs that are in trouble as they were, in one sentence."""
    shown = []
    for change in changes.same:
        state = running(change.now.misses) if change.now.gap.status == "missed" else t("still to watch")
        shown.append(f"{change.kpi.name} ({state})")
    return t("Standing as before: {kpis}.", kpis=listed(shown, most=len(shown))) if shown else ""


def cause_line(change: CauseMove, since: str) -> str:
    """Another cause leads than before, without the KPI's name."""
    now = lower(change.now.name) if change.now is not None else ""
    before = lower(change.before.name) if change.before is not None else ""
    if before and not now:
        return t("no cause is well supported any more; in {month} it was {before}.", month=since, before=before)
    if not now:
        return ""
    if not before:
        return t("the best-supported cause is now {cause}; none was in {month}.", cause=now, month=since)
    return t(
        "the best-supported cause is now {cause}; in {month} it was {before}.", cause=now, month=since, before=before
    )


def due_line(row: FollowUp, names: Mapping[str, str]) -> str:
    """An action that fell due in the month."""
    planned = row.planned
    kpi = names.get(planned.kpi.split(".")[-1], planned.kpi)
    return t(_DUE.get(row.state, _STILL_DUE), action=row.text, kpi=kpi, day=day_text(planned.due))


def restated_line(found: Restatement, numbers: Numbers) -> str:
    """Past values that are not what the last report had, without the KPI's name."""
    before, now = (written_value(found, numbers, value) for value in (found.before, found.now))
    if found.months == 1:
        return capital(
            t("{month} is now {now}, it was {before}.", month=month_name(found.month), now=now, before=before)
        )
    return n(
        "{number} month from {first} on has another value; {month} moved most, from {before} to {now}.",
        "{number} months from {first} on have other values; {month} moved most, from {before} to {now}.",
        found.months,
        number=numeral(found.months),
        first=month_name(found.first),
        month=month_name(found.month),
        before=before,
        now=now,
    )


def written_value(found: Restatement, numbers: Numbers, value: float | None) -> str:
    """A past value, or that there was none."""
    kpi = with_decimals(found.kpi, found.before, found.now)
    return numbers.value(kpi, value, long=True) if value is not None else t("without a value")


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
    report = {"month": month_name(changes.report), "day": date_name(pd.Timestamp(changes.as_of))}
    if not restated:
        return t("No past value has changed since the report for {month} (data as of {day}).", **report)
    text = n(
        "{number} KPI has other past values than in the report for {month} (data as of {day}).",
        "{number} KPIs have other past values than in the report for {month} (data as of {day}).",
        len(restated),
        number=numeral(len(restated)),
        **report,
    )
    return capital(text)


def overview_line(changes: Changes, outcomes: Sequence[Outcome], numbers: Numbers) -> str:
    """What has changed in a department, in one line: its KPIs, what was restated, and what came of actions."""
    past, parts = len(seen_restated(changes, numbers)), [changes_line(changes)]
    if past:
        parts.append(
            n(
                "past values of {number} KPI restated",
                "past values of {number} KPIs restated",
                past,
                number=numeral(past),
            )
        )
    judged = [outcome.verdict for outcome in outcomes if outcome.due_now]
    if judged:
        parts.append(
            n(
                "{number} action judged, {worked} worked",
                "{number} actions judged, {worked} worked",
                len(judged),
                number=numeral(len(judged)),
                worked=numeral(judged.count("worked")) if "worked" in judged else t("none"),
            )
        )
    return "; ".join(parts)
