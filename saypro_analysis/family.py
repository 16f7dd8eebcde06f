"""The trend tests of a whole report: the family in which the false discovery rate is held."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from saypro_analysis.kpi import Kpi
from saypro_analysis.trend_tests import weigh_trends


def weigh_family(monthly: pd.DataFrame, kpis: Iterable[Kpi], month: pd.Period) -> dict[str, float]:
    """The p of the trend test of every KPI at a month, by key; NaN where there is too little data for one.

    ``monthly`` is the monthly table (``data.tables.MONTHLY``) of all the KPIs; months that are not complete, and those
    after ``month``, are not looked at.
    """
    totals = monthly[monthly["complete"] & (monthly["month"] <= month) & monthly["dimension"].eq("")]
    cards = {kpi.key: kpi for kpi in kpis}
    if totals.empty or not cards:
        return dict.fromkeys(cards, float("nan"))
    keys = totals["department"] + "." + totals["kpi"]
    table = totals.assign(key=keys).pivot(index="key", columns="month", values="value")
    months = pd.period_range(table.columns.min(), month, freq="M")
    values = table.reindex(index=list(cards), columns=months).to_numpy(dtype=np.float64)
    found = weigh_trends(values, seasonal=np.array([kpi.seasonal for kpi in cards.values()], dtype=bool))
    return dict(zip(cards, found.p.tolist(), strict=True))
