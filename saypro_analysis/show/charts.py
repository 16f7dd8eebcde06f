"""Charts: data first, ``ax=None``, the Axes returned. Colours are sentinels (``tokens``).

Drawing is kept cheap: a Figure without pyplot, fixed ticks, fixed margins, no tight bounding box.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saypro_analysis.show.numbers import month_name
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = (720, 330), (340, 300)  # in CSS pixels; the figure is drawn at 72 dots an inch
_MARKS = {"common": ("o", 5.5, "common"), "neutral": ("o", 5.5, "line"), "concerning": ("s", 7.0, "concern")}
_MARKS["improving"] = ("D", 6.3, "good")
_STYLE = {"svg.fonttype": "none", "svg.hashsalt": "saypro", "text.parse_math": False}


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
    axes.tick_params(length=0, labelcolor=sentinel("muted"), labelsize=12)
    return axes


def xmr_chart(told: Told, *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """A KPI by month: usual range and average, target, and the points that are unlike the rest by colour and shape."""
    shown = told.shown
    left = max(46 if narrow else 62, 12 + 7 * max(len(label) for _, label in value_ticks(told, shown)))
    axes = ax or new_axes(NARROW if narrow else WIDE, left=left, right=14 if narrow else 104, top=26, bottom=28)
    x = np.arange(len(shown))
    _draw_range(axes, told, shown, x)
    _draw_target(axes, told, shown, x, narrow=narrow)
    axes.plot(x, shown["value"], color=sentinel("line"), linewidth=1.7, zorder=3, solid_joinstyle="round")
    for signal, (marker, size, color) in _MARKS.items():
        held = (shown["signal"] == signal).to_numpy()
        axes.plot(
            x[held], shown["value"][held], marker, markersize=size, color=sentinel(color), zorder=4,
            markeredgecolor=sentinel("paper"), markeredgewidth=0.8, linestyle="none",
        )  # fmt: skip
    _scale(axes, told, shown)
    _month_ticks(axes, shown, every=6 if narrow else 3)
    _label_last(axes, told, shown, x, narrow=narrow)
    return axes


def _draw_range(axes: "Axes", told: Told, shown: pd.DataFrame, x: Any) -> None:
    if shown["lower"].isna().all():
        return
    lines = shown[["lower", "upper", "mean"]].to_numpy(dtype=np.float64, copy=True)
    lines[:, :2] = [[told.possible(float(v)) for v in row] for row in lines[:, :2]]
    changed = [0, *(i for i in range(1, len(x)) if not np.array_equal(lines[i], lines[i - 1], equal_nan=True))]
    edges = np.append(x[changed] - 0.5, x[-1] + 0.5)
    lower, upper, mean = np.vstack([lines[changed], lines[-1]]).T
    axes.fill_between(edges, lower, upper, step="post", color=sentinel("band"), linewidth=0, zorder=1)
    axes.plot(edges, mean, drawstyle="steps-post", color=sentinel("common"), linewidth=1.1, zorder=2)


def _draw_target(axes: "Axes", told: Told, shown: pd.DataFrame, x: Any, *, narrow: bool) -> None:
    edges = np.append(x - 0.5, x[-1] + 0.5) if len(x) else x
    for name in ("target", "target_upper"):
        line = shown[name].to_numpy()
        if not np.isfinite(line).any():
            continue
        axes.plot(
            edges, np.append(line, line[-1]), drawstyle="steps-post", color=sentinel("target"), linewidth=1.5,
            dashes=(4, 2.6), zorder=2.5,
        )  # fmt: skip
        if not narrow and np.isfinite(line[-1]):
            text = told.numbers.value(told.kpi, float(line[-1]))
            axes.annotate(
                f"Target {text}", (x[-1] + 0.5, line[-1]), xytext=(8, 0), textcoords="offset points", va="center",
                fontsize=12.5, fontweight=700, color=sentinel("ink"), annotation_clip=False,
            )  # fmt: skip


def _scale(axes: "Axes", told: Told, shown: pd.DataFrame) -> None:
    low, high = shown_limits(told, shown)
    axes.set_ylim(low, high)
    axes.set_xlim(-0.8, max(len(shown), 2) - 0.2)
    ticks = value_ticks(told, shown)
    axes.set_yticks([tick for tick, _ in ticks], [label for _, label in ticks])
    axes.grid(axis="y", color=sentinel("rule"), linewidth=0.8)
    axes.set_axisbelow(True)


def value_ticks(told: Told, shown: pd.DataFrame) -> list[tuple[float, str]]:
    """The value axis: round values with their labels."""
    ticks = nice_ticks(*shown_limits(told, shown))
    return [(tick, told.numbers.value(told.kpi, tick, bare=True)) for tick in ticks]


def shown_limits(told: Told, shown: pd.DataFrame) -> tuple[float, float]:
    """The ends of the value axis: all that is drawn, with some air, from zero where that costs little."""
    drawn = [shown[name].to_numpy() for name in ("value", "target", "target_upper")]
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


def _month_ticks(axes: "Axes", shown: pd.DataFrame, *, every: int) -> None:
    places = list(range(len(shown) - 1, -1, -every))[::-1]
    names = [month_name(shown["month"].iloc[place], short=True) for place in places]
    axes.set_xticks(places, [f"{name[:3]} {name[-2:]}" for name in names])


def _label_last(axes: "Axes", told: Told, shown: pd.DataFrame, x: Any, *, narrow: bool) -> None:
    """The latest value, right of its point; where the target's label stands there, above or below the line."""
    held = np.flatnonzero(shown["value"].notna().to_numpy())
    if not len(held):
        return
    at = held[-1]
    value = float(shown["value"].iloc[at])
    low, high = axes.get_ylim()
    lines = [float(shown[name].iloc[-1]) for name in ("target", "target_upper")]
    beside = (
        at == len(shown) - 1
        and not narrow
        and all(not np.isfinite(line) or abs(line - value) > 0.09 * (high - low) for line in lines)
    )
    before = float(shown["value"].iloc[at - 1]) if at else value
    offset, side, level = ((11, 0), "left", "center") if beside else ((4, 10), "right", "bottom")
    if not beside and value < before:
        offset, level = (4, -10), "top"
    axes.annotate(
        told.numbers.value(told.kpi, value), (float(x[at]), value), xytext=offset, textcoords="offset points", ha=side,
        va=level, color=sentinel("ink"), fontsize=13.5, fontweight=700, zorder=6, annotation_clip=False,
    )  # fmt: skip


def chart_settings() -> Any:
    """The matplotlib settings that charts are drawn and saved with: no math in labels, the same ids every time."""
    return dict(_STYLE)
