"""Did an action of the register work? Each one that is done is judged against the months before it.

The comparison is observational: it says what the KPI did, not what the action did. Source of the rules: method.md,
"Closing the loop"; the months are chosen in ``windows``, the comparison is made in ``effect``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.action_values import ActionValues, action_values
from saypro_analysis.effect import FINDINGS, MIN_AFTER, SURE_AFTER, YEAR, Effects, compared_means, weigh_effects
from saypro_analysis.kpi import WAYS, DepartmentMonth, Kpi, PlannedAction, RecordedOutcome
from saypro_analysis.ranks import Z90
from saypro_analysis.texts import later, n, t
from saypro_analysis.trend_tests import weigh_trends
from saypro_analysis.windows import (
    MIN_BEFORE,
    Window,
    comparator_actions,
    disturbed,
    find_window,
    needed,
    never_enough,
    started,
)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Verdict = Literal["worked", "too early", "no evidence", "worsened", "not judged"]
TREND = 0.05  # p below which the baseline has a trend; the usual level, as in ``Thresholds.significance``
SMALL = later("too small a change to matter for this KPI")
LABEL = "observational"  # method.md: no verdict is shown without this word


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the months since an action say.

    Sizes are in the KPI's unit, positive is better; None where there is no verdict yet, so that nothing is read into
    months that are too few. ``effect`` (90 % interval ``low`` to ``high``) is ``post_mean`` against ``baseline_mean``
    in the direction of better, less what the ``comparator`` did; ``chance`` is that of being better.
    ``smallest_visible`` is the smallest effect whose interval would lie beyond 0. ``reason`` says why there is no
    verdict, or only "no evidence". The baseline is ``baseline_first`` to
    ``baseline_last``; ``months`` values from ``first`` to ``last`` are compared with it, with the same months of the
    year where it is ``seasonal``. ``joint``: ids of all that are judged together. ``due_now``: this is the month of its
    review, or the first in which it can be judged. ``rebase``: month from which new limits are proposed; only the
    params can make them. ``drift`` is what a trend that the baseline shows by itself would have come to in the months
    since (None: it shows none); an effect that it covers is no evidence of the action. ``telling``: it says something
    of its kind of action, being of one action alone, and seen, or after six months the whole interval is below the
    ``expected`` effect. ``recorded``: the verdict that was recorded first; it stands, whatever later months come to.
    """

    planned: PlannedAction
    kpi: Kpi
    verdict: Verdict
    first: pd.Period
    reason: str = ""
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    smallest_visible: float | None = None
    chance: float | None = None
    baseline_mean: float | None = None
    post_mean: float | None = None
    baseline_first: pd.Period | None = None
    baseline_last: pd.Period | None = None
    last: pd.Period | None = None
    months: int = 0
    seasonal: bool = False
    joint: tuple[str, ...] = ()
    comparator: str = ""
    due_now: bool = False
    rebase: pd.Period | None = None
    drift: float | None = None
    telling: bool = False
    recorded: RecordedOutcome | None = None


def judge_actions(month: DepartmentMonth) -> tuple[Outcome, ...]:
    """An outcome for every action of the register that is done and whose KPI exists, in the register's order.

    Only values up to the month are looked at. "Too early": fewer than three months with a value since the action can
    show, or the month is before its review. "Not judged": the baseline has fewer than twelve values, there is nothing
    to compare, a rebase lies between the two or leaves too few months, or the comparator had an action of its own;
    ``reason`` says which. "No evidence" at most: an effect smaller than the KPI's materiality, as a part of the
    baseline's mean, is too small to matter (one on a constant KPI would otherwise always be certain).
    """
    own = {kpi.id: kpi for kpi in month.department.kpis.values()}
    done = [(row, own.get(_kpi_id(row, month))) for row in month.register if row.status == "done"]
    known = {found.id: found for found in month.outcomes if found.department == month.department.id}
    judged = (_outcome(month, row, kpi) for row, kpi in done if kpi is not None)
    return tuple(replace(outcome, recorded=known.get(outcome.planned.id)) for outcome in judged)


def _kpi_id(row: PlannedAction, month: DepartmentMonth) -> str:
    return row.kpi.removeprefix(f"{month.department.id}.")


def _outcome(month: DepartmentMonth, row: PlannedAction, kpi: Kpi) -> Outcome:
    begun = [other for other in month.register if other is row or started(other) <= month.month]
    rebases = [rebase for rebase in kpi.baseline.rebase if pd.Period(rebase.month, "M") <= month.month]
    window = find_window(row, begun, [rebase.month for rebase in rebases], now=month.month)
    values = action_values(month, kpi, row, window)
    held = np.isfinite(values.good)
    base, post = window.base(values.months) & held, window.post(values.months) & held
    none = Outcome(
        planned=row, kpi=kpi, verdict="not judged", expected=row.expected_effect, first=window.first,
        joint=window.joint, comparator=row.comparator, baseline_first=_end(values, base, 0),
        baseline_last=_end(values, base, -1), due_now=str(month.month) == row.review,
    )  # fmt: skip
    rivals = comparator_actions(row, begun, window, department=month.department.id, now=month.month)
    fault = values.fault or disturbed(window, rebases, rivals) or _few_before(int(base.sum()))
    fault = fault or never_enough(window, rebases, int(post.sum()), now=month.month)
    waits = [one.id for one in begun if one.id in window.joint and one.status == "started"]
    return replace(none, reason=fault) if fault else _judge(month, none, values, (base, post), window, waits)


