"""The values that an action is judged by: its KPI or a segment of it, in the direction of better, less a comparator."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.gap import short_of, target_bounds
from saypro_analysis.kpi import WAYS, DepartmentMonth, Kpi, PlannedAction
from saypro_analysis.many import is_part
from saypro_analysis.order import mean_of
from saypro_analysis.panel import series
from saypro_analysis.texts import t
from saypro_analysis.windows import Window

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ActionValues:
    """Values by month, each (1, n), NaN where there is none: ``plain`` as measured, ``good`` with larger as better,
    ``noise`` for how much it varies: the values themselves where ``good`` is a distance to a range, 0 inside it.

    ``fault`` says in words why there is nothing to compare, where that is so.
    """

    months: pd.PeriodIndex
    plain: Floats
    good: Floats
    noise: Floats
    fault: str = ""


def action_values(month: DepartmentMonth, kpi: Kpi, row: PlannedAction, window: Window) -> ActionValues:
    """What ``row`` is judged by, up to the month.

    For a KPI that should stay inside a range, better is nearer to the range. A comparator c is taken off scaled to the
    KPI's own level in the baseline, y - c mean(y)/mean(c), so that both may move by the same part (difference in
    differences; source: method.md, "Closing the loop"); where one has no positive level, a segment is taken off as it
    is, y - c, and another KPI, which may have another unit, is refused.
    """
    whole = series(month.monthly, kpi, until=month.month)
    held = _segment(month, kpi, row.segment, whole) if row.segment else whole
    plain, level, fault = _plain(held), _level(held, kpi), ""
    values = ActionValues(months=pd.PeriodIndex(whole.index), plain=plain, good=level, noise=plain)
    if not np.isfinite(plain).any():
        fault = t("no values of {name}", name=row.segment or kpi.id)
    elif not np.isfinite(level).any():
        fault = t("no target range to be inside of")
    elif row.comparator:
        values, fault = _less(month, kpi, row.comparator, values, window)
    return replace(values, good=(WAYS[kpi.better] or 1) * values.good, fault=fault)


def _segment(month: DepartmentMonth, kpi: Kpi, segment: str, whole: pd.DataFrame) -> pd.DataFrame:
    """A segment's values on the months of the whole, with the whole's targets where they are its own too."""
    dimension, _, label = segment.partition("=")
    held = month.monthly
    rows = held[(held["department"] == kpi.department) & (held["kpi"] == kpi.id) & (held["dimension"] == dimension)]
    values = rows[rows["segment"] == label].set_index("month")["value"]
    targets = whole[["target", "target_upper"]] * (np.nan if is_part(month, kpi) else 1.0)
    return targets.assign(value=values.reindex(whole.index).astype("float64"))


def _plain(held: pd.DataFrame) -> Floats:
    values = held["value"].to_numpy(dtype=np.float64)[None, :]
    return np.where(np.isfinite(values), values, np.nan)


def _level(held: pd.DataFrame, kpi: Kpi) -> Floats:
    """The values, or minus their distance to the range of a KPI that should stay inside one (1, n)."""
    if WAYS[kpi.better]:
        return _plain(held)
    bounds = target_bounds(held["target"].to_numpy(), held["target_upper"].to_numpy(), better=kpi.better)
    return -np.maximum(short_of(_plain(held)[0], *bounds), 0.0)[None, :]


def _less(
    month: DepartmentMonth, kpi: Kpi, comparator: str, values: ActionValues, window: Window
) -> tuple[ActionValues, str]:
    """The values less those of the comparator, or why they cannot be compared."""
    part = "=" in comparator
    if not part and not WAYS[kpi.better]:
        return values, t("a KPI that should stay inside a range is compared with segments of its own only")
    if part:
        held = _segment(month, kpi, comparator, series(month.monthly, kpi, until=month.month))
    else:
        key = comparator if "." in comparator else f"{kpi.department}.{comparator}"
        held = series(month.monthly, key).reindex(values.months)
    level, plain = _level(held, kpi), _plain(held)
    both = window.base(values.months) & np.isfinite(values.good) & np.isfinite(level)
    if not both.any():
        return values, t("no values of the comparator {comparator} in the baseline", comparator=comparator)
    own, its = float(mean_of(values.good, both)[0]), float(mean_of(level, both)[0])
    scaled = min(own, its) > 0
    if not scaled and not part:
        return values, t("the comparator {comparator} has no positive level to scale by", comparator=comparator)
    factor = own / its if scaled else 1.0
    return replace(values, good=values.good - factor * level, noise=values.noise - factor * plain), ""
