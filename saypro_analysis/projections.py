"""Projections of a year's sum from the months that are over: four closed forms, and how each did a year before.

No form is best for all series, and the best at a place is not known in advance; weighted by how well each did at the
same month of last year they come near the best one (measured on A&E attendances and breaches of 129 English trusts).
"""

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of

Floats = npt.NDArray[np.float64]

YEAR = 12
METHODS = ("run rate", "share of last year", "remainder of last year", "last three months")
GROWTH = (0.5, 2.5)  # growth on last year beyond which a share of it is a slip of the data
SLACK = 0.005  # relative error that all methods are granted: a lucky hit is no proof


def project_sums(values: Floats, months: int) -> Floats:
    """The year's sum by each of METHODS (4, k), when ``months`` of it are over; NaN where a month it takes is missing.

    ``values`` (k, n) end with the last month that is over. Methods that need last year are NaN without it.

    >>> project_sums(np.array([[10.0] * 12 + [11.0] * 6]), 6)[:, 0].round(3).tolist()
    [132.0, 132.0, 126.0, 132.0]
    """
    left = YEAR - months
    n = values.shape[1]
    so_far = _sum(values, n - months, n)
    before = _sum(values, n - months - YEAR, n - YEAR)
    last_year = _sum(values, n - months - YEAR, n - months)
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = np.where((before > 0) & (so_far >= 0), np.clip(so_far / before, *GROWTH), np.nan)
    recent = values[:, -3:]
    pace = np.where(np.isfinite(recent).all(axis=1), mean_of(recent, np.isfinite(recent)), np.nan)
    return np.stack(
        [so_far / months * YEAR, last_year * growth, so_far + last_year - before, so_far + left * pace],
    )  # fmt: skip


def weigh_methods(made: Floats, errors: Floats) -> Floats:
    """Weights of the methods (4, k) that add up to one: by their squared errors a year before, else equal.

    Run rate and pace alone where last year is not held. Source: inverse squared errors as weights, Bates & Granger
    1969.
    """
    usable = np.isfinite(made)
    judged = (np.isfinite(errors) | ~usable).all(axis=0)
    weights = np.where(judged, 1 / (np.nan_to_num(errors) + SLACK) ** 2, 1.0) * usable
    total = weights.sum(axis=0)
    return np.asarray(np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0))


def past_errors(numerator: Floats, denominator: Floats, months: int) -> Floats:
    """Relative errors (4, k) that each method made at the same month of last year; NaN where that is not known."""
    ends = numerator.shape[1] - YEAR
    if ends < months:
        return np.full((len(METHODS), len(numerator)), np.nan)
    guessed = _ratio(project_sums(numerator[:, :ends], months), project_sums(denominator[:, :ends], months))
    whole = slice(ends - months, ends - months + YEAR)
    actual = _ratio(numerator[:, whole].sum(axis=1), denominator[:, whole].sum(axis=1))
    return np.abs(_ratio(guessed - actual, actual))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0))


def _sum(values: Floats, first: int, last: int) -> Floats:
    """Sum over positions; NaN where they are not all held."""
    return values[:, first:last].sum(axis=1) if first >= 0 else np.full(len(values), np.nan)
