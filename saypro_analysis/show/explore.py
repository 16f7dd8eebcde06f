"""For analysts in JupyterLab: pick a KPI, a segment, months, and where the limits start; chart and verdict follow."""

import os
from dataclasses import replace
from typing import Any

from saypro_analysis.analysis import Analysis
from saypro_analysis.kpi import Baseline, Rebase
from saypro_analysis.panel import series
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.kpi_section import more_html, xmr_figure
from saypro_analysis.show.readings import reading
from saypro_analysis.show.segments import segment_story
from saypro_analysis.show.signal_words import LEAST
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.words import STATUS, status_of
from saypro_analysis.texts import later, t
from saypro_analysis.verdict import Verdict, judge_series, points_of

BATCH = "SAYPRO_BATCH"  # set by the monthly run for its notebooks
WHOLE = later("all")
AS_GIVEN = later("as in params")
_MONTHS = (12, 24, 36)


@in_company_language
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
    whole, given = (t(WHOLE), WHOLE), (t(AS_GIVEN), AS_GIVEN)
    kpi = widgets.Dropdown(options=list(kpis.items()), description=t("KPI"))
    segment = widgets.Dropdown(options=[whole], description=t("Segment"))
    months = widgets.SelectionSlider(options=_MONTHS, value=24, description=t("Months"))
    limits = widgets.Dropdown(options=[given, *_alike(limit_starts(analysis))], description=t("Limits from"))
    shown = widgets.HTML()

    def refresh(_change: Any = None) -> None:
        shown.value = exploration(analysis, kpi.value, segment.value, months.value, limits.value).html

    def choose(_change: Any = None) -> None:
        segment.options = [whole, *_alike(segment_names(analysis, kpi.value))]
        refresh()

    kpi.observe(choose, "value")
    segment.observe(refresh, "value")
    months.observe(refresh, "value")
    limits.observe(refresh, "value")
    choose()
    return widgets.VBox([widgets.HBox([kpi, segment, months, limits]), shown])


def _alike(names: list[str]) -> list[tuple[str, str]]:
    """Options of a list that are shown as they are."""
    return [(name, name) for name in names]


def limit_starts(analysis: Analysis) -> list[str]:
    """The months at which limits may start anew: those that leave enough months for limits, newest first."""
    last = analysis.month.month
    held = analysis.month.monthly["month"]
    return [str(month) for month in sorted(set(held[held <= last - (LEAST - 1)]), reverse=True)]


def segment_names(analysis: Analysis, kpi: str) -> list[str]:
    """The segments of a KPI, as "dimension: segment"."""
    held = analysis.month.monthly
    own = held["department"].eq(analysis.month.department.id) & held["kpi"].eq(kpi) & held["dimension"].ne("")
    pairs = held.loc[own, ["dimension", "segment"]].drop_duplicates().sort_values(["dimension", "segment"])
    return [f"{row.dimension}: {row.segment}" for row in pairs.itertuples(index=False)]


@in_company_language
def exploration(
    analysis: Analysis, kpi: str, segment: str = WHOLE, months: int = 24, start: str = AS_GIVEN
) -> Fragment:
    """What the controls show: the chart of the KPI or one of its segments, judged on its own months.

    ``start`` is the month from which its limits are computed anew, as if params had a rebase there.
    """
    verdict = next(verdict for verdict in analysis.verdicts if verdict.kpi.id == kpi)
    told = tell(analysis, _rebased(verdict, start))
    if segment != WHOLE:
        by, name = segment.split(": ", 1)
        told = segment_story(analysis, told, by, name)
    elif start != AS_GIVEN:
        told = judged_anew(analysis, told)
    told = replace(told, length=months)
    status = t(STATUS[status_of(told.verdict)])
    figure = xmr_figure(told, name=f"explore-{kpi}")
    html = render(
        "explore", name=told.kpi.name, segment=segment, status=status, figure=figure, reading=reading(told),
        more=more_html(told),
    )  # fmt: skip
    return Fragment(html=f'<div class="saypro">{html}</div>', text=f"{told.kpi.name}: {status}")


def judged_anew(analysis: Analysis, told: Told) -> Told:
    """The story of a KPI whose card was changed, judged by that card; without causes and actions."""
    held = series(analysis.month.monthly, told.kpi, until=analysis.month.month)
    verdict = judge_series(analysis.month, told.kpi, held)
    return replace(told, verdict=verdict, months=points_of(verdict, held), diagnosis=None, plan=None)


def _rebased(verdict: Verdict, start: str) -> Verdict:
    """The verdict with a card whose limits start anew in that month and nowhere else."""
    if start == AS_GIVEN:
        return verdict
    anew = Baseline(rebase=(Rebase(month=start, reason=t("tried out here")),), screen=verdict.kpi.baseline.screen)
    return replace(verdict, kpi=replace(verdict.kpi, baseline=anew))
