"""Which months an action is judged by: those before it, those since it can show, and what else was going on then.

Source: method.md, "Closing the loop". An action usually answers bad months, and after bad months come better ones by
themselves. So the month before its start (the trigger) and the two before that are no baseline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import PlannedAction, Rebase
from saypro_analysis.texts import n, t

MIN_BEFORE = 12  # months of a baseline; method.md, and NHSRplotthedots' least for a fixed baseline
MIN_BETWEEN = 3  # months of its own that an action needs before the next one starts; method.md: fewer are "too early"
LEFT_OUT = 3  # the trigger month and the two before it; method.md
BEGUN = ("started", "done")


@dataclass(frozen=True, kw_only=True)
class Window:
    """The months of an action, or of all those that can only be judged together (``joint``: their ids, else empty).

    ``start`` is the month in which the first of them starts. The baseline goes up to ``baseline_last``, from
    ``baseline_first`` if given. They can show from ``first`` on, and by themselves up to ``until``, the last month
    before another action starts or the process is counted anew by a rebase (None: neither).
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


def find_window(
    row: PlannedAction, register: Sequence[PlannedAction], rebases: Iterable[str] = (), *, now: pd.Period | None = None
) -> Window:
    """The months that ``row`` of a register is judged by; later data do not move them.

    Another action on the same series that started before this one can show, or less than three months after, is judged
    with it. So is an earlier one that can show less than twelve months before the baseline ends: a baseline of both
    levels would be neither. One that is earlier still starts the baseline, as does a rebase (``rebases``: months). A
    rebase after ``first`` ends the months that are compared; the one that is proposed for an action is that of
    ``first`` itself, and ends nothing. ``now`` is the month of the report, for actions that are still open.

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="done", lead_months=2)
    >>> window = find_window(row, [row], ["2024-06"])
    >>> str(window.baseline_first), str(window.baseline_last), str(window.first), window.joint
    ('2024-06', '2025-11', '2026-06', ())
    """
    others = [other for other in register if other is not row and other.status in BEGUN and same_series(row, other)]
    group = [row]
    while True:
        start, first = min(started(one) for one in group), max(can_show(one, now) for one in group)
        last = start - 1 - LEFT_OUT
        more = [other for other in others if other not in group and _clashes(other, start, first, last, now)]
        if not more:
            break
        group += more
    apart = [other for other in others if other not in group]
    anew = [pd.Period(month, "M") for month in rebases]
    floors = anew + [can_show(other, now) for other in apart]
    after = [started(other) for other in apart if started(other) >= start] + [month for month in anew if month > first]
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


def can_show(row: PlannedAction, now: pd.Period | None = None) -> pd.Period:
    """The first month in which an action can show: its lead after the month it is due in, and at least the next one.

    One that is overdue in the month ``now`` and still open is not finished before that month ends.

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="started", lead_months=2)
    >>> str(can_show(row)), str(can_show(row, pd.Period("2026-09", "M")))
    ('2026-06', '2026-11')
    """
    finished = pd.Period(row.due[:7], "M")
    if row.status == "started" and now is not None and now > finished:
        finished = now
    return finished + max(row.lead_months, 1)


def same_series(one: PlannedAction, other: PlannedAction) -> bool:
    """Whether two actions show in the same values; an action on a whole KPI shows in each of its segments."""
    same = one.kpi.rpartition(".")[2] == other.kpi.rpartition(".")[2]
    return same and (one.segment == other.segment or not one.segment or not other.segment)


def comparator_actions(
    row: PlannedAction, register: Sequence[PlannedAction], window: Window, *, department: str, now: pd.Period
) -> tuple[str, ...]:
    """Ids of begun actions on the comparator of ``row`` that may show between its baseline's end and the month ``now``.

    One on the whole KPI shows in a segment and its comparator alike, and is none of these. The registers of other
    ``department``s are not known here.

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="done", segment="region=North", comparator="region=South")
    >>> other = replace(row, id="B", segment="region=South", comparator="")
    >>> window = find_window(row, [row, other])
    >>> comparator_actions(row, [row, other], window, department="d", now=pd.Period("2026-09", "M"))
    ('B',)
    """
    name, part = row.comparator.removeprefix(f"{department}."), "=" in row.comparator
    if not name or ("." in name and not part):
        return ()
    its = replace(row, segment=name) if part else replace(row, kpi=name, segment="")
    last = now if window.until is None else min(window.until, now)
    own = [other for other in register if other is not row and other.status in BEGUN and same_series(its, other)]
    return tuple(
        other.id
        for other in own
        if (other.segment or not part) and started(other) <= last and can_show(other, now) > window.baseline_last
    )


def disturbed(window: Window, rebases: Iterable[Rebase], rivals: Sequence[str]) -> str:
    """What else happened between the months before and those since, so that they cannot be compared; "": nothing.

    A rebase says that from its month on the process, or the counting, is another one. ``rivals`` are the
    ``comparator_actions``.

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="done", lead_months=2)
    >>> disturbed(find_window(row, [row]), [Rebase(month="2026-02", reason="new till")], [])
    'limits start anew in 2026-02 (“new till”), between the months before and those since'
    """
    for rebase in rebases:
        if window.baseline_last < pd.Period(rebase.month, "M") < window.first:
            return t("{change}, between the months before and those since", change=_changed(rebase))
    if not rivals:
        return ""
    return t("what it is compared with had an action of its own: {actions}", actions=", ".join(rivals))


def never_enough(window: Window, rebases: Iterable[Rebase], months: int, *, now: pd.Period) -> str:
    """Why there will never be three months since, where they are over with fewer ``months``; "" where they are not.

    >>> row = PlannedAction(id="A", kpi="k", cause="c", action="a", owner="o", start="2026-03-02", due="2026-04-30",
    ...     status="done", lead_months=2)
    >>> window = find_window(row, [row], ["2026-08"])
    >>> never_enough(window, [Rebase(month="2026-08", reason="new till")], 2, now=pd.Period("2026-09", "M"))
    'limits start anew in 2026-08 (“new till”); three months with a value are needed, 2 are held since 2026-06'
    """
    if window.until is None or window.until > now or months >= MIN_BETWEEN:
        return ""
    ended = [_changed(rebase) for rebase in rebases if pd.Period(rebase.month, "M") == window.until + 1]
    why = ended[0] if ended else t("another action started in {month}", month=window.until + 1)
    return f"{why}; {needed(window, months)}"


def needed(window: Window, months: int) -> str:
    """How many months are needed, and how many are held (see ``never_enough`` for an example)."""
    return n(
        "three months with a value are needed, {number} is held since {month}",
        "three months with a value are needed, {number} are held since {month}",
        months, number=months, month=window.first,
    )  # fmt: skip


def _changed(rebase: Rebase) -> str:
    return t("limits start anew in {month} (“{reason}”)", month=rebase.month, reason=rebase.reason)


def _clashes(other: PlannedAction, start: pd.Period, first: pd.Period, last: pd.Period, now: pd.Period | None) -> bool:
    """Whether another action leaves too few months to itself or to the baseline."""
    if started(other) >= start:
        return (started(other) - first).n < MIN_BETWEEN
    return (last - can_show(other, now)).n + 1 < MIN_BEFORE
