"""The whole verdict of many series at once: computed once, read by every chart, table, sentence and file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.columns import Columns, named
from saypro_analysis.false_alarms import flag_chance, swing_chance
from saypro_analysis.fluctuation import measure_fluctuations
from saypro_analysis.forecast import forecast
from saypro_analysis.gap import measure_gaps, short_of
from saypro_analysis.kpi import Kpi, Thresholds
from saypro_analysis.limits import latest_limits
from saypro_analysis.outlook import EVEN, PRIOR, Outlooks, look_ahead
from saypro_analysis.panel import Panel
from saypro_analysis.phases import Phases, Points, find_phases, follow, freeze_before, inside, label_phases
from saypro_analysis.process import (
    current_limits,
    going_on,
    known_or,
    level_start,
    phase_start,
    process_state,
    proposals,
    running_misses,
    settle,
)
from saypro_analysis.season import lasting_season
from saypro_analysis.severity import measure_severity
from saypro_analysis.trend import decide_trends
from saypro_analysis.trend_tests import YEAR, TrendEvidence
from saypro_analysis.year_end import Kind, year_ends

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Progress = Literal["", "recovering", "no progress"]

PROGRESS: tuple[Progress, ...] = get_args(Progress)
#: A concerning signal and this many misses in a row mean "fail" where the next one is likely, too: the limits still
#: hold the months before the change, and a page that says "will meet" beside "missed five months running" is not
#: believed. An addition of ours to NHSRplotthedots, whose assurance looks at limits and target alone, as
#: ``process_limits`` does.
RUNNING_MISSES = 3
#: What severity's direction counts for a KPI that gets worse, better, fluctuates, or does none of these.
WORSE, BETTER, SWINGING, STEADY = 1.0, 0.0, 0.5, 0.25


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdicts of a panel: the fields of each result as columns, one entry per series.

    ``current`` are the limits of the process as it is now, where ``current_known``. ``other`` has misses, emerging,
    at_risk, progress and the proposed rebase. ``short`` are the shortfalls of all months (k, n).
    """

    panel: Panel
    gap: Columns
    limits: Columns
    current: Columns
    current_known: npt.NDArray[np.bool_]
    trend: Columns
    fluctuation: Columns
    severity: Columns
    outlook: Outlooks
    year: Columns
    other: Columns
    short: Floats


