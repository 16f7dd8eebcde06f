"""Actual against target, signed by which way is better."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.columns import Columns, named, row
from saypro_analysis.kpi import Better
from saypro_analysis.order import SAME

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int_]
Status = Literal["missed", "met", "no target", "no data"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A KPI's month against its target.

    ``size`` is in the KPI's unit: positive is short of the target (or over it, where less is better), zero or
    negative is met with that much to spare. ``percent`` is ``size`` as a share of the target's magnitude (0.25 is
    25 %), of the nearer bound where the target is a range; None when that is zero. What is not known is None.
    """

    actual: float | None
    target: float | None
    target_upper: float | None
    size: float | None
    percent: float | None
    status: Status


def target_bounds(
    target: npt.ArrayLike | None, target_upper: npt.ArrayLike | None = None, *, better: Better
) -> tuple[Floats, Floats]:
    """Lowest and highest value that meets the target, NaN where there is no bound on that side.

    >>> target_bounds(4.0, better="lower")
    (array(nan), array(4.))
    """
    low = np.asarray(np.nan if target is None else target, dtype=np.float64)
    high = np.asarray(np.nan if target_upper is None else target_upper, dtype=np.float64)
    if better == "inside":
        return low, high
    none = np.full(low.shape, np.nan)
    return (low, none) if better == "higher" else (none, low)


def shortfalls(actual: npt.ArrayLike, target: npt.ArrayLike, target_upper: npt.ArrayLike, *, better: Better) -> Floats:
    """Sizes of the gaps, element by element, in the KPI's unit; positive is missed, NaN where it is not known.

    The three are broadcast against each other. ``target_upper`` counts only for ``better="inside"``, where a bound
    that is NaN is open. A difference that is only rounding is exactly zero: a target that is met to the last digit
    of its inputs is met.

    >>> shortfalls([250_000, 310_000], 300_000, np.nan, better="higher").tolist()
    [50000.0, -10000.0]
    >>> shortfalls([0.7, 0.95], 0.8, 0.9, better="inside").round(3).tolist()
    [0.1, 0.05]
    """
    return short_of(actual, *target_bounds(target, target_upper, better=better))


def short_of(actual: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """As ``shortfalls``, with the bounds of what meets the target (``target_bounds``)."""
    held, low, high = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (actual, low, high)))
    size = np.fmax(low - held, held - high)
    scale = np.fmax(np.abs(held), np.fmax(np.abs(low), np.abs(high)))
    rounded = np.where(np.abs(size) <= SAME * scale, 0.0, size)
    return np.where(np.isfinite(rounded), rounded, np.nan)


def measure_gap(
    actual: float | None, target: float | None, *, target_upper: float | None = None, better: Better = "higher"
) -> Gap:
    """The gap between a KPI's actual and its target, both in the KPI's unit.

    For ``better="inside"`` the target is the range from ``target`` to ``target_upper``, bounds included; outside it
    the gap is the distance to the nearer bound, inside it minus that distance. None, NaN and infinity are "not known".

    >>> measure_gap(250_000, 300_000).size
    50000.0
    >>> measure_gap(150, 200).size
    50.0
    >>> gap = measure_gap(6, 4, better="lower")
    >>> gap.size, gap.percent, gap.status
    (2.0, 0.5, 'missed')
    >>> measure_gap(0.85, 0.8, target_upper=0.9, better="inside").status
    'met'
    """
    columns = measure_gaps(
        np.array([_number(actual)]), np.array([_number(target)]), np.array([_number(target_upper)]),
        *(bound[None] for bound in target_bounds(_number(target), _number(target_upper), better=better)),
    )  # fmt: skip
    return row(Gap, columns, 0)


def measure_gaps(actual: Floats, target: Floats, target_upper: Floats, low: Floats, high: Floats) -> Columns:
    """The fields of ``Gap`` for many KPIs at once; ``low`` and ``high`` are the bounds of what meets the target."""
    actual, target, target_upper, low, high = (
        np.where(np.isfinite(part), part, np.nan) for part in (actual, target, target_upper, low, high)
    )
    size = short_of(actual, low, high)
    bound = np.abs(np.where(np.isnan(high) | (low - actual >= actual - high), low, high))
    bounded = np.isfinite(low) | np.isfinite(high)
    with np.errstate(over="ignore"):  # a share of next to nothing is not known
        percent = np.divide(size, bound, out=np.full(size.shape, np.nan), where=bound > 0)
    codes = np.select([np.isnan(actual), ~bounded, size > 0], [3, 2, 0], 1)
    return {
        "actual": actual,
        "target": target,
        "target_upper": target_upper,
        "size": size,
        "percent": percent,
        "status": named(STATUSES, codes),
    }


def toward_range(level: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Ints:
    """Which way leads into a range: 1 from below it, -1 from above it, 0 inside it or when there is no range.

    >>> toward_range([0.7, 0.95, 0.85], 0.8, 0.9).tolist()
    [1, -1, 0]
    """
    value, lowest, highest = (np.asarray(part, dtype=np.float64) for part in (level, low, high))
    return np.where(value < lowest, 1, np.where(value > highest, -1, 0))


def _number(number: float | None) -> float:
    return float("nan") if number is None else float(number)
