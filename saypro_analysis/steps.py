"""Step changes: the months at which the level of a series jumps and stays, found exactly for monthly lengths.

Least squares with a penalty per step, minimised over all partitions (Jackson et al. 2005; what PELT, Killick et al.
2012, computes). Vector functions over the last axis; missing months are NaN and carry no weight.
"""

import numpy as np
import numpy.typing as npt

from saypro_analysis.ranks import carry_over, inflate, order_median
from saypro_analysis.xmr import MEDIAN_SCALE, SIGMA_SCALE

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.intp]

MIN_LEVEL = 3  # months of a level, so that one wild month is not a step
BEND_NUMBERS = 3  # level, slope and month of a bend; levels have one number each and one per step
PENALTY = 3.0  # sigma^2 log n per step; the guide's sigma^2 log n finds too many (ruptures, issue 4)


def find_levels(values: Floats, *, penalty: Floats) -> tuple[Counts, Counts, Floats]:
    """The best division of each series into levels: start of the last level, number of levels, squares left.

    The start is a position on the last axis, 0 where there is one level. ``penalty`` is the price of a step, in
    squared units of the series, one per series.

    >>> flat_then_up = np.array([5.0] * 8 + [9.0] * 5)
    >>> start, levels, left = find_levels(flat_then_up, penalty=np.array(1.0))
    >>> int(start), int(levels), float(left)
    (8, 2, 0.0)
    """
    cost = _costs(values)
    shape, n = values.shape[:-1], values.shape[-1]
    best = np.full((*shape, n + 1), np.inf)
    best[..., 0] = 0.0
    start, levels = np.zeros((*shape, n + 1), dtype=np.intp), np.zeros((*shape, n + 1), dtype=np.intp)
    for end in range(1, n + 1):
        totals = best[..., :end] + cost[..., :end, end] + penalty[..., None] * (np.arange(end) > 0)
        chosen = totals.argmin(axis=-1)
        start[..., end] = chosen
        best[..., end] = np.take_along_axis(totals, chosen[..., None], axis=-1)[..., 0]
        levels[..., end] = np.take_along_axis(levels, chosen[..., None], axis=-1)[..., 0] + 1
    left = best[..., n] - penalty * (levels[..., n] - 1)
    return start[..., n], levels[..., n], left


def last_step(values: Floats) -> tuple[Counts, Floats]:
    """Position at which each series stepped to its last level (0: it did not), and how clear that is.

    A step pays 3 sigma^2 log n, sigma from the median moving range, and more where months carry over into the next;
    how clear it is, is the difference in BIC by which levels describe the series better than a level that bends into a
    straight line: a trend has none.

    >>> start, margin = last_step(np.array([10.0, 11, 9, 10, 12, 10, 9, 11, 10, 20, 21, 19, 20, 22]))
    >>> int(start), bool(margin > 10)
    (9, True)
    """
    n = np.isfinite(values).sum(axis=-1)
    ranges = np.abs(np.diff(values, axis=-1))
    typical = order_median(ranges) / MEDIAN_SCALE
    mean_range = np.nansum(ranges, axis=-1) / np.maximum(np.isfinite(ranges).sum(axis=-1), 1)
    sigma = np.where(typical > 0, typical, mean_range / SIGMA_SCALE)
    price = PENALTY * sigma**2 * np.log(np.maximum(n, 2))
    start, levels, left = find_levels(values, penalty=np.nan_to_num(price))
    level_carry = carry_over(_without_last_step(values, start))
    start, levels, left = find_levels(values, penalty=np.nan_to_num(price * inflate(level_carry)))
    floor = 1e-12 * np.nansum(values**2, axis=-1) + np.finfo(np.float64).tiny
    worth = np.log(np.maximum(n, 2))
    levels_bic = n * np.log(left / np.maximum(n, 1) + floor) + (2 * levels - 1) * worth
    bend_bic = n * np.log(_bend_squares(values) / np.maximum(n, 1) + floor) + BEND_NUMBERS * worth
    return start, np.where(levels > 1, bend_bic - levels_bic, 0.0)


def _without_last_step(values: Floats, start: Counts) -> Floats:
    """The series with its last level moved onto the level before it, so that the step is no carry-over."""
    late = np.arange(values.shape[-1]) >= start[..., None]
    before = order_median(np.where(late, np.nan, values))
    after = order_median(np.where(late, values, np.nan))
    jump = np.where(start > 0, after - before, 0.0)
    return np.where(late, values - jump[..., None], values)


def _costs(values: Floats) -> Floats:
    """Squares around the mean of every stretch [start, end), infinite where it holds fewer than three months."""
    held = np.isfinite(values)
    centred = np.where(held, values - order_median(values)[..., None], 0.0)
    sums = [np.cumsum(part, axis=-1) for part in (held.astype(np.float64), centred, centred**2)]
    weight, total, square = (np.concatenate([np.zeros((*s.shape[:-1], 1)), s], axis=-1) for s in sums)
    count = weight[..., None, :] - weight[..., :, None]
    first = total[..., None, :] - total[..., :, None]
    second = square[..., None, :] - square[..., :, None]
    around = second - first**2 / np.maximum(count, 1.0)
    return np.where(count >= MIN_LEVEL, np.maximum(around, 0.0), np.inf)


def _bend_squares(values: Floats) -> Floats:
    """Squares left around the best line that is level up to some month and straight from there on.

    The first month is among the candidates, so a straight line throughout is one of these.
    """
    held = np.isfinite(values)
    n = np.maximum(held.sum(axis=-1), 1)
    weight = held.astype(np.float64)
    total = np.where(held, values, 0.0).sum(axis=-1)
    numbers = np.where(held, values - (total / n)[..., None], 0.0)
    months = np.arange(values.shape[-1], dtype=np.float64)
    bends = np.maximum(months[:, None] - months[None, : max(len(months) - 1, 1)], 0.0)
    spread = weight @ bends**2 - (weight @ bends) ** 2 / n[..., None]
    moved = (numbers @ bends) ** 2
    explained = np.divide(moved, spread, out=np.zeros(spread.shape), where=spread > 1e-9)
    return np.asarray(np.maximum((numbers**2).sum(axis=-1) - explained.max(axis=-1), 0.0))
