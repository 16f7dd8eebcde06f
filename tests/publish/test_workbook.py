"""results.xlsx holds the numbers of results.json, and nothing in it runs."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from saypro_analysis.publish.run import RunResult
from saypro_analysis.publish.workbook import write_workbook

pytestmark = pytest.mark.xdist_group("run")


@pytest.fixture(scope="module")
def document(published: RunResult) -> dict[str, Any]:
    """results.json of the sample company's October."""
    return dict(json.loads((published.folder / "results.json").read_text("utf-8")))


def _tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_same_figures(published: RunResult, document: dict[str, Any]) -> None:
    """Every number of results.json stands in its sheet, under its name; what is not known is empty."""
    tables = _tables(published.folder / "results.xlsx")
    parts = list(document["departments"].values())
    kpis = [(part["department"], kpi) for part in parts for kpi in part["kpis"]]
    held: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
        "Causes": [(name, kpi["id"], cause) for name, kpi in kpis for cause in kpi["causes"]],
        "Actions": [(name, kpi["id"], action) for name, kpi in kpis for action in kpi["actions"]],
        "Months": [(name, kpi["id"], month) for name, kpi in kpis for month in kpi["series"]],
        "Register": [(part["department"], row["kpi"], row) for part in parts for row in part["register"]],
        "Outcomes": [(part["department"], row["kpi"], row) for part in parts for row in part["outcomes"]],
    }
    for sheet, items in held.items():
        head, *rows = tables[sheet]
        assert len(rows) == len(items)
        for row, (department, kpi, item) in zip(rows, items, strict=True):
            found = dict(zip(head, row, strict=True))
            assert (found["department"], found["kpi"]) == (department, kpi)
            for key in set(item) & set(found) - {"kpi", "joint", "recorded"}:
                assert found[key] == _cell(item[key]), (sheet, key)


def test_every_kpi_of_the_scorecard_and_every_piece_of_evidence(published: RunResult, document: dict[str, Any]) -> None:
    """As many rows as there are KPIs on scorecards, signs for and against, parts of splits, and changes."""
    tables = _tables(published.folder / "results.xlsx")
    parts = list(document["departments"].values())
    kpis = [kpi for part in parts for kpi in part["kpis"]]
    changes = [part["changes"] for part in parts]
    splits = [s for kpi in kpis if kpi["drivers"] for s in (*kpi["drivers"]["splits"], *kpi["drivers"]["formula"])]
    expected = {
        "Scorecard": sum(kpi["scorecard"] for kpi in kpis),
        "Evidence": sum(len(cause[side]) for kpi in kpis for cause in kpi["causes"] for side in ("for", "against")),
        "Drivers": sum(len(split["parts"]) for split in splits),
        "Changes": sum(len(held[key]) for held in changes for key in ("kpis", "causes", "due", "restated")),
    }
    assert {name: len(tables[name]) - 1 for name in expected} == expected


def test_columns_are_explained(published: RunResult) -> None:
    """The last sheet says what columns mean, and names none that is not there."""
    tables = _tables(published.folder / "results.xlsx")
    _, *rows = tables["Columns"]
    assert {"size", "rate", "mix", "kind", "telling", "gap"} <= {column for _, column, _ in rows}
    assert all(column in tables[sheet][0] and meaning for sheet, column, meaning in rows)


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
                held = [r[place["change"]] for r in rows if (r[0], r[1], r[3], r[4]) == key]
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
