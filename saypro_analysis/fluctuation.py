"""Does a KPI swing more than it should? Signs of an unsteady process where there is no trend and no step.

Sources: turning points, Bienayme 1874 and Kendall 1973; ratio of successive differences, von Neumann 1941; moving
ranges, Nelson 1982.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.limits import complete_months
from saypro_analysis.trend import Trend
from saypro_analysis.xmr import SCREEN, limit_lines

Floats = npt.NDArray[np.float64]

YEAR = 12
WINDOW = 2 * YEAR  # what happened before says little about now
LATELY = 6  # months that "of late" means
TURNING_Z = 1.645  # one-sided 5 %
UP_AND_DOWN = 2.5  # von Neumann ratio; 2 is chance, above is swinging
FLIPS = 3  # changes between met and missed within a year
WIDER = 1.6  # times the earlier mean moving range


@dataclass(frozen=True, kw_only=True)
class Fluctuation:
    """Whether a KPI swings, by which ``tests``; ``volatility`` is its sigma as a share of its target, else its mean."""

    fluctuating: bool = False
    tests: tuple[str, ...] = ()
    volatility: float | None = None


def measure_fluctuation(
    values: "pd.Series[float]",
    *,
    trend: Trend,
    short: "pd.Series[float] | None" = None,
    target: float | None = None,
    tolerance: float = 0.05,
) -> Fluctuation:
    """Whether a series fluctuates: its volatility is at least ``tolerance``, and at least one test says so.

    ``values`` has a monthly PeriodIndex; ``short`` holds the shortfall of each month (positive: missed). A series
    with a trend or a step has another story and is not called fluctuating.

    >>> months = pd.period_range("2025-01", periods=12, freq="M")
    >>> saw = pd.Series([10.0, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15], index=months)
    >>> measure_fluctuation(saw, trend=Trend(verdict="stable")).tests
    ('turning points', 'up and down')
    """
    series = complete_months(values)
    numbers = np.asarray(series, dtype=np.float64)
    sigma = float(limit_lines(numbers).sigma)
    scale = abs(target) if target else abs(float(np.nanmean(numbers))) if np.isfinite(numbers).any() else 0.0
    volatility = sigma / scale if scale and np.isfinite(sigma) else None
    if trend.verdict != "stable" or volatility is None or sigma == 0 or volatility < tolerance:
        return Fluctuation(volatility=volatility)
    ranges = np.abs(np.diff(numbers))
    late, before = ranges[-LATELY:], ranges[:-LATELY]
    fired = {
        "turning points": turning_points_z(numbers[-WINDOW:]) > TURNING_Z,
        "up and down": von_neumann_ratio(numbers[-WINDOW:]) > UP_AND_DOWN,
        "target status": short is not None and count_flips(np.asarray(short.reindex(series.index))[-YEAR:]) >= FLIPS,
        "large jump": bool(np.any(late > SCREEN * _mean(ranges))),
        "wider of late": np.isfinite(before).sum() >= LATELY and _mean(late) > WIDER * _mean(before),
    }
    tests = tuple(name for name, said in fired.items() if said)
    return Fluctuation(fluctuating=bool(tests), tests=tests, volatility=volatility)


def turning_points_z(numbers: Floats) -> float:
    """Standard normal value of the number of peaks and troughs; missing months make no turning points.

    >>> round(turning_points_z(np.array([10.0, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15])), 2)
    2.48
    """
    steps = np.diff(numbers)
    turns = int((steps[1:] * steps[:-1] < 0).sum())
    n = int(np.isfinite(steps[1:] * steps[:-1]).sum()) + 2
    return float((turns - 2 * (n - 2) / 3) / np.sqrt((16 * n - 29) / 90)) if n > 2 else 0.0


def von_neumann_ratio(numbers: Floats) -> float:
    """Squares of month-to-month changes over squares around the mean: 2 by chance, more when the series swings.

    >>> round(von_neumann_ratio(np.array([10.0, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15])), 2)
    3.7
    """
    changes = np.diff(numbers)
    pairs, n = int(np.isfinite(changes).sum()), int(np.isfinite(numbers).sum())
    around = float(np.nansum((numbers - _mean(numbers)) ** 2))
    return float(np.nansum(changes**2)) * (n - 1) / (pairs * around) if pairs and around > 0 else 2.0


def count_flips(short: Floats) -> int:
    """How often neighbouring months changed between met and missed.

    >>> count_flips(np.array([1.0, -1.0, np.nan, 2.0, 0.0]))
    2
    """
    known = np.isfinite(short)
    missed = short > 0
    return int(((missed[1:] != missed[:-1]) & known[1:] & known[:-1]).sum())


def _mean(numbers: Floats) -> float:
    held = numbers[np.isfinite(numbers)]
    return float(held.mean()) if len(held) else 0.0
