"""XmR process limits: what range the KPI's own month-to-month variation explains, and what falls out of it.

The method is the XmR chart as "Making Data Count" uses it; ``compatible=True`` is its R implementation,
NHSRplotthedots, to the letter. The default differs where that leaves holes:

- fewer than 6 points, or than 5 moving ranges: no limits ("insufficient"); up to 12 points they are provisional;
- a moving range is taken between neighbouring months only, and a missing month breaks every run;
- screening that would drop more than a fifth of the moving ranges, or leave less than a tenth of their mean, has met
  a process that is not one: the median moving range is used, which single steps do not move;
- a series that stands still but for single steps has no typical moving range at all (the median is zero as well): the
  mean of all is used, around the level held most often, so that the steps stand out and not everything else;
- the limits of a constant series equal its value, and no point of it is special;
- reaching the target exactly counts as reaching it, here as in the gap.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.assurance import ASSURANCES, Assurance, assurance_codes
from saypro_analysis.columns import Columns, named, row
from saypro_analysis.gap import target_bounds, toward_range
from saypro_analysis.kpi import WAYS, Baseline, Better
from saypro_analysis.phases import Phases, Points, find_phases, label_phases, signal_start
from saypro_analysis.rules import RULES

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Variation = Literal["improving", "concerning", "common", "neutral", "insufficient"]
Rule = Literal["outside limits", "trend", "two in three", "shift", ""]

YEAR = 12
FULL_POINTS = 13  # from here limits are no longer provisional; Making Data Count
ALL_MONTHS = Baseline()
_SIGNALS = ("concerning", "neutral", "improving", "common", "insufficient")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Process limits at a month, in the KPI's unit, and what the latest month says about the process.

    ``points`` values from ``first`` to ``last`` make the baseline. ``variation`` is that of the latest month, by
    ``rule``, in a signal that holds ``since``. ``assurance`` is what the process, left alone, does with the target.
    ``seasonal``: the limits follow the season, so that mean, lower and upper are those of the month; the assurance is
    that of the twelve months up to it.
    """

    mean: float | None
    lower: float | None
    upper: float | None
    sigma: float | None
    points: int
    first: pd.Period | None
    last: pd.Period | None
    provisional: bool
    variation: Variation
    rule: Rule
    since: pd.Period | None
    assurance: Assurance
    seasonal: bool = False


def complete_months(values: "pd.Series[float]") -> "pd.Series[float]":
    """The series with every month from its first to its last, in order; a month that was not there is NaN.

    The index is a monthly PeriodIndex. Raises ValueError when a month stands there twice.

    >>> months = pd.PeriodIndex(["2026-03", "2026-01"], freq="M")
    >>> complete_months(pd.Series([3.0, 1.0], index=months)).tolist()
    [1.0, nan, 3.0]
    """
    if values.index.has_duplicates:
        raise ValueError(f"{values.name or 'series'}: {values.index[values.index.duplicated()][0]} stands there twice")
    numbers = values.astype("float64")
    if not numbers.empty:
        numbers = numbers.reindex(pd.period_range(values.index.min(), values.index.max(), freq="M"))
    return numbers.where(np.isfinite(numbers.to_numpy()))


def limit_points(
    values: "pd.Series[float]",
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    baseline: Baseline = ALL_MONTHS,
    compatible: bool = False,
) -> pd.DataFrame:
    """Every month with its limits, the rule it falls under and what that means: the table behind chart and verdict.

    One row per month (index): value, mean, lower, upper, sigma, points (that made the limits), rule, direction,
    signal. For ``better="inside"`` a signal is good when it leads to the range ``target`` to ``target_upper``, bad
    when the point is outside on that side, and neutral inside it.

    >>> months = pd.period_range("2025-01", periods=12, freq="M")
    >>> limit_points(pd.Series([9.0, 10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 30], index=months))["signal"].iloc[-1]
    'improving'
    """
    series, numbers, phases = _one(values, baseline)
    points = label_phases(numbers, phases, compatible=compatible)
    low, high = target_bounds(target, target_upper, better=better)
    signal = signals(numbers, points, way=np.array([WAYS[better]]), low=low, high=high)
    names = ("mean", "lower", "upper", "sigma", "points")
    table = pd.DataFrame({"value": series} | {name: getattr(points, name)[0] for name in names}, index=series.index)
    return table.assign(rule=named(RULES, points.rule[0]), direction=points.direction[0], signal=signal[0])


