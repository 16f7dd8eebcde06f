"""The special-cause rules of a process-behaviour chart, as vector functions over the last axis.

Source: NHS England's "Making Data Count" (its R implementation is NHSRplotthedots): a point outside the limits, seven
points on one side of the mean, seven points rising or falling, two of three points close to a limit. All functions
take one series or a table of series (a row each). A missing month (NaN) is on no side and takes no step, so it breaks
every run: what it would have shown is not known.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

#: What the codes of ``label_points`` mean. The order is the precedence at a point where several rules fire.
RULES = ("", "outside limits", "trend", "two in three", "shift")
RUN = 7  # points of a shift or a trend; Making Data Count: chance raises either in about 1 of 100 runs
NEAR = 2 / 3  # "close to a limit" starts two thirds of the way, at 2 sigma (Western Electric 1956)


def flag_runs(signs: Signs, *, length: int) -> Flags:
    """Members of every run of at least ``length`` equal signs; zero is no sign.

    >>> flag_runs(np.array([1, 1, 1, 0, -1, -1], dtype=np.int8), length=3).tolist()
    [True, True, True, False, False, False]
    """
    flags = np.zeros(signs.shape, dtype=np.bool_)
    starts = signs.shape[-1] - length + 1
    if starts < 1:
        return flags
    first = signs[..., :starts]
    alike = first != 0
    for member in range(1, length):
        alike &= signs[..., member : member + starts] == first
    for member in range(length):
        flags[..., member : member + starts] |= alike
    return flags


def flag_shift(side: Signs) -> Flags:
    """Members of seven or more points in a row on one side (1 above, -1 below, 0 on the mean or missing).

    >>> int(flag_shift(np.array([1, 1, 1, 1, 1, 1, 1, 1, -1], dtype=np.int8)).sum())
    8
    """
    return flag_runs(side, length=RUN)


def trend_directions(values: Floats) -> Signs:
    """Direction of the points that belong to seven or more rising (1) or falling (-1) points; 0 for the others.

    Two equal neighbours break a trend. A point where a rise turns into a fall takes the direction of what follows.

    >>> trend_directions(np.array([7.0, 6, 5, 4, 3, 2, 1, 3])).tolist()
    [-1, -1, -1, -1, -1, -1, -1, 0]
    """
    steps = _signs(np.diff(values, axis=-1))
    moving = flag_runs(steps, length=RUN - 1)
    none = np.zeros((*values.shape[:-1], 1), dtype=np.int8)
    before, after = np.concatenate([none, steps], axis=-1), np.concatenate([steps, none], axis=-1)
    off = none.astype(np.bool_)
    arrives, leaves = np.concatenate([off, moving], axis=-1), np.concatenate([moving, off], axis=-1)
    member = arrives | leaves
    next_member = np.concatenate([member[..., 1:], off], axis=-1)
    direction = np.where(next_member & (after != 0), after, before)
    return np.where(member, direction, 0).astype(np.int8)


def flag_two_in_three(close: Flags, side: Signs) -> Flags:
    """The close points among three on one side of which at least two are close to the limit.

    >>> flag_two_in_three(np.array([True, False, True]), np.array([1, 1, 1], dtype=np.int8)).tolist()
    [True, False, True]
    """
    flags = np.zeros(side.shape, dtype=np.bool_)
    starts = side.shape[-1] - 2
    if starts < 1:
        return flags
    near = [close[..., member : member + starts] for member in range(3)]
    sides = [side[..., member : member + starts] for member in range(3)]
    alike = (sides[0] != 0) & (sides[0] == sides[1]) & (sides[0] == sides[2])
    alike &= (near[0] & near[1]) | (near[0] & near[2]) | (near[1] & near[2])
    for member in range(3):
        flags[..., member : member + starts] |= alike
    return flags & close


def label_points(
    values: Floats, mean: Floats, lower: Floats, upper: Floats, *, tolerance: float = 0.0
) -> tuple[Signs, Signs]:
    """The rule that each point falls under (a code of ``RULES``), and its direction: 1 high or rising, else -1.

    ``mean``, ``lower`` and ``upper`` hold one number per series, NaN where there are no limits (nothing is flagged
    then). Deviations from the mean up to ``tolerance`` parts of the largest value are rounding and count as none.

    >>> rule, direction = label_points(np.array([5.0, 5, 9]), np.array(5.0), np.array(4.0), np.array(6.0))
    >>> [RULES[code] for code in rule], direction.tolist()
    (['', '', 'outside limits'], [0, 0, 1])
    """
    centre, low, high = mean[..., None], lower[..., None], upper[..., None]
    size = np.abs(values).max(axis=-1, keepdims=True, initial=0.0, where=np.isfinite(values))
    deviation = values - centre
    small = np.abs(deviation) <= tolerance * size
    deviation = np.where(small, 0.0, deviation)
    side = _signs(deviation)
    outside = ((values > high) | (values < low)) & ~small
    close = ~outside & (np.abs(deviation) > NEAR * (high - centre))
    rising = np.where(np.isfinite(deviation), trend_directions(deviation), 0)
    fired = [outside, rising != 0, flag_two_in_three(close, side), flag_shift(side)]
    rule = np.select(fired, list(range(1, len(RULES))), 0).astype(np.int8)
    direction = np.select([rule == 2, rule > 0], [rising, side], 0).astype(np.int8)
    return rule, direction


def _signs(numbers: Floats) -> Signs:
    return np.sign(np.nan_to_num(numbers, nan=0.0)).astype(np.int8)
