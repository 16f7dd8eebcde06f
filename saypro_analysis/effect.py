"""Before and after an action, of many series at once: by how much a KPI is better, and whether chance does that too.

Four things make an honest comparison of a plain one (source: method.md, "Closing the loop"; the numbers are simulated
in tests/test_outcome_rates.py). The baseline leaves out the bad months that the action answers (``windows``). The
uncertainty grows with how much a month carries over into the next. Where the baseline shows a season, a month is
compared with the same months of the baseline. And an interval alone is no verdict: the months since have to agree.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, normal_chance, without_rounding
from saypro_analysis.ranks import CARRY_CAP, Z90
from saypro_analysis.rules import RUN, flag_runs
from saypro_analysis.xmr import limit_lines

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Finding = Literal["too early", "no evidence", "worked", "worsened"]
FINDINGS: tuple[Finding, ...] = get_args(Finding)

YEAR = 12
MIN_AFTER = 3  # months after that a verdict takes; method.md
SURE = 0.95  # chance of being better from which the months after need no run, ...
SURE_AFTER = 6  # ... if they are as many as this; method.md
MIN_PAIRS = 8  # same months of two years from which a season can be told; as in ``trend_tests``
#: Part of the variance that the same months of two years must leave to differ less than any two months do: at half,
#: 1 of 10 series of 21 independent months is compared by the month of the year, and 99 of 100 with a season of 3 sigma.
SEASON_LEAVES = 0.5


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Before and after, one entry per series, in the unit of the series; NaN where it cannot be told.

    ``effect`` is ``after`` less ``before``, both means over the same ``months``; ``error`` its standard error,
    ``chance`` that of being better. ``seasonal``: compared with the same months of the year. ``finding`` is a code of
    ``FINDINGS``.
    """

    before: Floats
    after: Floats
    effect: Floats
    error: Floats
    chance: Floats
    months: npt.NDArray[np.intp]
    seasonal: Flags
    finding: npt.NDArray[np.intp]


def weigh_effects(
    good: Floats, base: Flags, post: Flags, *, seasonal: npt.ArrayLike = True, noise: Floats | None = None
) -> Effects:
    """Each series (rows; columns: months in order; larger is better; NaN: no value) in months ``post`` and ``base``.

    ``seasonal`` (one for all, or one per series): it may have a season. error = s sqrt((1+a)/(1-a)) sqrt(1/k + 1/n)
    with k months after and n before (method.md), a the autocorrelation of the baseline (``lag_one``), and
    s = mean moving range / 1.128 / sqrt(1-a), the standard deviation of a process of which neighbouring months
    differ less than others. Of n, the same months of the year count where a season is compared. "Worked": the 90 %
    interval is above 0, and 7 months in a row are above the baseline, or one is above its process limits, or six are
    held and the chance of being better is 95 %. A baseline that never moved is compared exactly.
    ``noise`` are values that vary at least as much, where ``good`` itself does not always show how much it varies.

    >>> good = np.array([[9.0, 11, 10, 9, 11, 10, 10, 11, 9, 10, 11, 9, 14, 15, 16]])
    >>> before = np.arange(15)[None, :] < 12
    >>> found = weigh_effects(good, before, ~before, seasonal=False)
    >>> float(found.effect[0]), FINDINGS[found.finding[0]]
    (5.0, 'worked')
    """
    base, post = base & np.isfinite(good), post & np.isfinite(good)
    held = np.where(base, good if noise is None else noise, np.nan)
    season = np.asarray(seasonal, dtype=bool) & _shows_season(held)
    level, count = _levels(np.where(base, good, np.nan), season)
    post = post & np.isfinite(level)
    lines = limit_lines(held)
    months = post.sum(axis=1)
    before, after = mean_of(level, post), mean_of(good, post)
    deviation = np.where(post, without_rounding(good - level, good), np.nan)
    effect = mean_of(deviation, post)
    carry = _carry(held, season)
    spread = lines.sigma * np.sqrt((1 + carry) / (1 - carry) ** 2)
    error = spread * np.sqrt(_weights(post, count, months, season))
    finding = _findings(deviation, effect, error, limit=lines.upper - lines.mean, months=months)
    chance = normal_chance(_ratio(effect, error))
    return Effects(
        before=before, after=after, effect=effect, error=error, chance=chance, months=months, seasonal=season,
        finding=finding,
    )  # fmt: skip


def compared_means(values: Floats, base: Flags, post: Flags, season: Flags) -> tuple[Floats, Floats]:
    """Means of other values of the same months, weighted as the effect is: before, and after.

    >>> part = np.arange(4)[None, :] < 2
    >>> [mean.item() for mean in compared_means(np.array([[1.0, 3, 5, 7]]), part, ~part, np.array([False]))]
    [2.0, 6.0]
    """
    level, _ = _levels(np.where(base, values, np.nan), season)
    post = post & np.isfinite(level) & np.isfinite(values)
    return mean_of(level, post), mean_of(values, post)


