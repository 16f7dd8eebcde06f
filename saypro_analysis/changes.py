"""What has changed since the month before: targets newly missed, recovered, worse, better, and history restated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from saypro_analysis.causes import CauseFinding, Diagnosis
from saypro_analysis.follow_up import FollowUp, follow_up
from saypro_analysis.kpi import Cause, DepartmentMonth, Kpi, Published
from saypro_analysis.order import SAME
from saypro_analysis.severity import LEVELS
from saypro_analysis.verdict import Verdict

Move = Literal["newly missed", "recovered", "worse", "better", "newly watched", "calm again", "no value", "same"]

_SUPPORTED = ("likely", "possible")


@dataclass(frozen=True, kw_only=True)
class Change:
    """How a KPI's verdict moved between two months.

    "worse" and "better" are missed in both months, or watched in both: by a step of the severity's level, a signal or
    a trend that set in or ended. "calm again" was watched and is not any more.
    """

    kpi: Kpi
    move: Move
    now: Verdict
    before: Verdict


@dataclass(frozen=True, kw_only=True)
class CauseMove:
    """Another cause leads than in the month before; None: no cause is supported."""

    kpi: Kpi
    now: Cause | None
    before: Cause | None


@dataclass(frozen=True, kw_only=True)
class Restatement:
    """A KPI whose past months have other values than in the last report.

    ``months`` counts them, from ``first`` on; ``month`` is the one that moved most, from ``before`` to ``now`` (the
    KPI's unit; None: no value).
    """

    kpi: Kpi
    months: int
    first: pd.Period
    month: pd.Period
    before: float | None
    now: float | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What moved since the month ``since``, KPI by KPI in the order of the scorecard.

    ``moved`` are changes, ``same`` the KPIs still in trouble as they were; those that were and are fine are in neither.
    ``due`` are the actions that fell due in the month. ``restated`` compares with the last report that was published
    before, of the month ``report`` and with the data of ``as_of``; both are empty when there is none.
    """

    since: pd.Period
    moved: tuple[Change, ...]
    same: tuple[Change, ...]
    causes: tuple[CauseMove, ...]
    due: tuple[FollowUp, ...]
    restated: tuple[Restatement, ...]
    report: pd.Period | None = None
    as_of: str = ""


def find_changes(
    month: DepartmentMonth,
    verdicts: Iterable[Verdict],
    diagnoses: Iterable[Diagnosis],
    *,
    verdicts_before: Iterable[Verdict],
    diagnoses_before: Iterable[Diagnosis],
) -> Changes:
    """What has changed since the month before, whose verdicts and diagnoses are given beside those of ``month``.

    Both months are judged by the same params and the data as they are now, so that a corrected past or a new rule is
    not taken for a change of the month; what was corrected is told apart, as ``restated``.
    """
    earlier = {verdict.kpi.key: verdict for verdict in verdicts_before}
    pairs = [(now, earlier[now.kpi.key]) for now in verdicts if now.kpi.scorecard and now.kpi.key in earlier]
    changes = [Change(kpi=now.kpi, move=move(now, before), now=now, before=before) for now, before in pairs]
    published = month.published
    return Changes(
        since=month.month - 1,
        moved=tuple(change for change in changes if change.move != "same"),
        same=tuple(change for change in changes if change.move == "same" and _trouble(change.now)),
        causes=tuple(_cause_moves(diagnoses, {found.key: found for found in diagnoses_before})),
        due=tuple(row for row in follow_up(month) if row.planned.due[:7] == str(month.month)),
        restated=restatements(month, published) if published is not None else (),
        report=published.month if published is not None else None,
        as_of=published.as_of if published is not None else "",
    )


def move(now: Verdict, before: Verdict) -> Move:
    """How a verdict moved from one month to the next."""
    missed, was_missed = now.gap.status == "missed", before.gap.status == "missed"
    if now.gap.status == "no data":
        return "same" if before.gap.status == "no data" else "no value"
    if missed != was_missed:
        return "newly missed" if missed else "recovered"
    watched, was_watched = _trouble(now), _trouble(before)
    if watched != was_watched:
        return "newly watched" if watched else "calm again"
    if not watched:
        return "same"
    step = _badness(now) - _badness(before)
    return "worse" if step > 0 else "better" if step < 0 else "same"


def restatements(month: DepartmentMonth, published: Published) -> tuple[Restatement, ...]:
    """The KPIs of the scorecard whose past months are not what the last report had, in the department's order.

    Months that the last report could not have had, and differences of rounding, are left out.
    """
    own = month.monthly[month.monthly["department"].eq(month.department.id) & month.monthly["dimension"].eq("")]
    found = []
    for kpi in month.department.kpis.values():
        if kpi.scorecard:
            then = _by_month(published.values, kpi).dropna()
            now = _by_month(own, kpi)
            found.append(_restated(kpi, now[now.index <= published.month], then[then.index <= published.month]))
    return tuple(one for one in found if one is not None)


def _by_month(table: pd.DataFrame, kpi: Kpi) -> "pd.Series[float]":
    rows = table[table["department"].eq(kpi.department) & table["kpi"].eq(kpi.id)]
    return rows.set_index("month")["value"].astype("float64").sort_index()


def _restated(kpi: Kpi, now: "pd.Series[float]", then: "pd.Series[float]") -> Restatement | None:
    if then.empty:
        return None  # the last report did not have this KPI
    # Months that the last report did not reach back to, or not yet, are no corrections.
    months = now.index.union(then.index)
    months = months[(months >= then.index.min()) & (months <= then.index.max())]
    new, old = now.reindex(months).to_numpy(), then.reindex(months).to_numpy()
    size = np.abs(new - old) / np.fmax(np.maximum(np.abs(new), np.abs(old)), np.finfo(np.float64).tiny)
    size = np.where(np.isfinite(new) & np.isfinite(old), size, np.where(np.isfinite(new) ^ np.isfinite(old), np.inf, 0))
    changed = size > SAME
    if not changed.any():
        return None
    worst = int(size.argmax())
    return Restatement(
        kpi=kpi, months=int(changed.sum()), first=months[int(changed.argmax())], month=months[worst],
        before=_number(old[worst]), now=_number(new[worst]),
    )  # fmt: skip


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _trouble(verdict: Verdict) -> bool:
    return verdict.gap.status == "missed" or verdict.emerging or verdict.at_risk


def _badness(verdict: Verdict) -> int:
    """Steps of the severity's level, and one each for a signal and a trend to the worse; a step was a signal before."""
    worse = (verdict.trend.verdict == "declining") + (verdict.limits.variation == "concerning")
    return (LEVELS.index(verdict.severity.level) if verdict.severity.level else 0) + worse


def _cause_moves(diagnoses: Iterable[Diagnosis], before: Mapping[str, Diagnosis]) -> Iterable[CauseMove]:
    for diagnosis in diagnoses:
        if diagnosis.kpi is None or diagnosis.kpi.key not in before:
            continue
        now, then = leading_cause(diagnosis.findings), leading_cause(before[diagnosis.kpi.key].findings)
        if (now.id if now else "") != (then.id if then else ""):
            yield CauseMove(kpi=diagnosis.kpi, now=now, before=then)


def leading_cause(findings: Iterable[CauseFinding]) -> Cause | None:
    """The best-supported cause, where any is at least possible."""
    return next((found.cause for found in findings if found.verdict in _SUPPORTED), None)
