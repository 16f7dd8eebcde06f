"""Bars by segment and the heat map of causes: data first, ``ax=None``, the Axes returned.

The bars stand in every department's report, and importing seaborn costs more than drawing all of its charts: they are
drawn with matplotlib alone.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saypro_analysis.show.chart_axes import NARROW, WIDE, new_axes
from saypro_analysis.show.heat_map import heat_map
from saypro_analysis.show.label_room import LARGE, SIZE, SMALL, text_width, wrapped
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel
from saypro_analysis.show.words import target_text
from saypro_analysis.texts import t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = (0, 20, 40, 70, 101)  # the last two begin where a cause is called possible and likely

NAMES_WIDE, NAMES_NARROW = 190, 108  # pixels for names of segments and causes, at most


def segments_chart(
    segments: pd.DataFrame, told: Told, *, narrow: bool = False, with_target: bool = True, ax: "Axes | None" = None
) -> "Axes":
    """Bars of the KPI's value by segment, from zero; columns segment, value, missed.

    ``with_target``: the target as a line; the target of a sum is no target of its parts.
    """
    texts = [told.numbers.value(told.kpi, value) for value in segments["value"]]
    most = NAMES_NARROW if narrow else NAMES_WIDE
    room = min(most, 1 + max(text_width(name) for name in segments["segment"]))
    labels = [wrapped(name, room) for name in segments["segment"]]
    size = (NARROW[0] if narrow else WIDE[0], 46 + 42 * len(segments))
    right = 14 + round(max(text_width(text, LARGE, bold=True) for text in texts))
    axes = ax or new_axes(size, left=10 + round(room), right=right, top=26, bottom=10)
    colors = [sentinel("concern" if missed else "common") for missed in segments["missed"]]
    axes.barh(np.arange(len(segments)), segments["value"].to_numpy(), height=0.56, color=colors)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_yticks(range(len(labels)), labels, color=sentinel("ink"), fontsize=SIZE)
    bounds = _bounds(told) if with_target else []
    for place, (value, text) in enumerate(zip(segments["value"], texts, strict=True)):
        axes.annotate(
            text, (_label_place(axes, max(value, 0.0), text, bounds), place), xytext=(7, 0),
            textcoords="offset points", va="center", fontsize=LARGE, fontweight=700, color=sentinel("ink"),
            annotation_clip=False,
        )  # fmt: skip
    if with_target:
        _target_uprights(axes, told)
    return axes


def _bounds(told: Told) -> list[float]:
    gap = told.verdict.gap
    return [bound for bound in (gap.target, gap.target_upper) if bound is not None]


def _label_place(axes: "Axes", value: float, text: str, bounds: list[float]) -> float:
    """Where a bar's label begins: at the bar's end, or beyond a line that would strike it."""
    low, high = axes.get_xlim()
    pixels = axes.get_window_extent().width
    reach = value + (7 + text_width(text, LARGE, bold=True)) * (high - low) / pixels
    return max([value, *(bound for bound in bounds if value <= bound <= reach)])


def _target_uprights(axes: "Axes", told: Told) -> None:
    bounds = _bounds(told)
    for bound in bounds:
        axes.axvline(bound, color=sentinel("target"), linewidth=1.5, dashes=(4, 2.6), zorder=3)
    if bounds:
        axes.annotate(
            t("Target {target}", target=target_text(told)), (bounds[0], 1), xycoords=("data", "axes fraction"),
            xytext=(0, 6), textcoords="offset points", ha="center", va="bottom", fontsize=SMALL,
            color=sentinel("muted"), annotation_clip=False,
        )  # fmt: skip


def causes_chart(scores: pd.DataFrame, *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """Heat map of causes by department, 0 to 100: four classes, the number in each cell; NaN is left empty."""
    return heat_map(
        scores, width=NARROW[0] if narrow else WIDE[0], names=NAMES_NARROW if narrow else NAMES_WIDE,
        heads=[str(name) for name in scores.columns], classes=("cs1", "cs2", "cs3", "cs4"), bounds=CLASSES,
        strong="oncs", ax=ax,
    )  # fmt: skip
