"""Bars by segment and the heat map of causes: data first, ``ax=None``, the Axes returned.

The heat map is drawn with seaborn. The bars stand in every department's report, and importing seaborn costs more than
drawing all of its charts: they are drawn with matplotlib alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saypro_analysis.show.chart_axes import NARROW, WIDE, new_axes
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel
from saypro_analysis.show.words import target_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = (0, 20, 40, 70, 101)  # the last two begin where a cause is called possible and likely

LETTER = 8.2  # pixels that a letter of 12 px takes at most, on average


def segments_chart(
    segments: pd.DataFrame, told: Told, *, narrow: bool = False, with_target: bool = True, ax: "Axes | None" = None
) -> "Axes":
    """Bars of the KPI's value by segment, from zero; columns segment, value, missed.

    ``with_target``: the target as a line; the target of a sum is no target of its parts.
    """
    size = (NARROW[0] if narrow else WIDE[0], 46 + 42 * len(segments))
    axes = ax or new_axes(size, left=104 if narrow else 190, right=64 if narrow else 110, top=26, bottom=10)
    labels = [shortened(name, 14 if narrow else 26) for name in segments["segment"]]
    colors = [sentinel("concern" if missed else "common") for missed in segments["missed"]]
    axes.barh(np.arange(len(segments)), segments["value"].to_numpy(), height=0.56, color=colors)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_yticks(range(len(labels)), labels, color=sentinel("ink"), fontsize=12.5)
    bounds = _bounds(told) if with_target else []
    for place, value in enumerate(segments["value"]):
        text = told.numbers.value(told.kpi, value)
        axes.annotate(
            text, (_label_place(axes, max(value, 0.0), text, bounds), place), xytext=(7, 0),
            textcoords="offset points", va="center", fontsize=13, fontweight=700, color=sentinel("ink"),
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
    reach = value + (7 + LETTER * len(text)) * (high - low) / pixels
    return max([value, *(bound for bound in bounds if value <= bound <= reach)])


def _target_uprights(axes: "Axes", told: Told) -> None:
    bounds = _bounds(told)
    for bound in bounds:
        axes.axvline(bound, color=sentinel("target"), linewidth=1.5, dashes=(4, 2.6), zorder=3)
    if bounds:
        axes.annotate(
            f"Target {target_text(told)}", (bounds[0], 1), xycoords=("data", "axes fraction"), xytext=(0, 6),
            textcoords="offset points", ha="center", va="bottom", fontsize=12, color=sentinel("muted"),
            annotation_clip=False,
        )  # fmt: skip


def causes_chart(scores: pd.DataFrame, *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """Heat map of causes by department, 0 to 100: four classes, the number in each cell; NaN is left empty."""
    import seaborn as sns
    from matplotlib.colors import BoundaryNorm, ListedColormap

    size = (NARROW[0] if narrow else WIDE[0], 64 + 40 * len(scores))
    axes = ax or new_axes(size, left=112 if narrow else 220, right=4, top=44, bottom=6)
    classes = ListedColormap([sentinel(name) for name in ("cs1", "cs2", "cs3", "cs4")])
    sns.heatmap(
        scores, ax=axes, cmap=classes, norm=BoundaryNorm(CLASSES, 4), cbar=False, annot=scores, fmt=".0f",
        linewidths=3, linecolor=sentinel("paper"), annot_kws={"fontsize": 12.5},
    )  # fmt: skip
    for text, value in zip(axes.texts, _cells(scores), strict=False):
        text.set_color(sentinel("oncs" if value >= CLASSES[3] else "ink"))
    axes.xaxis.tick_top()
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    fits = max(2, int((size[0] - (116 if narrow else 224)) / len(scores.columns) / LETTER))
    axes.set_xticklabels([shortened(n, fits) for n in scores.columns], fontsize=12, color=sentinel("muted"))
    axes.set_yticklabels(
        [shortened(n, 15 if narrow else 32) for n in scores.index], rotation=0, fontsize=12.5, color=sentinel("ink")
    )
    return axes


def _cells(scores: pd.DataFrame) -> Sequence[float]:
    flat = scores.to_numpy().ravel()
    return [float(value) for value in flat[np.isfinite(flat)]]


def shortened(text: str, most: int) -> str:
    """A label cut to ``most`` characters.

    >>> shortened("Misalignment of teams and goals", 14)
    'Misalignment…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
