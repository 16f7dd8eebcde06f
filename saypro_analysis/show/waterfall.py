"""The waterfall of a gap: what each segment or factor adds to it or takes from it, from zero to the whole.

A bar that makes matters worse runs right, one that helps runs left; the last bar is the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saypro_analysis.show.chart_axes import NARROW, WIDE, new_axes
from saypro_analysis.show.label_room import SIZE, SMALL, shortened, text_width
from saypro_analysis.show.tokens import sentinel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, HEIGHT = 42, 0.5  # pixels of a row, and the part of it that the bar takes
NAMES_WIDE, NAMES_NARROW = 220, 128  # pixels for the labels, at most


@dataclass(frozen=True, kw_only=True)
class Bar:
    """From ``start`` to ``end``, where more is worse.

    ``text`` is written beside the bar, ``sub`` below its label, ``short`` instead of it in the narrow chart.
    """

    label: str
    sub: str = ""
    short: str = ""
    start: float
    end: float
    text: str
    total: bool = False


def stack(sizes: Sequence[float]) -> list[tuple[float, float]]:
    """Where each bar starts and ends when they stand one after the other.

    >>> stack([2.0, 1.0, -0.5])
    [(0.0, 2.0), (2.0, 3.0), (3.0, 2.5)]
    """
    places, at = [], 0.0
    for size in sizes:
        places.append((at, at + size))
        at += size
    return places


def waterfall_chart(bars: Sequence[Bar], *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """The bars from top to bottom, joined by thin lines; the labels beside them carry all values."""
    subs = [bar.short if narrow else bar.sub for bar in bars]
    widest = max(*(text_width(bar.label, bold=bar.total) for bar in bars), *(text_width(sub, SMALL) for sub in subs))
    left = 11 + int(min(widest, NAMES_NARROW if narrow else NAMES_WIDE))
    right = 12 + round(max(text_width(bar.text, bold=True) for bar in bars))
    size = (NARROW[0] if narrow else WIDE[0], 12 + ROW * len(bars))
    axes = ax or new_axes(size, left=left, right=right, top=6, bottom=6)
    ends = [edge for bar in bars for edge in (bar.start, bar.end)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    axes.set_xlim(low, high if high > low else low + 1.0)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    for place, (bar, sub) in enumerate(zip(bars, subs, strict=True)):
        color = "ink" if bar.total else "concern" if bar.end > bar.start else "good"
        axes.barh(place, bar.end - bar.start, left=bar.start, height=HEIGHT, color=sentinel(color))
        _words(axes, place, bar, sub, left=left)
        if place + 1 < len(bars):
            axes.plot([bar.end, bar.end], [place + HEIGHT / 2, place + 1 - HEIGHT / 2], color=sentinel("line"), lw=0.9)
    axes.axvline(0, color=sentinel("line"), linewidth=0.9)
    return axes


def _words(axes: "Axes", place: int, bar: Bar, sub: str, *, left: int) -> None:
    """The label and what stands below it at the left edge, and the value behind the bar's right end."""
    _beside(axes, shortened(bar.label, left - 10), (2 - left, 7 if sub else 0), place, bold=bar.total)
    if sub:
        _beside(axes, shortened(sub, left - 10, size=SMALL), (2 - left, -8), place, size=SMALL, color="muted")
    axes.annotate(
        bar.text, (_clear_of(axes, bar), place), xytext=(7, 0), textcoords="offset points", va="center", fontsize=SIZE,
        fontweight=700, color=sentinel("ink"), annotation_clip=False,
    )  # fmt: skip


def _beside(
    axes: "Axes", text: str, offset: tuple[int, int], place: int, *, size: float = SIZE, color: str = "ink",
    bold: bool = False,
) -> None:  # fmt: skip
    axes.annotate(
        text, (0, place), xycoords=axes.get_yaxis_transform(), xytext=offset, textcoords="offset points", va="center",
        fontsize=size, fontweight=700 if bold else 400, color=sentinel(color), annotation_clip=False,
    )  # fmt: skip


def _clear_of(axes: "Axes", bar: Bar) -> float:
    """The right end of a bar; beyond the line at zero where the text would be struck by it."""
    end = max(bar.start, bar.end)
    low, high = axes.get_xlim()
    reach = end + (7 + text_width(bar.text, bold=True)) * (high - low) / axes.get_window_extent().width
    return 0.0 if end < 0 <= reach else end
