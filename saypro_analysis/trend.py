"""Is a KPI getting better or worse? The verdict on trend and step change, from the tests of ``trend_tests``.

In simulation the tests keep their level at monthly lengths, where published ones raise three to six times as many
false alarms. A step replaces a trend that they found only on very strong evidence.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.gap import toward_range
from saypro_analysis.kpi import Better
from saypro_analysis.trend_tests import YEAR, TrendEvidence, weigh_trend

Floats = npt.NDArray[np.float64]
TrendVerdict = Literal["improving", "declining", "stable", "step change", "insufficient"]

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


def decide_trend(
    evidence: TrendEvidence | None,
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    adjusted_p: float | None = None,
    significance: float = 0.05,
    materiality: float = 0.025,
) -> Trend:
    """The verdict that the evidence supports.

    A trend is declared when its p (``adjusted_p`` where given) is below ``significance``, a step when it describes the
    series clearly better than a bend; either only when the change is at least ``materiality`` as a share of the level.
    Where the KPI should stay ``inside`` a range, a change is better when it leads towards the range, worse when it
    leads away or, within a year, out of it.
    """
    if evidence is None:
        return Trend(verdict="insufficient", method="too few points")
    p = evidence.p if adjusted_p is None else adjusted_p
    good = _good_way(evidence, better, target, target_upper)
    floor = materiality * abs(evidence.base)
    rising = p < significance and abs(evidence.change) >= floor and evidence.sign != 0
    clear = evidence.step_margin >= (VERY_STRONG if rising else POSITIVE)
    step = evidence.step is not None and clear and abs(evidence.step_size) >= floor
    verdict: TrendVerdict = "stable"
    if step:
        verdict = "step change"
    elif rising and good:
        verdict = "improving" if evidence.sign * good > 0 else "declining"
    side = evidence.step_size * good
    return Trend(
        verdict=verdict,
        direction="" if not step or side == 0 else "better" if side > 0 else "worse",
        since=evidence.step if step else None,
        slope=evidence.slope,
        change=evidence.change,
        change_percent=evidence.change / abs(evidence.base) if evidence.base else None,
        change_low=evidence.change_low,
        change_high=evidence.change_high,
        p=evidence.p,
        adjusted_p=p,
        method=evidence.method,
        early=evidence.points < YEAR,
    )


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
    """The trend verdict of one KPI on its own: ``weigh_trend``, then ``decide_trend``, which explains the settings.

    ``values`` has a monthly PeriodIndex; a missing month keeps its place. Raises ValueError when one is there twice.

    >>> months = pd.period_range("2025-01", periods=14, freq="M")
    >>> trend = measure_trend(pd.Series([100.0 - month for month in range(14)], index=months))
    >>> trend.verdict, trend.slope, trend.change, trend.method
    ('declining', -1.0, -12.0, 'Mann-Kendall')
    """
    return decide_trend(
        weigh_trend(values, seasonal=seasonal),
        better=better,
        target=target,
        target_upper=target_upper,
        significance=significance,
        materiality=materiality,
    )


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


def _good_way(evidence: TrendEvidence, better: Better, low: float | None, high: float | None) -> int:
    if better != "inside":
        return 1 if better == "higher" else -1
    return toward_range(evidence.level, low, high) or toward_range(evidence.level + evidence.change, low, high)
