"""Is a KPI getting better or worse? The verdict on trend and step change, from the tests of ``trend_tests``.

In simulation the tests keep their level at monthly lengths, where published ones raise three to six times as many
false alarms. A step replaces a trend that they found only on very strong evidence.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.columns import Columns, named, row
from saypro_analysis.gap import target_bounds, toward_range
from saypro_analysis.kpi import WAYS, Better
from saypro_analysis.limits import complete_months
from saypro_analysis.trend_tests import METHODS, YEAR, TrendEvidence, weigh_trends

Floats = npt.NDArray[np.float64]
TrendVerdict = Literal["improving", "declining", "stable", "step change", "insufficient"]
VERDICTS: tuple[TrendVerdict, ...] = get_args(TrendVerdict)

POSITIVE = 4.0  # difference in BIC that makes a step; 2 to 6 is "positive" evidence (Kass & Raftery 1995)
VERY_STRONG = 10.0  # difference in BIC that makes a step of what the test calls a trend (Kass & Raftery 1995)


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Where a KPI is heading.

    ``slope`` is per month, ``change`` over twelve months (of the interval ``change_low`` to ``change_high``, 90 %),
    both in the KPI's unit; ``change_percent`` is the change as a share (0.1 is 10 %) of the level it started from,
    None when that is zero. ``p`` is of the ``method``'s test alone, ``adjusted_p`` with those of the other KPIs.
    ``since`` is the first month of the new level of a step, ``direction`` whether that is better. ``early``: there are
    fewer than twelve points, so that this is an early sign.
    """

    verdict: TrendVerdict
    direction: Literal["better", "worse", ""] = ""
    since: pd.Period | None = None
    slope: float | None = None
    change: float | None = None
    change_percent: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    p: float | None = None
    adjusted_p: float | None = None
    method: str = ""
    early: bool = False

    @property
    def worsening(self) -> bool:
        """Whether the KPI declines, or stepped to a worse level within the last twelve months."""
        return self.verdict == "declining" or self.direction == "worse"

    @property
    def bettering(self) -> bool:
        """Whether the KPI improves, or stepped to a better level within the last twelve months."""
        return self.verdict == "improving" or self.direction == "better"


def decide_trends(
    evidence: TrendEvidence,
    months: pd.PeriodIndex,
    *,
    way: npt.NDArray[np.int_],
    low: npt.ArrayLike = np.nan,
    high: npt.ArrayLike = np.nan,
    adjusted_p: npt.NDArray[np.float64] | None = None,
    significance: float = 0.05,
    materiality: npt.ArrayLike = 0.025,
) -> Columns:
    """The fields of ``Trend`` that the evidence supports, for each series; ``months`` name the positions.

    A trend is declared when its p (``adjusted_p`` where given) is below ``significance``, a step when it describes the
    series clearly better than a bend; either only when the change is at least ``materiality`` as a share of the level.
    ``way`` is 1 where up is better, -1 where down is, and 0 where the KPI should stay between ``low`` and ``high``:
    there a change is better when it leads towards the range, worse when it leads away or, within a year, out of it.
    """
    known = np.isfinite(evidence.p)
    p = evidence.p if adjusted_p is None else adjusted_p
    ahead = toward_range(evidence.level, low, high)
    ahead = np.where(ahead == 0, toward_range(evidence.level + evidence.change, low, high), ahead)
    good = np.where(way == 0, ahead, way)
    floor = np.asarray(materiality) * np.abs(evidence.base)
    with np.errstate(invalid="ignore"):
        moving = known & (p < significance) & (np.abs(evidence.change) >= floor) & (evidence.sign != 0)
        clear = evidence.step_margin >= np.where(moving, VERY_STRONG, POSITIVE)
        step = known & (evidence.step > 0) & clear & (np.abs(evidence.step_size) >= floor)
    toward = evidence.sign * good
    side = np.sign(evidence.step_size * good)
    code = np.select([~known, step, moving & (toward > 0), moving & (toward < 0)], [4, 3, 0, 1], 2)
    base = np.where(evidence.base != 0, np.abs(evidence.base), np.nan)
    names = np.array([*months, None], dtype=object)
    return {
        "verdict": named(VERDICTS, code),
        "direction": named(("worse", "", "better"), np.where(step, side, 0).astype(np.int_) + 1),
        "since": names[np.where(step, evidence.step, -1)],
        "slope": evidence.change / YEAR,
        "change": evidence.change,
        "change_percent": evidence.change / base,
        "change_low": evidence.change_low,
        "change_high": evidence.change_high,
        "p": evidence.p,
        "adjusted_p": np.where(known, p, np.nan),
        "method": named(METHODS, evidence.method),
        "early": known & (evidence.points < YEAR),
    }


def measure_trend(
    values: "pd.Series[float]",
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    seasonal: bool = True,
    significance: float = 0.05,
    materiality: float = 0.025,
) -> Trend:
    """The trend verdict of one KPI on its own: ``weigh_trends``, then ``decide_trends``, which explains the settings.

    ``values`` has a monthly PeriodIndex; a missing month keeps its place. Raises ValueError when one is there twice.

    >>> months = pd.period_range("2025-01", periods=14, freq="M")
    >>> trend = measure_trend(pd.Series([100.0 - month for month in range(14)], index=months))
    >>> trend.verdict, trend.slope, trend.change, trend.method
    ('declining', -1.0, -12.0, 'Mann-Kendall')
    """
    series = complete_months(values)
    evidence = weigh_trends(np.asarray(series, dtype=np.float64)[None, :], seasonal=seasonal)
    low, high = target_bounds(target, target_upper, better=better)
    columns = decide_trends(
        evidence, pd.PeriodIndex(series.index, freq="M"), way=np.array([WAYS[better]]), low=low, high=high,
        significance=significance, materiality=materiality,
    )  # fmt: skip
    return row(Trend, columns, 0)


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjusted p-values that keep the share of false discoveries among all of them; NaN stays NaN.

    Source: Benjamini & Hochberg 1995.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw)  # NaN sorts last
    m = int(np.isfinite(raw).sum())
    adjusted = np.full(raw.shape, np.nan)
    scaled = raw[order[:m]] * m / np.arange(1, m + 1)
    adjusted[order[:m]] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
