"""Order statistics over the last axis where values may be missing (NaN), and the normal distribution."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Two numbers that differ by less than this part of the larger are the same number: far above the rounding of sums
#: and ratios in double precision, far below what any KPI is read to.
SAME = 1e-9
BEYOND = 9.0  # standard deviations beyond which a double holds no chance but 0 and 1


def order_median(numbers: Floats) -> Floats:
    """Median of what is present; NaN where nothing is.

    >>> order_median(np.array([[3.0, 1, np.nan, 2], [np.nan] * 4])).tolist()
    [2.0, nan]
    """
    if numbers.shape[-1] == 0:
        return np.full(numbers.shape[:-1], np.nan)
    size = numbers.shape[-1]
    if np.isfinite(numbers).all():  # a partition is several times faster than the sort that gaps need
        half = size // 2
        parted = np.partition(numbers, half, axis=-1)
        below = parted[..., half] if size % 2 else parted[..., :half].max(axis=-1)
        return np.asarray((below + parted[..., half]) / 2)
    ordered, count = np.sort(numbers, axis=-1), np.isfinite(numbers).sum(axis=-1)
    return middle_of(ordered, count)


def middle_of(ordered: Floats, count: npt.NDArray[np.intp]) -> Floats:
    """Median of the first ``count`` of values that are in order."""
    return np.asarray((pick(ordered, (count - 1) // 2) + pick(ordered, count // 2)) / 2)


def pick(ordered: Floats, at: npt.NDArray[np.intp]) -> Floats:
    """The entry of each row at its place; places beyond the ends mean the ends."""
    place = np.clip(np.asarray(at), 0, ordered.shape[-1] - 1)[..., None]
    return np.asarray(np.take_along_axis(ordered, place, axis=-1)[..., 0])


def without_rounding(differences: Floats, values: Floats) -> Floats:
    """Differences between values of each series (rows), exactly zero where they are no more than rounding.

    >>> without_rounding(np.array([[1e-15, 0.5]]), np.array([[7.1, 7.6]])).tolist()
    [[0.0, 0.5]]
    """
    size = np.abs(values).max(axis=-1, keepdims=True, initial=0.0, where=np.isfinite(values))
    return np.where(np.abs(differences) <= SAME * size, 0.0, differences)


def mean_of(numbers: Floats, kept: npt.NDArray[np.bool_]) -> Floats:
    """Mean of the entries that are kept; NaN where none is.

    >>> mean_of(np.array([1.0, 2, 9]), np.array([True, True, False])).item()
    1.5
    """
    count = np.asarray(kept.sum(axis=-1), dtype=np.float64)
    total = np.where(kept, numbers, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def normal_chance(z: npt.ArrayLike) -> Floats:
    """Chance that a standard normal value is at most ``z``; NaN stays NaN.

    >>> normal_chance([0.0, 1.959964]).round(4).tolist()
    [0.5, 0.975]
    """
    values = np.asarray(z, dtype=np.float64)
    chance = np.where(np.isnan(values), np.nan, np.where(values > 0, 1.0, 0.0))
    inner = np.abs(values) < BEYOND
    chance[inner] = [math.erfc(-value / math.sqrt(2)) / 2 for value in values[inner].tolist()]
    return chance