def judge_panel(
    panel: Panel,
    evidence: TrendEvidence,
    adjusted_p: Floats,
    *,
    thresholds: Thresholds,
    kinds: Sequence[Kind | None],
    fiscal_year_start: int,
) -> Judgement:
    """Judge every series of a panel that has at least one month.

    ``evidence`` and ``adjusted_p`` are those of its trend tests; ``kinds`` says what a year of each series is.
    """
    cards, values, low, high = panel.kpis, panel.value, panel.low[:, -1], panel.high[:, -1]
    gap = measure_gaps(values[:, -1], panel.target[:, -1], panel.target_upper[:, -1], low, high)
    short = short_of(values, panel.low, panel.high)
    trend = decide_trends(
        evidence, panel.months, way=panel.way, low=low, high=high, adjusted_p=adjusted_p,
        significance=thresholds.significance, materiality=_of_cards(cards, "materiality", thresholds.materiality),
    )  # fmt: skip
    step = np.where(trend["verdict"] == "step change", evidence.step, 0)
    season = panel_season(panel)
    phases, points = chart_points(panel, step, season)
    limits = dict(latest_limits(values, panel.months, phases, points, way=panel.way, low=low, high=high))
    current, current_known = current_limits(panel, phases, limits, step, season)
    misses = running_misses(short)
    settle(limits, current, current_known, trend)
    fluctuation = measure_fluctuations(
        values, short, stable=trend["verdict"] == "stable", sigma=limits["sigma"], target=gap["target"],
        tolerance=_of_cards(cards, "amber", thresholds.amber),
    )  # fmt: skip
    start = level_start(phases, points, values, step)
    new = start > phase_start(phases)
    moving = going_on(evidence, trend, thresholds.significance)
    state = process_state(panel, evidence, moving, current, limits, start, new, step > 0)
    outlook = look_ahead(panel, forecast(values, state), state.basis)
    chance = _next_chance(outlook, short)
    failing = (limits["variation"] == "concerning") & (misses >= RUNNING_MISSES) & (chance < EVEN)
    limits["assurance"] = np.where(failing, "fail", limits["assurance"])
    emerging, progress, direction = _standing(gap, limits, trend, fluctuation)
    severity = measure_severity(
        gap["size"], cards=cards, actual=gap["actual"], target=np.where(panel.way == 0, np.nan, gap["target"]),
        percent=gap["percent"], sigma=state.sigma, short=short, chance=chance,
        direction=direction, red=thresholds.red,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        at_risk = (gap["status"] == "met") & (outlook.chance < EVEN).any(axis=1)
    rebase = proposals(panel, phases, start, new, (step > 0) | (trend["verdict"] == "stable"))
    side = np.where(panel.way > 0, limits["upper"], limits["lower"])
    year = year_ends(
        panel, np.array(kinds, dtype=object), outlook.forecast, outlook.basis, fiscal_year_start=fiscal_year_start,
        best=np.where(panel.way == 0, np.nan, side),
    )  # fmt: skip
    chances = {
        "flag_chance": flag_chance(limits["points"], outlook.forecast.carry),
        "swing_chance": np.where(fluctuation["material"], swing_chance(evidence.points), 0.0),
    }
    return Judgement(
        panel=panel, gap=gap, limits=limits, current=current, current_known=current_known, trend=trend,
        fluctuation=fluctuation, severity=severity, outlook=outlook, year=year, short=short,
        other={**rebase, **chances, "misses": misses, "at_risk": at_risk, "emerging": emerging, "progress": progress},
    )  # fmt: skip


def panel_season(panel: Panel) -> Floats:
    """The season that the limits of each series follow (k, n); 0 where there is none, or where limits are frozen."""
    cards = [card.seasonal and not (card.baseline.first or card.baseline.points) for card in panel.kpis]
    return lasting_season(panel.value, np.array(cards, dtype=bool))


def chart_points(panel: Panel, step: npt.NDArray[np.int_], season: Floats) -> tuple[Phases, Points]:
    """Phases, limits and labels of every month, with the limits of a stepped process frozen before its step."""
    baselines = [card.baseline for card in panel.kpis]
    phases = freeze_before(find_phases(panel.value, panel.months, baselines), panel.value, step)
    return phases, inside(follow(label_phases(panel.value - season, phases), season), *panel.possible)


def _standing(gap: Columns, limits: Columns, trend: Columns, fluctuation: Columns) -> tuple[Flags, Texts, Floats]:
    """Whether a KPI is an emerging problem, or a missed one that recovers, and its direction for the severity.

    A missed KPI recovers when its trend, its last step or the process itself is on the way to the better, and none of
    them to the worse.
    """
    missed, fine = gap["status"] == "missed", np.isin(gap["status"], ("met", "no target"))
    worse = (trend["verdict"] == "declining") | (trend["direction"] == "worse")
    better = (trend["verdict"] == "improving") | (trend["direction"] == "better")
    concerning, swinging = limits["variation"] == "concerning", fluctuation["fluctuating"]
    recovering = missed & (better | (limits["variation"] == "improving")) & ~(worse | concerning)
    progress = named(PROGRESS, np.select([recovering, missed], [1, 2], 0))
    # An early sign, of fewer than twelve months, counts no more than a swing.
    direction = np.select([worse & ~trend["early"], better, worse | swinging], [WORSE, BETTER, SWINGING], STEADY)
    return fine & (worse | concerning | swinging), progress, direction


def _next_chance(outlook: Outlooks, short: Floats) -> Floats:
    """Chance that next month meets the target; of a series too short for a forecast, by what its months did alone."""
    year = short[:, -YEAR:]
    held = np.isfinite(year).sum(axis=1)
    alone = ((year <= 0).sum(axis=1) + PRIOR / 2) / (held + PRIOR)
    return known_or(known_or(outlook.chance[:, 0], outlook.now), alone)


def _of_cards(cards: Sequence[Kpi], name: str, default: float) -> Floats:
    """A setting of each card, or the company's."""
    own = [getattr(card, name) for card in cards]
    return np.array([default if value is None else value for value in own], dtype=np.float64)
