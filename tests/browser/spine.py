"""A notebook's cells run in this process, without a kernel, and exported: the pages that the monthly run would make."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from saypro_analysis import api
from saypro_analysis.analysis import Analysis
from saypro_analysis.month import CompanyMonth
from saypro_analysis.publish.html import HIDDEN_TAGS, export_html
from saypro_analysis.publish.notebook import department_cells, make_notebook, overview_cells
from saypro_analysis.show.results import RESULTS_MIME

Page = tuple[str, Mapping[str, Any]]  # the HTML, and the numbers that the notebook puts out


def department_page(analysis: Analysis, notebook: Path | None = None) -> Page:
    """The page of a department, by its own notebook or else by the spine that all share."""
    department = analysis.month.department
    held = _read(notebook) if notebook else make_notebook(department_cells(department.id, department.name))
    return _run(held, {"story": analysis})


def overview_page(company: CompanyMonth, notebook: Path | None = None) -> Page:
    """The page of the overview."""
    return _run(_read(notebook) if notebook else make_notebook(overview_cells()), {"company": company})


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _run(notebook: Any, held: Mapping[str, Any]) -> Page:
    """Run what shows something; what opens and analyses the month is done already, in ``held``."""
    names = {name: getattr(api, name) for name in api.__all__} | dict(held)
    numbers: Mapping[str, Any] = {}
    for cell in notebook.cells:
        tags = HIDDEN_TAGS & set(cell.metadata.get("tags", ()))
        if cell.cell_type != "code" or tags or _opens(cell.source):
            continue
        shown = [eval(compile(ast.Expression(part), "cell", "eval"), names) for part in _expressions(cell.source)]
        cell.outputs = [_output(result) for result in shown]
        numbers = next((o.data[RESULTS_MIME] for o in cell.outputs if RESULTS_MIME in o.data), numbers)
    return export_html(notebook), numbers


def _opens(source: str) -> bool:
    return "import" in source or source.startswith("story = ")


def _expressions(source: str) -> Iterable[ast.expr]:
    """The calls of a cell; a cell of the report holds nothing else."""
    for part in ast.parse(source).body:
        assert isinstance(part, ast.Expr), source
        yield part.value


def _output(result: Any) -> Any:
    bundle = result._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata)
