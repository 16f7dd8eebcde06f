"""One verdict per KPI and month: the one engine of chart, table, sentence and file."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from saypro_analysis.columns import row
from saypro_analysis.fluctuation import Fluctuation
from saypro_analysis.gap import Gap
from saypro_analysis.judgement import Judgement, Progress, chart_points, judge_panel, panel_season
from saypro_analysis.kpi import DepartmentMonth, Kpi
from saypro_analysis.limits import Limits, signals
from saypro_analysis.outlook import Outlook, outlook_of
from saypro_analysis.panel import Panel, make_panel, month_panel, series
from saypro_analysis.severity import Severity
from saypro_analysis.trend import Trend, benjamini_hochberg
from saypro_analysis.trend_tests import weigh_trends
from saypro_analysis.year_end import YearEnd, natural_year, year_end_of, year_kind


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A rebase that the data propose: the process has held a new level since ``month``, for ``months`` months.

    ``before`` and ``after`` are the averages of the two levels, in the KPI's unit. Nothing is rebased by this; who
    knows the reason enters it in the params.
    """

    month: pd.Period
    months: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a KPI's month says.

    ``limits`` say whether the month is unusual; ``current`` are those of the process as it is now, by which its
    assurance is judged: the same, unless it has stepped (None: too few months since then). ``misses`` counts the
    months in a row that missed their target, up to this one, from ``missed_since`` on; a month without value or target
    ends the row. ``emerging``: not missed, but declining, stepped down, in a concerning signal, or fluctuating.
    ``at_risk``: met, but forecast to miss within three months. ``progress`` tells a missed KPI that recovers from one
    that does not. ``year`` is None where a fiscal year of the KPI makes no sense. ``flag_chance`` and ``swing_chance``
    are those that a KPI like this one, unchanged, is called unlike usual or fluctuating by chance.
    """

    kpi: Kpi
    month: pd.Period
    gap: Gap
    limits: Limits
    current: Limits | None
    trend: Trend
    fluctuation: Fluctuation
    misses: int
    missed_since: pd.Period | None
    emerging: bool
    progress: Progress
    at_risk: bool
    severity: Severity
    outlook: Outlook
    year: YearEnd | None
    flag_chance: float
    swing_chance: float
    proposal: Proposal | None


def judge(month: DepartmentMonth) -> tuple[Verdict, ...]:
    """The verdicts of all the department's KPIs at the month, in the order of the scorecard.

    Missed ones first, the largest gap relative to its target leading; then those at risk or emerging; then those met,
    the nearest to missing leading; then those without target or data; KPIs that only measure signs come last. Trends
    are declared with the false discovery rate held over all KPIs of the company's report (``month.trend_p``; Benjamini
    & Hochberg 1995). Nothing later than the month is looked at.
    """
    kpis = list(month.department.kpis.values())
    found = _judged(month, month_panel(month, kpis), month.trend_p)
    return tuple(sorted((verdict_at(found, at) for at in range(len(kpis))), key=_rank))


def judge_kpi(month: DepartmentMonth, kpi: Kpi) -> Verdict:
    """The verdict of a single KPI of this or another department, as in that department's own report."""
    return verdict_at(_judged(month, month_panel(month, [kpi]), month.trend_p), 0)


def judge_series(month: DepartmentMonth, kpi: Kpi, held: pd.DataFrame) -> Verdict:
    """The verdict of values that are judged like ``kpi``, such as one of its segments; ``held`` as from ``series``.

    Its trend is judged by itself. Values that have no target so far have none in the months ahead.
    """
    bound = held[["target", "target_upper"]].notna().to_numpy().any()
    return verdict_at(_judged(month, make_panel([kpi], [held], month.ahead if bound else None), {}), 0)


def points(verdict: Verdict, monthly: pd.DataFrame) -> pd.DataFrame:
    """The months behind a verdict, for its chart: the same limits and labels that the verdict rests on.

    Columns: month, value, target, target_upper, mean, lower, upper (the KPI's unit, NaN where there are none), and
    signal: common, improving, concerning, neutral, or missing where the month has no value.
    """
    return points_of(verdict, series(monthly, verdict.kpi, until=verdict.month))


