"""results.xlsx holds the numbers of results.json, and nothing in it runs."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from saypro_analysis.publish.run import RunResult
from saypro_analysis.publish.workbook import sheets, write_workbook

pytestmark = pytest.mark.xdist_group("run")


@pytest.fixture(scope="module")
def document(published: RunResult) -> dict[str, Any]:
    """results.json of the sample company's October."""
    return dict(json.loads((published.folder / "results.json").read_text("utf-8")))


def _tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_same_figures(published: RunResult, document: dict[str, Any]) -> None:
    """Every cell of every sheet is what results.json has there; what is not known is empty."""
    tables = _tables(published.folder / "results.xlsx")
    expected = sheets(document)
    assert list(tables) == list(expected)
    assert {"Scorecard", "Changes", "Drivers", "Causes", "Evidence", "Actions", "Register", "Outcomes", "Months"} <= {
        *tables
    }
    for name, rows in expected.items():
        head, *cells = tables[name]
        assert list(head) == list(rows[0])
        for found, row in zip(cells, rows, strict=True):
            assert list(found) == [_cell(value) for value in row.values()]


def _cell(value: Any) -> Any:
    """What a cell holds: nothing for an empty text, a number to the 15 digits that a workbook keeps."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return pytest.approx(value, rel=1e-14, abs=1e-300) if number else None if value == "" else value


def test_drivers_add_up(published: RunResult) -> None:
    """The parts of each split in the sheet sum to the change that results.json gives for it."""
    document = json.loads((published.folder / "results.json").read_text("utf-8"))
    head, *rows = _tables(published.folder / "results.xlsx")["Drivers"]
    place = {name: at for at, name in enumerate(head)}
    for department, part in document["departments"].items():
        for kpi in part["kpis"]:
            for split in (
                *(kpi["drivers"] or {"splits": ()})["splits"],
                *(kpi["drivers"] or {"formula": ()})["formula"],
            ):
                key = (department, kpi["id"], split["basis"], split["dimension"] or None)
                held = [r[place["change"]] for r in rows if tuple(r[: place["method"]]) == key]
                assert sum(held) == pytest.approx(split["change"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "=HYPERLINK('x')", "＝1"])
def test_nothing_runs(tmp_path: Path, document: dict[str, Any], text: str) -> None:
    """A text from outside that a spreadsheet could take for a formula is kept as a text, behind an apostrophe."""
    hostile = json.loads(json.dumps(document))
    hostile["departments"]["sales"]["register"][0]["owner"] = text
    write_workbook(tmp_path / "book.xlsx", hostile)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Register"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).lstrip("'").strip() == text.strip()]
    assert (cell.value, cell.data_type) == (f"'{text}", "s")


def test_same_bytes(tmp_path: Path, document: dict[str, Any]) -> None:
    """The same numbers give the same file, whenever it is written."""
    write_workbook(tmp_path / "one.xlsx", document)
    write_workbook(tmp_path / "two.xlsx", document)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
