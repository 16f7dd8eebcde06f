"""Which months make which limits, and what every month is against them: for many series at once.

A phase is the stretch of months that share limits: the whole series, or from one rebase to the next. Within it the
baseline is all months, its first ones, or those of a span, if the card freezes it; and after a confirmed step the
months before it, unless there are too few: limits over both sides of a step describe neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import Baseline
from saypro_analysis.order import SAME
from saypro_analysis.rules import RULES, label_points
from saypro_analysis.xmr import limit_lines

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.intp]

SETTLED = 12  # fewest values before a step that make limits of their own: NHSRplotthedots' least for a fixed baseline
TWO_IN_THREE, TREND = RULES.index("two in three"), RULES.index("trend")


@dataclass(frozen=True, kw_only=True)
class Phases:
    """For a table of series by month: the number of the phase, whether the month makes its limits; screening."""

    number: Counts
    base: Flags
    screen: Flags


@dataclass(frozen=True, kw_only=True)
class Points:
    """For a table of series by month: the limits that hold there (NaN: none), and the rule and direction of the value.

    ``rule`` is a code of ``RULES``, ``direction`` 1 for high or rising, -1 for low or falling; 0 is neither.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    points: Counts
    rule: npt.NDArray[np.int8]
    direction: npt.NDArray[np.int8]
    seasonal: Flags  # (k,): whether the limits follow a season


def find_phases(values: Floats, months: pd.PeriodIndex, baselines: Sequence[Baseline]) -> Phases:
    """The phases of each series (a row), by its baseline as the card gives it."""
    number, base = np.zeros(values.shape, dtype=np.intp), np.isfinite(values)
    for at, baseline in enumerate(baselines):
        if baseline.rebase or baseline.points or baseline.first:
            number[at], base[at] = _phases_of(values[at], months, baseline)
    return Phases(number=number, base=base, screen=np.array([baseline.screen for baseline in baselines], dtype=bool))


def freeze_before(phases: Phases, values: Floats, step: Counts) -> Phases:
    """The phases with the baseline of a stepped series frozen before the step (``step``: position, 0 where none).

    Only where at least twelve values of the step's own phase lie before it, and the card freezes nothing itself.
    """
    before = np.arange(values.shape[1]) < step[:, None]
    same = phases.number == np.take_along_axis(phases.number, step[:, None], axis=1)
    frozen = (~phases.base & np.isfinite(values) & same).any(axis=1)
    enough = (phases.base & same & before).sum(axis=1) >= SETTLED
    rows = (step > 0) & enough & ~frozen
    base = np.where(rows[:, None] & same, phases.base & before, phases.base)
    return Phases(number=phases.number, base=base, screen=phases.screen)


def label_phases(values: Floats, phases: Phases, *, compatible: bool = False) -> Points:
    """Limits and labels of every month of every series."""
    shape = values.shape
    lines = np.full((4, *shape), np.nan)
    points = np.zeros(shape, dtype=np.intp)
    rule, direction = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)
    for number in range(int(phases.number.max(initial=-1)) + 1):
        here = phases.number == number
        own = np.where(here, values, np.nan)
        made = limit_lines(np.where(phases.base, own, np.nan), screen=phases.screen, compatible=compatible)
        found, way = label_points(own, made.mean, made.lower, made.upper, tolerance=0.0 if compatible else SAME)
        lines = np.where(here, np.stack([made.mean, made.lower, made.upper, made.sigma])[..., None], lines)
        points, rule, direction = (
            np.where(here, new, old)
            for new, old in ((made.points[:, None], points), (found, rule), (way, direction))
        )  # fmt: skip
    mean, lower, upper, sigma = lines
    return Points(
        mean=mean, lower=lower, upper=upper, sigma=sigma, points=points, rule=rule, direction=direction,
        seasonal=np.zeros(shape[0], dtype=bool),
    )  # fmt: skip


def signal_start(rule: npt.NDArray[np.int8], direction: npt.NDArray[np.int8], apart: Floats) -> Counts:
    """Position of the first month of the signal that the latest month of each series belongs to; -1 where none.

    It reaches back over months with the same direction. The middle of "two in three" need not be flagged itself. A rise
    or fall begins with the first month that rose or fell: the point before it is the last good one, though the
    rule flags it with the others. ``apart``: how far each month is from its mean; NaN in another phase than the latest.
    """
    last = rule.shape[1] - 1
    at = np.where(rule[:, last] != 0, last, -1)
    rows = np.flatnonzero(at > 0)
    while len(rows):
        here = at[rows]
        skips = (rule[rows, here] == TWO_IN_THREE) & (rule[rows, here - 1] == 0)
        target = here - np.where(skips, 2, 1)
        back = np.maximum(target, 0)
        goes_on = (target >= 0) & (rule[rows, back] != 0) & (direction[rows, back] == direction[rows, last])
        rows, back = rows[goes_on], back[goes_on]
        at[rows] = back
        rows = rows[back > 0]
    every = np.arange(len(at))
    moved = np.sign(apart[every, at] - apart[every, np.maximum(at - 1, 0)])
    turns = (at >= 0) & (at < last) & (rule[every, at] == TREND) & (moved != direction[every, at])
    return np.asarray(at + turns)


def _phases_of(values: Floats, months: pd.PeriodIndex, baseline: Baseline) -> tuple[Counts, Flags]:
    """Phase and baseline of one series whose card says more than "all months"."""
    number = np.zeros(len(values), dtype=np.intp)
    for rebase in baseline.rebase:
        number += np.asarray(months >= pd.Period(rebase.month, "M"))
    held = np.isfinite(values)
    base = held.copy()
    if baseline.first:
        span = np.asarray((months >= pd.Period(baseline.first, "M")) & (months <= pd.Period(baseline.last, "M")))
        for phase in np.unique(number[span]):
            base &= (number != phase) | span
    if baseline.points:
        for phase in range(int(number.max(initial=0)) + 1):
            base &= (number != phase) | (np.cumsum(held & (number == phase)) <= baseline.points)
    return number, base


def follow(points: Points, season: Floats) -> Points:
    """The points with limits that follow the season (k, n); the values were labelled without it."""
    lines = {name: getattr(points, name) + season for name in ("mean", "lower", "upper")}
    return replace(points, **lines, seasonal=(season != 0).any(axis=1))


def inside(points: Points, floor: Floats, ceiling: Floats) -> Points:
    """The points with limits that do not go beyond what is possible: no share above 100 %, no negative count."""
    return replace(points, lower=np.maximum(points.lower, floor), upper=np.minimum(points.upper, ceiling))
