"""The heat map of targets met: data first, ``ax=None``, the Axes returned."""

from typing import TYPE_CHECKING

import pandas as pd

from saypro_analysis.show.chart_axes import NARROW, WIDE
from saypro_analysis.show.heat_map import heat_map
from saypro_analysis.show.numbers import month_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Where the classes begin. Of a few targets only some shares occur; the last class is all of them.
CLASSES = (0.0, 0.4, 0.6, 0.8, 1.0)
_ABOVE = 101.0
NARROW_MONTHS = 6


def month_map(shares: pd.DataFrame, *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """Departments (rows) by month (columns), shares from 0 to 1 as percent in each cell; NaN is left empty.

    The narrow map shows the last six months.
    """
    shown = shares.iloc[:, -NARROW_MONTHS:] if narrow else shares
    heads = [month_name(pd.Period(month, "M"), short=True)[:3] for month in shown.columns]
    return heat_map(
        (100 * shown).round(9), width=NARROW[0] if narrow else WIDE[0], names=106 if narrow else 164, heads=heads,
        classes=[f"seq{at}" for at in range(1, 6)], bounds=[*(100 * bound for bound in CLASSES), _ABOVE],
        strong="onseq", ax=ax,
    )  # fmt: skip
