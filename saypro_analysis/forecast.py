"""The next twelve months of many series at once, if each process goes on as it is.

Carried forward is the average, the level since the last step, or a trend that flattens (its slope counts 0.9 times as
much each month; Gardner & McKenzie 1985 found damped trends the safest). To that comes what months of the year have in
common, where the last years agree about it, and what a month hands on to the next, where that is more than chance.
The spread is that of the month-to-month changes, as for the process limits.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, order_median, without_rounding
from saypro_analysis.ranks import Z90, sen_slope
from saypro_analysis.season import next_season, year_profile
from saypro_analysis.xmr import limit_lines

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

YEAR = 12
DAMPING = 0.9  # of the slope, each month ahead
CARRY_Z = 1.645  # one-sided 5 %: an autocorrelation below this many standard errors is taken for none
CARRY_CAP = 0.9
LATELY = 6  # months through which a trend without a season is drawn
LOCAL_POINTS = 8  # months of the last year that its own slope takes
LOCAL_ERROR = 0.084  # standard error of a slope through twelve months, in sigmas: sqrt(12 / (12^3 - 12))
Basis = Literal["", "average", "new level", "trend"]
BASES: tuple[Basis, ...] = get_args(Basis)


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of each process (k,): how its level is carried forward, and what it rests on.

    ``since``: position of the first month of its present level; ``slope`` a month, 0 unless it has a trend, with the
    standard error ``slope_error``; ``drift`` is the slope that is no season, named as a trend or not; ``sigma`` is of
    its month-to-month noise; ``season``: whether it may have one; ``run``: whether the trend is an unbroken run.
    """

    basis: npt.NDArray[np.int_]  # a code of BASES; 0: too little data
    since: npt.NDArray[np.int_]
    slope: Floats
    slope_error: Floats
    drift: Floats
    sigma: Floats
    season: Flags
    run: Flags


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The next twelve months of each series (k, 12), in its unit.

    ``noise`` is the standard deviation of a single month around its forecast, ``error`` with the uncertainty of the
    level. ``recent`` holds what the last twelve months were off (k, 12), in standard deviations that belong to a month
    ahead. ``sigma`` is the noise of a month once trend and season are out (k,), ``carry`` the part of it that a month
    hands on to the next.
    """

    value: Floats
    noise: Floats
    error: Floats
    recent: Floats
    sigma: Floats
    seasonal: Flags
    carry: Floats


def forecast(values: Floats, state: State) -> Forecast:
    """The forecasts of a table of series (rows: series, columns: months in order, NaN where one is missing)."""
    n = values.shape[1]
    ahead = np.arange(1, YEAR + 1)
    moving = state.basis == BASES.index("trend")
    profile = year_profile(values, state.drift)
    season, repeats = next_season(profile, state.season)
    slope, slope_error = _local_slope(values, state, local=moving & (repeats == 0))
    anchored = moving & state.run & (repeats == 0)
    window = np.select([anchored, repeats > 0], [1, YEAR], LATELY)
    line = _line(values, slope, state.since, moving, window=window)
    off = without_rounding(values - line - repeats[:, None] * _year_before(profile), values)
    # A line that fits the last year says nothing about the months before.
    fits = np.where(anchored, LATELY, YEAR)[:, None]
    off = np.where(moving[:, None] & (np.arange(n) < n - fits), np.nan, off)
    sigma = _noise(values - repeats[:, None] * _year_before(profile), state, adjusted=moving | (repeats > 0))
    carry = np.where(moving, 0.0, _carry(off))[:, None]
    last = np.nan_to_num(off[:, -1:])
    steps = np.cumsum(DAMPING ** np.arange(YEAR))
    value = line[:, -1:] + slope[:, None] * steps + season + last * carry**ahead
    grown = np.where(carry > 0, (1 - carry ** (2 * ahead)) / (1 - carry), 1.0)
    month_noise = sigma[:, None] ** 2 * grown
    count = np.maximum((np.isfinite(values) & (np.arange(n) >= state.since[:, None])).sum(axis=1), 1)
    count = np.where(moving, np.minimum(count, LATELY), count)[:, None]
    drift = (slope_error[:, None] * steps) ** 2
    level = sigma[:, None] ** 2 * (1 + carry) / (1 - carry) / count
    known = (state.basis > 0)[:, None]
    return Forecast(
        value=np.where(known, value, np.nan),
        noise=np.where(known, np.sqrt(month_noise + drift), np.nan),
        error=np.where(known, np.sqrt(month_noise + drift + level), np.nan),
        recent=_recent(off, carry, np.sqrt(month_noise[:, :1])),
        sigma=sigma,
        seasonal=repeats > 0,
        carry=carry[:, 0],
    )


def interval(made: Forecast) -> tuple[Floats, Floats]:
    """The 90 % intervals of the forecasts: lowest and highest."""
    return made.value - Z90 * made.error, made.value + Z90 * made.error


def _recent(off: Floats, carry: Floats, noise: Floats) -> Floats:
    """What each of the last twelve months was off, less what the month before handed on, in standard deviations."""
    shocks = off.copy()
    shocks[:, 1:] -= carry * np.nan_to_num(off[:, :-1])
    recent = np.full((len(off), YEAR), np.nan)
    held = shocks[:, -YEAR:]
    recent[:, YEAR - held.shape[1] :] = held
    return recent / np.where(noise > 0, noise, 1.0)


def _local_slope(values: Floats, state: State, *, local: Flags) -> tuple[Floats, Floats]:
    """Slope and its standard error: of a trend without a season that of the last year alone, if it goes the same way.

    A comparison year on year finds a fall that began some months ago, but spreads it over twelve. An unbroken run goes
    on from its last month as its last steps went: a line through the year would turn it around first.
    """
    slope, error = state.slope.copy(), state.slope_error.copy()
    rows = np.flatnonzero(local & (np.isfinite(values[:, -YEAR:]).sum(axis=1) >= LOCAL_POINTS))
    if len(rows):
        own = sen_slope(values[rows, -YEAR:])
        same = own * slope[rows] > 0
        rows = rows[same]
        slope[rows] = own[same]
        error[rows] = state.sigma[rows] * LOCAL_ERROR
    rows = np.flatnonzero(local & state.run)
    if len(rows):
        steps = np.diff(values[rows, -LATELY - 1 :], axis=1)
        slope[rows] = np.median(steps, axis=1)
        error[rows] = steps.std(axis=1) / np.sqrt(LATELY)
    return slope, error


def _line(
    values: Floats, slope: Floats, since: npt.NDArray[np.int_], moving: Flags, *, window: npt.NDArray[np.int_]
) -> Floats:
    """Level or trend of each month: flat on either side of the present level's begin, or through the last months.

    A trend's level is that of the last ``window`` months: a whole year where there is a season, the last month alone
    of an unbroken run.
    """
    n = values.shape[1]
    month = np.arange(n)
    held = np.isfinite(values)
    now = month >= since[:, None]
    flat = np.where(now, mean_of(values, held & now)[:, None], mean_of(values, held & ~now)[:, None])
    way = slope[:, None] * (month - (n - 1))
    late = np.where(month >= n - window[:, None], values - way, np.nan)
    return np.where(moving[:, None], order_median(late)[:, None] + way, flat)


def _year_before(rest: Floats) -> Floats:
    """What the same month of the year before was off; 0 where that is not known."""
    earlier = np.zeros(rest.shape)
    earlier[:, YEAR:] = np.nan_to_num(rest[:, :-YEAR])
    return earlier


def _noise(adjusted_values: Floats, state: State, *, adjusted: Flags) -> Floats:
    """Sigma of a month: the process's own where that is a level, else from what trend and season leave."""
    rows = np.flatnonzero(adjusted)
    sigma = state.sigma.copy()
    if len(rows):
        left = limit_lines(adjusted_values[rows, -3 * YEAR :]).sigma
        sigma[rows] = np.where(np.isfinite(left), left, sigma[rows])
    return sigma


def _carry(off: Floats) -> Floats:
    """Lag-one autocorrelation of what is off, where it is more than chance; corrected for short series."""
    held = np.isfinite(off)
    n = held.sum(axis=1)
    centred = np.where(held, off - mean_of(off, held)[:, None], 0.0)
    total = (centred**2).sum(axis=1)
    lagged = (centred[:, 1:] * centred[:, :-1]).sum(axis=1)
    raw = np.divide(lagged, total, out=np.zeros(len(off)), where=total > 0)
    clear = (raw * np.sqrt(np.maximum(n, 1)) > CARRY_Z) & (n >= YEAR)
    return np.where(clear, np.clip((n * raw + 1) / np.maximum(n - 4, 1), 0.0, CARRY_CAP), 0.0)
