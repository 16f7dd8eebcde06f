"""Heat maps: classes of one colour each, the number in every cell, gaps between them. Drawn with seaborn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saypro_analysis.show.chart_axes import new_axes
from saypro_analysis.show.label_room import SIZE, SMALL, shortened, text_width, wrapped
from saypro_analysis.show.numbers import rounded
from saypro_analysis.show.tokens import sentinel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, KEY = 40, 18  # pixels of a row, and of a line below the map


def heat_map(
    table: pd.DataFrame, *, width: int, names: int, heads: Sequence[str], classes: Sequence[str],
    bounds: Sequence[float], strong: str, ax: "Axes | None" = None,
) -> "Axes":  # fmt: skip
    """The numbers of ``table`` in classes: from ``bounds[i]`` on the colour ``classes[i]``; NaN is left empty.

    ``width`` and ``names`` (of the rows' labels) are pixels. ``strong`` is the colour of numbers in the last class.
    Heads for which a column is too narrow become numbers, which are explained below the map.
    """
    import seaborn as sns
    from matplotlib.colors import BoundaryNorm, ListedColormap

    shown, lines = fitting(heads, (width - names - 16) / len(table.columns) - 4, width - 8)
    below = 6 + KEY * len(lines)
    size = (width, 44 + ROW * len(table) + below)
    axes = ax or new_axes(size, left=names + 12, right=4, top=44, bottom=below)
    cells = pd.DataFrame(table.to_numpy(dtype=np.float64))  # seaborn needs no labels, and they may be of any type
    sns.heatmap(
        cells, ax=axes, cmap=ListedColormap([sentinel(name) for name in classes]),
        norm=BoundaryNorm(bounds, len(classes)), cbar=False,
        annot=cells.map(lambda value: f"{rounded(value):.0f}"), fmt="", linewidths=3, linecolor=sentinel("paper"),
        annot_kws={"fontsize": SIZE},
    )  # fmt: skip
    flat = table.to_numpy(dtype=np.float64).ravel()
    for text, value in zip(axes.texts, flat[np.isfinite(flat)], strict=True):
        text.set_color(sentinel(strong if value >= bounds[-2] else "ink"))
    for row, column in np.argwhere(np.isnan(cells.to_numpy())):
        axes.text(column + 0.5, row + 0.5, "–", ha="center", va="center", fontsize=SIZE, color=sentinel("muted"))
    axes.xaxis.tick_top()
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_xticklabels(shown, fontsize=SMALL, color=sentinel("muted"))
    axes.set_yticklabels(
        [wrapped(str(name), names) for name in table.index], rotation=0, fontsize=SIZE, color=sentinel("ink")
    )
    for at, line in enumerate(lines):
        axes.annotate(
            line, (0, 0), xycoords="axes fraction", xytext=(-names, -KEY * (at + 1)), textcoords="offset points",
            fontsize=SMALL, color=sentinel("muted"), annotation_clip=False,
        )  # fmt: skip
    return axes


def fitting(heads: Sequence[str], room: float, width: float) -> tuple[list[str], list[str]]:
    """The heads in two lines each; where one does not fit, numbers instead, with lines that say what they stand for.

    >>> fitting(["Sales", "Marketing"], 80, 300)
    (['Sales', 'Marketing'], [])
    >>> fitting(["Sales", "Marketing"], 40, 300)
    (['1', '2'], ['1 Sales, 2 Marketing'])
    """
    shown = [wrapped(head, room, size=SMALL) for head in heads]
    if all(text.replace("\n", " ") == head for text, head in zip(shown, heads, strict=True)):
        return shown, []
    lines: list[str] = []
    for number, head in enumerate(heads, start=1):
        part = shortened(f"{number} {head}", width - 8, size=SMALL) + ("," if number < len(heads) else "")
        if lines and text_width(f"{lines[-1]} {part}", SMALL) <= width:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return [str(number) for number in range(1, len(heads) + 1)], lines
