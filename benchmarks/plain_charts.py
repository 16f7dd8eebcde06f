"""The charts of a report as one would draw them in plain matplotlib: pyplot, its defaults, SVG."""

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure


def plain_control_chart(months: pd.DataFrame, title: str, width: float, height: float) -> str:
    """Values with signals, limits, average and target by month; ``months`` as from ``verdict.points``."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(width / 72, height / 72))
    x = np.arange(len(months))
    axes.fill_between(x, months["lower"], months["upper"], alpha=0.3, step="mid", label="Usual range")
    axes.plot(x, months["mean"], drawstyle="steps-mid", label="Average")
    axes.plot(x, months["target"], "--", color="black", label="Target")
    axes.plot(x, months["value"], "-", color="grey")
    for signal, marker in (("common", "o"), ("concerning", "s"), ("improving", "D")):
        held = (months["signal"] == signal).to_numpy()
        axes.plot(x[held], months["value"][held], marker, label=signal)
    axes.set_xticks(x[::3], [f"{month:%b %y}" for month in months["month"][::3]])
    axes.grid(axis="y")
    axes.set_title(title)
    axes.legend()
    return _svg(figure)


def plain_bars(labels: Sequence[str], starts: Sequence[float], sizes: Sequence[float], title: str, width: float) -> str:
    """Bars with their values beside them."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(width / 72, (12 + 42 * len(labels)) / 72))
    bars = axes.barh(labels, sizes, left=starts)
    axes.bar_label(bars, fmt="%.1f", padding=4)
    axes.axvline(0, color="black")
    axes.invert_yaxis()
    axes.set_title(title)
    return _svg(figure)


def _svg(figure: Figure) -> str:
    import matplotlib.pyplot as plt

    file = io.StringIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    return file.getvalue()
