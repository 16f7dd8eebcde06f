"""One monthly run of the sample company, end to end: what is published, and what a failure leaves."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import nbformat
import pytest

from saypro_analysis.errors import DataError, ParamsError, ReportError
from saypro_analysis.publish.new import make_department
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.results_schema import document_schema
from saypro_analysis.publish.run import Order, RunResult, run

pytestmark = pytest.mark.xdist_group("run")

PAGES = ("index", "sales", "marketing", "customer_support", "operations", "employees")


def _order(project: Path, out: Path, **changes: object) -> Order:
    order = Order(params=project / "params", notebooks=project / "notebooks", out=out)
    return replace(order, **changes)


def _own_copy(project: Path, folder: Path) -> Path:
    """The project in a folder of its own, for tests that break something in it; the data are shared by a link."""
    for name in ("params", "notebooks"):
        shutil.copytree(project / name, folder / name)
    (folder / "data").symlink_to(project / "data", target_is_directory=True)
    return folder


def _break(project: Path, department: str, source: str) -> None:
    """Put a failing cell into the middle of a department's notebook."""
    path = project / "notebooks" / f"{department}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(8, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def test_everything_is_published(published: RunResult) -> None:
    """A run of the sample makes an overview and five reports with their notebooks, numbers, data and manifest."""
    assert published.exit_code == 0
    assert published.month == "2026-10"
    names = {path.name for path in published.folder.iterdir()}
    expected = {f"{page}.{kind}" for page in PAGES for kind in ("html", "ipynb")}
    expected |= {"results.json", "results.xlsx", "scorecard.csv", "manifest.json", "snapshot.json"}
    expected |= {f"{name}.parquet" for name in ("monthly", "ahead", "quality", "sources")}
    assert names == expected
    assert (published.folder.parent / "index.html").is_file()
    assert [path.name for path in published.folder.parent.iterdir() if path.name.startswith(".")] == [".runs"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_for_nothing_outside(published: RunResult, page: str) -> None:
    """No script, no address of another host, one h1, title and language, and a policy that forbids the rest."""
    html = (published.folder / f"{page}.html").read_text("utf-8")
    assert outside_references(html) == ()
    assert "<script" not in html
    assert html.count("<h1") == 1
    assert '<html lang="en">' in html
    assert re.search(r"<title>[^<]*October 2026</title>", html)
    assert "default-src 'none'" in html.split("<title>")[0]
    assert len(html.encode()) < 400_000


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_no_code_and_no_folder(published: RunResult, project: Path, page: str) -> None:
    """A page shows neither code nor parameters; neither it nor its notebook shows where on the machine it was made."""
    html = (published.folder / f"{page}.html").read_text("utf-8")
    notebook = (published.folder / f"{page}.ipynb").read_text("utf-8")
    for text in ("open_month(", "open_company(", "notebook-only", "Traceback", "widget-view"):
        assert text not in html
    assert str(project) not in html
    assert str(project) not in notebook


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_unique_and_charts_described(published: RunResult, page: str) -> None:
    """No id stands twice on a page; every chart that is no decoration has a title, its own or its twin's."""
    html = (published.folder / f"{page}.html").read_text("utf-8")
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    titles = dict(re.findall(r'<title id="([^"]+)"[^>]*>([^<]{10,})</title>', html))
    drawings = re.findall(r'<svg[^>]*role="img"[^>]*aria-labelledby="([^" ]+)', html)
    assert len(drawings) == len(re.findall(r'<svg[^>]*role="img"', html)) > 0
    assert set(drawings) <= set(titles)


def test_made_up_data_are_called_so(published: RunResult) -> None:
    """Every page of the sample company, and the archive, say plainly that the data are made up."""
    pages = [*published.folder.glob("*.html"), published.folder.parent / "index.html"]
    assert len(pages) == 7
    assert all("made-up" in page.read_text("utf-8").lower() for page in pages)


def test_worked_examples_stand_in_all_three_places(published: RunResult) -> None:
    """Revenue 250,000 of 300,000, 150 of 200 leads, 6 h instead of 4 h: the same in page, CSV and JSON."""
    with (published.folder / "scorecard.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["department"], row["kpi"]): row for row in csv.DictReader(file)}
    results = json.loads((published.folder / "results.json").read_text("utf-8"))["departments"]
    examples = [
        ("sales", "revenue", (250_000, 300_000, 50_000), ("$250,000", "$300,000", "$50,000")),
        ("marketing", "leads", (150, 200, 50), ("150", "200", "50")),
        ("customer_support", "resolution_time", (6, 4, 2), ("6.0", "4.0", "2.0")),
    ]
    for department, kpi, numbers, texts in examples:
        row = rows[department, kpi]
        assert [float(row[key]) for key in ("actual", "target", "gap")] == pytest.approx(numbers, abs=1e-9)
        part = next(part for part in results[department]["kpis"] if part["id"] == kpi)
        assert (part["actual"], part["target"], part["gap"]["size"]) == pytest.approx(numbers, abs=1e-9)
        page = (published.folder / f"{department}.html").read_text("utf-8")
        assert all(text in page for text in texts)


def test_results_follow_their_schema(published: RunResult) -> None:
    """The whole of results.json fits the published schema, and it has all 18 KPIs of the scorecards."""
    document = json.loads((published.folder / "results.json").read_text("utf-8"))
    jsonschema.validate(document, document_schema())
    shown = [kpi for part in document["departments"].values() for kpi in part["kpis"] if kpi.get("scorecard", True)]
    assert len(shown) == 18


def test_the_same_data_give_the_same_bytes(published: RunResult, project: Path, tmp_path: Path) -> None:
    """A second run on the same data gives the same pages, notebooks, numbers and snapshot, byte by byte.

    But for the time of the run, which every page and notebook states once, and the manifest.
    """
    again = run(_order(project, tmp_path / "reports"))
    stated = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
    for path in sorted(published.folder.iterdir()):
        if path.name != "manifest.json":
            pages = [stated.subn(b"then", (folder / path.name).read_bytes()) for folder in (again.folder, path.parent)]
            times = [1, 1] if path.suffix in (".html", ".ipynb") else [0, 0]
            assert [found for _, found in pages] == times, path.name
            assert pages[0][0] == pages[1][0], path.name


def test_another_month_works_as_well(project: Path, tmp_path: Path) -> None:
    """March 2026 is published like the latest month, and knows nothing of what came later."""
    result = run(_order(project, tmp_path / "reports", month="2026-03"))
    assert result.exit_code == 0
    document = json.loads((result.folder / "results.json").read_text("utf-8"))
    months = [
        point["month"] for part in document["departments"].values() for k in part["kpis"] for point in k["series"]
    ]
    assert max(months) == "2026-03"
    assert "March 2026" in (result.folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('the <b>rows</b> are gone')", "ValueError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(1)", "process ended"),
    ],
)
def test_one_failing_department_stops_no_other(project: Path, tmp_path: Path, source: str, reason: str) -> None:
    """The others are published, the overview says what is missing and why (as text), and the exit code is 1."""
    folder = _own_copy(project, tmp_path)
    _break(folder, "sales", source)
    result = run(_order(folder, folder / "reports", departments=("sales", "operations")))
    assert result.exit_code == 1
    assert (result.folder / "operations.html").is_file()
    assert not (result.folder / "sales.html").exists()
    overview = (result.folder / "index.html").read_text("utf-8")
    assert reason in overview
    assert "<b>rows</b>" not in overview
    assert 'href="sales.html"' not in overview.split("<main")[1]


def test_a_failure_leaves_the_good_page_of_an_earlier_run(published: RunResult, project: Path, tmp_path: Path) -> None:
    """When a report fails on a month that is published, the published page stays as it is and is named as older."""
    folder = _own_copy(project, tmp_path)
    shutil.copytree(published.folder.parent, folder / "reports")
    before = (folder / "reports" / "2026-10" / "sales.html").read_bytes()
    _break(folder, "sales", "1 / 0")
    result = run(_order(folder, folder / "reports", departments=("sales",)))
    assert result.exit_code == 1
    assert (result.folder / "sales.html").read_bytes() == before
    assert "earlier run is kept" in (result.folder / "index.html").read_text("utf-8")
    document = json.loads((result.folder / "results.json").read_text("utf-8"))
    assert list(document["departments"]) == list(PAGES[1:])


def test_an_overview_that_fails_gets_a_page_in_its_place(project: Path, tmp_path: Path) -> None:
    """No overview of an earlier run is left beside new pages: its place says why there is none.

    It links the reports that are there, the archive lists the month, and no page links one that is not there.
    """
    folder = _own_copy(project, tmp_path)
    earlier = folder / "reports" / "2026-10"
    earlier.mkdir(parents=True)
    for name in ("index.html", "index.ipynb"):
        (earlier / name).write_text("an earlier run", "utf-8")
    _break(folder, "overview", "raise ValueError('the <b>causes</b> are gone')")
    result = run(_order(folder, folder / "reports", departments=("operations",)))
    assert (result.exit_code, result.outcomes[-1].made) == (1, False)
    page = (result.folder / "index.html").read_text("utf-8")
    assert "The overview of October 2026 could not be made." in page
    assert "ValueError: the &lt;b&gt;causes&lt;/b&gt; are gone" in page
    assert outside_references(page) == ()
    assert not (result.folder / "index.ipynb").exists()
    assert 'href="2026-10/index.html"' in (folder / "reports" / "index.html").read_text("utf-8")
    for name in ("index", "operations"):
        html = (result.folder / f"{name}.html").read_text("utf-8")
        assert set(re.findall(r'<a [^>]*href="([a-z_]+)\.html', html)) == {"index", "operations"}
        assert 'aria-disabled="true" data-page="sales.html"' in html


def test_without_any_report_nothing_is_published(project: Path, tmp_path: Path) -> None:
    """When no report can be made and no page is up to date, each reason is told, and what is published stays."""
    folder = _own_copy(project, tmp_path)
    month = folder / "reports" / "2026-10"
    month.mkdir(parents=True)
    (month / "sales.html").write_text("good", "utf-8")
    _break(folder, "sales", "1 / 0")
    _break(folder, "operations", "raise KeyError('day')")
    with pytest.raises(ReportError, match="nothing was published") as caught:
        run(_order(folder, folder / "reports", departments=("sales", "operations")))
    assert caught.value.exit_code == 1
    assert [(fault.where, fault.found.split(": ")[1]) for fault in caught.value.faults] == [
        ("sales", "ZeroDivisionError"),
        ("operations", "KeyError"),
    ]
    assert [path.name for path in (folder / "reports").iterdir() if path.name != ".runs"] == ["2026-10"]
    assert [path.name for path in month.iterdir()] == ["sales.html"]


def test_pages_on_other_params_are_made_anew(published: RunResult, project: Path, tmp_path: Path) -> None:
    """After a change, a run of one department makes the other pages that it touches anew, too: one month, one truth.

    Those that it does not touch stay as they are.
    """
    folder = _own_copy(project, tmp_path)
    shutil.copytree(published.folder.parent, folder / "reports")
    path = folder / "params" / "evidence" / "sales.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    result = run(_order(folder, folder / "reports", departments=("operations",)))
    assert result.exit_code == 0
    assert [(one.page, one.state, one.why) for one in result.outcomes] == [
        ("operations", "unchanged", ()),
        ("sales", "made", ("evidence changed",)),
        ("index", "made", ("departments changed",)),
    ]
    assert "earlier run" not in (result.folder / "index.html").read_text("utf-8")
    document = json.loads((result.folder / "results.json").read_text("utf-8"))
    jsonschema.validate(document, document_schema())
    before = json.loads((published.folder / "results.json").read_text("utf-8"))["departments"]
    changed = [name for name, part in document["departments"].items() if part["inputs"] != before[name]["inputs"]]
    assert changed == ["sales"]


def test_a_run_reads_its_params_once(project: Path, tmp_path: Path) -> None:
    """A file of params that changes while the run works changes no page of that run."""
    folder = _own_copy(project, tmp_path)
    edit = "import pathlib\npath = pathlib.Path('../params/company.yml')\n"
    edit += "path.write_text(path.read_text('utf-8').replace('name: SayPro', 'name: Renamed'), 'utf-8')"
    _break(folder, "operations", edit)
    result = run(_order(folder, folder / "reports", departments=("operations",)))
    assert result.exit_code == 0
    assert "Renamed" in (folder / "params" / "company.yml").read_text("utf-8")
    for name in ("index.html", "operations.html", "results.json"):
        assert "Renamed" not in (result.folder / name).read_text("utf-8")


def test_a_department_without_rows_in_the_month_is_told(project: Path, tmp_path: Path) -> None:
    """Records that end before the month: that department has no report, the overview says why, the others are made."""
    for name in ("params", "notebooks", "data"):
        shutil.copytree(project / name, tmp_path / name)
    make_department(
        "fleet", name="Fleet", table="machine_hours", params=tmp_path / "params", notebooks=tmp_path / "notebooks"
    )
    path = tmp_path / "data" / "sample" / "machine_hours.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "2026-10-" not in line), "utf-8")
    result = run(_order(tmp_path, tmp_path / "reports", departments=("fleet", "operations")))
    assert result.exit_code == 1
    assert [outcome.page for outcome in result.outcomes if outcome.made] == ["operations", "index"]
    reason = "Fleet has no complete data for 2026-10; the last complete month is 2026-09."
    assert reason in result.outcomes[0].reason
    assert reason in (result.folder / "index.html").read_text("utf-8")
    assert not (result.folder / "fleet.html").exists()


def test_an_archive_that_cannot_be_written_is_no_failed_month(project: Path, tmp_path: Path) -> None:
    """When only the page of all months fails, the message says that the month was published; exit code 1."""
    out = tmp_path / "reports"
    (out / "index.html").mkdir(parents=True)
    with pytest.raises(ReportError, match=r"^2026-10 was published; the page of all months was not\.") as caught:
        run(_order(project, out, departments=("sales",)))
    assert caught.value.exit_code == 1
    assert "Is a directory" in str(caught.value)
    assert (out / "2026-10" / "sales.html").is_file()


@pytest.mark.parametrize("month", ["2026-11", "2023-10", "2026-13", "October", "2026-1", "", "../2026-10"])
def test_months_that_are_not_held_are_refused(project: Path, tmp_path: Path, month: str) -> None:
    """A month in the future, before the data, or malformed: exit code 2, and nothing is written."""
    with pytest.raises(ParamsError) as caught:
        run(_order(project, tmp_path / "reports", month=month))
    assert caught.value.exit_code == 2
    assert not (tmp_path / "reports").exists()


def test_an_unknown_department_is_refused_with_the_nearest(project: Path, tmp_path: Path) -> None:
    """An unknown department names the nearest one that exists, exit code 2."""
    with pytest.raises(ParamsError, match="did you mean 'sales'"):
        run(_order(project, tmp_path / "reports", departments=("sale",)))


def test_broken_data_stop_the_run_before_anything_is_written(project: Path, tmp_path: Path) -> None:
    """A renamed column is exit code 3; the published month stays as it was."""
    folder = tmp_path / "own"
    for name in ("params", "notebooks", "data"):
        shutil.copytree(project / name, folder / name)
    (folder / "reports" / "2026-10").mkdir(parents=True)
    (folder / "reports" / "2026-10" / "index.html").write_text("good", "utf-8")
    path = folder / "data" / "sample" / "opportunities.csv"
    path.write_text(path.read_text("utf-8").replace("amount", "value", 1), "utf-8")
    with pytest.raises(DataError, match="amount") as caught:
        run(_order(folder, folder / "reports"))
    assert caught.value.exit_code == 3
    assert (folder / "reports" / "2026-10" / "index.html").read_text("utf-8") == "good"


def test_older_data_do_not_undo_a_month(published: RunResult, project: Path, tmp_path: Path) -> None:
    """A month that was published from data of a later day is not made from older ones, but for --force; exit code 3."""
    folder = _own_copy(project, tmp_path)
    shutil.copytree(published.folder.parent, folder / "reports")
    path = folder / "reports" / "2026-10" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["data"]["as_of"] = "2026-11-07"
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(DataError, match="published from data as of 2026-11-07; these: 2026-10-31") as caught:
        run(_order(folder, folder / "reports"))
    assert caught.value.exit_code == 3
    assert json.loads(path.read_text("utf-8")) == manifest
    result = run(_order(folder, folder / "reports", departments=("sales",), force=True))
    assert [(one.page, one.state) for one in result.outcomes] == [("sales", "made"), ("index", "made")]


def test_a_notebook_outside_the_project_is_refused(project: Path, tmp_path: Path) -> None:
    """A link that leads out of the folder of notebooks is not followed: notebooks are code."""
    folder = _own_copy(project, tmp_path)
    (folder / "notebooks" / "sales.ipynb").rename(tmp_path / "sales.ipynb")
    (folder / "notebooks" / "sales.ipynb").symlink_to(tmp_path / "sales.ipynb")
    with pytest.raises(ParamsError, match="a link that leads out of the folder") as caught:
        run(_order(folder, folder / "reports"))
    assert caught.value.exit_code == 2
    assert not (folder / "reports").exists()


def test_nothing_changed_is_nothing_made(published: RunResult, project: Path, tmp_path: Path) -> None:
    """On the same inputs every page is up to date, and nothing is published again; a changed page is made anew."""
    out = tmp_path / "reports"
    shutil.copytree(published.folder.parent, out)
    before = {path.name: path.stat().st_mtime_ns for path in (out / "2026-10").iterdir()}
    assert {one.state for one in run(_order(project, out)).outcomes} == {"unchanged"}
    assert {path.name: path.stat().st_mtime_ns for path in (out / "2026-10").iterdir()} == before
    (out / "2026-10" / "sales.html").write_text("spoilt", "utf-8")
    again = run(_order(project, out))
    states = {one.page: (one.state, one.why) for one in again.outcomes}
    assert states["sales"] == ("made", ("its files are not what the run wrote",))
    assert states["marketing"] == ("unchanged", ())
    assert "spoilt" not in (out / "2026-10" / "sales.html").read_text("utf-8")
