"""Targets by month: constant, from each month on, a range, from a table, or relative to the same month of last year."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from saypro_analysis.data.expressions import DIALECT, parse_scalar
from saypro_analysis.data.files import quoted
from saypro_analysis.data.sources import Source
from saypro_analysis.data.tables import AHEAD, AHEAD_KEY, shape
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Kpi, Params, Target

#: How far beyond the data targets are kept, and how far beyond its month a report looks at them.
MONTHS_KEPT, MONTHS_AHEAD = 14, 12


def with_targets(
    params: Params, source: Source, table: pd.DataFrame, *, until: pd.Period
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The monthly table with targets on the rows of totals, and the targets of the months without a row (``AHEAD``).

    The latter are those of each KPI from its first month to ``MONTHS_KEPT`` months after ``until``. Raises DataError
    when a target table has two targets for one month.
    """
    parts, ahead = [], []
    for department in params.departments.values():
        for kpi in department.kpis.values():
            total = table["dimension"].eq("") & table["department"].eq(department.id) & table["kpi"].eq(kpi.id)
            rows = table[total]
            targets = _targets(kpi, rows, source, until + MONTHS_KEPT)
            own = targets.reindex(rows["month"])
            parts.append(rows.assign(target=own["target"].to_numpy(), target_upper=own["target_upper"].to_numpy()))
            others = targets[~targets.index.isin(rows["month"])].dropna(subset="target")
            ahead.append(others.rename_axis("month").reset_index().assign(department=department.id, kpi=kpi.id))
    held = pd.concat([*parts, table[table["dimension"] != ""]])
    return held, shape(pd.concat(ahead), dict(AHEAD)).sort_values(AHEAD_KEY, ignore_index=True)


def _targets(kpi: Kpi, rows: pd.DataFrame, source: Source, last: pd.Period) -> pd.DataFrame:
    """The targets of every month from a KPI's first row to ``last``: only the values of complete months make any."""
    months = pd.period_range(rows["month"].min(), last, freq="M") if len(rows) else pd.PeriodIndex([], freq="M")
    values = rows.set_index("month")["value"].where(rows["complete"].to_numpy())
    lower, upper = target_values(kpi, values.reindex(months), source)
    return pd.DataFrame({"target": lower, "target_upper": upper}, index=months)


def targets_after(month: pd.Period, monthly: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """The targets of the ``MONTHS_AHEAD`` months after ``month`` (``AHEAD``), without any value of those months.

    A target that is relative to last year is held for a year ahead, so that it rests on values up to ``month`` only:
    nothing later shows in it.

    >>> from saypro_analysis.data.tables import MONTHLY
    >>> months = pd.period_range("2026-11", "2027-01", freq="M")
    >>> ahead = pd.DataFrame({"department": "sales", "kpi": "leads", "month": months, "target": [8.0, 8.0, 9.0]})
    >>> later = targets_after(months[0], shape(pd.DataFrame(), dict(MONTHLY)), ahead)
    >>> dict(zip(later["month"].astype(str), later["target"]))
    {'2026-12': 8.0, '2027-01': 9.0}
    """
    totals = monthly.loc[monthly["dimension"].eq(""), list(AHEAD)]
    both = pd.concat([totals, ahead], ignore_index=True)
    later = both["month"].gt(month) & both["month"].le(month + MONTHS_AHEAD) & both["target"].notna()
    return shape(both[later], dict(AHEAD)).sort_values(AHEAD_KEY, ignore_index=True)


def target_values(kpi: Kpi, values: pd.Series, source: Source) -> tuple[pd.Series, pd.Series]:
    """Target and upper bound for each month of ``values`` (indexed by month); NaN where there is none."""
    none = pd.Series(np.nan, index=values.index)
    target = kpi.target if isinstance(kpi.target, Target) else Target(value=kpi.target)
    if target.low is not None and target.high is not None:
        return none.fillna(target.low), none.fillna(target.high)
    if target.by_month:
        return from_each_month(target.by_month, values.index), none
    if target.table:
        return _from_table(kpi, target, values.index, source), none
    if target.last_year is not None:
        last_year = values.reindex(values.index - 12).to_numpy()
        return pd.Series(last_year * target.last_year, index=values.index), none
    return (none if target.value is None else none.fillna(target.value)), none


def from_each_month(steps: Mapping[str, float], months: pd.Index) -> pd.Series:
    """The step that holds in each month; NaN before the first.

    >>> months = pd.period_range("2025-11", "2026-02", freq="M")
    >>> from_each_month({"2025-12": 10.0, "2026-02": 12.0}, months).tolist()
    [nan, 10.0, 10.0, 12.0]
    """
    known = pd.Series({pd.Period(month, "M"): value for month, value in steps.items()}, dtype=float).sort_index()
    positions = known.index.searchsorted(months, side="right") - 1
    values = [known.iloc[position] if position >= 0 else np.nan for position in positions]
    return pd.Series(values, index=months, dtype=float)


def _from_table(kpi: Kpi, target: Target, months: pd.Index, source: Source) -> pd.Series:
    source.need(target.table)
    where = f" WHERE {parse_scalar(target.where).sql(DIALECT)}" if target.where else ""
    columns = f"CAST({quoted(target.month)} AS DATE) AS month, CAST({quoted(target.column)} AS DOUBLE) AS target"
    frame = source.query(f"SELECT {columns} FROM main.{quoted(target.table)}{where}", about=target.table)
    frame = frame.dropna(subset="month")
    frame["month"] = pd.to_datetime(frame["month"]).dt.to_period("M")
    twice = frame.loc[frame["month"].duplicated(), "month"]
    if len(twice):
        found = f"more than one target for {twice.iloc[0]}"
        fault = Fault(where=f"table {target.table}", key=kpi.id, found=found, hint="narrow it with target.where")
        raise DataError("A target is ambiguous; nothing was run.", (fault,))
    return frame.set_index("month")["target"].reindex(months)