def _same_months(held: Floats) -> Floats:
    """Differences from the same month of the year before; none of less than a year."""
    return held[:, YEAR:] - held[:, :-YEAR] if held.shape[1] > YEAR else held[:, :0]


def _variance(values: Floats) -> Floats:
    kept = np.isfinite(values)
    centre = mean_of(values, kept)[:, None]
    count = kept.sum(axis=1)
    return np.asarray(mean_of((values - centre) ** 2, kept) * count / np.maximum(count - 1, 1))


def _shows_season(held: Floats) -> Flags:
    """Whether the same months of two years differ much less than any two months of the baseline."""
    pairs = _same_months(held)
    enough = np.isfinite(pairs).sum(axis=1) >= MIN_PAIRS
    left, whole = np.nan_to_num(_variance(pairs)) / 2, np.nan_to_num(_variance(held))
    return np.asarray(enough & (left < SEASON_LEAVES * whole))


def _carry(held: Floats, season: Flags) -> Floats:
    """How much a month carries over; by the year-on-year differences where they carry less than months of a season."""
    found = lag_one(held)
    if season.any():
        found[season] = np.minimum(found[season], lag_one(_same_months(held[season])))
    return found


def lag_one(values: Floats) -> Floats:
    """Lag-one autocorrelation of each series, corrected for its bias, (n a + 1) / (n - 4), and from 0 to 0.9.

    Source of correction and bounds: method.md, "Trend tests". ``ranks.carry_over`` is the same beside a trend; about
    the mean, as here, more of the real effects are seen and false ones stay within 6 %.

    >>> lag_one(np.array([[1.0, 2, 1, 2, 1, 2, 1, 2], [1.0, 1, 1, 1, 2, 2, 2, 2]])).tolist()
    [0.0, 0.9]
    """
    kept = np.isfinite(values)
    left = np.where(kept, without_rounding(values - mean_of(values, kept)[:, None], values), 0.0)
    total = (left**2).sum(axis=1)
    raw = np.divide((left[:, 1:] * left[:, :-1]).sum(axis=1), total, out=np.zeros(len(values)), where=total > 0)
    n = kept.sum(axis=1)
    return np.where(total > 0, np.clip((n * raw + 1) / np.maximum(n - 4, 1), 0.0, CARRY_CAP), 0.0)


def _levels(held: Floats, season: Flags) -> tuple[Floats, Floats]:
    """The level that each month is compared with, and how many months of the baseline make it (k, n)."""
    kept = np.isfinite(held)
    level = np.repeat(mean_of(held, kept)[:, None], held.shape[1], axis=1)
    count = np.repeat(kept.sum(axis=1)[:, None].astype(np.float64), held.shape[1], axis=1)
    for place in range(min(YEAR, held.shape[1])):
        same, own = held[season, place::YEAR], kept[season, place::YEAR]
        level[season, place::YEAR] = mean_of(same, own)[:, None]
        count[season, place::YEAR] = own.sum(axis=1)[:, None]
    return level, count


def _weights(post: Flags, count: Floats, months: npt.NDArray[np.intp], season: Flags) -> Floats:
    """1/k + 1/n; where months of the year have levels of their own, each counts as often as it is compared."""
    k = np.maximum(months, 1)
    shared = 1 / np.maximum(count[:, 0], 1)
    if season.any():
        parts = np.zeros(int(season.sum()))
        for place in range(min(YEAR, post.shape[1])):
            times = post[season, place::YEAR].sum(axis=1)
            parts += times**2 / np.maximum(count[season, place], 1)
        shared[season] = parts / k[season] ** 2
    return np.where(months > 0, 1 / k + shared, np.nan)


def _ratio(effect: Floats, error: Floats) -> Floats:
    """The effect in standard errors; where there is no error, any effect is certain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, effect / error, np.where(effect == 0, 0.0, np.copysign(np.inf, effect)))


def _findings(
    deviation: Floats, effect: Floats, error: Floats, *, limit: Floats, months: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """The codes of ``FINDINGS`` from the deviations of the months after; mirrored for better and worse."""
    found = np.where(months < MIN_AFTER, 0, 1)
    runs = flag_runs(np.sign(np.nan_to_num(deviation)).astype(np.int8), length=RUN)
    for way, code in ((1, 2), (-1, 3)):
        own = way * deviation
        apart = way * effect - Z90 * error > 0
        agree = (runs & (own > 0)).any(axis=1) | (own > limit[:, None]).any(axis=1)
        sure = (months >= SURE_AFTER) & (normal_chance(_ratio(way * effect, error)) >= SURE)
        found[(months >= MIN_AFTER) & apart & (agree | sure)] = code
    return found
