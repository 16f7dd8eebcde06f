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
    def seasonal(self) -> npt.NDArray[np.bool_]:
        """Which series may have a season, by their cards (k,)."""
        return np.array([kpi.seasonal for kpi in self.kpis], dtype=bool)

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
    return _panel(kpis, months, stacked, ahead)


def month_panel(month: DepartmentMonth, kpis: Sequence[Kpi]) -> Panel:
    """The panel of KPIs at the month of a report: that of their ``series`` until then.

    Raises ValueError when a month of a KPI stands there twice.
    """
    held = month.monthly
    rows = held[(held["dimension"] == "") & (held["segment"] == "") & (held["month"] <= month.month)]
    wanted = {(kpi.department, kpi.id) for kpi in kpis}
    own = [key in wanted for key in zip(rows["department"], rows["kpi"], strict=True)]
    rows = rows[np.array(own, dtype=bool)]
    first = min(rows["month"], default=month.month)
    months = pd.period_range(first, month.month, freq="M", name="month")
    return _panel(kpis, months, _by_month(kpis, rows, months, COLUMNS), month.ahead)


def _panel(kpis: Sequence[Kpi], months: pd.PeriodIndex, stacked: Floats, ahead: pd.DataFrame | None) -> Panel:
    """The panel of values by column, KPI and month."""
    parts = dict(zip(COLUMNS, np.where(np.isfinite(stacked), stacked, np.nan), strict=True))
    coming = np.full((2, len(kpis), AHEAD), np.nan)
    if ahead is not None and len(ahead) and len(months):
        after = pd.period_range(months[-1] + 1, periods=AHEAD, freq="M")
        coming = _by_month(kpis, ahead, after, ["target", "target_upper"])
    return Panel(months=months, kpis=tuple(kpis), ahead=coming[0], ahead_upper=coming[1], **parts)


def _by_month(kpis: Sequence[Kpi], rows: pd.DataFrame, months: pd.PeriodIndex, columns: Sequence[str]) -> Floats:
    """The columns' values by column, KPI and month; rows of other KPIs and months are passed over."""
    keys = [(kpi.department, kpi.id) for kpi in kpis]
    places = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    held = zip(rows["department"], rows["kpi"], strict=True)
    place = np.array([places.get(key, -1) for key in held], dtype=np.int_)
    at = months.get_indexer(pd.PeriodIndex(rows["month"], freq="M"))
    inside = (place >= 0) & (at >= 0)
    cells, counts = np.unique(np.stack([place[inside], at[inside]]), axis=1, return_counts=True)
    for key, month in cells.T[counts > 1]:
        department, name = list(places)[key]
        raise ValueError(f"{department}.{name}: {months[month]} stands there twice")
    found = np.full((len(columns), len(places), len(months)), np.nan)
    found[:, place[inside], at[inside]] = rows.loc[inside, list(columns)].to_numpy(dtype=np.float64).T
    return found[:, [places[key] for key in keys]]


def table_panel(values: pd.DataFrame, kpi: Kpi | Sequence[Kpi], targets: pd.DataFrame | None) -> Panel:
    """The panel of a table with a column per series and a row per month; targets hold on after the last month.

    Raises ValueError for an index that is not of months, a month or series that stands there twice, cards or targets
    that do not fit the series, and a target that a card alone does not give.
    """
    cards = tuple([kpi] * values.shape[1] if isinstance(kpi, Kpi) else kpi)
    months = _months_of(values)
    if len(cards) != values.shape[1]:
        raise ValueError(f"{len(cards)} cards for {values.shape[1]} series")
    if values.columns.has_duplicates:
        raise ValueError(f"series {values.columns[values.columns.duplicated()][0]} stands there twice")
    numbers = _numbers(values).set_axis(months).reindex(_all(months)).to_numpy().T
    low, upper = (np.broadcast_to(part, numbers.shape) for part in _card_targets(cards, given=targets is not None))
    if targets is not None:
        missing = values.columns.difference(targets.columns)
        if len(missing):
            raise ValueError(f"targets has no column {missing[0]}")
        low = (
            _numbers(targets)
            .set_axis(_months_of(targets))
            .reindex(index=_all(months), columns=values.columns)
            .to_numpy()
            .T
        )
    none = np.full(numbers.shape, np.nan)
    value, target, target_upper = (np.where(np.isfinite(part), part, np.nan) for part in (numbers, low, upper))
    ahead, ahead_upper = (np.repeat(part[:, -1:], AHEAD, axis=1) for part in (target, target_upper))
    return Panel(
        months=_all(months), kpis=cards, value=value, target=target, target_upper=target_upper, numerator=none,
        denominator=none, ahead=ahead, ahead_upper=ahead_upper,
    )  # fmt: skip


def _months_of(table: pd.DataFrame) -> pd.PeriodIndex:
    """The table's months; dates are taken for the month that they lie in."""
    index = table.index
    if isinstance(index, pd.DatetimeIndex):
        index = index.to_period("M")
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise ValueError(f"the index must hold months (a PeriodIndex of freq M), not {type(index).__name__}")
    if not len(index):
        raise ValueError("the table has no month")
    if index.has_duplicates:
        raise ValueError(f"month {index[index.duplicated()][0]} stands there twice")
    return index


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The table as floating point numbers, whatever stands for a missing one in it (None, NaN, pd.NA)."""
    if all(dtype == np.float64 for dtype in table.dtypes.unique()):
        return table
    try:
        return table.astype(object).where(table.notna(), np.nan).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the table holds something that is no number: {error}") from None


def _all(months: pd.PeriodIndex) -> pd.PeriodIndex:
    return pd.period_range(months.min(), months.max(), freq="M", name="month")


def _card_targets(cards: Sequence[Kpi], *, given: bool) -> tuple[Floats, Floats]:
    """The constant targets of cards, lower and upper (k, 1); those by month have to be ``given``."""
    bounds = []
    for card in cards:
        goal = card.target
        if not isinstance(goal, Target):
            bounds.append((np.nan if goal is None else goal, np.nan))
            continue
        if not given and (goal.by_month or goal.table or goal.last_year is not None):
            raise ValueError(f"{card.name}: a target by month has to be given as targets")
        if goal.low is not None and goal.high is not None and goal.low > goal.high:
            raise ValueError(f"{card.name}: the target range from {goal.low} to {goal.high} is empty")
        low = goal.value if goal.low is None else goal.low
        bounds.append((np.nan if low is None else low, np.nan if goal.high is None else goal.high))
    both = np.array(bounds, dtype=np.float64).reshape(-1, 2)
    return both[:, :1], both[:, 1:]


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
