"""Whether percent KPIs and their targets are on one scale: a share of 0.95, not 95."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from saypro_analysis.errors import Fault
from saypro_analysis.kpi import Kpi, Params

SHARE = 1.0  # most shares are at most this
HIGH_SHARE = 1.5  # few shares are above it
PERCENT = 20.0  # shares above it, 2,000 %, are taken for percentages; so is a value this many times its target
MONTHS = 2  # one odd month is an odd month; two are a scale


def scale_faults(params: Params, monthly: pd.DataFrame) -> Iterator[Fault]:
    """One fault for each KPI with unit percent that is not on one scale: its gap would be a hundred times too large.

    A percent KPI holds shares: 0.95 is 95 %. By the totals of its complete months, sizes taken without sign, it is at
    fault when

    (a) a target is above 1.5 while no value is above 1, or
    (b) a target is at most 1 while the median value is above 1.5 and above 20 times the target, or
    (c) at least two months are at most 1.5 and at least two are above 20, with or without a target.

    Of a range, (a) takes the place nearest to 0 and (b) the end farthest from it.
    """
    totals = monthly[monthly["dimension"].eq("") & monthly["complete"]]
    for department in params.departments.values():
        for kpi in department.kpis.values():
            own = totals[totals["department"].eq(department.id) & totals["kpi"].eq(kpi.id)]
            found, hint = wrong_scale(kpi, own) if kpi.unit == "percent" else ("", "")
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