def points_of(verdict: Verdict, held: pd.DataFrame) -> pd.DataFrame:
    """As ``points``, of the very values that were judged (``held`` as from ``series``)."""
    panel = make_panel([verdict.kpi], [held])
    trend = verdict.trend
    stepped = trend.verdict == "step change" and trend.since is not None
    step = np.array([panel.months.get_loc(trend.since) if stepped else 0])
    _, found = chart_points(panel, step, panel_season(panel))
    low, high = panel.low[:, -1:], panel.high[:, -1:]
    known = np.isfinite(found.sigma[0])  # an average of too few months is no line to compare with
    shown = {name: np.where(known, getattr(found, name)[0], np.nan) for name in ("mean", "lower", "upper")}
    values = {name: getattr(panel, name)[0] for name in ("value", "target", "target_upper")}
    signal = signals(panel.value, found, way=panel.way, low=low, high=high)[0]
    return pd.DataFrame({"month": panel.months, **values}).assign(
        **shown, signal=np.where(np.isfinite(panel.value[0]), signal, "missing")
    )


def _judged(month: DepartmentMonth, panel: Panel, family: Mapping[str, float]) -> Judgement:
    """The judgement of a panel in a month, its trends among those of the ``family`` of the report's tests."""
    evidence = weigh_trends(panel.value, seasonal=panel.seasonal)
    others = [p for key, p in family.items() if key not in {kpi.key for kpi in panel.kpis}]
    adjusted = benjamini_hochberg(np.concatenate([evidence.p, np.array(others, dtype=np.float64)]))
    measures = month.department.measures
    return judge_panel(
        panel, evidence, adjusted[: len(panel.kpis)], thresholds=month.company.thresholds,
        kinds=[year_kind(kpi, natural=natural_year(kpi, measures)) for kpi in panel.kpis],
        fiscal_year_start=month.company.fiscal_year_start,
    )  # fmt: skip


def verdict_at(found: Judgement, at: int) -> Verdict:
    """The verdict of one series of a judged panel."""
    gap, other, months = row(Gap, found.gap, at), found.other, found.panel.months
    misses, proposed = int(other["misses"][at]), int(other["proposed"][at])
    proposal = Proposal(
        month=months[proposed], months=int(other["proposed_months"][at]),
        before=float(other["proposed_before"][at]), after=float(other["proposed_after"][at]),
    ) if proposed else None  # fmt: skip
    return Verdict(
        kpi=found.panel.kpis[at],
        month=months[-1],
        gap=gap,
        severity=row(Severity, found.severity, at),
        limits=row(Limits, found.limits, at),
        current=row(Limits, found.current, at) if found.current_known[at] else None,
        trend=row(Trend, found.trend, at),
        fluctuation=row(Fluctuation, found.fluctuation, at),
        outlook=outlook_of(found.panel, found.outlook, at, missed=gap.status == "missed"),
        year=year_end_of(found.year, at),
        misses=misses,
        missed_since=months[-1] - (misses - 1) if misses else None,
        emerging=bool(other["emerging"][at]),
        at_risk=bool(other["at_risk"][at]),
        progress=other["progress"][at],
        flag_chance=float(other["flag_chance"][at]),
        swing_chance=float(other["swing_chance"][at]),
        proposal=proposal,
    )


def _rank(verdict: Verdict) -> tuple[bool, int, float, str]:
    gap = verdict.gap
    troubled = 0 if gap.status == "missed" else 1
    watched = verdict.emerging or verdict.at_risk
    place = troubled if troubled == 0 or watched else {"met": 2, "no target": 3}.get(gap.status, 4)
    nearest = gap.percent if gap.percent is not None else gap.size if gap.size is not None else 0.0
    return not verdict.kpi.scorecard, place, -nearest, verdict.kpi.id
