"""What a gap costs in money, where the params say what a unit of the KPI is worth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import Kpi


@dataclass(frozen=True, kw_only=True)
class GapCost:
    """What a missed target costs, in the company's currency: in the ``month``, and ``running`` since ``since``.

    ``since`` is the first month of the present row of misses.
    """

    month: float
    running: float
    since: pd.Period


def gap_cost(kpi: Kpi, short: npt.ArrayLike, months: "pd.Series[pd.Period]") -> GapCost | None:
    """What the gaps of the present row of misses cost; None when the KPI has no worth or the last month is not missed.

    ``short``: each month's shortfall in the KPI's unit, positive when missed, NaN when not known. The shortfall of a
    percent KPI counts in points. Each month's cost is its shortfall times ``worth``.

    >>> leads = Kpi(name="Leads", definition="", unit="count", worth=120.0)
    >>> found = gap_cost(leads, [-5.0, 20.0, 50.0], pd.Series(pd.period_range("2026-08", "2026-10", freq="M")))
    >>> found.month, found.running, str(found.since)
    (6000.0, 8400.0, '2026-09')
    """
    gaps = np.asarray(short, dtype=np.float64)
    if kpi.worth is None or not len(gaps) or not gaps[-1] > 0:
        return None
    kept = np.flatnonzero(~(gaps > 0))
    first = int(kept[-1]) + 1 if len(kept) else 0
    costs = gaps[first:] * kpi.worth * (100.0 if kpi.unit == "percent" else 1.0)
    return GapCost(month=float(costs[-1]), running=float(costs.sum()), since=months.iloc[first])
