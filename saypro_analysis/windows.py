"""Which months an action is judged by: those before it, those since it can show, and what else was going on then.

Source: method.md, "Closing the loop". An action usually answers bad months, and after bad months come better ones by
themselves. So the month before its start (the trigger) and the two before that are no baseline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import PlannedAction

MIN_BEFORE = 12  # months of a baseline; method.md, and NHSRplotthedots' least for a fixed baseline
MIN_BETWEEN = 3  # months of its own that an action needs before the next one starts; method.md: fewer are "too early"
LEFT_OUT = 3  # the trigger month and the two before it; method.md
BEGUN = ("started", "done")


@dataclass(frozen=True, kw_only=True)
class Window:
    """The months of an action, or of all those that can only be judged together (``joint``: their ids, else empty).

    ``start`` is the month in which the first of them starts. The baseline goes up to ``baseline_last``, from
    ``baseline_first`` if given. They can show from ``first`` on, and by themselves up to ``until``, the last month
    before another action starts (None: none does).
    """

    baseline_first: pd.Period | None
    baseline_last: pd.Period
    start: pd.Period
    first: pd.Period
    until: pd.Period | None
    joint: tuple[str, ...]

    def base(self, months: pd.PeriodIndex) -> npt.NDArray[np.bool_]:
        """Which of the months are its baseline."""
        late = np.asarray(months <= self.baseline_last)
        return late if self.baseline_first is None else late & np.asarray(months >= self.baseline_first)

    def post(self, months: pd.PeriodIndex) -> npt.NDArray[np.bool_]:
        """Which of the months it is judged by."""
        since = np.asarray(months >= self.first)
        return since if self.until is None else since & np.asarray(months <= self.until)


def find_window(row: PlannedAction, register: Sequence[PlannedAction], rebases: Iterable[str] = ()) -> Window:
    """The months that ``row`` of a register is judged by; later data do not move them.

    Another action on the same series that started before this one can show, or less than three months after, is judged
    with it. So is an earlier one that can show less than twelve months before the baseline ends: a baseline of both
    levels would be neither. One that is earlier still starts the baseline, as does a rebase (``rebases``: months).

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="done", lead_months=2)
    >>> window = find_window(row, [row], ["2024-06"])
    >>> str(window.baseline_first), str(window.baseline_last), str(window.first), window.joint
    ('2024-06', '2025-11', '2026-06', ())
    """
    others = [other for other in register if other is not row and other.status in BEGUN and same_series(row, other)]
    group = [row]
    while True:
        start, first = min(started(one) for one in group), max(can_show(one) for one in group)
        last = start - 1 - LEFT_OUT
        more = [other for other in others if other not in group and _clashes(other, start, first, last)]
        if not more:
            break
        group += more
    apart = [other for other in others if other not in group]
    floors = [pd.Period(month, "M") for month in rebases] + [can_show(other) for other in apart]
    after = [started(other) for other in apart if started(other) >= start]
    return Window(
        baseline_first=max((month for month in floors if month <= last), default=None),
        baseline_last=last,
        start=start,
        first=first,
        until=min(after) - 1 if after else None,
        joint=tuple(one.id for one in register if one in group) if len(group) > 1 else (),
    )


def started(row: PlannedAction) -> pd.Period:
    """The month in which an action starts."""
    return pd.Period(row.start[:7], "M")


def can_show(row: PlannedAction) -> pd.Period:
    """The first month in which an action can show: its lead after the month it is due in, and at least the next one."""
    return pd.Period(row.due[:7], "M") + max(row.lead_months, 1)


def same_series(one: PlannedAction, other: PlannedAction) -> bool:
    """Whether two actions show in the same values; an action on a whole KPI shows in each of its segments."""
    same = one.kpi.rpartition(".")[2] == other.kpi.rpartition(".")[2]
    return same and (one.segment == other.segment or not one.segment or not other.segment)


def _clashes(other: PlannedAction, start: pd.Period, first: pd.Period, last: pd.Period) -> bool:
    """Whether another action leaves too few months to itself or to the baseline."""
    if started(other) >= start:
        return (started(other) - first).n < MIN_BETWEEN
    return (last - can_show(other)).n + 1 < MIN_BEFORE
