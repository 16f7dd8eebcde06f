"""Does a KPI swing more than it should? Signs of an unsteady process where there is no trend and no step.

Each test by itself calls about one of twenty series of pure noise unsteady, so of KPIs with large noise some are called
so by chance; ``false_alarms`` says how many. A status that flips between met and missed is no chance, but a fact.

Sources: turning points, Bienayme 1874 and Kendall 1973; ratio of successive differences, von Neumann 1941; moving
ranges, Nelson 1982.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.columns import Columns, row
from saypro_analysis.limits import complete_months
from saypro_analysis.order import mean_of
from saypro_analysis.trend import Trend
from saypro_analysis.xmr import SCREEN, limit_lines

Floats = npt.NDArray[np.float64]

YEAR = 12
WINDOW = 2 * YEAR  # what happened before says little about now
LATELY = 6  # months that "of late" means
TURNING_Z = 1.645  # one-sided 5 %
UP_AND_DOWN = 2.5  # von Neumann ratio; 2 is chance, above is swinging, if it is beyond chance for its length as well
FLIPS = 3  # changes between met and missed within a year
#: How often the mean moving range before six months must be exceeded, and more the fewer months that one rests on: 5 %
#: of normal noise does (simulated; 2.41, 2.01, 1.83 and 1.72 times after 6, 12, 23 and 59 ranges).
WIDER, WIDER_SHORT = 1.64, 4.6
TESTS = ("turning points", "up and down", "target status", "large jump", "wider of late")


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
    numbers = np.asarray(series, dtype=np.float64)[None, :]
    missed = np.full(numbers.shape, np.nan) if short is None else np.asarray(short.reindex(series.index))[None, :]
    columns = measure_fluctuations(
        numbers, missed, stable=np.array([trend.verdict == "stable"]), sigma=limit_lines(numbers).sigma,
        target=np.array([np.nan if target is None else target]), tolerance=tolerance,
    )  # fmt: skip
    return row(Fluctuation, columns, 0)


def measure_fluctuations(
    values: Floats,
    short: Floats,
    *,
    stable: npt.NDArray[np.bool_],
    sigma: Floats,
    target: Floats,
    tolerance: npt.ArrayLike = 0.05,
) -> Columns:
    """The fields of ``Fluctuation`` for each series of a table (rows: series, columns: months, NaN where missing).

    ``material`` says besides whether it varies enough to matter, without a trend or step.

    ``short`` holds the shortfalls of the same months; ``stable`` is False for a series that has a trend or a step;
    ``sigma`` is that of its process, ``target`` the latest one.
    """
    level = mean_of(values, np.isfinite(values))
    scale = np.abs(np.where(np.isfinite(target) & (target != 0), target, level))
    volatility = np.divide(sigma, scale, out=np.full(sigma.shape, np.nan), where=scale > 0)
    ranges = np.abs(np.diff(values, axis=1))
    known = np.isfinite(ranges)
    late = np.arange(ranges.shape[1]) >= ranges.shape[1] - LATELY
    earlier = (known & ~late).sum(axis=1)
    recent, before = mean_of(ranges, known & late), mean_of(ranges, known & ~late)
    with np.errstate(invalid="ignore"):
        fired = (
            turning_points_z(values[:, -WINDOW:]) > TURNING_Z,
            von_neumann_ratio(values[:, -WINDOW:]) > np.maximum(UP_AND_DOWN, von_neumann_limit(values[:, -WINDOW:])),
            count_flips(short[:, -YEAR:]) >= FLIPS,
            (late & (ranges > SCREEN * mean_of(ranges, known)[:, None])).any(axis=1),
            (earlier >= LATELY) & (recent > (WIDER + WIDER_SHORT / np.maximum(earlier, 1)) * before),
        )
        material = stable & (sigma > 0) & (volatility >= tolerance)
    tests = np.empty(len(values), dtype=object)
    tests.fill(())
    for at in np.flatnonzero(material & np.any(fired, axis=0)):
        tests[at] = tuple(name for name, said in zip(TESTS, fired, strict=True) if said[at])
    fluctuating = material & np.any(fired, axis=0)
    return {"fluctuating": fluctuating, "tests": tests, "volatility": volatility, "material": material}


def turning_points_z(values: npt.ArrayLike) -> Floats:
    """Standard normal value of the number of peaks and troughs; missing months make no turning points.

    >>> turning_points_z([10.0, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15]).round(2).item()
    2.48
    """
    steps = np.diff(np.asarray(values, dtype=np.float64), axis=-1)
    products = steps[..., 1:] * steps[..., :-1]
    turns = (products < 0).sum(axis=-1)
    n = np.isfinite(products).sum(axis=-1) + 2
    return np.asarray(np.where(n > 2, (turns - 2 * (n - 2) / 3) / np.sqrt((16 * n - 29) / 90), 0.0))


def von_neumann_ratio(values: npt.ArrayLike) -> Floats:
    """Squares of month-to-month changes over squares around the mean: 2 by chance, more when the series swings.

    >>> von_neumann_ratio([10.0, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15]).round(2).item()
    3.7
    """
    numbers = np.asarray(values, dtype=np.float64)
    changes = np.diff(numbers, axis=-1)
    held = np.isfinite(numbers)
    pairs, n = np.isfinite(changes).sum(axis=-1), held.sum(axis=-1)
    around = np.nansum((numbers - mean_of(numbers, held)[..., None]) ** 2, axis=-1)
    real = (pairs > 0) & (around > 0)
    return np.where(real, np.nansum(changes**2, axis=-1) * (n - 1) / np.where(real, pairs * around, 1.0), 2.0)


def von_neumann_limit(values: npt.ArrayLike) -> Floats:
    """The von Neumann ratio that one of twenty series of independent values exceeds (von Neumann 1941).

    >>> von_neumann_limit(np.zeros(24)).round(2).item()
    2.64
    """
    n = np.maximum(np.isfinite(np.asarray(values, dtype=np.float64)).sum(axis=-1), 3)
    return np.asarray(2 + TURNING_Z * 2 * np.sqrt((n - 2) / (n**2 - 1)))


def count_flips(short: npt.ArrayLike) -> npt.NDArray[np.int_]:
    """How often neighbouring months changed between met and missed.

    >>> count_flips([1.0, -1.0, np.nan, 2.0, 0.0]).item()
    2
    """
    sizes = np.asarray(short, dtype=np.float64)
    known, missed = np.isfinite(sizes), sizes > 0
    flips = (missed[..., 1:] != missed[..., :-1]) & known[..., 1:] & known[..., :-1]
    return np.asarray(flips.sum(axis=-1))
