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

    ``limits`` say whether the month is unusual; ``current`` are those of the process as it is now, by which its
    assurance is judged: the same, unless it has stepped (None: too few months since then). ``misses`` counts the
    months in a row that missed their target, up to this one, from ``missed_since`` on; a month without value or target
    ends the row. ``emerging``: not missed, but declining, stepped down, in a concerning signal, or fluctuating.
    ``progress`` tells a missed KPI that recovers from one that does not.
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
    return judge_series(month, kpi, series(month.monthly, kpi, until=month.month))


def judge_series(month: DepartmentMonth, kpi: Kpi, held: pd.DataFrame) -> Verdict:
    """The verdict of values that are judged like ``kpi``, such as one of its segments; ``held`` as from ``series``."""
    evidence = weigh_trend(held["value"], seasonal=kpi.seasonal)
    return _verdict(month, kpi, held, evidence, np.nan if evidence is None else evidence.p)


def settled_baseline(values: "pd.Series[float]", trend: Trend) -> Baseline:
    """The months that make the limits: those before a confirmed step, else all (as in NHSRplotthedots).

    Limits over both sides of a step describe neither: they lie between the two levels and call every earlier month
    unusual. Nothing is rebased: the months since then are judged by the process as it was. With fewer than ``SETTLED``
    values before the step all months count.
    """
    if trend.verdict != "step change" or trend.since is None:
        return ALL_MONTHS
    before = int(values[values.index < trend.since].notna().sum())
    return Baseline(points=before) if before >= SETTLED else ALL_MONTHS


def points(verdict: Verdict, monthly: pd.DataFrame) -> pd.DataFrame:
    """The months behind a verdict, for its chart: the same limits and labels that the verdict rests on.

    Columns: month, value, target, target_upper, mean, lower, upper (the KPI's unit, NaN where there are none), and
    signal: common, improving, concerning, neutral, or missing where the month has no value.
    """
    return points_of(verdict, series(monthly, verdict.kpi, until=verdict.month))


def points_of(verdict: Verdict, held: pd.DataFrame) -> pd.DataFrame:
    """As ``points``, of the very values that were judged (``held`` as from ``series``)."""
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
    limits, current = _limits(held["value"], kpi, gap, trend)
    short = pd.Series(
        shortfalls(held["value"], held["target"], held["target_upper"], better=kpi.better), index=held.index
    )
    amber = month.company.thresholds.amber if kpi.amber is None else kpi.amber
    fluctuation = measure_fluctuation(held["value"], trend=trend, short=short, target=gap.target, tolerance=amber)
    misses = _misses(short)
    if limits.variation == "concerning" and misses >= RUNNING_MISSES:
        limits = replace(limits, assurance="fail")
    troubled = trend.worsening or limits.variation == "concerning" or fluctuation.fluctuating
    return Verdict(
        kpi=kpi,
        month=month.month,
        gap=gap,
        limits=limits,
        current=current,
        trend=trend,
        fluctuation=fluctuation,
        misses=misses,
        missed_since=month.month - (misses - 1) if misses else None,
        emerging=gap.status in ("met", "no target") and troubled,
        progress=_progress(gap, limits, trend),
    )


def _limits(values: "pd.Series[float]", kpi: Kpi, gap: Gap, trend: Trend) -> tuple[Limits, Limits | None]:
    """The limits that say whether the month is unusual, and those of the process as it is now, for the target.

    They differ after a step, whose month is also where the signal is dated: the best split of the series knows it
    better than a run of labels, which may reach a chance point further back. A process that has too few months since
    the step for limits promises nothing.
    """

    def limits_of(part: "pd.Series[float]", baseline: Baseline) -> Limits:
        return process_limits(
            part, better=kpi.better, target=gap.target, target_upper=gap.target_upper, baseline=baseline
        )

    limits = limits_of(values, settled_baseline(values, trend))
    if trend.verdict != "step change" or trend.since is None:
        return limits, limits
    current = limits_of(values[values.index >= trend.since], ALL_MONTHS)
    since = max(limits.since, trend.since) if limits.since is not None else None
    known = current if current.sigma is not None else None
    return replace(limits, since=since, assurance=known.assurance if known else "none"), known


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
    worse = trend.worsening or limits.variation == "concerning"
    return "recovering" if better and not worse else "no progress"


def _rank(verdict: Verdict) -> tuple[bool, int, float, str]:
    gap = verdict.gap
    troubled = 0 if gap.status == "missed" else 1
    place = troubled if troubled == 0 or verdict.emerging else {"met": 2, "no target": 3}.get(gap.status, 4)
    nearest = gap.percent if gap.percent is not None else gap.size if gap.size is not None else 0.0
    return not verdict.kpi.scorecard, place, -nearest, verdict.kpi.id
