"""The process as it is now: from when on its level holds, its limits since then, and the rebase that it may propose."""

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt

from saypro_analysis.columns import Columns
from saypro_analysis.forecast import BASES, State
from saypro_analysis.limits import latest_limits
from saypro_analysis.order import mean_of
from saypro_analysis.panel import Panel
from saypro_analysis.phases import Phases, Points, follow, inside, label_phases
from saypro_analysis.ranks import Z90
from saypro_analysis.rules import RUN
from saypro_analysis.trend_tests import YEAR, TrendEvidence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int_]
Flags = npt.NDArray[np.bool_]

SUSTAINED = 8  # months at a new level from which new limits are proposed: one more than a shift takes
DRIFT = 0.05  # p below which a slope is taken out before a season is looked for, named as a trend or not
NEARBY = 3  # months between a step and a rebase that mean the same change


def current_limits(panel: Panel, phases: Phases, limits: Columns, step: Ints, season: Floats) -> tuple[Columns, Flags]:
    """The limits since the last step (``step``: its position, 0: none), and whether there is enough data for them.

    Without a step they are the limits of the verdict.
    """
    rows = np.flatnonzero(step > 0)
    known = np.ones(len(step), dtype=bool)
    if not len(rows):
        return limits, known
    begin = np.maximum(step, phase_start(phases))[rows]
    values = np.where(np.arange(panel.value.shape[1]) >= begin[:, None], panel.value[rows], np.nan)
    own = Phases(number=np.zeros(values.shape, dtype=np.intp), base=np.isfinite(values), screen=phases.screen[rows])
    floor, ceiling = panel.possible
    points = inside(follow(label_phases(values - season[rows], own), season[rows]), floor[rows], ceiling[rows])
    found = latest_limits(
        values, panel.months, own, points, way=panel.way[rows], low=panel.low[rows, -1], high=panel.high[rows, -1]
    )  # fmt: skip
    known[rows] = np.isfinite(found["sigma"])
    merged = {name: column.copy() for name, column in limits.items()}
    for name, column in found.items():
        merged[name][rows] = column
    return merged, known


def settle(limits: MutableMapping[str, npt.NDArray[Any]], current: Columns, known: Flags, trend: Columns) -> None:
    """Date a step's signal by the step, and judge assurance by the process as it is now.

    The best split of a series knows a step's month better than a run of labels, which may reach a chance point further
    back. A process that has too few months since the step for limits promises nothing.
    """
    for at in np.flatnonzero(trend["verdict"] == "step change"):
        if limits["since"][at] is not None:
            limits["since"][at] = max(limits["since"][at], trend["since"][at])
        limits["assurance"][at] = current["assurance"][at] if known[at] else "none"


def going_on(evidence: TrendEvidence, trend: Columns, significance: float) -> Flags:
    """Whether a trend goes on, so that a forecast follows it: what the tests say, however small or harmless it is.

    Not one that has only begun to show (fewer than twelve months), and not where a step explains it.
    """
    adjusted = np.nan_to_num(trend["adjusted_p"], nan=1.0)
    return np.asarray((adjusted < significance) & (trend["verdict"] != "step change") & (evidence.points >= YEAR))


def level_start(phases: Phases, points: Points, values: Floats, step: Ints) -> Ints:
    """Position of the first month of the present level: the step, else where a running shift began, else the phase.

    A shift is running while at least seven months up to the last lie on one side of the mean.
    """
    begin = phase_start(phases)
    side = np.nan_to_num(np.sign(values - points.mean))[:, ::-1]
    differs = side != side[:, :1]
    run = np.where(differs.any(axis=1), differs.argmax(axis=1), side.shape[1])
    shifted = (run >= RUN) & (side[:, 0] != 0) & (points.rule[:, -1] > 0)
    began = np.where(shifted, np.maximum(values.shape[1] - run, begin), begin)
    return np.where(step > 0, np.maximum(step, begin), began)


def phase_start(phases: Phases) -> Ints:
    """Position of the first month of the last phase of each series."""
    return np.asarray((phases.number == phases.number[:, -1:]).argmax(axis=1))


def process_state(
    panel: Panel,
    evidence: TrendEvidence,
    moving: Flags,
    current: Columns,
    limits: Columns,
    start: Ints,
    new: Flags,
    stepped: Flags,
) -> State:
    """What the forecast rests on; ``moving`` says whether a trend goes on, ``new`` whether the level is a new one."""
    sigma = known_or(current["sigma"], limits["sigma"])
    basis = np.where(moving, BASES.index("trend"), np.where(new, BASES.index("new level"), BASES.index("average")))
    error = (evidence.change_high - evidence.change_low) / (2 * Z90 * YEAR)
    return State(
        basis=np.where(np.isfinite(sigma), basis, 0),
        since=start,
        slope=np.where(moving, evidence.change / YEAR, 0.0),
        slope_error=np.where(moving, error, 0.0),
        drift=drift(evidence, stepped),
        sigma=sigma,
        season=panel.seasonal & (evidence.points >= 2 * YEAR) & (evidence.run == 0),  # a run is what no season does
        run=evidence.run != 0,
    )


def proposals(panel: Panel, phases: Phases, start: Ints, new: Flags, steady: Flags) -> Columns:
    """Where new limits are proposed: position (0: nowhere), months since, and the averages before and after.

    A level that has held for eight months, by a confirmed step or, of a KPI without a trend (``steady``), by a shift
    that goes on; unless the limits were rebased about then.
    """
    held = np.isfinite(panel.value)
    since = np.arange(held.shape[1]) >= start[:, None]
    phase = phases.number == phases.number[:, -1:]
    months = (held & since).sum(axis=1)
    fresh = (phases.number[:, -1] == 0) | (start - phase_start(phases) > NEARBY)
    before = mean_of(panel.value, held & phase & ~since)
    wanted = new & steady & fresh & (months >= SUSTAINED) & np.isfinite(before)
    return {
        "proposed": np.where(wanted, start, 0),
        "proposed_months": months,
        "proposed_before": before,
        "proposed_after": mean_of(panel.value, held & since),
    }


def running_misses(short: Floats) -> Ints:
    """How many months in a row missed, up to the last one; a month that is not known ends the row."""
    missed = (short > 0)[:, ::-1]
    return np.asarray(np.where(missed.all(axis=1), missed.shape[1], (~missed).argmax(axis=1)))


def drift(evidence: TrendEvidence, stepped: Flags) -> Floats:
    """Slope a month that is taken out before a season is looked for: whatever the test alone calls a trend."""
    with np.errstate(invalid="ignore"):
        moving = (evidence.p < DRIFT) & ~stepped
    return np.where(moving, evidence.drift / YEAR, 0.0)


def known_or(first: Floats, second: Floats) -> Floats:
    """The first where it is known, else the second."""
    return np.where(np.isfinite(first), first, second)
