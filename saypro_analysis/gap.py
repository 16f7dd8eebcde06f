"""Actual against target, signed by which way is better."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saypro_analysis.kpi import Better

Floats = npt.NDArray[np.float64]
Status = Literal["missed", "met", "no target", "no data"]

#: Two numbers that differ by less than this part of the larger are the same number: far above the rounding of sums
#: and ratios in double precision, far below what any KPI is read to.
SAME = 1e-9


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
    held = np.asarray(actual, dtype=np.float64)
    low, high = np.asarray(target, dtype=np.float64), np.asarray(target_upper, dtype=np.float64)
    held, low, high = np.broadcast_arrays(held, low, high)
    if better == "higher":
        size = low - held
    elif better == "lower":
        size = held - low
    else:
        size = np.fmax(low - held, held - high)
    scale = np.fmax(np.abs(held), np.fmax(np.abs(low), 0.0 if better != "inside" else np.abs(high)))
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
    value, low, high = _known(actual), _known(target), _known(target_upper)
    bounded = low is not None or (better == "inside" and high is not None)
    if value is None or not bounded:
        status: Status = "no data" if value is None else "no target"
        return Gap(actual=value, target=low, target_upper=high, size=None, percent=None, status=status)
    size = float(shortfalls(value, _or_nan(low), _or_nan(high), better=better))
    bound = _nearer(value, low, high) if better == "inside" else low
    percent = size / abs(bound) if bound else None
    status = "missed" if size > 0 else "met"
    return Gap(actual=value, target=low, target_upper=high, size=size, percent=percent, status=status)


def toward_range(level: float, low: float | None, high: float | None) -> int:
    """Which way leads into a range: 1 from below it, -1 from above it, 0 inside it or when there is no range.

    >>> toward_range(0.7, 0.8, 0.9), toward_range(0.95, 0.8, 0.9), toward_range(0.85, 0.8, 0.9)
    (1, -1, 0)
    """
    if low is not None and level < low:
        return 1
    return -1 if high is not None and level > high else 0


def _known(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number


def _nearer(value: float, low: float | None, high: float | None) -> float | None:
    if low is None or high is None:
        return high if low is None else low
    return low if low - value >= value - high else high
