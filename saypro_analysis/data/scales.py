"""Whether a KPI is on one scale: a share of 0.95 and not 95, and money in one unit and not in thousands of it."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from saypro_analysis.errors import Fault
from saypro_analysis.kpi import Kpi, Params

SHARE = 1.0  # most shares are at most this
HIGH_SHARE = 1.5  # few shares are above it
PERCENT = 20.0  # shares above it, 2,000 %, are taken for percentages; so is a value this many times its target
MONTHS = 2  # one odd month is an odd month; two are a scale
THOUSAND = (500.0, 2000.0)  # k€ for €, or € for k€: no business grows or shrinks by this from one month to the next
BEFORE, ENOUGH = 12, 6  # months that one is compared with, and how many of them are needed
STEADY = 10.0  # times their median, and parts of it, that these months may be


def scale_faults(params: Params, monthly: pd.DataFrame) -> Iterator[Fault]:
    """One fault for each KPI with unit percent that is not on one scale: its gap would be a hundred times too large.

    A percent KPI holds shares: 0.95 is 95 %. By the totals of its complete months, sizes taken without sign, it is at
    fault when

    (a) a target is above 1.5 while no value is above 1, or
    (b) a target is at most 1 while the median value is above 1.5 and above 20 times the target, or
    (c) at least two months are at most 1.5 and at least two are above 20, with or without a target.

    Of a range, (a) takes the place nearest to 0 and (b) the end farthest from it.

    A KPI in money is at fault when a month is some thousand times what it was, or a thousandth (``thousandfold``).
    """
    totals = monthly[monthly["dimension"].eq("") & monthly["complete"]]
    for department in params.departments.values():
        for kpi in department.kpis.values():
            own = totals[totals["department"].eq(department.id) & totals["kpi"].eq(kpi.id)]
            judge = {"percent": wrong_scale, "currency": thousandfold}.get(kpi.unit)
            found, hint = judge(kpi, own) if judge else ("", "")
            if found:
                path = Path(params.folder, "departments", f"{department.id}.yml")
                yield Fault(where="/".join(path.parts[-3:]), key=f"kpis.{kpi.id}", found=found, hint=hint)


def wrong_scale(kpi: Kpi, months: pd.DataFrame) -> tuple[str, str]:
    """What is wrong with the scale of a percent KPI's months (value, target, target_upper), and what to do; or "".

    >>> kpi = Kpi(name="On time", definition="", unit="percent")
    >>> months = pd.DataFrame({"value": [0.91, 0.97], "target": 95.0, "target_upper": float("nan")})
    >>> wrong_scale(kpi, months)[0]
    'a target of 95, values from 0.91 to 0.97'
    >>> wrong_scale(kpi, months.assign(target=0.95))
    ('', '')
    """
    values = months["value"].dropna()
    if values.empty:
        return "", ""
    return _mixed(values.abs()) or _high_target(values, months) or _low_target(kpi, values, months) or ("", "")


def _mixed(sizes: pd.Series) -> tuple[str, str] | None:
    shares, percents = sizes[sizes <= HIGH_SHARE], sizes[sizes > PERCENT]
    if min(len(shares), len(percents)) < MONTHS:
        return None
    found = f"values on two scales: {len(shares)} months up to {shares.max():.4g}, {len(percents)} above {PERCENT:g}"
    return found, "percent KPIs hold shares, 0.95 is 95 %: divide the others by 100, such as in a view"


def _high_target(values: pd.Series, months: pd.DataFrame) -> tuple[str, str] | None:
    low, high = months["target"], months["target_upper"].fillna(months["target"])
    nearest = low.abs().where(low.abs() < high.abs(), high.abs()).where(low * high > 0, 0.0)
    above = months.loc[nearest > HIGH_SHARE, "target"]
    if above.empty or values.abs().max() > SHARE:
        return None
    found = f"a target of {above.iloc[-1]:.4g}, values from {values.min():.4g} to {values.max():.4g}"
    share = above.iloc[-1] / 100
    return found, f"percent KPIs hold shares: write the target as {share:.4g}, or unit: ratio where both are meant"


def _low_target(kpi: Kpi, values: pd.Series, months: pd.DataFrame) -> tuple[str, str] | None:
    median = float(values.abs().median())
    farthest = months[["target", "target_upper"]].abs().max(axis="columns")
    below = months.loc[(farthest <= SHARE) & (median > PERCENT * farthest), "target"]
    if below.empty or median <= HIGH_SHARE:
        return None
    found = f"a target of {below.iloc[-1]:.4g}, values around {values.median():.4g}"
    hint = f"percent KPIs hold shares: write scale: {kpi.scale / 100:.4g} on the KPI when its records hold 0 to 100"
    return found, hint


def thousandfold(kpi: Kpi, months: pd.DataFrame) -> tuple[str, str]:
    """What is wrong with the unit of a money KPI's months (month, value), and what to do; or "".

    At fault is the first month that is 500 to 2,000 times the median of the twelve before it, or such a part of it,
    where six or more of these have a value and none is further from their median than ten times. A month with a
    rebase in the KPI's baseline is not: somebody has said what changed there.

    >>> kpi = Kpi(name="Revenue", definition="", unit="currency")
    >>> held = pd.period_range("2026-01", "2026-07", freq="M")
    >>> thousandfold(kpi, pd.DataFrame({"month": held, "value": [250.0] * 6 + [251e3]}))[0]
    '2026-07 is 1,004 times the months before it: 251000 after a median of 250'
    """
    said = {rebase.month for rebase in kpi.baseline.rebase}
    held = months.dropna(subset="value").set_index("month")["value"].sort_index()
    for month, value in zip(pd.PeriodIndex(held.index), held.to_numpy(dtype=float), strict=True):
        median = _usual(held[(held.index < month) & (held.index >= month - BEFORE)])
        times = value / median if median > 0 and str(month) not in said else 0.0
        if times > 0 and THOUSAND[0] <= max(times, 1 / times) <= THOUSAND[1]:
            told = f"{times:,.0f} times" if times > 1 else f"one {1 / times:,.0f}th of"
            found = f"{month} is {told} the months before it: {value:.6g} after a median of {median:.6g}"
            return found, "bring all records to one unit; where it is true, enter a rebase of that month"
    return "", ""


def _usual(before: pd.Series) -> float:
    """The median of months that are alike; 0 where they are too few or not alike."""
    median = float(before.median()) if len(before) >= ENOUGH else 0.0
    return median if median > 0 and before.between(median / STEADY, median * STEADY).all() else 0.0
