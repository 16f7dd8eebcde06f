"""What makes up the difference between two values of a KPI: by member of a whole, or by factor of a formula.

Pure arithmetic on arrays whose last axis is the members; NaN means that a member is not there. Every split adds up to
the difference, up to rounding, and changes its sign when the two sides are exchanged. It says where a difference
lies, not what brought it about.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MAX_FACTORS = 8  # 256 coalitions; a formula of more factors cannot be read as a list of them either


@dataclass(frozen=True, kw_only=True)
class TotalEffects:
    """What each member adds to the change of a total, in the total's unit; NaN for a member of neither side.

    ``change`` is size + average + new + lost. ``size`` and ``average`` are NaN where they are not known apart.
    """

    change: Floats
    size: Floats
    average: Floats
    new: Floats
    lost: Floats


@dataclass(frozen=True, kw_only=True)
class RatioEffects:
    """What each member adds to the change of a ratio, in the ratio's unit; NaN for a member of neither side.

    ``change`` is rate + mix. ``before`` and ``after`` are the members' own rates, ``share_before`` and ``share_after``
    their shares of the denominator. ``new`` and ``lost`` are the members with a rate on one side only.
    """

    change: Floats
    rate: Floats
    mix: Floats
    before: Floats
    after: Floats
    share_before: Floats
    share_after: Floats
    new: Flags
    lost: Flags


def split_total(
    value0: npt.ArrayLike,
    size0: npt.ArrayLike | None,
    value1: npt.ArrayLike,
    size1: npt.ArrayLike | None,
) -> TotalEffects:
    """The change of a total by member: of each member's size (number of records) and of its average.

    Values are in the total's unit, sizes are counts; all are broadcast, the last axis is the members. With size n and
    average a, size effect = (n1 - n0) (a0 + a1) / 2 and average effect = (a1 - a0) (n0 + n1) / 2. A member that is
    absent on one side, or zero there without a size, counts whole as new or lost. Source: the midpoint weights of
    Marshall (1887) and Edgeworth (1925); for a product of two factors they are its Shapley values.

    >>> found = split_total([1000.0, np.nan], [100, np.nan], [1200.0, 50.0], [80, 10])
    >>> found.size.tolist(), found.average.tolist(), found.new.tolist()
    ([-250.0, 0.0], [450.0, 0.0], [0.0, 50.0])
    """
    none = np.nan
    v0, n0, v1, n1 = _arrays(value0, none if size0 is None else size0, value1, none if size1 is None else size1)
    here0, here1 = _present(v0, n0), _present(v1, n1)
    change = np.where(here1, v1, 0.0) - np.where(here0, v0, 0.0)
    both, neither = here0 & here1, np.isnan(v0) & np.isnan(v1)
    sized = both & (n0 > 0) & (n1 > 0)
    a0, a1 = _divide(v0, n0, sized), _divide(v1, n1, sized)
    unsplit = both & ~sized | neither
    size = np.where(unsplit, np.nan, np.where(sized, (n1 - n0) * (a0 + a1) / 2, 0.0))
    average = np.where(unsplit, np.nan, np.where(sized, (a1 - a0) * (n0 + n1) / 2, 0.0))
    new, lost = np.where(here1 & ~here0, change, 0.0), np.where(here0 & ~here1, change, 0.0)
    change, new, lost = (np.where(neither, np.nan, part) for part in (change, new, lost))
    return TotalEffects(change=change, size=size, average=average, new=new, lost=lost)


def split_ratio(num0: npt.ArrayLike, den0: npt.ArrayLike, num1: npt.ArrayLike, den1: npt.ArrayLike) -> RatioEffects:
    """The change of sum(num) / sum(den) by member: of each member's rate, and of its share of the denominator.

    With share w, rate r and overall rate R, rate effect = (w0 + w1) / 2 (r1 - r0) and mix effect = (w1 - w0)
    ((r0 + r1) / 2 - (R0 + R1) / 2), so that a member whose rate is that of the whole has no mix. A member without a
    rate on one side (absent, or a denominator of zero) keeps the other side's rate, so that all of it is mix; what it
    has in the numerator alone is mix, too. NaN numerator: not there. Source: midpoint weights as in ``split_total``;
    together with the reference to the overall rate they are the decomposition of Griliches & Regev (1995).

    >>> found = split_ratio([80, 20], [100, 100], [42, 37], [50, 150])
    >>> found.rate.round(6).tolist(), found.mix.round(6).tolist()
    ([0.015, 0.029167], [-0.093125, -0.056042])
    """
    n0, d0, n1, d1 = _arrays(num0, den0, num1, den1)
    part0, share0, whole0 = _parts(n0, d0)
    part1, share1, whole1 = _parts(n1, d1)
    rate0, rate1 = _divide(n0, d0, d0 != 0), _divide(n1, d1, d1 != 0)
    both, neither = np.isfinite(rate0) & np.isfinite(rate1), np.isnan(n0) & np.isnan(n1)
    shift = share1 - share0
    change = np.where(neither, np.nan, part1 - part0 - shift * (whole0 + whole1) / 2)
    rate = np.where(neither, np.nan, np.where(both, (share0 + share1) / 2 * (rate1 - rate0), 0.0))
    middle = (rate0 + rate1) / 2 - (whole0 + whole1) / 2
    return RatioEffects(
        change=change, rate=rate, mix=np.where(both, shift * middle, change),
        before=rate0, after=rate1, share_before=np.where(np.isnan(n0), np.nan, share0),
        share_after=np.where(np.isnan(n1), np.nan, share1),
        new=np.isfinite(rate1) & ~np.isfinite(rate0), lost=np.isfinite(rate0) & ~np.isfinite(rate1),
    )  # fmt: skip


def shapley(function: Callable[[Floats], Floats], before: npt.ArrayLike, after: npt.ArrayLike) -> Floats:
    """What each factor adds to function(after) - function(before), averaged over all orders of changing them.

    ``before`` and ``after`` hold the factors in their last axis, each in its own unit; ``function`` takes such arrays
    and gives one number for each row of factors. It is called once, on all 2^n coalitions. The result is in the
    function's unit and adds up exactly; a factor is NaN when some coalition has no value. Raises ValueError above
    eight factors. Source: Shapley (1953), weights |S|! (n - |S| - 1)! / n!; for changes of an aggregate: Ang, Liu &
    Chew (2003), Shorrocks (2013).

    >>> shapley(lambda x: x.prod(axis=-1), [10_000, 0.03, 50.0], [12_000, 0.024, 55.0]).round(6).tolist()
    [2830.0, -3470.0, 1480.0]
    """
    x0, x1 = _arrays(before, after)
    count = x0.shape[-1]
    if count > MAX_FACTORS:
        raise ValueError(f"{count} factors: at most {MAX_FACTORS} can be told apart")
    chosen = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(bool)
    worth = function(np.where(chosen, x1[..., None, :], x0[..., None, :]))
    return np.asarray(worth @ _weights(chosen))


def _weights(chosen: Flags) -> Floats:
    """By how much the worth of each coalition (row) counts for each factor (column)."""
    count, size = chosen.shape[1], chosen.sum(axis=1)
    orders = [math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count) for k in range(count)]
    weight = np.array([*orders, 0.0])  # of a coalition that a factor joins; the whole is joined by none
    joined = weight[np.maximum(size - 1, 0)][:, None]
    return np.asarray(np.where(chosen, joined, -weight[size][:, None]))


def _arrays(*given: npt.ArrayLike) -> list[Floats]:
    arrays = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in given))
    return [np.where(np.isfinite(part), part, np.nan) for part in arrays]


def _present(value: Floats, size: Floats) -> Flags:
    """A value of zero counts as there only when records stand behind it."""
    return np.asarray(np.isfinite(value) & ((value != 0) | (size > 0)))


def _divide(top: Floats, bottom: Floats, where: Flags) -> Floats:
    sound = where & np.isfinite(top) & np.isfinite(bottom)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=sound))


def _parts(top: Floats, bottom: Floats) -> tuple[Floats, Floats, Floats]:
    """What each member adds to the ratio, its share of the denominator, and the ratio of the whole (last axis 1)."""
    held = np.isfinite(top)
    parts, sizes = np.where(held, top, 0.0), np.where(held & np.isfinite(bottom), bottom, 0.0)
    whole = np.broadcast_to(sizes.sum(axis=-1, keepdims=True), sizes.shape)
    share, part = _divide(sizes, whole, whole != 0), _divide(parts, whole, whole != 0)
    return part, share, part.sum(axis=-1, keepdims=True)
