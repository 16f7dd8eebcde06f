"""Small marks in table cells, as paths in an SVG template: a figure for each would cost a thousand times as much."""

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from saypro_analysis.show.chart_words import spark_title
from saypro_analysis.show.fragment import render
from saypro_analysis.show.stated import stated
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import status_of

SPARK = (132.0, 34.0)  # CSS pixels
BULLET = (150.0, 22.0)
BULLET_END = 1.6  # of the target: the same scale in all rows
HATCH = (7, 4)  # how wide a stroke is, and how far apart
Floats = npt.NDArray[np.float64]


def sparkline(told: Told, *, prefix: str) -> Markup:
    """The months as a line with usual range, target and marked points; its title gives first, last, extremes."""
    shown = told.shown
    values = shown["value"].to_numpy(dtype=np.float64)
    drawn = [values, *(shown[name].to_numpy(dtype=np.float64) for name in ("target", "target_upper"))]
    bounds = np.array([[told.possible(float(v)) for v in shown[name]] for name in ("lower", "upper")])
    held = np.concatenate([*drawn, bounds.ravel()])
    held = held[np.isfinite(held)]
    low, high = (float(held.min()), float(held.max())) if len(held) else (0.0, 1.0)
    y = _Scale(low, high, SPARK[1] - 4, 4)
    x = np.linspace(4, SPARK[0] - 6, len(shown)) if len(shown) > 1 else np.array([SPARK[0] - 6])
    marks = [
        (round(float(x[i]), 1), y.of(values[i]), signal, i == len(values) - 1)
        for i, signal in enumerate(shown["signal"])
        if np.isfinite(values[i]) and (signal in ("concerning", "improving") or i == len(values) - 1)
    ]
    band = None
    if len(shown) and np.isfinite(bounds[:, -1]).all():
        band = (y.of(bounds[1, -1]), round(y.of(bounds[0, -1]) - y.of(bounds[1, -1]), 1))
    targets = [y.of(line[-1]) for line in drawn[1:] if len(line) and np.isfinite(line[-1])]
    ends = values[np.isfinite(values)][[0, -1]] if np.isfinite(values).any() else ()
    return render(
        "spark", name=f"{prefix}-spark", title=spark_title(told), path=_path(x, values, y), marks=marks, band=band,
        targets=targets, size=SPARK, stated=stated("months", *ends),
    )  # fmt: skip


class _Scale:
    """From a value to a pixel, low values at the bottom."""

    def __init__(self, low: float, high: float, bottom: float, top: float) -> None:
        self._low, self._span = low, (high - low) or 1.0
        self._bottom, self._height = bottom, bottom - top

    def of(self, value: float) -> float:
        return round(self._bottom - (float(value) - self._low) / self._span * self._height, 1)


def _path(x: Floats, values: Floats, y: _Scale) -> str:
    """A path through the months that have a value; a missing month breaks it."""
    parts, pen = [], "M"
    for place, value in zip(x, values, strict=True):
        if np.isfinite(value):
            parts.append(f"{pen}{place:.1f} {y.of(value)}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def bullet(told: Told) -> Markup:
    """The actual as a bar on 0 to 160 % of the target, with the side that meets it; empty where that has no meaning."""
    gap, kpi = told.verdict.gap, told.kpi
    base = gap.target if kpi.better != "inside" else (gap.target_upper if gap.target_upper is not None else gap.target)
    if gap.actual is None or base is None or base <= 0 or gap.actual < 0:
        return Markup("")
    width = BULLET[0] / BULLET_END
    low = 0.0 if gap.target is None or kpi.better == "lower" else max(gap.target / base, 0.0)
    high = BULLET_END if kpi.better == "higher" or (kpi.better == "inside" and gap.target_upper is None) else 1.0
    state = {"missed": "concern", "at risk": "risk", "watch": "watch"}.get(status_of(told.verdict), "good")
    bar = round(width * min(gap.actual / base, BULLET_END), 1)
    ticks = sorted({round(width * bound / base, 1) for bound in (gap.target, gap.target_upper) if bound is not None})
    return render(
        "bullet", zone=(round(width * low, 1), round(width * (high - low), 1)), ticks=ticks, size=BULLET,
        bar=bar, beyond=gap.actual / base > BULLET_END, state=state, hatch=_hatch(bar) if state == "risk" else "",
    )  # fmt: skip


def _hatch(bar: float) -> str:
    """Strokes across a bar as long as they fit, bottom left to top right: what is at risk."""
    return "".join(f"M{at} 14l6 -6" for at in range(1, int(bar - HATCH[0]), HATCH[1]))


def evidence_bar(score: int) -> Markup:
    """0 to 100 on a track; from half on in ink."""
    return render("evidence_bar", length=round(1.5 * max(0, min(score, 100)), 1), strong=score >= 50)
