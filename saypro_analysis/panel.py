"""Many series side by side, on the same months: what the analysis is computed on. One KPI is the case of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.gap import target_bounds
from saypro_analysis.kpi import WAYS, DepartmentMonth, Kpi, Target

Floats = npt.NDArray[np.float64]

COLUMNS = ["value", "target", "target_upper", "numerator", "denominator"]
AHEAD = 12  # months after the last one for which targets are held


@dataclass(frozen=True, kw_only=True)
class Panel:
    """``k`` series of ``n`` months, each judged by its KPI's card; all arrays are (k, n), NaN where not known.

    ``target`` and ``target_upper`` are as in the monthly table; from ``low`` to ``high`` a value meets the target, a
    bound that is NaN is open. ``ahead`` and ``ahead_upper`` are the targets of the twelve months after (k, 12).
    ``possible`` are the lowest and highest possible value of each series (k, 1).
    """

    months: pd.PeriodIndex
    kpis: tuple[Kpi, ...]
    value: Floats
    target: Floats
    target_upper: Floats
    numerator: Floats
    denominator: Floats
    ahead: Floats
    ahead_upper: Floats
    way: npt.NDArray[np.int_] = field(init=False)
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    ahead_low: Floats = field(init=False)
    ahead_high: Floats = field(init=False)
    possible: tuple[Floats, Floats] = field(init=False)

    def __post_init__(self) -> None:
        """Derive the bounds of targets, and those of what is possible, from targets and cards."""
        way = np.array([WAYS[kpi.better] for kpi in self.kpis], dtype=np.int_)
        for low, high, bounds in (
            ("low", "high", _bounds(way, self.target, self.target_upper)),
            ("ahead_low", "ahead_high", _bounds(way, self.ahead, self.ahead_upper)),
        ):
            object.__setattr__(self, low, bounds[0])
            object.__setattr__(self, high, bounds[1])
        object.__setattr__(self, "way", way)
        object.__setattr__(self, "possible", _possible(self.kpis, self.value))

    @property
    def names(self) -> npt.NDArray[np.object_]:
        """The months by position, and None at position -1, for what has no month."""
        return np.array([*self.months, None], dtype=object)

    def rows(self, chosen: slice) -> "Panel":
        """The panel of some of its series."""
        arrays = ("value", "target", "target_upper", "numerator", "denominator", "ahead", "ahead_upper")
        parts = {name: getattr(self, name)[chosen] for name in arrays}
        return Panel(months=self.months, kpis=self.kpis[chosen], **parts)


def series(monthly: pd.DataFrame, kpi: Kpi | str, *, until: pd.Period | None = None) -> pd.DataFrame:
    """The totals of one KPI by month (index), every month from the first one held to the last, or to ``until``.

    ``kpi`` may be its key, ``department.kpi``. Columns: value, target, target_upper, numerator, denominator; a
    missing month is NaN. Raises ValueError when a month stands there twice.
    """
    department, name = (kpi.department, kpi.id) if isinstance(kpi, Kpi) else kpi.split(".", 1)
    rows = monthly[(monthly["department"] == department) & (monthly["kpi"] == name)]
    rows = rows[(rows["dimension"] == "") & (rows["segment"] == "")]
    if until is not None:
        rows = rows[rows["month"] <= until]
    twice = rows.loc[rows["month"].duplicated(), "month"]
    if len(twice):
        raise ValueError(f"{department}.{name}: {twice.iloc[0]} stands there twice")
    ends = [*rows["month"], *([] if until is None else [until])]
    months = pd.PeriodIndex(ends, freq="M")
    if ends:
        months = pd.period_range(min(ends), max(ends), freq="M", name="month")
    return rows.set_index("month")[COLUMNS].astype("float64").reindex(months)


def make_panel(kpis: Sequence[Kpi], held: Sequence[pd.DataFrame], ahead: pd.DataFrame | None = None) -> Panel:
    """The panel of KPIs from their series (as from ``series``), on all the months that any of them has.

    ``ahead`` is that of ``DepartmentMonth``: the targets of the months after.
    """
    ends = [table.index[at] for table in held for at in (0, -1) if len(table)]
    months = pd.period_range(min(ends), max(ends), freq="M") if ends else pd.PeriodIndex([], freq="M")
    stacked = np.full((len(COLUMNS), len(kpis), len(months)), np.nan)
    for at, table in enumerate(held):
        if len(table):
            first = int(months.get_indexer(table.index[:1])[0])
            stacked[:, at, first : first + len(table)] = table[COLUMNS].to_numpy().T
    parts = dict(zip(COLUMNS, np.where(np.isfinite(stacked), stacked, np.nan), strict=True))
    targets = [_ahead(kpi, months, ahead) for kpi in kpis]
    coming = np.array(targets, dtype=np.float64).reshape(len(kpis), AHEAD, 2)
    return Panel(months=months, kpis=tuple(kpis), ahead=coming[..., 0], ahead_upper=coming[..., 1], **parts)


def month_panel(month: DepartmentMonth, kpis: Sequence[Kpi]) -> Panel:
    """The panel of KPIs at the month of a report."""
    held = [series(month.monthly, kpi, until=month.month) for kpi in kpis]
    return make_panel(kpis, held, month.ahead)


def table_panel(values: pd.DataFrame, kpi: Kpi | Sequence[Kpi], targets: pd.DataFrame | None) -> Panel:
    """The panel of a table with a column per series and a row per month; targets hold on after the last month.

    Raises ValueError when a month or series stands there twice, or when cards and series differ in number.
    """
    cards = tuple([kpi] * values.shape[1] if isinstance(kpi, Kpi) else kpi)
    if len(cards) != values.shape[1]:
        raise ValueError(f"{len(cards)} cards for {values.shape[1]} series")
    for axis, what in ((values.index, "month"), (values.columns, "series")):
        if axis.has_duplicates:
            raise ValueError(f"{what} {axis[axis.duplicated()][0]} stands there twice")
    months = pd.period_range(values.index.min(), values.index.max(), freq="M", name="month")
    numbers = values.reindex(months).to_numpy(dtype=np.float64).T
    shape = numbers.shape
    goals = [card.target if isinstance(card.target, Target) else Target(value=card.target) for card in cards]
    first = np.array([[goal.value if goal.low is None else goal.low for goal in goals]], dtype=np.float64).T
    upper = np.array([[goal.high for goal in goals]], dtype=np.float64).T
    target = np.broadcast_to(first, shape)
    if targets is not None:
        target = targets.reindex(index=months, columns=values.columns).to_numpy(dtype=np.float64).T
    upper = np.broadcast_to(upper, shape)
    none = np.full(shape, np.nan)
    ahead, ahead_upper = (np.repeat(part[:, -1:], AHEAD, axis=1) for part in (target, upper))
    return Panel(
        months=months, kpis=cards, value=np.where(np.isfinite(numbers), numbers, np.nan), target=target,
        target_upper=upper, numerator=none, denominator=none, ahead=ahead, ahead_upper=ahead_upper,
    )  # fmt: skip


def _ahead(kpi: Kpi, months: pd.PeriodIndex, ahead: pd.DataFrame | None) -> Floats:
    none = np.full((AHEAD, 2), np.nan)
    if ahead is None or not len(ahead) or not len(months):
        return none
    own = ahead[(ahead["department"] == kpi.department) & (ahead["kpi"] == kpi.id)].set_index("month")
    coming = pd.period_range(months[-1] + 1, periods=AHEAD, freq="M")
    return own[["target", "target_upper"]].reindex(coming).to_numpy(dtype=np.float64)


def _bounds(way: npt.NDArray[np.int_], target: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """What meets the target, from lowest to highest, for series that differ in which way is better."""
    sides = {better: target_bounds(target, upper, better=better) for better in WAYS}
    lows, highs = ([sides[better][side] for better in WAYS] for side in (0, 1))
    chosen = [way[:, None] == sign for sign in WAYS.values()]
    return np.select(chosen, lows, np.nan), np.select(chosen, highs, np.nan)


def _possible(kpis: Sequence[Kpi], values: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest possible value of each series (k, 1); no bound that its history has broken."""
    floor, ceiling = np.array([kpi.bounds for kpi in kpis], dtype=np.float64).reshape(-1, 2).T[..., None]
    broken = (values < floor).any(axis=1, keepdims=True), (values > ceiling).any(axis=1, keepdims=True)
    return np.where(broken[0], -np.inf, floor), np.where(broken[1], np.inf, ceiling)
