"""The tests behind a trend verdict: what the data of one series say, before it is decided whether that is a trend.

A rank test that fits the length: exact Kendall for 6 to 11 points (an early sign at most); Mann-Kendall with the
variance widened for autocorrelation for 12 to 23 points, and beyond for KPIs without a season; from 24 points on the
signed ranks of the last twelve months against the same months before, widened likewise.

Two tests go beyond that. A run of at least seven steps in one direction up to the last month is a trend whatever the
autocorrelation; the rank tests cannot tell a smooth fall from drift. And a step is looked for in the series and, where
there may be a season, in its year-on-year differences as well.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, middle_of, order_median
from saypro_analysis.ranks import (
    carry_over,
    exact_kendall_p,
    inflate,
    kendall_score,
    kendall_z,
    normal_p,
    sen_interval,
    sen_slopes,
    signed_rank,
    walsh_shift,
)
from saypro_analysis.steps import last_step

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int_]
Flags = npt.NDArray[np.bool_]

YEAR = 12
MIN_POINTS = 6  # exact Kendall reaches p = 0.017 with five in order at best: too few to call
MIN_PAIRS = 8  # same-month pairs out of 12 for a comparison year on year
RUN_STEPS = 7  # steps in one direction: p = 2 / 2^7 = 0.016 even for a random walk, whose steps are coin tosses
ONE_SWING = 1.15  # of the variance where a single year is held: its months may be one swing of the season
DOUBT = 0.05  # p of the signed ranks alone from which there is nothing to doubt
MANY = 5  # times as sure that Mann-Kendall, to which a season can be a trend, must be as the comparison with last year
REPEATS = 0.5  # part of a run that the same months of last year may have shown before it is taken for the season
METHODS = ("too few points", "exact Kendall", "Kendall with ties", "Mann-Kendall", "year on year", "unbroken run")


@dataclass(frozen=True, kw_only=True)
class TrendEvidence:
    """What the tests say of each series, before it is decided whether that is a trend: one entry per series."""

    p: Floats
    method: Ints  # a code of METHODS
    sign: Ints  # of the trend: 1 rising
    change: Floats  # over twelve months, in the unit of the series
    change_low: Floats
    change_high: Floats
    base: Floats  # the level that the change is relative to
    level: Floats  # median of the last three values
    points: Ints
    run: Ints  # direction of an unbroken run up to the last month; 0: there is none
    drift: Floats  # change over twelve months of the series as a whole, whatever its last run does
    step: Ints  # position of the first month of the last level; 0: there is no step
    step_size: Floats  # up is positive
    step_margin: Floats  # by how much (BIC) levels describe the series better than a bend


def weigh_trends(values: Floats, *, seasonal: npt.ArrayLike = True) -> TrendEvidence:
    """The tests of each series of a table (rows: series, columns: months in order, NaN where one is missing).

    ``seasonal=False`` (one for all, or one per series) says that months of a year are alike, so that all of them can
    be compared with each other. Series of fewer than six values have no p. Sources: see ``ranks`` and ``steps``.

    >>> evidence = weigh_trends(np.array([[8.0, 7, 6, 5, 4, 3, 2, 1]]))
    >>> METHODS[evidence.method[0]], evidence.change.item(), evidence.p.round(6).item()
    ('exact Kendall', -12.0, 5e-05)
    """
    season = np.broadcast_to(np.asarray(seasonal, dtype=bool), values.shape[:1])
    points = np.isfinite(values).sum(axis=1)
    paired = _same_months(values)
    yearly = season & (points >= 2 * YEAR) & (np.isfinite(paired).sum(axis=1) >= MIN_PAIRS)
    found = np.full((5, len(values)), np.nan)  # p, change, low, high, base
    method, sign = np.zeros(len(values), dtype=np.int_), np.zeros(len(values), dtype=np.int_)
    plain = ~yearly & (points >= MIN_POINTS)
    if yearly.any():
        found[:, yearly], method[yearly], sign[yearly] = year_on_year(values[yearly])
    if plain.any():
        found[:, plain], method[plain], sign[plain] = _mann_kendall(values[plain], season[plain])
    run, steps = _unbroken(values, season)
    chance = 2 * 0.5**steps
    longer = (run != 0) & (chance < found[0])
    drift = found[1].copy()
    if longer.any():
        found[:, longer] = _run_size(values[longer], steps[longer])
    step, margin, size = _steps(values, season, points)
    return TrendEvidence(
        p=found[0],
        method=np.where(longer, METHODS.index("unbroken run"), method),
        sign=np.where(longer, run, sign),
        change=found[1],
        change_low=found[2],
        change_high=found[3],
        base=found[4],
        level=_last_median(values),
        points=points,
        run=run,
        drift=drift,
        step=step,
        step_size=size,
        step_margin=margin,
    )


def _same_months(values: Floats) -> Floats:
    """Differences of the last twelve months from the same months of the year before; none of less than two years."""
    if values.shape[1] < 2 * YEAR:
        return values[:, :0]
    return values[:, -YEAR:] - values[:, -2 * YEAR : -YEAR]


def _last_median(values: Floats) -> Floats:
    """Median of the last three values of each series."""
    held = np.isfinite(values)
    after = held.sum(axis=1, keepdims=True) - np.cumsum(held, axis=1)
    return order_median(np.where(held & (after < 3), values, np.nan))


def year_on_year(values: Floats) -> tuple[Floats, Ints, Ints]:
    """Signed ranks of the same-month differences, and their Hodges-Lehmann shift: the test from 24 months on.

    Gives p, change over twelve months with its interval, and base (5, k); the method; the sign of the change.
    Where only the autocorrelation of the twelve differences, a rough estimate, speaks against a trend, all months are
    asked as well (Mann-Kendall), and heard when they are five times as sure: else one of nine steep lines is missed.
    """
    paired = _same_months(values)
    total, variance = signed_rank(paired)
    wide = inflate(carry_over(paired))
    spread = np.sqrt(np.where(variance > 0, variance * wide, 1.0))
    p = np.where(variance > 0, normal_p(total / spread), 1.0)
    alone = np.where(variance > 0, normal_p(total / np.sqrt(np.maximum(variance, 1.0))), 1.0)
    doubtful = np.flatnonzero((alone < DOUBT) & (p >= DOUBT / MANY))
    if len(doubtful):
        second, _, way = _mann_kendall(values[doubtful], np.zeros(len(doubtful), dtype=bool))
        agrees = way == np.sign(total[doubtful])
        p[doubtful] = np.where(agrees, np.minimum(p[doubtful], MANY * second[0]), p[doubtful])
    shift, low, high = walsh_shift(paired, inflation=wide)
    before = values[:, -2 * YEAR : -YEAR]
    base = mean_of(before, np.isfinite(paired))
    method = np.full(len(values), METHODS.index("year on year"))
    return np.stack([p, shift, low, high, base]), method, np.sign(total).astype(np.int_)


def _mann_kendall(values: Floats, seasonal: Flags) -> tuple[Floats, Ints, Ints]:
    """Mann-Kendall and the Sen slope; exactly for fewer than twelve values without ties."""
    held = np.isfinite(values)
    points = held.sum(axis=1)
    score, variance = kendall_score(values)
    slopes = sen_slopes(values)
    slope = middle_of(slopes, np.isfinite(slopes).sum(axis=1))
    full = points >= YEAR
    wide = np.where(full, inflate(carry_over(values, slope=slope)), 1.0)
    wide = np.where(seasonal & (points == YEAR), wide * ONE_SWING, wide)
    p = normal_p(kendall_z(score, variance * wide))
    ordered = np.sort(values, axis=1)
    untied = ~full & ~(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    p[untied] = exact_kendall_p(score[untied], points[untied])
    low, high = sen_interval(slopes, variance, inflation=wide)
    method = np.select([full, untied], [METHODS.index("Mann-Kendall"), METHODS.index("exact Kendall")], 2)
    found = np.stack([p, slope * YEAR, low * YEAR, high * YEAR, order_median(values)])
    return found, method, np.sign(score).astype(np.int_)


def _unbroken(values: Floats, seasonal: Flags) -> tuple[Ints, Ints]:
    """Direction of the steps of one direction that lead to the last month (0: too few), and how many they are.

    A season can do that every year. So the same months a year before must have gone the other way, or less than half
    as far; where they are not held, nearly a whole year of steps has to go one way, which no season does.
    """
    if values.shape[1] <= RUN_STEPS:
        return np.zeros(len(values), dtype=np.int_), np.zeros(len(values), dtype=np.int_)
    signs = np.sign(np.diff(values, axis=1))[:, ::-1]
    differs = signs != signs[:, :1]
    steps = np.where(differs.any(axis=1), differs.argmax(axis=1), signs.shape[1])
    ends = values.shape[1] - 1
    rows = np.arange(len(values))
    year_ago = np.full(len(values), np.nan)
    if ends >= YEAR:
        start = ends - YEAR - steps
        moved = values[:, ends - YEAR] - values[rows, np.maximum(start, 0)]
        year_ago = np.where(start >= 0, moved, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        repeats = ~(year_ago / (values[:, ends] - values[rows, ends - steps]) < REPEATS)
    run = (steps >= RUN_STEPS) & (signs[:, 0] != 0) & np.isfinite(signs[:, 0])
    run &= ~(seasonal & (steps < YEAR - 1) & repeats)
    return np.where(run, np.nan_to_num(signs[:, 0]), 0).astype(np.int_), steps


def _run_size(values: Floats, steps: Ints) -> Floats:
    """p, change, interval and base of an unbroken run, from its own months: what came before went another way."""
    start = values.shape[1] - 1 - steps
    own = np.where(np.arange(values.shape[1]) >= start[:, None], values, np.nan)
    _, variance = kendall_score(own)
    slopes = sen_slopes(own)
    slope = middle_of(slopes, np.isfinite(slopes).sum(axis=1))
    low, high = sen_interval(slopes, variance)
    base = np.take_along_axis(values, start[:, None], axis=1)[:, 0]
    return np.stack([2 * 0.5**steps, slope * YEAR, low * YEAR, high * YEAR, base])


def _steps(values: Floats, seasonal: Flags, points: Ints) -> tuple[Ints, Floats, Floats]:
    """Position, evidence and size of a step within the last twelve months; position 0 when there is none.

    In the first two years of a KPI with a season half of a year looks like a level of its own: there, a step needs a
    full year without one before it. Later, the differences from the same months of the year before are looked at too.
    """
    n = values.shape[1]
    place, won, size = np.zeros(len(values), dtype=np.int_), np.zeros(len(values)), np.zeros(len(values))
    rows = np.flatnonzero(points >= YEAR)
    if not len(rows):
        return place, won, size
    begins = np.isfinite(values).argmax(axis=1)
    young = seasonal & (points < 2 * YEAR)
    start, margin = last_step(values[rows])
    late = (start > 0) & (start >= n - YEAR) & ~(young[rows] & (start - begins[rows] < YEAR)) & (margin > 0)
    at = rows[late]
    place[at], won[at], size[at] = start[late], margin[late], _jump(values[at], start[late])
    rows = np.flatnonzero(seasonal & (points >= 2 * YEAR))
    if len(rows):
        yearly = values[rows, YEAR:] - values[rows, :-YEAR]
        start, margin = last_step(yearly)
        late = (start > 0) & (start + YEAR >= n - YEAR) & (margin > won[rows])
        late[late] = ~_is_echo(values[rows[late]], start[late] + YEAR)
        at = rows[late]
        place[at], won[at], size[at] = start[late] + YEAR, margin[late], _jump(yearly[late], start[late])
    return place, won, size


def _jump(values: Floats, start: Ints) -> Floats:
    """From the median of the year before ``start`` to the median since."""
    month = np.arange(values.shape[1])
    since = month >= start[:, None]
    before = ~since & (month >= start[:, None] - YEAR)
    return order_median(np.where(since, values, np.nan)) - order_median(np.where(before, values, np.nan))


def _is_echo(values: Floats, at: Ints) -> Flags:
    """Whether a jump in year-on-year differences comes from the year before: there the level itself jumped more."""

    def level(first: Ints) -> Floats:
        places = first[:, None] + np.arange(3)
        inside = (places >= 0) & (places < values.shape[1])
        held = np.take_along_axis(values, np.clip(places, 0, values.shape[1] - 1), axis=1)
        return order_median(np.where(inside, held, np.nan))

    def jump(month: Ints) -> Floats:
        return np.abs(level(month) - level(month - 3))

    return jump(at - YEAR) > jump(at)
