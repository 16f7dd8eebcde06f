"""Stored notebooks are thin: the story of a report, told with the names of api.py, and nothing computed in them."""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from saypro_analysis import api
from saypro_analysis.kpi import Params
from saypro_analysis.publish.notebook import Cell, department_cells, make_notebook, overview_cells

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEPARTMENTS = sorted(path.stem for path in (ROOT / "params" / "departments").glob("*.yml"))
#: Whatever decides, repeats or defines: that belongs into the package, where it is tested.
_LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.While, ast.If,
    ast.IfExp, ast.Match, ast.Try, ast.With, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BoolOp,
    ast.Compare, ast.BinOp, ast.Delete, ast.Assert, ast.Raise,
)  # fmt: skip

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def _cells(path: Path) -> list[Cell]:
    return _as_cells(nbformat.read(path, as_version=4))


def _as_cells(notebook: Any) -> list[Cell]:
    return [
        Cell(kind=cell.cell_type, source=cell.source, tags=tuple(cell.metadata.get("tags", ())))
        for cell in notebook.cells
    ]


def _code(path: Path) -> ast.Module:
    return ast.parse("\n".join(cell.source for cell in _cells(path) if cell.kind == "code"))


def test_there_is_one_for_every_department() -> None:
    """A notebook for each params/departments/*.yml, and the overview."""
    assert [path.stem for path in PATHS] == sorted([*DEPARTMENTS, "overview"])


@every_notebook
def test_they_are_stored_without_outputs(path: Path) -> None:
    """No output, no count, no widget state, and no metadata but kernel, language and tags."""
    notebook = json.loads(path.read_text("utf-8"))
    assert set(notebook["metadata"]) <= {"kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


@every_notebook
def test_they_have_one_cell_of_parameters(path: Path) -> None:
    """Exactly one, with assignments of literals only: whoever runs the notebook can replace each of them."""
    found = [cell for cell in _cells(path) if "parameters" in cell.tags]
    assert [cell.kind for cell in found] == ["code"]
    names = []
    for line in ast.parse(found[0].source).body:
        assert isinstance(line, ast.Assign)
        ast.literal_eval(line.value)
        names += [target.id for target in line.targets if isinstance(target, ast.Name)]
    last = "missing" if path.stem == "overview" else "department"
    assert sorted(names) == sorted(["month", "params", last])


@every_notebook
def test_they_import_the_api_and_nothing_else(path: Path) -> None:
    """Every import is from saypro_analysis.api, by names that it offers; all of them are used."""
    tree = _code(path)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [node.module for node in imports] == ["saypro_analysis.api"]
    names = [name.name for node in imports for name in node.names]
    assert set(names) <= set(api.__all__)
    assert sorted(names) == sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & set(api.__all__))


@every_notebook
def test_they_hold_no_logic(path: Path) -> None:
    """No function, class, loop, comprehension, condition or lambda, and nothing is calculated."""
    assert [type(node).__name__ for node in ast.walk(_code(path)) if isinstance(node, _LOGIC)] == []


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_departments_share_one_spine(department: str, sample_params: Params) -> None:
    """Each is what `saypro new department` would write, apart from the free part of what the department watches."""
    name = sample_params.departments[department].name
    cells = _cells(ROOT / "notebooks" / f"{department}.ipynb")
    sources = [cell.source for cell in cells]
    start = next(n for n, source in enumerate(sources) if source.startswith(f"## What {name} watches\n"))
    free = tuple(cells[start + 1 : sources.index("## Data and method")])
    assert cells == _as_cells(make_notebook(department_cells(department, name, free=free)))


def test_the_overview_is_as_the_package_has_it() -> None:
    """overview.ipynb is what overview_cells gives."""
    assert _cells(ROOT / "notebooks" / "overview.ipynb") == _as_cells(make_notebook(overview_cells()))
