"""Where labels stand in a chart, so that they cover neither the line nor each other. All lengths are in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from saypro_analysis.show.label_room import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
_AIR = 9.0  # between a point and its label
_FINE = 12  # places looked at between two months


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place of a label beside a point: offset of its anchor, and which corner of it the anchor is."""

    dx: float
    dy: float
    side: str  # horizontal alignment
    level: str  # vertical alignment

    def box(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of a label of this size at the point."""
        left = x + self.dx - {"left": 0.0, "center": width / 2, "right": width}[self.side]
        low = y + self.dy - {"bottom": 0.0, "center": height / 2, "top": height}[self.level]
        return left, low, left + width, low + height


BESIDE = Place(dx=_AIR + 2, dy=0, side="left", level="center")
_AROUND = (
    Place(dx=4, dy=_AIR, side="right", level="bottom"),
    Place(dx=4, dy=-_AIR, side="right", level="top"),
    Place(dx=0, dy=_AIR, side="center", level="bottom"),
    Place(dx=0, dy=-_AIR, side="center", level="top"),
    Place(dx=4, dy=2.6 * _AIR, side="right", level="bottom"),
    Place(dx=4, dy=-2.6 * _AIR, side="right", level="top"),
    Place(dx=-_AIR - 2, dy=0, side="right", level="center"),
)


def free_place(axes: "Axes", point: tuple[float, float], text: str, size: float, drawn: Floats, *, room: bool) -> Place:
    """The place around a point at which its label covers least of what is ``drawn`` (rows of x and y, in data units).

    ``room``: there is free space right of the point, which comes first. What leaves the axes upwards or downwards
    comes last.
    """
    scale = axes.transData
    x, y = scale.transform(point)
    marks = scale.transform(drawn[np.isfinite(drawn).all(axis=1)]) if len(drawn) else np.empty((0, 2))
    frame = axes.bbox
    places = (BESIDE, *_AROUND) if room else _AROUND

    def cost(place: Place) -> float:
        left, low, right, high = place.box(x, y, text_width(text, size, bold=True), 1.1 * size)
        inside = (marks[:, 0] > left - 2) & (marks[:, 0] < right + 2) & (marks[:, 1] > low) & (marks[:, 1] < high)
        beyond = max(frame.y0 - low, 0.0) + max(high - frame.y1, 0.0) + max(frame.x0 - left, 0.0)
        return float(inside.sum() + 10 * beyond)

    return min(places, key=cost)


def along(x: Floats, y: Floats) -> Floats:
    """Places on a line through points, close enough to each other that no label slips between; NaN breaks the line."""
    if len(x) < 2:
        return np.column_stack([x, y])
    fine = np.linspace(x[0], x[-1], _FINE * (len(x) - 1) + 1)
    return np.column_stack([fine, np.interp(fine, x, y)])


def spread(heights: Sequence[float], *, apart: float) -> list[float]:
    """Heights of labels above each other, moved as little as it takes to be ``apart``.

    Labels in each other's way are moved about their common middle (pooled as in an isotonic regression).

    >>> spread([50.0, 40.0, 100.0], apart=16.0)
    [53.0, 37.0, 100.0]
    """
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    groups: list[list[float]] = []
    for place, at in enumerate(order):
        groups.append([heights[at] - place * apart])
        while len(groups) > 1 and _middle(groups[-2]) > _middle(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    lowest = [_middle(group) for group in groups for _ in group]
    placed = {at: lowest[place] + place * apart for place, at in enumerate(order)}
    return [placed[at] for at in range(len(heights))]


def _middle(group: Sequence[float]) -> float:
    return sum(group) / len(group)
