"""The axes of charts: their size, round values, and matplotlib's settings."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saypro_analysis.show.chart_ahead import ahead_column
from saypro_analysis.show.label_room import SMALL
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = (700, 324), (324, 290)  # in CSS pixels; the figure is drawn at 72 dots an inch
_STYLE = {"svg.fonttype": "none", "svg.hashsalt": "saypro", "text.parse_math": False, "hatch.linewidth": 0.8}


def new_axes(size: tuple[int, int], *, left: int, right: int, top: int, bottom: int) -> "Axes":
    """Axes in a figure of ``size`` pixels with these margins, outside of pyplot's list of open figures."""
    from matplotlib.figure import Figure

    width, height = size
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    axes = figure.add_axes(box)
    axes.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelcolor=sentinel("muted"), labelsize=SMALL)
    return axes


def value_ticks(told: Told, shown: pd.DataFrame) -> list[tuple[float, str]]:
    """The value axis: round values with their labels."""
    ticks = nice_ticks(*shown_limits(told, shown))
    return [(tick, told.numbers.value(told.kpi, tick, bare=True)) for tick in ticks]


def shown_limits(told: Told, shown: pd.DataFrame) -> tuple[float, float]:
    """The ends of the value axis: all that is drawn, with some air, from zero where that costs little."""
    drawn = [shown[name].to_numpy() for name in ("value", "target", "target_upper")]
    drawn += [ahead_column(told, name) for name in ("value", "low", "high", "target", "target_upper")]
    drawn += [np.array([told.possible(float(v)) for v in shown[name]]) for name in ("lower", "upper")]
    values = np.concatenate(drawn) if drawn else np.array([])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    span = (high - low) or abs(high) or 1.0
    if 0 <= low < 0.35 * high:
        return 0.0, high + 0.14 * span
    return low - 0.16 * span, high + 0.16 * span


def nice_ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Round numbers between the ends, at most ``most``.

    >>> nice_ticks(0.0, 12.0), nice_ticks(3.4, 6.4)
    ([0.0, 5.0, 10.0], [4.0, 5.0, 6.0])
    """
    span = high - low
    if not np.isfinite(span) or span <= 0:
        return [low]
    unit = 10.0 ** np.floor(np.log10(span / most))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10, 20) if span / (unit * m) <= most - 0.5)
    first = np.ceil(low / step)
    return [float(round((first + i) * step, 10)) for i in range(most + 1) if (first + i) * step <= high]


@lru_cache(maxsize=1)
def chart_settings() -> Any:
    """The matplotlib settings that charts are drawn and saved with: no math in labels, the same ids every time.

    All others are matplotlib's own, whatever a user's matplotlibrc or a notebook's cell has set.
    """
    import matplotlib as mpl

    own = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
    return {**own, **_STYLE}
