"""What the next months bring if the process goes on as it is: forecast, interval, chance of meeting the target."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.forecast import BASES, Basis, Forecast, interval
from saypro_analysis.gap import short_of
from saypro_analysis.order import normal_chance
from saypro_analysis.panel import Panel

Floats = npt.NDArray[np.float64]

AHEAD = 3  # months that the outlook tells
EVEN = 0.5  # chance from which a target is more likely met
PRIOR = 4  # months that the normal curve weighs against up to twelve held: by itself it is too sure of itself


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One coming month, in the KPI's unit: the forecast with its 90 % interval, and the target it meets or not.

    ``chance`` is that of meeting the target, from 0 to 1; None where no target is set for the month.
    """

    month: pd.Period
    value: float
    low: float
    high: float
    target: float | None = None
    target_upper: float | None = None
    chance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The next three months, in order; none where there is too little data.

    ``basis`` is what is carried forward: the average, the level since the last step, or the trend. ``seasonal``:
    what last year's months had in common with the year before is in it. ``recovers`` is the first month within a year
    whose forecast meets its target, more likely than not, of a KPI that misses now; None: none does, or it does not
    miss.
    """

    months: tuple[Expected, ...] = ()
    basis: Basis = ""
    seasonal: bool = False
    recovers: pd.Period | None = None


@dataclass(frozen=True, kw_only=True)
class Outlooks:
    """The outlook of each series of a panel: arrays of twelve months (k, 12).

    ``chance`` is of the first three months, NaN where no target is known; ``meets`` and ``misses`` say whether the
    forecast itself meets the target. ``value``, ``low`` and ``high`` lie inside what is possible for the KPI.
    ``now`` (k,) is the chance that a month like the coming one meets the latest target.
    """

    forecast: Forecast
    value: Floats
    low: Floats
    high: Floats
    chance: Floats
    meets: npt.NDArray[np.bool_]
    now: Floats
    basis: npt.NDArray[np.int_]


def look_ahead(panel: Panel, made: Forecast, basis: npt.NDArray[np.int_]) -> Outlooks:
    """Chances and intervals of the forecasts, inside what is possible for each KPI."""
    floor, ceiling = panel.possible
    held = _inside(made.value, floor, ceiling)
    low, high = (_inside(bound, floor, ceiling) for bound in interval(made))
    short = short_of(held, panel.ahead_low, panel.ahead_high)
    soon = slice(0, AHEAD)
    chance = hit_chance(
        made.value[:, soon], made.noise[:, soon], made.recent, panel.ahead_low[:, soon], panel.ahead_high[:, soon]
    )  # fmt: skip
    latest = [
        bound[:, -1:] if bound.shape[1] else np.full((len(bound), 1), np.nan) for bound in (panel.low, panel.high)
    ]
    now = hit_chance(made.value[:, :1], made.noise[:, :1], made.recent, *latest)[:, 0]
    return Outlooks(
        forecast=made, value=held, low=low, high=high, chance=chance, meets=short <= 0, now=now, basis=basis
    )  # fmt: skip


def hit_chance(value: Floats, noise: Floats, recent: Floats, low: Floats, high: Floats) -> Floats:
    """Chance that months with these forecasts meet targets from ``low`` to ``high`` (NaN: open), all (k, m).

    (h + 4 p) / (n + 4): p is that of the normal curve; h of the last n <= 12 months would have met the target, had
    they been off from this forecast by as much as they were from theirs (``recent``, in standard deviations).
    Source: a beta prior of weight four around the curve, which alone is too sure of itself for unsteady series.
    """
    bounded = np.isfinite(low) | np.isfinite(high)
    below, above = (np.where(np.isnan(bound), sign * np.inf, bound) for bound, sign in ((low, -1), (high, 1)))
    spread = np.where(noise > 0, noise, 1.0)
    curve = np.maximum(normal_chance((above - value) / spread) - normal_chance((below - value) / spread), 0.0)
    curve = np.where(noise > 0, curve, short_of(value, low, high) <= 0)
    like = value[:, :, None] + spread[:, :, None] * recent[:, None, :]
    hits = (short_of(like, low[:, :, None], high[:, :, None]) <= 0).sum(axis=2)
    held = np.isfinite(recent).sum(axis=1)[:, None]
    return np.where(bounded & np.isfinite(value), (hits + PRIOR * curve) / (held + PRIOR), np.nan)


def outlook_of(panel: Panel, found: Outlooks, at: int, *, missed: bool) -> Outlook:
    """The outlook of one series of the panel."""
    if found.basis[at] == 0 or not len(panel.months):
        return Outlook()
    last = panel.months[-1]
    parts = [found.value, found.low, found.high, panel.ahead, panel.ahead_upper, found.chance]
    months = []
    for step in range(AHEAD):
        value, low, high, target, upper, chance = (float(part[at, step]) for part in parts)
        months.append(
            Expected(
                month=last + step + 1,
                value=value,
                low=low,
                high=high,
                target=_known(target),
                target_upper=_known(upper),
                chance=_known(chance),
            )
        )
    likely = found.meets[at].copy()
    likely[:AHEAD] &= found.chance[at] >= EVEN
    again = np.flatnonzero(likely & missed)
    return Outlook(
        months=tuple(months),
        basis=BASES[found.basis[at]],
        seasonal=bool(found.forecast.seasonal[at]),
        recovers=last + int(again[0]) + 1 if len(again) else None,
    )


def _inside(numbers: Floats, floor: Floats, ceiling: Floats) -> Floats:
    return np.clip(numbers, floor, ceiling)


def _known(number: float) -> float | None:
    return number if np.isfinite(number) else None