def _few_before(before: int) -> str:
    if before >= MIN_BEFORE:
        return ""
    return n(
        "{number} month with a value before it; {needed} are needed",
        "{number} months with a value before it; {needed} are needed",
        before, number=before, needed=MIN_BEFORE,
    )  # fmt: skip


def _judge(
    month: DepartmentMonth, none: Outcome, values: ActionValues, months: tuple[Flags, Flags], window: Window,
    waits: Sequence[str],
) -> Outcome:  # fmt: skip
    """The verdict of an action that can be judged; ``waits``: ids of what it is judged with that is not done yet."""
    row, kpi, (base, post) = none.planned, none.kpi, months
    found = weigh_effects(values.good, base, post, seasonal=kpi.seasonal, noise=values.noise)
    ready, since = _ready(values, post, row), int(found.months[0])
    due, seasonal = none.due_now or month.month == ready, bool(found.seasonal[0])
    judged = replace(none, months=since, last=_end(values, post, -1), seasonal=seasonal, due_now=due)
    if ready is None or month.month < ready or since < MIN_AFTER:
        return replace(judged, verdict="too early", reason=_why_early(row, window, since, waits, month.month))
    judged = replace(judged, drift=_drift(values.good, base, post, seasonal=kpi.seasonal))
    means = compared_means(values.plain, base, post, found.seasonal)
    materiality = month.company.thresholds.materiality if kpi.materiality is None else kpi.materiality
    return _with_sizes(judged, found, means, window, least=materiality * abs(float(means[0][0])))


def _drift(good: Floats, base: Flags, post: Flags, *, seasonal: bool) -> float | None:
    """The trend of the baseline, if it is one (p below 5 %; source: ``trend_tests``), from its middle to that since."""
    before, since = np.flatnonzero(base[0]), np.flatnonzero(post[0])
    held = np.where(base, good, np.nan)[:, before[0] : before[-1] + 1]
    trend = weigh_trends(held, seasonal=seasonal)
    if not trend.p[0] < TREND:
        return None
    return float(trend.change[0] / YEAR * (since.mean() - before.mean()))


def _ready(values: ActionValues, post: Flags, row: PlannedAction) -> pd.Period | None:
    """The first month in which there is a verdict: the third with a value, but not before the review."""
    held = np.flatnonzero(post[0])
    if len(held) < MIN_AFTER:
        return None
    third = pd.Period(str(values.months[held[MIN_AFTER - 1]]), "M")
    return _due(third, row)


def _due(soonest: pd.Period, row: PlannedAction) -> pd.Period:
    review = pd.Period(row.review or soonest, "M")
    return soonest if soonest > review else review


def _why_early(row: PlannedAction, window: Window, months: int, waits: Sequence[str], now: pd.Period) -> str:
    due = _due(window.first + (MIN_AFTER - 1), row)
    if waits:
        return n(
            "it can show from {month} on at the earliest, as {actions} is still open",
            "it can show from {month} on at the earliest, as {actions} are still open",
            len(waits), month=window.first, actions=", ".join(waits),
        )  # fmt: skip
    if due <= now:
        return needed(window, months)
    if not months:
        return t("it can show from {month} on; due in {due}", month=window.first, due=due)
    return n(
        "{number} month with a value since {month}; due in {due}",
        "{number} months with a value since {month}; due in {due}",
        months, number=months, month=window.first, due=due,
    )  # fmt: skip


def _end(values: ActionValues, months: Flags, at: int) -> pd.Period | None:
    held = values.months[months[0]]
    return pd.Period(str(held[at]), "M") if len(held) else None


def _with_sizes(
    outcome: Outcome, found: Effects, means: tuple[Floats, Floats], window: Window, *, least: float
) -> Outcome:
    """The outcome with its verdict and sizes; an effect smaller than ``least`` does not matter."""
    kpi, expected, finding = outcome.kpi, outcome.expected, FINDINGS[found.finding[0]]
    effect, margin = float(found.effect[0]), Z90 * float(found.error[0])
    least = min(least, np.inf if expected is None else expected)  # what was promised matters, however small
    small = finding in ("worked", "worsened") and abs(effect) < least
    if small:
        finding = "no evidence"
    # What a trend that was under way would have brought by itself is no evidence of the action.
    covered = outcome.drift is not None and bool(np.sign(effect) * (effect - outcome.drift) <= margin)
    moved = finding in ("worked", "worsened") and not covered
    verdict: Verdict = finding if moved or finding == "too early" else "no evidence"
    # Inside its range a KPI cannot get nearer to it: an action that promised to is not refuted.
    room = np.inf if WAYS[kpi.better] else -float(found.before[0])
    late = finding == "no evidence" and outcome.months >= SURE_AFTER
    missed = late and expected is not None and effect + margin < expected <= room
    known = any(pd.Period(rebase.month, "M") >= window.start for rebase in kpi.baseline.rebase)
    return replace(
        outcome, verdict=verdict, effect=effect, low=effect - margin, high=effect + margin, smallest_visible=margin,
        chance=float(found.chance[0]), baseline_mean=float(means[0][0]), post_mean=float(means[1][0]),
        rebase=window.first if moved and not known and not outcome.planned.segment else None,
        telling=not window.joint and (moved or missed), reason=t(SMALL) if small else "",
    )  # fmt: skip
