"""The spine that all department notebooks share, as cells; ``saypro new department`` writes it for a new one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat

NOTEBOOK_ONLY = "notebook-only"  # for analysts in JupyterLab: not in the report

_DEPARTMENT_NAMES = (
    "analyse", "explore", "export_results", "open_month", "show_changes", "show_head", "show_method", "show_missed",
    "show_progress", "show_scorecard", "show_watch_list", "use_report_style",
)  # fmt: skip
_OVERVIEW_NAMES = (
    "export_overview", "open_company", "show_all_missed", "show_causes", "show_decisions", "show_departments",
    "show_earlier_months", "show_matrix", "show_overview_changes", "show_overview_head", "show_overview_method",
    "show_targets_by_month", "use_report_style",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a notebook."""

    kind: str  # "code" or "markdown"
    source: str
    tags: tuple[str, ...] = ()


def department_cells(department: str, name: str, *, free: tuple[Cell, ...] = ()) -> tuple[Cell, ...]:
    """The cells of a department's notebook; ``free`` is what this department watches beside the common part."""
    return (
        _note(
            f"# {name}",
            f"Which KPIs of {name} fall short in the month, why, and what to do. Executives read the report that is",
            "made of this notebook; analysts work here: change a line, run it, and see the report change.",
        ),
        _parameters(f'department = "{department}"', 'month = "latest"  # or a month such as "2026-10"'),
        _code(f"{_imports(_DEPARTMENT_NAMES, free)}\n\nthis_month = open_month(department, month, params)"),
        _code("use_report_style()", NOTEBOOK_ONLY),
        _note(
            "## The analysis",
            "Gap, limits, trend, outlook and year end of every KPI; the causes that the signs point to; what to do.",
        ),
        _code("story = analyse(this_month)"),
        _note("## The report"),
        _code("show_head(story)"),
        _code("show_scorecard(story)"),
        _code("show_changes(story)"),
        _code("show_missed(story)"),
        _code("show_watch_list(story)"),
        _code("show_progress(story)"),
        _note(
            f"## What {name} watches",
            "This part is free: add what the department looks at, with text in between. Text cells without the tag",
            "`notebook-only` are printed in the report.",
        ),
        *free,
        _note("## Data and method"),
        _code("show_method(story)"),
        _note(
            "## Explore",
            "Pick a KPI, a segment and a number of months; chart and verdict follow. None of this is in the report.",
        ),
        _code("explore(story)", NOTEBOOK_ONLY),
        _note("## The numbers of the report, for results.json and scorecard.csv"),
        _code("export_results(story)"),
    )


def overview_cells() -> tuple[Cell, ...]:
    """The cells of the overview's notebook."""
    return (
        _note(
            "# Overview",
            "All departments in one month: what is missed, where, and which causes they share. The run makes",
            "`index.html` of it.",
        ),
        _parameters(
            'month = "latest"  # or a month such as "2026-10"',
            "missing = {}  # department -> why its report could not be made; the monthly run fills it in",
        ),
        _code(f"{_imports(_OVERVIEW_NAMES, ())}\n\ncompany = open_company(month, params, missing=missing)"),
        _code("use_report_style()", NOTEBOOK_ONLY),
        _note("## The report"),
        _code("show_overview_head(company.analyses, company.month, company.missing)"),
        _code("show_decisions(company.analyses)"),
        _code("show_departments(company.analyses, company.missing)"),
        _code("show_overview_changes(company.analyses)"),
        _code("show_all_missed(company.analyses)"),
        _code("show_matrix(company.analyses)"),
        _code("show_causes(company.analyses)"),
        _code("show_targets_by_month(company.analyses)"),
        _code("show_earlier_months(company.analyses)"),
        _code("show_overview_method(company.analyses)"),
        _note("## The numbers of the report"),
        _code("export_overview(company.analyses, company.month, company.missing)"),
    )


def make_notebook(cells: tuple[Cell, ...]) -> Any:
    """A notebook of these cells, without outputs, with stable cell ids."""
    nodes = []
    for position, cell in enumerate(cells):
        new: Callable[..., Any] = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        nodes.append(new(cell.source, id=str(position), metadata={"tags": list(cell.tags)} if cell.tags else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata: dict[str, Any] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=nodes, metadata=metadata)


def _code(source: str, *tags: str) -> Cell:
    return Cell(kind="code", source=source, tags=tags)


def _note(title: str, *lines: str) -> Cell:
    text = title + ("\n\n" + "\n".join(lines) if lines else "")
    return Cell(kind="markdown", source=text, tags=(NOTEBOOK_ONLY,))


def _parameters(*lines: str) -> Cell:
    where = 'params = "params"  # the folder of params, here or above'
    return Cell(kind="code", source="\n".join([*lines, where]), tags=("parameters",))


def _imports(names: tuple[str, ...], free: tuple[Cell, ...]) -> str:
    wanted = {*names, *(cell.source.split("(")[0] for cell in free if cell.kind == "code")}
    return "from saypro_analysis.api import (\n" + "".join(f"    {name},\n" for name in sorted(wanted)) + ")"
