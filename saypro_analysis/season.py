"""What the months of the year have in common, of many series at once: for limits that follow it, and for forecasts.

A season that is not there does harm, and two years can hardly show one. So limits follow the season only where three
years agree about it, as strongly as Wang, Smith & Hyndman (2006) measure it; a forecast carries on as much of last
year's deviations as the years before have confirmed.
"""

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, order_median, without_rounding

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

YEAR = 12
AGREE = 0.5  # correlation of the years' profiles from which they are one season; by chance 1 of 20 pairs of years
MIN_AGREE = 10  # pairs of same months that a correlation takes
STRONG = 0.6  # part of the variance beside the trend that the season explains, from which limits follow it
SWINGING = 2.5  # von Neumann ratio of a profile above which it is a swing; 2 is chance
FULL_YEARS = 3  # years that limits which follow a season take


def year_profile(values: Floats, slope: Floats) -> Floats:
    """What each month is off the mean of its own year (counted back from the last month), the trend taken out.

    Months before the first full year of a series have none: a part of a year has no mean to compare with.
    ``slope`` is that of each series, a month.

    >>> year_profile(np.array([[0.0, 4.0] * 12]), np.zeros(1))[0, :4].tolist()
    [-2.0, 2.0, -2.0, 2.0]
    """
    n = values.shape[1]
    back = n - 1 - np.arange(n)
    years = (n - np.isfinite(values).argmax(axis=1)) // YEAR
    level = np.where(back < years[:, None] * YEAR, values + slope[:, None] * back, np.nan)
    profile = np.full(values.shape, np.nan)
    for year in range((n + YEAR - 1) // YEAR):
        own = back // YEAR == year
        block = level[:, own]
        profile[:, own] = block - mean_of(block, np.isfinite(block))[:, None]
    return without_rounding(profile, values)


def agreement(profile: Floats) -> Floats:
    """Correlation of the profiles of the last 24 months with those of the months a year before; NaN where unknown."""
    late, early = profile[:, YEAR:][:, -2 * YEAR :], profile[:, :-YEAR][:, -2 * YEAR :]
    both = np.isfinite(late) & np.isfinite(early)
    late, early = np.where(both, late, 0.0), np.where(both, early, 0.0)
    size = np.sqrt((late**2).sum(axis=1) * (early**2).sum(axis=1))
    known = (both.sum(axis=1) >= MIN_AGREE) & (size > 0)
    return np.asarray(np.divide((late * early).sum(axis=1), size, out=np.full(len(profile), np.nan), where=known))


def next_season(profile: Floats, allowed: Flags) -> tuple[Floats, Floats]:
    """The season of the next twelve months (k, 12), and how far a year repeats the last (k,): 0 where it does not.

    The mean of up to three years is shrunk by how little they agree (Spearman-Brown).
    """
    n = profile.shape[1]
    if n < 2 * YEAR:
        return np.zeros((len(profile), YEAR)), np.zeros(len(profile))
    agree = np.nan_to_num(agreement(profile))
    agree = np.where(allowed & (agree > AGREE), np.minimum(agree, 1.0), 0.0)
    mean, count = _by_month(profile, min(n // YEAR, FULL_YEARS))
    weight = count * agree[:, None] / np.where(count > 0, 1 + (count - 1) * agree[:, None], 1.0)
    return np.where(count > 0, weight * np.nan_to_num(mean), 0.0), agree


def lasting_season(values: Floats, allowed: Flags) -> Floats:
    """The season of every month held (k, n), for limits that follow it; 0 where three years do not agree on one.

    It takes three full years, profiles that agree, and a season that explains at least 60 % of what is beside the
    trend. One that goes up a month and down the next is a swing, whatever the calendar says.
    """
    season = np.zeros(values.shape)
    n = values.shape[1]
    rows = np.flatnonzero(allowed & (np.isfinite(values).sum(axis=1) >= FULL_YEARS * YEAR))
    if not len(rows):
        return season
    profile = year_profile(values[rows], _common_slope(values[rows]))
    mean, _ = _by_month(profile, n // YEAR)
    place = (np.arange(n) - n) % YEAR
    whole = mean[:, place]
    left = np.where(np.isfinite(profile), profile - whole, np.nan)
    strength = 1 - np.nansum(left**2, axis=1) / np.maximum(np.nansum(profile**2, axis=1), np.finfo(np.float64).tiny)
    clear = (np.nan_to_num(agreement(profile)) > AGREE) & (strength >= STRONG) & np.isfinite(whole).all(axis=1)
    turns = ((mean - np.roll(mean, 1, axis=1)) ** 2).sum(axis=1)
    clear &= turns <= SWINGING * (mean**2).sum(axis=1)
    season[rows[clear]] = whole[clear]
    return season


def _common_slope(values: Floats) -> Floats:
    """Slope a month that the last two changes from year to year have in common; 0 where they differ in direction.

    A trend is no season, declared or not; a step, which only one of them holds, is not taken for a trend.
    """
    last, middle, first = (values[:, values.shape[1] - (back + 1) * YEAR :][:, :YEAR] for back in range(3))
    late, early = order_median(last - middle), order_median(middle - first)
    smaller = np.where(np.abs(late) < np.abs(early), late, early)
    return np.where(late * early > 0, smaller / YEAR, 0.0)


def _by_month(profile: Floats, years: int) -> tuple[Floats, npt.NDArray[np.int_]]:
    """Mean and number of the last years' profiles for each of twelve months, the first being the one after the last."""
    past = profile[:, -years * YEAR :].reshape(len(profile), years, YEAR).swapaxes(1, 2)
    held = np.isfinite(past)
    return mean_of(past, held), held.sum(axis=2)
