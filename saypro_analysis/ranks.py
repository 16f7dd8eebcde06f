"""Rank statistics for the trend of monthly series, as vector functions over the last axis; missing months are NaN.

They need no assumption about the distribution of a KPI, and one wild month cannot decide them. Positions are months:
a gap keeps its width. Sources: Mann 1945, Kendall 1975 (test), Sen 1968 (slope and interval), Hodges & Lehmann 1963
(shift), Wilcoxon 1945 (signed ranks), von Storch 1995 and Matalas & Sankarasubramanian 2003 (variance under
autocorrelation).
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import middle_of, order_median, pick

Floats = npt.NDArray[np.float64]

Z90 = 1.6448536269514722  # 95 % point of the normal distribution: an interval of 90 %
CARRY_CAP = 0.9  # an autocorrelation above this cannot be told from a trend in 12 to 60 months


def kendall_score(values: Floats) -> tuple[Floats, Floats]:
    """Mann-Kendall's S and its variance, corrected for ties.

    >>> score, variance = kendall_score(np.array([1.0, 2, 3, 4, 5]))
    >>> float(score), round(float(variance), 4)
    (10.0, 16.6667)
    """
    differences, _ = _pairs(values)
    score = np.nan_to_num(np.sign(differences)).sum(axis=-1)
    present = np.isfinite(values)
    n = present.sum(axis=-1)
    tied = (values[..., :, None] == values[..., None, :]).sum(axis=-1)  # how often each value occurs
    ties = np.where(present, (tied - 1) * (2 * tied + 5), 0).sum(axis=-1)
    return np.asarray(score, dtype=np.float64), np.asarray((n * (n - 1) * (2 * n + 5) - ties) / 18, dtype=np.float64)


def kendall_z(score: Floats, variance: Floats) -> Floats:
    """The standard normal value of S, with continuity correction; zero where nothing varies.

    >>> round(float(kendall_z(np.array(18.0), np.array(212.66666667))), 6)
    1.165733
    """
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    return np.where(variance > 0, (score - np.sign(score)) / spread, 0.0)


def normal_p(z: Floats) -> Floats:
    """Two-sided p of standard normal values.

    >>> round(float(normal_p(np.array(1.959964))), 4)
    0.05
    """
    tails = [math.erfc(abs(value) / math.sqrt(2)) for value in np.ravel(z)]
    return np.array(tails, dtype=np.float64).reshape(np.shape(z))


def exact_kendall_p(score: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Two-sided p of S for n values without ties, by counting permutations (Kendall 1975, Mahonian numbers).

    >>> exact_kendall_p([-10, 0], [5, 5]).round(6).tolist()
    [0.016667, 1.0]
    """
    scores, counts = np.broadcast_arrays(np.abs(score).astype(np.intp), np.asarray(n, dtype=np.intp))
    p = np.ones(scores.shape)
    for length in np.unique(counts):
        here = counts == length
        share = np.cumsum(np.array(_permutations(int(length)), dtype=np.float64)) / math.factorial(int(length))
        extreme = (length * (length - 1) // 2 - scores[here]) // 2  # inversions left at least this far from order
        p[here] = np.minimum(1.0, 2 * share[extreme])
    return p


def sen_slopes(values: Floats) -> Floats:
    """The slopes per month of all pairs of months, in order, those that are not known last (NaN)."""
    differences, spans = _pairs(values)
    return np.sort(differences / spans, axis=-1)


def sen_slope(values: Floats) -> Floats:
    """Median slope per month over all pairs of months.

    >>> float(sen_slope(np.array([1.0, np.nan, 5.0, 7.0])))
    2.0
    """
    differences, spans = _pairs(values)
    return order_median(differences / spans)


def sen_interval(slopes: Floats, variance: Floats, *, inflation: Floats | float = 1.0) -> tuple[Floats, Floats]:
    """90 % interval of the Sen slope, from ``sen_slopes`` and the variance of S.

    ``inflation`` widens the variance (autocorrelation).
    """
    return _order_interval(slopes, np.sqrt(variance * inflation))


def carry_over(values: Floats, *, slope: Floats | None = None) -> Floats:
    """Lag-one autocorrelation of what is left beside the Sen line: how much of a month carries over into the next.

    Corrected for the bias of short series, (n a + 1) / (n - 4), and kept between 0 and 0.9. Residuals that are only
    rounding carry nothing. ``slope`` is the Sen slope, where it is known already.
    """
    slope = sen_slope(values) if slope is None else slope
    left = values - slope[..., None] * np.arange(values.shape[-1])
    left = left - order_median(left)[..., None]
    total = np.nansum(left**2, axis=-1)
    lagged = np.nansum(left[..., 1:] * left[..., :-1], axis=-1)
    real = total > 1e-18 * np.nansum(values**2, axis=-1)
    raw = np.divide(lagged, total, out=np.zeros(total.shape), where=real)
    n = np.isfinite(values).sum(axis=-1)
    corrected = (n * raw + 1) / np.maximum(n - 4, 1)
    return np.where(real, np.clip(corrected, 0.0, CARRY_CAP), 0.0)


def inflate(carry: Floats) -> Floats:
    """Factor by which autocorrelation widens the variance of a trend statistic: (1 + a) / (1 - a).

    >>> float(inflate(np.array(0.5)))
    3.0
    """
    return np.asarray((1 + carry) / (1 - carry))


def signed_rank(values: Floats) -> tuple[Floats, Floats]:
    """Wilcoxon's sum of signed ranks and its variance given the sizes (ties averaged, zeros left out)."""
    sizes = np.where(values == 0, np.nan, np.abs(values))
    smaller = (sizes[..., None, :] < sizes[..., :, None]).sum(axis=-1)
    equal = (sizes[..., None, :] == sizes[..., :, None]).sum(axis=-1)
    ranks = np.where(np.isfinite(sizes), smaller + (equal + 1) / 2, 0.0)
    signed = np.nan_to_num(np.sign(values)) * ranks
    return np.asarray(signed.sum(axis=-1)), np.asarray((ranks**2).sum(axis=-1))


def walsh_shift(values: Floats, *, inflation: Floats | float = 1.0) -> tuple[Floats, Floats, Floats]:
    """Hodges-Lehmann shift (median of the averages of all pairs) with its 90 % interval: shift, low, high."""
    first, second = np.triu_indices(values.shape[-1])
    averages = np.sort((values[..., first] + values[..., second]) / 2, axis=-1)
    n = np.isfinite(values).sum(axis=-1)
    spread = np.sqrt(n * (n + 1) * (2 * n + 1) / 6 * inflation)
    return middle_of(averages, n * (n + 1) // 2), *_order_interval(averages, spread)


def _order_interval(ordered: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """The order statistics that ``spread`` (standard deviation of a count of pairs) leaves between 5 and 95 %."""
    if ordered.shape[-1] == 0:
        nothing = np.full(ordered.shape[:-1], np.nan)
        return nothing, nothing
    count = np.isfinite(ordered).sum(axis=-1)
    low = np.maximum(np.round((count - Z90 * spread) / 2).astype(np.intp) - 1, 0)
    high = np.minimum(np.round((count + Z90 * spread) / 2).astype(np.intp), count - 1)
    return pick(ordered, low), pick(ordered, high)


def _pairs(values: Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Differences of all pairs of months, later minus earlier, and the months between."""
    first, second = np.triu_indices(values.shape[-1], 1)
    return values[..., second] - values[..., first], second - first


@cache
def _permutations(n: int) -> tuple[int, ...]:
    """How many permutations of n values have 0, 1, 2, ... inversions."""
    counts = [1]
    for size in range(2, n + 1):
        wider = [0] * (len(counts) + size - 1)
        for inversions, number in enumerate(counts):
            for more in range(size):
                wider[inversions + more] += number
        counts = wider
    return tuple(counts)
