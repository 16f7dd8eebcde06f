"""The pages of a company's month without kernels: what the show_* cells of the notebooks show, as blocks of prose."""

import json
from collections.abc import Iterator

import pandas as pd
from prose_pages import Block, blocks_of
from prose_quotes import quotes
from prose_rules import OVERVIEW, Page

from saypro_analysis import api
from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params, Published
from saypro_analysis.month import CompanyMonth, department_month
from saypro_analysis.publish.notebook import department_cells, overview_cells
from saypro_analysis.show.results import RESULTS_MIME

Prose = tuple[Page, list[Block]]


def published(snapshot: Snapshot, month: pd.Period) -> Published:
    """What the last report had: of the month before last, three values of which were lower."""
    held = snapshot.monthly
    held = held[(held["dimension"] == "") & (held["month"] < month - 1)]
    values = held[["department", "kpi", "month", "value"]].copy()
    values.loc[values["month"].isin([month - 3, month - 2]) & values["kpi"].eq("revenue"), "value"] *= 0.9
    values.loc[values["month"].eq(month - 5) & values["kpi"].eq("csat"), "value"] -= 0.02
    return Published(month=month - 2, as_of=f"{(month - 2).end_time:%Y-%m-%d}", values=values)


def fragments(cells: tuple, **names: object) -> str:
    """What the show_* cells of a notebook show, as HTML, without a kernel."""
    shown = [cell.source for cell in cells if cell.kind == "code" and cell.source.startswith("show_")]
    return "\n".join(eval(source, {**vars(api), **names}).html for source in shown)


def results_of(shown: object) -> dict:
    """Results as results.json holds them."""
    return json.loads(json.dumps(shown._repr_mimebundle_()[RESULTS_MIME], allow_nan=False))


def pages_of(params: Params, snapshot: Snapshot, month: pd.Period) -> Iterator[tuple[str, Prose]]:
    """Each department's page of a month, and the overview, with what they may tell from."""
    last = published(snapshot, month)
    stories = {
        name: analyse(department_month(params, snapshot, name, month, published=last)) for name in params.departments
    }
    return pages(params, stories, month)


def pages(params: Params, stories: dict[str, Analysis], month: pd.Period):
    """Each department's page and the overview, as blocks of prose with what they may tell from."""
    results = {name: results_of(api.export_results(story)) for name, story in stories.items()}
    for name, story in stories.items():
        html = fragments(department_cells(name, params.departments[name].name), story=story)
        own = {name: results[name]}
        yield name, (Page(params=params, results=own, quoted=quotes(params, own)), blocks_of(html))
    company = CompanyMonth(month=month, analyses=tuple(stories.values()), missing={})
    html = fragments(overview_cells(), company=company)
    own = results_of(api.export_overview(company.analyses, month, {}))
    page = Page(params=params, results=results, overview=own, quoted=quotes(params, results))
    yield OVERVIEW, (page, blocks_of(html))
