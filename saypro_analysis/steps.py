"""Step changes: the months at which the level of a series jumps and stays, found exactly for monthly lengths.

Least squares with a penalty per step, minimised over all partitions (Jackson et al. 2005; what PELT, Killick et al.
2012, computes). Vector functions over the last axis; missing months are NaN and carry no weight.
"""

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, order_median
from saypro_analysis.ranks import carry_over, inflate
from saypro_analysis.xmr import MEDIAN_SCALE, SIGMA_SCALE

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.intp]

MIN_LEVEL = 3  # months of a level, so that one wild month is not a step
BEND_NUMBERS = 3  # level, slope and month of a bend; levels have one number each and one per step
CHUNK = 512  # series at a time: what fits a processor's cache
PENALTY = 3.0  # sigma^2 log n per step; the guide's sigma^2 log n finds too many (ruptures, issue 4)


def find_levels(values: Floats, *, penalty: Floats) -> tuple[Counts, Counts, Floats]:
    """The best division of each series into levels: start of the last level, number of levels, squares left.

    The start is a position on the last axis, 0 where there is one level. ``penalty`` is the price of a step, in
    squared units of the series, one per series.

    >>> flat_then_up = np.array([5.0] * 8 + [9.0] * 5)
    >>> start, levels, left = find_levels(flat_then_up, penalty=np.array(1.0))
    >>> int(start), int(levels), abs(round(float(left), 9))
    (8, 2, 0.0)
    """
    shape, n = values.shape[:-1], values.shape[-1]
    rows, prices = values.reshape(-1, n), np.broadcast_to(penalty, shape).reshape(-1)
    parts = [_divide(rows[at : at + CHUNK], prices[at : at + CHUNK]) for at in range(0, max(len(rows), 1), CHUNK)]
    start, levels, left = (np.concatenate([part[i] for part in parts]).reshape(shape) for i in range(3))
    return start, levels, left


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
    sigma = np.where(typical > 0, typical, mean_of(ranges, np.isfinite(ranges)) / SIGMA_SCALE)
    price = np.nan_to_num(PENALTY * sigma**2 * np.log(np.maximum(n, 2)))
    start, levels, left = find_levels(values, penalty=price)
    margin = np.zeros(start.shape)
    # A higher price never makes more levels, so only series that have a step at the lower one are looked at again.
    stepped = levels > 1
    if stepped.any():
        found = (start[stepped], levels[stepped], left[stepped])
        start[stepped], margin[stepped] = _weigh_step(values[stepped], found, price[stepped], n[stepped])
    return start, margin


def _weigh_step(
    values: Floats, found: tuple[Counts, Counts, Floats], price: Floats, n: Counts
) -> tuple[Counts, Floats]:
    """The last step at the price that autocorrelation asks for, and its margin over a bend (BIC).

    ``found`` is what ``find_levels`` gave at the price without autocorrelation.
    """
    start, levels, left = found
    dearer = price * inflate(carry_over(_without_last_step(values, start)))
    again = dearer > price
    if again.any():
        start[again], levels[again], left[again] = find_levels(values[again], penalty=dearer[again])
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


def _divide(values: Floats, price: Floats) -> tuple[Counts, Counts, Floats]:
    """``find_levels`` of a table of series, by dynamic programming over the month at which the last level ends.

    Series run along the second axis here, so that every step works on whole rows of them. A level of fewer than three
    months with a value costs infinitely much.
    """
    n, k = values.shape[1], values.shape[0]
    held = np.isfinite(values.T)
    centred = np.where(held, values.T - mean_of(values, held.T), 0.0)
    ragged = not held.all()
    weight = held.astype(np.float64) if ragged else np.ones((n, 1))
    count, total, square = (_running(part) for part in (weight, centred, centred**2))
    best = np.full((n + 1, k), np.inf)
    best[0] = 0.0
    start, levels = np.zeros((n + 1, k), dtype=np.intp), np.zeros((n + 1, k), dtype=np.intp)
    all_series = np.arange(k)
    for end in range(MIN_LEVEL, n + 1):
        first = slice(0, end - MIN_LEVEL + 1)
        months = count[end] - count[first]
        around = total[end] - total[first]
        around *= around
        around /= np.maximum(months, 1.0)
        costs = square[end] - square[first]
        costs -= around
        np.maximum(costs, 0.0, out=costs)
        costs += best[first]
        costs[1:] += price
        if ragged:
            costs[months < MIN_LEVEL] = np.inf
        chosen = costs.argmin(axis=0)
        start[end], best[end] = chosen, costs[chosen, all_series]
        levels[end] = levels[chosen, all_series] + 1
    return start[n], levels[n], best[n] - price * (levels[n] - 1)


def _running(part: Floats) -> Floats:
    return np.concatenate([np.zeros((1, part.shape[1])), np.cumsum(part, axis=0)])


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
