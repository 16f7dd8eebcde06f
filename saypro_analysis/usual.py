"""What is usual for the members of a KPI: sums over the twelve months before, as arrays of dimension, month, member."""

import numpy as np
import numpy.typing as npt

from saypro_analysis.members import Members, Whole

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

YEAR = 12
FEW_MONTHS = 3  # of the twelve months before, that a usual share takes; with fewer, last year's month stands for it


def usual_shares(members: Members, whole: Whole, at: Ints, *, ratio: bool = False) -> Floats:
    """The members' shares of the whole (of its denominator) in the twelve months before each month (d, t, m).

    Sums over these months, so that a large month counts for more. NaN where neither three of them nor the same month
    of last year are known, and for a member that was not there.

    >>> held = np.array([[[6.0, 4.0]] * 12 + [[1.0, 9.0]]])
    >>> parts = {name: held for name in ("value", "numerator", "denominator", "rows")}
    >>> members = Members(dimensions=("by",), names=(("a", "b"),), **parts)
    >>> total = held[0].sum(axis=1)
    >>> whole = Whole(value=total, numerator=total, denominator=total, rows=total, target=total, target_upper=total)
    >>> usual_shares(members, whole, np.array([12])).tolist()
    [[[0.6, 0.4]]]
    """
    part, total = (members.denominator, whole.denominator) if ratio else (members.value, whole.value)
    used = _window(members, whole, at)
    over = _summed(np.broadcast_to(total[:, None], (len(part), len(total), 1)), used, at)
    return quotient(_summed(part, used, at), over)


def usual_levels(members: Members, whole: Whole, at: Ints) -> tuple[Floats, Floats]:
    """Means by month of the members (d, t, m) and of the whole (d, t, 1) over the months that ``usual_shares`` takes.

    A member counts as nothing in the months in which it was not there; NaN where it was there in none.
    """
    used = _window(members, whole, at)
    months = used.sum(axis=-1)[..., None].astype(np.float64)
    total = np.broadcast_to(whole.value[:, None], (len(members.value), len(whole.value), 1))
    return quotient(_summed(members.value, used, at), months), quotient(_summed(total, used, at), months)


def usual_ratio(top: Floats, bottom: Floats, members: Members, whole: Whole, at: Ints) -> Floats:
    """The members' sum of ``top`` over that of ``bottom`` in the same months (d, t, m): a usual average or rate."""
    used = _window(members, whole, at)
    return quotient(_summed(top, used, at), _summed(bottom, used, at))


def quotient(top: Floats, bottom: Floats) -> Floats:
    """Element by element; NaN where one is missing or the divisor is zero.

    >>> quotient(np.array([3.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.75, nan]
    """
    top, bottom = np.broadcast_arrays(top, bottom)
    sound = np.isfinite(top) & np.isfinite(bottom) & (bottom != 0)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=sound))


def _window(members: Members, whole: Whole, at: Ints) -> Flags:
    """Which of the twelve months before count for the usual share (d, t, 12)."""
    window = at[:, None] + np.arange(-YEAR, 0)
    known = np.isfinite(whole.value) & np.isfinite(members.value).any(axis=-1)
    known = known[:, window] & (window >= 0)
    enough = known.sum(axis=-1, keepdims=True) >= FEW_MONTHS
    return np.where(enough, known, known & (np.arange(YEAR) == 0))


def _summed(parts: Floats, used: Flags, at: Ints) -> Floats:
    """Sums over the months that count (d, t, m); NaN where a member has no value in any of them."""
    held = parts[:, at[:, None] + np.arange(-YEAR, 0)]
    counts = used[..., None] & np.isfinite(held)
    return np.where(counts.any(axis=2), np.where(counts, held, 0.0).sum(axis=2), np.nan)
