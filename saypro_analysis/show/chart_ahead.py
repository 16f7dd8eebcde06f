"""What the XmR chart shows beside its months: the forecast behind a divider, and where limits start anew."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from saypro_analysis.show.label_room import SMALL, text_width
from saypro_analysis.show.limit_words import rebases
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel
from saypro_analysis.texts import t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
_HATCH = "//////"
_FAINT = 0.55


def ahead_column(told: Told, name: str) -> Floats:
    """One number of each coming month; NaN where it is not known."""
    held = [getattr(expected, name) for expected in told.verdict.outlook.months]
    return np.array([np.nan if value is None else value for value in held], dtype=np.float64)


def draw_ahead(axes: "Axes", told: Told) -> None:
    """The coming months: a divider, hollow points joined by a dotted line, and the range as a hatched area."""
    values = ahead_column(told, "value")
    if not len(values):
        return
    n = len(told.shown)
    x = np.arange(n, n + len(values))
    edges = np.concatenate([[n - 0.5], x, [x[-1] + 0.5]])
    low, high = (np.pad(ahead_column(told, name), 1, mode="edge") for name in ("low", "high"))
    axes.axvline(n - 0.5, color=sentinel("common"), linewidth=0.9, zorder=2)
    axes.fill_between(
        edges, low, high, facecolor="none", edgecolor=sentinel("common"), alpha=_FAINT, hatch=_HATCH,
        linewidth=0, zorder=1,
    )  # fmt: skip
    last = float(told.shown["value"].iloc[-1]) if n else np.nan
    joined = (np.append(n - 1, x), np.append(last, values)) if np.isfinite(last) else (x, values)
    axes.plot(*joined, color=sentinel("line"), linewidth=1.3, linestyle=(0, (1.5, 2)), zorder=3)
    axes.plot(
        x, values, "o", markersize=5.5, markerfacecolor=sentinel("paper"), markeredgecolor=sentinel("line"),
        markeredgewidth=1.3, linestyle="none", zorder=4,
    )  # fmt: skip


def rebase_places(told: Told) -> list[float]:
    """The months within those shown at which limits start anew, as places on the axis between two months."""
    months = list(told.shown["month"])
    return [months.index(month) - 0.5 for month, _ in rebases(told) if month in months[1:]]


def draw_rebases(axes: "Axes", told: Told) -> None:
    """A dotted upright wherever limits start anew."""
    for place in rebase_places(told):
        axes.axvline(place, color=sentinel("ink"), linewidth=1.0, linestyle=(0, (1, 2)), zorder=2.2)


def head_words(axes: "Axes", told: Told) -> None:
    """Words above the axes: what the coming months are, and what the uprights mean, where they fit."""
    n, months = len(told.shown), told.verdict.outlook.months
    right = axes.bbox.x1
    forecast, limits = t("Forecast"), t("new limits")
    taken = []
    if months:
        middle = float(axes.transData.transform((n + (len(months) - 1) / 2, 0.0))[0])
        half = text_width(forecast, SMALL) / 2
        centre = min(middle, right - half + 8)
        taken.append((centre - half, centre + half))
        _write(axes, forecast, centre, "center", "muted")
    for place in rebase_places(told):
        x, wide = float(axes.transData.transform((place, 0.0))[0]), text_width(limits, SMALL)
        for side, box in (("left", (x - 2, x + wide)), ("right", (x - wide, x + 2))):
            free = all(box[1] < start or box[0] > end for start, end in taken)
            if free and box[0] >= axes.bbox.x0 - 20 and box[1] <= right + 20:
                taken.append(box)
                _write(axes, limits, x, side, "ink")
                break


def _write(axes: "Axes", text: str, x: float, side: str, color: str) -> None:
    at = (x - axes.bbox.x0) / axes.bbox.width
    axes.annotate(
        text, (at, 1.0), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points", ha=side, va="bottom",
        fontsize=SMALL, color=sentinel(color), annotation_clip=False,
    )  # fmt: skip
