"""One verdict per KPI and month: gap, limits, trend, fluctuation; the one engine of chart, table, sentence and file."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from saypro_analysis.fluctuation import Fluctuation, measure_fluctuation
from saypro_analysis.gap import Gap, measure_gap, shortfalls
from saypro_analysis.kpi import DepartmentMonth, Kpi
from saypro_analysis.limits import ALL_MONTHS, Baseline, Limits, limit_points, process_limits
from saypro_analysis.trend import Trend, benjamini_hochberg, decide_trend
from saypro_analysis.trend_tests import TrendEvidence, weigh_trend

Progress = Literal["", "recovering", "no progress"]

#: A concerning signal and this many misses in a row mean "fail", whatever the limits: they still hold the months before
#: the change, and a page that says "will meet" beside "missed five months running" is not believed. An addition of
#: ours to NHSRplotthedots, whose assurance looks at limits and target alone (``process_limits`` keeps to that).
RUNNING_MISSES = 3

#: Fewest values before a change that make limits of their own: NHSRplotthedots' least for a fixed baseline.
SETTLED = 12

COLUMNS = ["value", "target", "target_upper", "numerator", "denominator"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a KPI's month says.

    ``misses`` counts the months in a row that missed their target, up to this one, from ``missed_since`` on; a month
    without value or target ends the row. ``emerging``: not missed, but declining, stepped down, in a concerning
    signal, or fluctuating. ``progress`` tells a missed KPI that recovers from one that does not.
    """

    kpi: Kpi
    month: pd.Period
    gap: Gap
    limits: Limits
    trend: Trend
    fluctuation: Fluctuation
    misses: int
    missed_since: pd.Period | None
    emerging: bool
    progress: Progress


def series(monthly: pd.DataFrame, kpi: Kpi | str, *, until: pd.Period | None = None) -> pd.DataFrame:
    """The totals of one KPI by month (index), every month from the first one held to the last, or to ``until``.

    ``kpi`` may be its key, ``department.kpi``. Columns: value, target, target_upper, numerator, denominator; a
    missing month is NaN. Raises ValueError when a month stands there twice.
    """
    department, name = (kpi.department, kpi.id) if isinstance(kpi, Kpi) else kpi.split(".", 1)
    rows = monthly[(monthly["department"] == department) & (monthly["kpi"] == name)]
    rows = rows[(rows["dimension"] == "") & (rows["segment"] == "")]
    if until is not None:
        rows = rows[rows["month"] <= until]
    twice = rows.loc[rows["month"].duplicated(), "month"]
    if len(twice):
        raise ValueError(f"{department}.{name}: {twice.iloc[0]} stands there twice")
    ends = [*rows["month"], *([] if until is None else [until])]
    months = pd.PeriodIndex(ends, freq="M")
    if ends:
        months = pd.period_range(min(ends), max(ends), freq="M", name="month")
    return rows.set_index("month")[COLUMNS].astype("float64").reindex(months)


def judge(month: DepartmentMonth) -> tuple[Verdict, ...]:
    """The verdicts of all the department's KPIs at the month, in the order of the scorecard.

    Missed ones first, the largest gap relative to its target leading; then emerging ones; then those met, the nearest
    to missing leading; then those without target or data; KPIs that only measure signs come last. Trends are declared
    with the false discovery rate held over the department (Benjamini & Hochberg 1995). Nothing later than the month is
    looked at.
    """
    kpis = list(month.department.kpis.values())
    held = [series(month.monthly, kpi, until=month.month) for kpi in kpis]
    tests = [weigh_trend(table["value"], seasonal=kpi.seasonal) for kpi, table in zip(kpis, held, strict=True)]
    adjusted = benjamini_hochberg([np.nan if evidence is None else evidence.p for evidence in tests])
    found = zip(kpis, held, tests, adjusted.tolist(), strict=True)
    verdicts = [_verdict(month, kpi, table, evidence, p) for kpi, table, evidence, p in found]
    return tuple(sorted(verdicts, key=_rank))


def judge_kpi(month: DepartmentMonth, kpi: Kpi) -> Verdict:
    """The verdict of a single KPI of this or another department, its trend judged by itself."""
    held = series(month.monthly, kpi, until=month.month)
    evidence = weigh_trend(held["value"], seasonal=kpi.seasonal)
    return _verdict(month, kpi, held, evidence, np.nan if evidence is None else evidence.p)


