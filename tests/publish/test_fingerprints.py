"""What a page is made from: each part changes with what belongs to it, and with nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import DepartmentMonth, Params
from saypro_analysis.month import company_month
from saypro_analysis.publish import fingerprints
from saypro_analysis.publish.fingerprints import FREE, notebook_parts, overview_parts, page_parts, reasons

SPINE = (
    "from saypro_analysis.api import analyse, open_month, show_head\nthis_month = open_month(department, month, params)"
)


@pytest.fixture(scope="module")
def months(sample_params: Params, sample_snapshot: Snapshot) -> dict[str, DepartmentMonth]:
    """Every department's October 2026."""
    found = company_month(sample_params, sample_snapshot, pd.Period("2026-10", "M"), prepared="2026-11-04 07:30 UTC")
    return {name: one for name, one in found.items() if isinstance(one, DepartmentMonth)}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A plain notebook."""
    return _notebook(tmp_path / "sales.ipynb", SPINE, "show_head(analyse(this_month))")


def _notebook(path: Path, *sources: str) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]), path)
    return path


def _later(month: DepartmentMonth) -> DepartmentMonth:
    return replace(month, provenance={**month.provenance, "Prepared": "2027-01-01 00:00 UTC"})


def _other_value(month: DepartmentMonth) -> DepartmentMonth:
    table = month.monthly.copy()
    table.loc[table.index[0], "value"] += 1e-9
    return replace(month, monthly=table)


CHANGES: dict[str, tuple[str, Callable[[DepartmentMonth], DepartmentMonth]]] = {
    "the hour": ("", _later),
    "a value": ("data", _other_value),
    "a trend test": ("data", lambda m: replace(m, trend_p={**m.trend_p, "sales.revenue": 0.5})),
    "a target ahead": ("data", lambda m: replace(m, ahead=m.ahead.iloc[1:])),
    "the quality": ("data", lambda m: replace(m, quality=m.quality.iloc[1:])),
    "an observation": ("evidence", lambda m: replace(m, observations=m.observations[1:])),
    "an action": ("actions", lambda m: replace(m, register=m.register[1:])),
    "a name": ("params", lambda m: replace(m, department=replace(m.department, name="Sales team"))),
    "another's name": ("params", lambda m: replace(m, departments={**m.departments, "legal": "Legal"})),
    "the month before": ("data", lambda m: replace(m, before=None)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_part_changes_with_what_belongs_to_it(
    months: dict[str, DepartmentMonth], notebook: Path, change: str
) -> None:
    """A change of one thing changes its part; the time of the run changes none."""
    part, made = CHANGES[change]
    before, after = page_parts(months["sales"], notebook), page_parts(made(months["sales"]), notebook)
    changed = {name for name in before if before[name] != after[name]}
    assert (part in changed) if part else not changed
    if change != "the month before":
        assert changed <= {part}
    assert reasons(before, after) == tuple(f"{name} changed" for name in before if name in changed)


def test_the_same_month_has_the_same_parts(
    months: dict[str, DepartmentMonth], notebook: Path, sample_params: Params, sample_snapshot: Snapshot
) -> None:
    """Opened again it is the same, and every department's is its own."""
    again = company_month(sample_params, sample_snapshot, pd.Period("2026-10", "M"))
    for name, month in months.items():
        other = again[name]
        assert isinstance(other, DepartmentMonth)
        assert page_parts(month, notebook) == page_parts(other, notebook)
    assert len({page_parts(month, notebook)["data"] for month in months.values()}) == len(months)


def test_a_notebook_counts_by_its_cells(notebook: Path) -> None:
    """Saved outputs do not count; code, text and tags do."""
    before = notebook_parts(notebook)["notebook"]
    content: dict[str, Any] = json.loads(notebook.read_text("utf-8"))
    content["cells"][0] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}], "execution_count": 3}
    notebook.write_text(json.dumps(content), "utf-8")
    assert notebook_parts(notebook)["notebook"] == before
    content["cells"][0]["metadata"]["tags"] = ["remove-cell"]
    notebook.write_text(json.dumps(content), "utf-8")
    assert notebook_parts(notebook)["notebook"] not in (before, FREE)


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd",
        "from pathlib import Path",
        "rows = open('extra.csv').read()",
        "!curl example.org",
        "%run other.ipynb",
        "__import__('os').environ",
        "other = open_month('marketing', month, params)",
        "eval('1')",
        "1 +",
    ],
)
def test_a_notebook_that_could_read_more_is_never_up_to_date(tmp_path: Path, source: str) -> None:
    """What is not known to be in the parts could change unseen: such a page is made anew every time."""
    parts = notebook_parts(_notebook(tmp_path / "sales.ipynb", SPINE, source))
    assert parts["notebook"] == FREE
    assert reasons(parts, parts) == ("its notebook reads more than the run knows of",)


def test_code_and_versions_count(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of this package or of one it uses is another page."""
    before = notebook_parts(notebook)
    monkeypatch.setattr(fingerprints, "installed_code", lambda: "other")
    monkeypatch.setattr(fingerprints, "installed_versions", lambda: {"pandas": "9"})
    assert reasons(before, notebook_parts(notebook)) == ("code changed", "versions changed")


def test_an_overview_changes_with_any_department_and_with_what_is_missing(notebook: Path) -> None:
    """Its parts are those of the departments in their order, without their notebooks, and the reasons of the others."""
    one = {"sales": {"data": "a", "notebook": "x"}, "legal": {"data": "b", "notebook": "x"}}
    before = overview_parts(one, {}, notebook)
    assert overview_parts({name: {**parts, "notebook": "y"} for name, parts in one.items()}, {}, notebook) == before
    others = [
        overview_parts({**one, "sales": {"data": "c", "notebook": "x"}}, {}, notebook),
        overview_parts(dict(reversed(one.items())), {}, notebook),
        overview_parts(one, {"hr": "failed"}, notebook),
    ]
    assert before not in others
    assert [reasons(before, other) for other in others] == [("departments changed",)] * 2 + [("missing changed",)]
