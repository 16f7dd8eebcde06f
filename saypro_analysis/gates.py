"""What kind of answer a KPI in trouble needs, and how much is at stake."""

from collections.abc import Mapping

import numpy as np

from saypro_analysis.gap import shortfalls
from saypro_analysis.verdict import Verdict

#: Variation and assurance -> what kind of answer the KPI needs. Source: the actions that "Making Data Count" draws
#: from its two icons; without a target there is nothing to pass or fail, which reads as "hit or miss".
GATES: Mapping[tuple[str, str], str] = {
    ("improving", "pass"): "lock in",
    ("improving", "hit or miss"): "keep going",
    ("improving", "fail"): "on the way",
    ("common", "pass"): "leave alone",
    ("common", "hit or miss"): "ordinary variation",
    ("common", "fail"): "redesign",
    ("concerning", "pass"): "find the event",
    ("concerning", "hit or miss"): "investigate",
    ("concerning", "fail"): "escalate",
}


def gate(verdict: Verdict) -> str:
    """The kind of answer a KPI needs: by its variation and assurance, or by trend and fluctuation where these are calm.

    Process limits hardly see a slow decline or a swing inside them; a KPI that shows either is not left alone.
    """
    limits = verdict.limits
    if limits.sigma is None:
        return "too little data"
    variation = "common" if limits.variation in ("neutral", "insufficient") else limits.variation
    assurance = "hit or miss" if limits.assurance == "none" else limits.assurance
    key = GATES[variation, assurance]
    if key in ("leave alone", "ordinary variation") and verdict.fluctuation.fluctuating:
        return "reduce variation"
    if key in ("leave alone", "ordinary variation") and verdict.trend.worsening:
        return "find the event" if key == "leave alone" else "investigate"
    return key


def stake(verdict: Verdict) -> float:
    """What there is to win, in the KPI's unit: the gap; where there is none yet, what the trouble costs so far.

    For a KPI at risk that is the largest shortfall forecast, for one that gets worse its 12-month change, for one in a
    signal the distance from its mean, for one that fluctuates its sigma.
    """
    gap, trend, limits = verdict.gap, verdict.trend, verdict.limits
    if gap.status == "missed":
        return gap.size or 0.0
    if verdict.at_risk:
        return _forecast_shortfall(verdict)
    if trend.worsening:
        return abs(trend.change or 0.0)
    if limits.variation == "concerning" and gap.actual is not None and limits.mean is not None:
        return abs(gap.actual - limits.mean)
    return limits.sigma or 0.0


def _forecast_shortfall(verdict: Verdict) -> float:
    """The largest shortfall of the next months' forecasts; of an even chance of missing without one, a sigma."""
    ahead = verdict.outlook.months
    parts = [
        [np.nan if number is None else number for number in (one.value, one.target, one.target_upper)] for one in ahead
    ]
    value, low, high = np.array(parts, dtype=np.float64).reshape(-1, 3).T
    short = shortfalls(value, low, high, better=verdict.kpi.better)
    worst = float(np.nanmax(short, initial=0.0))
    return worst if worst > 0 else verdict.limits.sigma or 0.0


def is_unsteady(verdict: Verdict) -> bool:
    """Whether the trouble is that the KPI fluctuates, so that what there is to win is a smaller swing."""
    calm = verdict.gap.status != "missed" and not verdict.trend.worsening and not verdict.at_risk
    calm = calm and verdict.limits.variation != "concerning"
    return calm and verdict.fluctuation.fluctuating
