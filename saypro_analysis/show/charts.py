"""Charts: data first, ``ax=None``, the Axes returned. Colours are sentinels (``tokens``).

Drawing is kept cheap: a Figure without pyplot, fixed ticks, fixed margins, no tight bounding box.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from babel.dates import format_date

from saypro_analysis.show.chart_ahead import ahead_column, draw_ahead, draw_rebases, head_words
from saypro_analysis.show.chart_axes import NARROW, WIDE, new_axes, shown_limits, value_ticks
from saypro_analysis.show.chart_labels import along, free_place, spread
from saypro_analysis.show.label_room import LARGE, SIZE, SMALL, text_width
from saypro_analysis.show.outlook_words import estimate_text
from saypro_analysis.show.story import Told
from saypro_analysis.show.tokens import sentinel
from saypro_analysis.texts import language, t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {"common": ("o", 5.5, "common"), "neutral": ("o", 5.5, "line"), "concerning": ("s", 7.0, "concern")}
_MARKS["improving"] = ("D", 6.3, "good")
_MOST_BESIDE = 180  # pixels beside the axes
Floats = npt.NDArray[np.float64]


def xmr_chart(told: Told, *, narrow: bool = False, ax: "Axes | None" = None) -> "Axes":
    """A KPI by month: usual range and average, target, the points that are unlike the rest by colour and shape, and
    the forecast."""
    shown = told.shown
    left = 14 + round(max(text_width(label, SMALL) for _, label in value_ticks(told, shown)))
    beside = max((text_width(words, SIZE, bold=bold) for _, words, bold in end_texts(told)), default=0.0)
    right = 16 if narrow else 14 + min(round(beside), _MOST_BESIDE)
    axes = ax or new_axes(NARROW if narrow else WIDE, left=left, right=right, top=26, bottom=28)
    x = np.arange(len(shown))
    _scale(axes, told, shown)
    _draw_range(axes, told, shown, x)
    _draw_target(axes, told)
    draw_rebases(axes, told)
    draw_ahead(axes, told)
    axes.plot(x, shown["value"], color=sentinel("line"), linewidth=1.7, zorder=3, solid_joinstyle="round")
    for signal, (marker, size, color) in _MARKS.items():
        held = (shown["signal"] == signal).to_numpy()
        axes.plot(
            x[held], shown["value"][held], marker, markersize=size, color=sentinel(color), zorder=4,
            markeredgecolor=sentinel("paper"), markeredgewidth=0.8, linestyle="none",
        )  # fmt: skip
    _month_ticks(axes, told, every=6 if narrow else 3, narrow=narrow)
    if not narrow:
        _label_ends(axes, told)
    _label_last(axes, told, narrow=narrow)
    head_words(axes, told)
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


def _draw_target(axes: "Axes", told: Told) -> None:
    """The target by month, through the coming months as far as it is known."""
    for name in ("target", "target_upper"):
        line = target_line(told, name)
        if not np.isfinite(line).any():
            continue
        edges = np.arange(len(line) + 1) - 0.5
        axes.plot(
            edges, np.append(line, line[-1]), drawstyle="steps-post", color=sentinel("target"), linewidth=1.5,
            dashes=(4, 2.6), zorder=2.5,
        )  # fmt: skip


def target_line(told: Told, name: str) -> Floats:
    """The target (or its upper bound) of every month shown and every month forecast."""
    return np.append(told.shown[name].to_numpy(dtype=np.float64), ahead_column(told, name))


def _label_ends(axes: "Axes", told: Told) -> None:
    """Right of the axes: target and forecast where they end, moved apart where they would cover each other."""
    texts, ends = end_texts(told), len(told.shown) + len(told.verdict.outlook.months) - 0.5
    heights = [float(axes.transData.transform((ends, level))[1]) for level, _, _ in texts]
    for (level, words, bold), height, moved in zip(texts, heights, spread(heights, apart=16.0), strict=True):
        axes.annotate(
            words, (ends, level), xytext=(8, moved - height), textcoords="offset pixels", va="center",
            annotation_clip=False, fontsize=SIZE, fontweight=700 if bold else 400,
            color=sentinel("ink" if bold else "muted"),
        )  # fmt: skip


def end_texts(told: Told) -> list[tuple[float, str, bool]]:
    """What is written right of the axes: at which level, the words, and whether in bold."""
    ahead, texts = told.verdict.outlook.months, []
    for name in ("target", "target_upper"):
        line = target_line(told, name)
        known = np.flatnonzero(np.isfinite(line))
        if len(known):
            level = float(line[known[-1]])
            text = told.numbers.value(told.kpi, level)
            words = t("Target {target}", target=text)
            if known[-1] >= len(told.shown) and level != told.shown[name].iloc[-1]:
                month = _short(ahead[known[-1] - len(told.shown)].month)
                words = t("{target} in {month}", target=text, month=month)
            texts.append((level, words, True))
    if ahead:
        last = ahead[-1]
        value = estimate_text(told, last.value, last.low, last.high)[0]
        texts.append((last.value, f"{_short(last.month)} {value}", False))
    return texts


def _short(month: pd.Period) -> str:
    """The month as short as the language has it: "Oct"."""
    return str(format_date(month.to_timestamp().date(), "LLL", locale=language())).rstrip(".")


def _scale(axes: "Axes", told: Told, shown: pd.DataFrame) -> None:
    low, high = shown_limits(told, shown)
    axes.set_ylim(low, high)
    axes.set_xlim(-0.8, max(len(shown) + len(told.verdict.outlook.months), 2) - 0.2)
    ticks = value_ticks(told, shown)
    axes.set_yticks([tick for tick, _ in ticks], [label for _, label in ticks])
    axes.grid(axis="y", color=sentinel("rule"), linewidth=0.8)
    axes.set_axisbelow(True)


def _month_ticks(axes: "Axes", told: Told, *, every: int, narrow: bool) -> None:
    """Names of months, counted back from the latest; in a narrow chart from the last one forecast, for its room."""
    ahead = [part.month for part in told.verdict.outlook.months]
    months = [*told.shown["month"], *ahead]
    last = len(months) - 1 if narrow or not ahead else len(months) - 1 - len(ahead) % every
    places = list(range(last, -1, -every))[::-1]
    axes.set_xticks(places, [f"{_short(months[place])} {months[place].year % 100:02d}" for place in places])


def _label_last(axes: "Axes", told: Told, *, narrow: bool) -> None:
    """The latest value, beside its point where that is free, else where it covers least."""
    shown, ahead = told.shown, told.verdict.outlook.months
    held = np.flatnonzero(shown["value"].notna().to_numpy())
    if not len(held):
        return
    at, size = int(held[-1]), LARGE
    value = float(shown["value"].iloc[at])
    text = told.numbers.value(told.kpi, value)
    line = np.append(shown["value"].to_numpy(dtype=np.float64), ahead_column(told, "value"))
    x = np.arange(len(line), dtype=np.float64)
    drawn = np.concatenate(
        [along(x, line), *(along(x, target_line(told, name)) for name in ("target", "target_upper"))]
    )
    room = at == len(shown) - 1 and not narrow and not ahead
    if room:
        ends = [target_line(told, name)[-1] for name in ("target", "target_upper")]
        low, high = axes.get_ylim()
        room = all(not np.isfinite(end) or abs(end - value) > 0.09 * (high - low) for end in ends)
    place = free_place(axes, (float(at), value), text, size, drawn, room=room)
    axes.annotate(
        text, (float(at), value), xytext=(place.dx, place.dy), textcoords="offset points", ha=place.side,
        va=place.level, color=sentinel("ink"), fontsize=size, fontweight=700, zorder=6, annotation_clip=False,
    )  # fmt: skip