def process_limits(
    values: "pd.Series[float]",
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    baseline: Baseline = ALL_MONTHS,
    compatible: bool = False,
) -> Limits:
    """The process limits at the last month of a series, with variation and assurance (source: see the module).

    ``values`` has a monthly PeriodIndex; the targets are the latest month's. A last month without a value has limits
    but no variation ("insufficient"). Raises ValueError when a month stands there twice.

    >>> months = pd.period_range("2025-01", periods=12, freq="M")
    >>> late = pd.Series([9.0, 10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 30], index=months)
    >>> limits = process_limits(late, better="lower", target=40)
    >>> limits.variation, limits.rule, limits.since, limits.assurance
    ('concerning', 'outside limits', Period('2025-12', 'M'), 'pass')
    """
    series, numbers, phases = _one(values, baseline)
    points = label_phases(numbers, phases, compatible=compatible)
    low, high = target_bounds(target, target_upper, better=better)
    months = pd.PeriodIndex(series.index)
    way = np.array([WAYS[better]])
    return row(
        Limits, latest_limits(numbers, months, phases, points, way=way, low=low, high=high, strict=compatible), 0
    )


def signals(
    values: Floats, points: Points, *, way: npt.NDArray[np.int_], low: npt.ArrayLike, high: npt.ArrayLike
) -> npt.NDArray[np.object_]:
    """What each month's label means: improving, concerning, neutral or common.

    ``way`` is that of ``WAYS``, one per series; the bounds of a range are broadcast against the values.
    """
    lead = np.where(way[:, None] == 0, toward_range(values, low, high), way[:, None])
    meaning = np.where(points.rule > 0, np.sign(points.direction * lead), 2)
    return named(_SIGNALS, meaning + 1)


def latest_limits(
    values: Floats,
    months: pd.PeriodIndex,
    phases: Phases,
    points: Points,
    *,
    way: npt.NDArray[np.int_],
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    strict: bool = False,
) -> Columns:
    """The fields of ``Limits`` at the last month of each series; ``low`` and ``high`` bound what meets the target."""
    if not len(months):
        return _nothing(len(values))
    low, high = (np.broadcast_to(np.asarray(bound, dtype=np.float64), (len(values),)) for bound in (low, high))
    phase = phases.number == phases.number[:, -1:]
    made = phases.base & phase
    sigma, count = points.sigma[:, -1], points.points[:, -1]
    judged = np.isfinite(sigma) & np.isfinite(values[:, -1])
    meaning = signals(values[:, -1:], _last(points), way=way, low=low[:, None], high=high[:, None])[:, 0]
    apart = np.where(phase, values - points.mean, np.nan)
    since = np.where(judged, signal_start(points.rule, points.direction, apart), -1)
    names = np.array([*months, None], dtype=object)
    first, last = made.argmax(axis=1), made.shape[1] - 1 - made[:, ::-1].argmax(axis=1)
    none = ~made.any(axis=1)
    year = slice(-YEAR, None)
    least, most = (
        np.where(points.seasonal, widest(line[:, year], axis=1), line[:, -1])
        for line, widest in ((points.lower, np.fmin.reduce), (points.upper, np.fmax.reduce))
    )
    codes = assurance_codes(least, most, low=low, high=high, strict=strict)
    return {
        "mean": points.mean[:, -1],
        "lower": points.lower[:, -1],
        "upper": points.upper[:, -1],
        "sigma": sigma,
        "points": count,
        "first": names[np.where(none, -1, first)],
        "last": names[np.where(none, -1, last)],
        "provisional": np.isfinite(sigma) & (count < FULL_POINTS),
        "variation": np.where(judged, meaning, "insufficient"),
        "rule": np.where(judged, named(RULES, points.rule[:, -1]), ""),
        "since": names[since],
        "seasonal": points.seasonal,
        "assurance": named(ASSURANCES, np.where((way == 0) & strict, 0, codes)),
    }


def _one(values: "pd.Series[float]", baseline: Baseline) -> tuple["pd.Series[float]", Floats, Phases]:
    series = complete_months(values)
    numbers = np.asarray(series, dtype=np.float64)[None, :]
    return series, numbers, find_phases(numbers, pd.PeriodIndex(series.index, freq="M"), [baseline])


def _last(points: Points) -> Points:
    columns = {name: column[:, -1:] for name, column in vars(points).items() if name != "seasonal"}
    return Points(**columns, seasonal=points.seasonal)


def _nothing(count: int) -> Columns:
    """No month at all: nothing is known."""
    unknown, none = np.full(count, np.nan), np.full(count, None, dtype=object)
    texts = {name: np.full(count, text, dtype=object) for name, text in (("variation", "insufficient"), ("rule", ""))}
    numbers = dict.fromkeys(("mean", "lower", "upper", "sigma"), unknown)
    counts = {"points": np.zeros(count, dtype=np.intp), "provisional": np.zeros(count, dtype=bool)}
    counts["seasonal"] = np.zeros(count, dtype=bool)
    dates = dict.fromkeys(("first", "last", "since"), none)
    return {**numbers, **counts, **texts, **dates, "assurance": np.full(count, "none", dtype=object)}
