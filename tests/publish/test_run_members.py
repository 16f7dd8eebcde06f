"""``saypro run --by region``: every member of a dimension is a company of its own, from data to published pages."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from tiny_project import DEPARTMENTS, MONTH, faults_of, hashes, order, tiny_project

from saypro_analysis.publish.raw import raw_inputs
from saypro_analysis.publish.run import run
from saypro_analysis.publish.runs import unchanged_since
from saypro_analysis.publish.verify import verify_months

pytestmark = pytest.mark.xdist_group("run members")
NAMES = ("North", "South", "../../Out & <b>away</b>\x1b[2J")
SLUGS = {"North": "north", "South": "south", NAMES[2]: "out-b-away-b-2j"}
GONE = "2026-08"  # the last month in which service has a record of South


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company by region, with what it published for three months."""
    root = tiny_project(tmp_path_factory.mktemp("tiny"))
    for number, name in enumerate(DEPARTMENTS):
        _records(name, number).to_csv(root / "exports" / f"{name}.csv", index=False)
        path = root / "params" / "departments" / f"{name}.yml"
        department = json.loads(path.read_text("utf-8"))
        amount, kpi = department["measures"]["amount"], department["kpis"]["amount"]
        department["measures"]["records"] = {**amount, "value": "count(*)"}
        del kpi["measure"]
        kpi |= {"ratio": {"numerator": "amount", "denominator": "records"}, "segments": ["region"]}
        path.write_text(json.dumps(department), "utf-8")
    _fail_for(root, "sales", "Out")
    result = run(order(root, by="region", month=f"{GONE}..{MONTH}", jobs=2, force=False))
    assert result.exit_code == 1
    return root


def _records(department: str, seed: int) -> pd.DataFrame:
    days = pd.period_range(end=MONTH, periods=24, freq="M").to_timestamp(how="end").strftime("%Y-%m-%d")
    table = pd.DataFrame([(day, name) for day in days for name in NAMES for _ in range(3)], columns=["day", "region"])
    table["amount"] = np.random.default_rng(seed).normal(100, 5, len(table)).round(3)
    late = table["day"].str[:7].gt(GONE) & table["region"].eq("South")
    return table[~late] if department == "service" else table


def _fail_for(root: Path, department: str, word: str) -> None:
    path = root / "notebooks" / f"{department}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(-1, nbformat.v4.new_code_cell(f"assert {word!r} not in this_month.department.name"))
    nbformat.write(notebook, path)


def _month(root: Path, member: str, month: str = MONTH) -> Path:
    place = next(path for path in (root / "reports" / "region").iterdir() if path.name.startswith(SLUGS[member]))
    return place / month


def _results(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "results.json").read_text("utf-8"))["departments"])


@pytest.mark.parametrize("member", NAMES[:2])
def test_numbers_are_those_of_the_members_own_records(project: Path, member: str) -> None:
    """The average of the records in the files, reckoned here by pandas, with the company's target."""
    for name, part in _results(_month(project, member)).items():
        records = pd.read_csv(project / "exports" / f"{name}.csv")
        own = records[records["region"].eq(member) & records["day"].str.startswith(MONTH)]
        [kpi] = part["kpis"]
        assert kpi["actual"] == pytest.approx(own["amount"].mean(), rel=1e-12)
        assert kpi["target"] == 110


def test_every_month_of_every_member_is_whole(project: Path) -> None:
    """All files as the manifests say, every page as its numbers; nothing lies outside the places."""
    assert sorted(path.name for path in project.iterdir()) == ["exports", "notebooks", "params", "reports"]
    months = verify_months(project / "reports")
    assert len(months) == 9
    assert [month for month in months if not month.good] == []
    for place in (project / "reports" / "region").iterdir():
        assert not place.is_dir() or faults_of(place) == []


def test_a_member_without_records_has_no_report_of_that_department(project: Path) -> None:
    """Service ends in South before the others: no page, no zero; the months until then are there."""
    assert sorted(_results(_month(project, "South", GONE))) == ["sales", "service"]
    assert list(_results(_month(project, "South"))) == ["sales"]
    assert not (_month(project, "South") / "service.html").exists()


def test_a_report_that_fails_for_one_member_is_missing_there_alone(project: Path) -> None:
    """Its overview says why; the other department, and the other members, are published."""
    away = _month(project, NAMES[2])
    manifest = json.loads((away / "manifest.json").read_text("utf-8"))
    states = {name: one["status"] for name, one in manifest["reports"].items()}
    assert states == {"sales": "failed", "service": "ok", "index": "ok"}
    assert "AssertionError" in (away / "index.html").read_text("utf-8")
    assert "<b>away</b>" not in (away / "index.html").read_text("utf-8")
    assert (_month(project, "North") / "sales.html").is_file()


def test_what_was_made_stays_until_something_changes(project: Path, tmp_path: Path) -> None:
    """Once a notebook is mended, its pages alone are made, and the overview that missed one; then nothing is to be
    done until a page is gone."""
    own = Path(shutil.copytree(project, tmp_path / "own"))
    path = own / "notebooks" / "sales.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "'Out'" not in cell.source]
    nbformat.write(notebook, path)
    asked = order(own, by="region", jobs=2, force=False)
    result = run(asked)
    assert result.exit_code == 0
    states = {(one.member, page.page): page.state for one in result.months for page in one.outcomes}
    assert [page for (_, page), state in states.items() if state == "made"] == ["sales", "index", "sales", "sales"]
    assert states["North", "index"] == "unchanged"  # it tells of the departments' months, not of their notebooks
    assert unchanged_since(asked.out, raw_inputs(asked))
    before = hashes(asked.out / "region" / "north" / MONTH)
    (asked.out / "region" / "index.html").unlink()
    assert not unchanged_since(asked.out, raw_inputs(asked))
    assert {page.state for one in run(asked).months for page in one.outcomes} == {"unchanged"}
    assert "in October 2026" in (asked.out / "region" / "index.html").read_text("utf-8")
    assert hashes(asked.out / "region" / "north" / MONTH) == before