def settled_baseline(values: "pd.Series[float]", trend: Trend) -> Baseline:
    """The months that make the limits: those before a confirmed step, or before the year of a confirmed trend.

    Limits over both sides of a step describe neither: they lie between the two levels and call every earlier month
    unusual. Nothing is rebased: the months since then are judged by the process as it was. Without a confirmed change,
    or with fewer than ``SETTLED`` values before it, all months count (as in NHSRplotthedots).
    """
    start = trend.since if trend.verdict == "step change" else None
    if trend.verdict in ("declining", "improving") and len(values):
        start = values.index[-1] - 11
    before = int(values[values.index < start].notna().sum()) if start is not None else 0
    return Baseline(points=before) if before >= SETTLED else ALL_MONTHS


def points(verdict: Verdict, monthly: pd.DataFrame) -> pd.DataFrame:
    """The months behind a verdict, for its chart: the same limits and labels that the verdict rests on.

    Columns: month, value, target, target_upper, mean, lower, upper (the KPI's unit, NaN where there are none), and
    signal: common, improving, concerning, neutral, or missing where the month has no value.
    """
    held = series(monthly, verdict.kpi, until=verdict.month)
    gap = verdict.gap
    table = limit_points(
        held["value"],
        better=verdict.kpi.better,
        target=gap.target,
        target_upper=gap.target_upper,
        baseline=settled_baseline(held["value"], verdict.trend),
    )
    shown = held[["value", "target", "target_upper"]].join(table[["mean", "lower", "upper", "signal"]])
    if verdict.limits.sigma is None:
        shown[["mean", "lower", "upper"]] = np.nan
    shown["signal"] = shown["signal"].where(shown["value"].notna(), "missing")
    return shown.rename_axis("month").reset_index()


def _verdict(
    month: DepartmentMonth, kpi: Kpi, held: pd.DataFrame, evidence: TrendEvidence | None, adjusted_p: float
) -> Verdict:
    latest = held.iloc[-1] if len(held) else pd.Series(np.nan, index=COLUMNS)
    gap = measure_gap(latest["value"], latest["target"], target_upper=latest["target_upper"], better=kpi.better)
    trend = _trend(month, kpi, evidence, gap, adjusted_p)
    limits = process_limits(
        held["value"],
        better=kpi.better,
        target=gap.target,
        target_upper=gap.target_upper,
        baseline=settled_baseline(held["value"], trend),
    )
    short = pd.Series(
        shortfalls(held["value"], held["target"], held["target_upper"], better=kpi.better), index=held.index
    )
    amber = month.company.thresholds.amber if kpi.amber is None else kpi.amber
    fluctuation = measure_fluctuation(held["value"], trend=trend, short=short, target=gap.target, tolerance=amber)
    misses = _misses(short)
    if trend.since is not None and limits.since is not None:
        # A step is dated by the best split of the whole series; a run of labels may reach a chance point further back.
        limits = replace(limits, since=max(limits.since, trend.since))
    if limits.variation == "concerning" and misses >= RUNNING_MISSES and limits.assurance != "none":
        limits = replace(limits, assurance="fail")
    troubled = trend.worsening or limits.variation == "concerning" or fluctuation.fluctuating
    return Verdict(
        kpi=kpi,
        month=month.month,
        gap=gap,
        limits=limits,
        trend=trend,
        fluctuation=fluctuation,
        misses=misses,
        missed_since=month.month - (misses - 1) if misses else None,
        emerging=gap.status in ("met", "no target") and troubled,
        progress=_progress(gap, limits, trend),
    )


def _trend(month: DepartmentMonth, kpi: Kpi, evidence: TrendEvidence | None, gap: Gap, adjusted_p: float) -> Trend:
    limit = month.company.thresholds
    return decide_trend(
        evidence,
        better=kpi.better,
        target=gap.target,
        target_upper=gap.target_upper,
        adjusted_p=adjusted_p,
        significance=limit.significance,
        materiality=limit.materiality if kpi.materiality is None else kpi.materiality,
    )


def _misses(short: "pd.Series[float]") -> int:
    missed = (short > 0).to_numpy()[::-1]
    return int(missed.argmin()) if not missed.all() else len(missed)


def _progress(gap: Gap, limits: Limits, trend: Trend) -> Progress:
    """A missed KPI recovers when its trend, its last step or the process itself is on the way to the better."""
    if gap.status != "missed":
        return ""
    better = trend.bettering or limits.variation == "improving"
    return "recovering" if better and not trend.worsening else "no progress"


def _rank(verdict: Verdict) -> tuple[bool, int, float, str]:
    gap = verdict.gap
    troubled = 0 if gap.status == "missed" else 1
    place = troubled if troubled == 0 or verdict.emerging else {"met": 2, "no target": 3}.get(gap.status, 4)
    nearest = gap.percent if gap.percent is not None else gap.size if gap.size is not None else 0.0
    return not verdict.kpi.scorecard, place, -nearest, verdict.kpi.id
