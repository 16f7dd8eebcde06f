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
import pandas as pd

from saypro_analysis.limits import complete_months
from saypro_analysis.ranks import (
    carry_over,
    exact_kendall_p,
    inflate,
    kendall_score,
    kendall_z,
    normal_p,
    order_median,
    sen_interval,
    sen_slope,
    signed_rank,
    walsh_shift,
)
from saypro_analysis.steps import last_step

Floats = npt.NDArray[np.float64]

YEAR = 12
MIN_POINTS = 6  # exact Kendall reaches p = 0.017 with five in order at best: too few to call
MIN_PAIRS = 8  # same-month pairs out of 12 for a comparison year on year
RUN_STEPS = 7  # steps in one direction: p = 2 / 2^7 = 0.016 even for a random walk, whose steps are coin tosses
REPEATS = 0.5  # part of a run that the same months of last year may have shown before it is taken for the season


@dataclass(frozen=True, kw_only=True)
class TrendEvidence:
    """What the tests say of one series, before it is decided whether that is a trend."""

    p: float
    method: str
    sign: int  # of the trend: 1 rising
    slope: float
    change: float
    change_low: float
    change_high: float
    base: float  # the level that the change is relative to
    level: float  # median of the last three values
    points: int
    step: pd.Period | None
    step_size: float  # up is positive
    step_margin: float  # by how much (BIC) levels describe the series better than a bend


def weigh_trend(values: "pd.Series[float]", *, seasonal: bool = True) -> TrendEvidence | None:
    """The tests of one series (monthly PeriodIndex), or None when it has fewer than six values.

    ``seasonal=False`` says that months of a year are alike, so that all of them can be compared with each other.
    Raises ValueError when a month stands there twice. Sources: see ``ranks`` and ``steps``.

    >>> months = pd.period_range("2025-01", periods=8, freq="M")
    >>> evidence = weigh_trend(pd.Series([8.0, 7, 6, 5, 4, 3, 2, 1], index=months))
    >>> evidence.method, evidence.slope, round(evidence.p, 6)
    ('exact Kendall', -1.0, 5e-05)
    """
    series = complete_months(values)
    numbers = np.asarray(series, dtype=np.float64)
    held = numbers[np.isfinite(numbers)]
    if len(held) < MIN_POINTS:
        return None
    paired = _same_months(numbers) if seasonal and len(held) >= 2 * YEAR else numbers[:0]
    yearly = int(np.isfinite(paired).sum()) >= MIN_PAIRS
    p, method, sign = _year_on_year(paired) if yearly else _mann_kendall(numbers, len(held))
    run, steps = _unbroken(numbers, seasonal=seasonal)
    if run and 2 * 0.5**steps < p:
        p, method, sign = 2 * 0.5**steps, "unbroken run", run
    change, low, high = _yearly_shift(paired) if yearly else _line_change(numbers, len(held))
    before = np.where(np.isfinite(paired), numbers[-2 * YEAR : -YEAR], np.nan) if yearly else held
    at, margin, step_size = _step(numbers, seasonal=seasonal)
    return TrendEvidence(
        p=p,
        method=method,
        sign=sign,
        slope=change / YEAR,
        change=change,
        change_low=low,
        change_high=high,
        base=float(np.nanmean(before) if yearly else np.median(held)),
        level=float(np.median(held[-3:])),
        points=len(held),
        step=series.index[at] if at else None,
        step_size=step_size,
        step_margin=margin,
    )


def _same_months(numbers: Floats) -> Floats:
    """Differences of the last twelve months from the same months of the year before."""
    return numbers[-YEAR:] - numbers[-2 * YEAR : -YEAR]


def _yearly_shift(paired: Floats) -> tuple[float, float, float]:
    shift, low, high = walsh_shift(paired, inflation=inflate(carry_over(paired)))
    return float(shift), float(low), float(high)


def _line_change(numbers: Floats, points: int) -> tuple[float, float, float]:
    """Twelve months of the Sen slope, with the interval."""
    wide = inflate(carry_over(numbers)) if points >= YEAR else 1.0
    low, high = sen_interval(numbers, inflation=wide)
    return float(sen_slope(numbers)) * YEAR, float(low) * YEAR, float(high) * YEAR


def _mann_kendall(numbers: Floats, points: int) -> tuple[float, str, int]:
    score, variance = kendall_score(numbers)
    sign = int(np.sign(score))
    if points >= YEAR:
        return float(normal_p(kendall_z(score, variance * inflate(carry_over(numbers))))), "Mann-Kendall", sign
    held = numbers[np.isfinite(numbers)]
    if len(np.unique(held)) == points:
        return exact_kendall_p(int(score), points), "exact Kendall", sign
    return float(normal_p(kendall_z(score, variance))), "Kendall with ties", sign


def _year_on_year(paired: Floats) -> tuple[float, str, int]:
    total, variance = signed_rank(paired)
    wide = float(variance * inflate(carry_over(paired)))
    p = float(normal_p(np.asarray(float(total) / np.sqrt(wide)))) if wide > 0 else 1.0
    return p, "year on year", int(np.sign(total))


def _unbroken(numbers: Floats, *, seasonal: bool) -> tuple[int, int]:
    """Direction and number of the steps of one direction that lead to the last month, when they are enough; else 0.

    A season can do that every year. So the same months a year before must have gone the other way, or less than half
    as far; where they are not held, nearly a whole year of steps has to go one way, which no season does.
    """
    signs = np.sign(np.diff(numbers))[::-1]
    steps = int((signs != signs[0]).argmax()) if np.any(signs != signs[0]) else len(signs)
    if steps < RUN_STEPS or signs[0] == 0 or not np.isfinite(signs[0]):
        return 0, steps
    if seasonal and steps < YEAR - 1:
        if len(numbers) <= steps + YEAR:
            return 0, steps
        now = numbers[-1] - numbers[-1 - steps]
        before = numbers[-1 - YEAR] - numbers[-1 - YEAR - steps]
        if not before / now < REPEATS:
            return 0, steps
    return int(signs[0]), steps


def _step(numbers: Floats, *, seasonal: bool) -> tuple[int, float, float]:
    """Position, evidence and size of a step within the last twelve months; position 0 when there is none.

    In the first two years of a KPI with a season half of a year looks like a level of its own: there, a step needs a
    full year without one before it.
    """
    found = (0, 0.0, 0.0)
    if np.isfinite(numbers).sum() < YEAR:
        return found
    candidates = [(0, numbers)]
    young = seasonal and np.isfinite(numbers).sum() < 2 * YEAR
    if seasonal and not young:
        candidates.append((YEAR, numbers[YEAR:] - numbers[:-YEAR]))
    for lost, series in candidates:
        place, won = last_step(series)
        start, margin = int(place), float(won)
        at = start + lost
        late = start > 0 and at >= len(numbers) - YEAR and not (young and start < YEAR)
        if not late or margin <= found[1] or (lost and _is_echo(numbers, at)):
            continue
        jump = order_median(series[start:]) - order_median(series[max(start - YEAR, 0) : start])
        found = (at, margin, float(jump))
    return found


def _is_echo(numbers: Floats, at: int) -> bool:
    """Whether a jump in year-on-year differences comes from the year before: there the level itself jumped more."""

    def jump(month: int) -> float:
        return abs(float(order_median(numbers[month : month + 3]) - order_median(numbers[max(month - 3, 0) : month])))

    return jump(at - YEAR) > jump(at)
