"""For analysts in JupyterLab: pick a KPI, a segment and a number of months; chart and verdict follow."""

import os
from dataclasses import replace
from typing import Any

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.kpi_section import xmr_figure
from saypro_analysis.show.readings import reading
from saypro_analysis.show.segments import segment_story
from saypro_analysis.show.story import tell
from saypro_analysis.show.words import STATUS, status_of

BATCH = "SAYPRO_BATCH"  # set by the monthly run for its notebooks
WHOLE = "all"
_MONTHS = (12, 24, 36)


def explore(analysis: Analysis) -> None:
    """Widgets to look around in an analysis; does nothing where nobody can use them, as in a batch run."""
    if not is_interactive() or not analysis.verdicts:
        return
    from IPython.display import display

    display(_panel(analysis))  # type: ignore[no-untyped-call]


def is_interactive() -> bool:
    """Whether a person sits at a notebook: a kernel with a front end, and not the monthly run or a plain executor.

    papermill and nbclient set no environment variable, but neither do they let a cell ask for input; JupyterLab does.
    """
    if os.environ.get(BATCH):
        return False
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    kernel = getattr(get_ipython(), "kernel", None)
    return bool(kernel is not None and getattr(kernel, "_allow_stdin", False))


def _panel(analysis: Analysis) -> Any:
    """The controls with what they show below them."""
    import ipywidgets as widgets

    kpis = {verdict.kpi.name: verdict.kpi.id for verdict in analysis.verdicts}
    kpi = widgets.Dropdown(options=list(kpis.items()), description="KPI")
    segment = widgets.Dropdown(options=[WHOLE], description="Segment")
    months = widgets.SelectionSlider(options=_MONTHS, value=24, description="Months")
    shown = widgets.HTML()

    def refresh(_change: Any = None) -> None:
        shown.value = exploration(analysis, kpi.value, segment.value, months.value).html

    def choose(_change: Any = None) -> None:
        segment.options = [WHOLE, *segment_names(analysis, kpi.value)]
        refresh()

    kpi.observe(choose, "value")
    segment.observe(refresh, "value")
    months.observe(refresh, "value")
    choose()
    return widgets.VBox([widgets.HBox([kpi, segment, months]), shown])


def segment_names(analysis: Analysis, kpi: str) -> list[str]:
    """The segments of a KPI, as "dimension: segment"."""
    held = analysis.month.monthly
    own = held["department"].eq(analysis.month.department.id) & held["kpi"].eq(kpi) & held["dimension"].ne("")
    pairs = held.loc[own, ["dimension", "segment"]].drop_duplicates().sort_values(["dimension", "segment"])
    return [f"{row.dimension}: {row.segment}" for row in pairs.itertuples(index=False)]


def exploration(analysis: Analysis, kpi: str, segment: str = WHOLE, months: int = 24) -> Fragment:
    """What the controls show: the chart of the KPI or one of its segments, and the verdict on the whole."""
    told = tell(analysis, next(verdict for verdict in analysis.verdicts if verdict.kpi.id == kpi))
    if segment != WHOLE:
        by, name = segment.split(": ", 1)
        told = segment_story(analysis, told, by, name)
    told = replace(told, length=months)
    status = STATUS[status_of(told.verdict)]
    figure = xmr_figure(told, name=f"explore-{kpi}")
    html = render("explore", name=told.kpi.name, segment=segment, status=status, figure=figure, reading=reading(told))
    return Fragment(html=f'<div class="saypro">{html}</div>', text=f"{told.kpi.name}: {status}")
