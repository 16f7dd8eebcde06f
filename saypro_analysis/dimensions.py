"""Which dimension shows best where a change lies, and which of its members make it up.

The score of a dimension is the best of its first one, two or three members, by what they explain:

    score = beyond x few x unusual, each from 0 to 1

- *beyond*: (explained - usual) / (1 - usual), the part explained beyond what the members' usual share of the whole
  would explain of any change. A member of 70 % share that explains 70 % says nothing; one of 5 % that explains all
  says everything. Explained is the sum of their shares of the change, at most 1: a fall that others make up for in
  part is not the less there.
- *few*: 1, 0.9, 0.8 for one, two, three members.
- *unusual*: z^2 / (z^2 + 9) of each member, weighted by what it explains. z is what its contribution differs from its
  usual share of the change, over the standard deviation of its own month-to-month contributions. One half at three
  sigma, where process limits lie.

Only members that explain at least 10 % count (the least of Adtributor: Bhagwan et al. 2014, "Adtributor: revenue
debugging in advertising systems"). The score is this project's own; tests hold it to planted truths.
"""

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import order_median

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST = 3  # members that a reader keeps in mind
LEAST = 0.10  # of the change, for a member to be named; Adtributor's
CLEARLY = 0.15  # by which another dimension must score better to replace last month's
FEW = 0.10  # what each further member costs
HALF = 3.0  # sigmas at which a member counts half unusual: where process limits lie
MAD = 1.4826  # standard deviation of a normal variable over its median distance from 0
MEAN = float(np.sqrt(np.pi / 2))  # the same over its mean distance from 0
ENOUGH = 6  # month-to-month contributions that a standard deviation takes, as do limits
YEAR = 12


def leading_members(share: npt.ArrayLike) -> Ints:
    """Places of the one to three members that make up most of a change, largest first; none when none has 10 %.

    ``share`` is each member's part of the change (m,), negative where it goes the other way. Of one, two and three
    members, those that leave least over, each further one at a cost of 10 %.

    >>> leading_members([0.05, 0.7, 0.25, np.nan]).tolist(), leading_members([0.02] * 50).tolist()
    ([1, 2], [])
    """
    place, best = _largest(np.asarray(share, dtype=np.float64))
    so_far = np.cumsum(best)
    worth = np.where(so_far > 1, 1 / np.maximum(so_far, 1.0), so_far) * _few(len(best))  # too much is a remainder, too
    count = int(worth.argmax()) + 1 if len(best) and best[0] > 0 else 0
    return place[:count][best[:count] > 0]


def member_noise(changes: npt.ArrayLike, at: npt.ArrayLike) -> Floats:
    """Standard deviation of members' month-to-month contributions in the year before each month (d, t, m).

    ``changes`` are the contributions to the change of each month from the one before it (d, n, m), in the KPI's unit,
    ``at`` places of months (t,). Robust: 1.4826 times the median size, or 1.2533 times the mean size where the median
    is zero. NaN with fewer than six.

    >>> float(member_noise(np.ones((1, 12, 1)), [12])[0, 0, 0])
    1.4826
    """
    sizes, places = np.abs(np.asarray(changes, dtype=np.float64)), np.asarray(at, dtype=np.int64)
    window = places[:, None] + np.arange(-YEAR, 0)
    held = np.where((window >= 0)[:, :, None], sizes[:, np.maximum(window, 0)], np.nan).swapaxes(2, 3)
    count = np.isfinite(held).sum(axis=-1)
    middle = MAD * order_median(held)
    mean = MEAN * np.nansum(held, axis=-1) / np.maximum(count, 1)
    return np.where(count >= ENOUGH, np.where(middle > 0, middle, mean), np.nan)


def score_dimensions(change: npt.ArrayLike, whole: npt.ArrayLike, usual: npt.ArrayLike, noise: npt.ArrayLike) -> Floats:
    """Score of each dimension in each month (d, t), from 0 to 1; NaN where it has no members, or nothing changed.

    ``change``: the members' contributions (d, t, m) to the change of the whole (t,), in the KPI's unit. ``usual``:
    their usual shares of the whole. ``noise``: the standard deviations of their contributions; where one is not
    known, its member counts half unusual. See the module for the formula.

    >>> falls = np.array([[[-9.0, -1.0, 0.0]], [[-4.0, -3.0, -3.0]]])
    >>> score_dimensions(falls, [-10.0], np.full(falls.shape, 1 / 3), np.ones(falls.shape)).round(2).tolist()
    [[0.67], [0.0]]
    """
    parts, total, weight, sigma = (np.asarray(given, dtype=np.float64) for given in (change, whole, usual, noise))
    changed = np.where(np.abs(total) > 0, total, np.nan)[:, None]
    share = parts / changed
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(parts - np.nan_to_num(weight) * total[:, None]) / sigma
        odd = 1 / (1 + (HALF / z) ** 2)
    odd = np.where(np.isnan(odd), 0.5, odd)
    place, best = _largest(share)
    weights, odds = (np.take_along_axis(given, place, axis=-1) for given in (np.clip(weight, 0.0, 1.0), odd))
    usually = np.cumsum(np.where(best > 0, np.nan_to_num(weights), 0.0), axis=-1)
    left, so_far = 1 - usually, np.cumsum(best, axis=-1)
    beyond = np.divide(np.minimum(so_far, 1.0) - usually, left, out=np.zeros(left.shape), where=left > 1e-9)
    unusual = np.divide(np.cumsum(best * odds, axis=-1), so_far, out=np.zeros(left.shape), where=so_far > 0)
    score = (np.clip(beyond, 0.0, 1.0) * _few(best.shape[-1]) * unusual).max(axis=-1, initial=0.0)
    return np.where(np.isfinite(share).any(axis=-1), score, np.nan)


def choose_stable(scores: npt.ArrayLike, *, clearly: float = CLEARLY) -> Ints:
    """The dimension of each month (t,): last month's, unless another scores better by at least ``clearly``.

    ``scores`` are those of ``score_dimensions`` (d, t), months in order. Of equals the first counts; -1 until a
    dimension has a score. A month without any score changes nothing.

    >>> choose_stable([[0.5, 0.3, 0.2, np.nan], [0.2, 0.4, 0.4, np.nan]]).tolist()
    [0, 0, 1, 1]
    """
    table = np.where(np.isnan(held := np.asarray(scores, dtype=np.float64)), -np.inf, held)
    chosen = np.full(table.shape[1], -1, dtype=np.int64)
    now = -1
    for at, column in enumerate(table.T):
        best = int(column.argmax()) if len(column) else -1
        if best >= 0 and column[best] > -np.inf and (now < 0 or column[best] - column[now] >= clearly):
            now = best
        chosen[at] = now
    return chosen


def _largest(share: Floats) -> tuple[Ints, Floats]:
    """Places and shares of the at most three largest members of 10 % or more; 0 for a place that is not filled."""
    usable = np.where(share >= LEAST, share, 0.0)
    place = np.argsort(-usable, axis=-1, kind="stable")[..., :MOST]
    return place, np.take_along_axis(usable, place, axis=-1)


def _few(count: int) -> Floats:
    return np.asarray(1 - FEW * np.arange(count))
