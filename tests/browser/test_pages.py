"""Published pages in a real browser: nothing is fetched, nothing runs, nothing overflows; foreign text stays text."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis.publish.run import Order, RunResult, run

pytestmark = pytest.mark.xdist_group("run")

PAGES = ("index", "sales", "marketing", "customer_support", "operations", "employees")
HOSTILE = "<img src=x onerror=document.title='owned'><script>alert(1)</script> $x$ =1+1"


def _open(browser: Any, path: Path, **context: Any) -> tuple[Any, list[str]]:
    """The page, and everything it asked for or said."""
    page = browser.new_context(**context).new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else heard.append(f"request: {r.url}"))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    return page, heard


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (320, "light")])
def test_pages_are_silent_and_fit(browser: Any, published: RunResult, name: str, width: int, scheme: str) -> None:
    """No request, no console message, no error, and no sideways scroll, on a laptop and on phones, light and dark."""
    viewport = {"width": width, "height": 900}
    page, heard = _open(browser, published.folder / f"{name}.html", viewport=viewport, color_scheme=scheme)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_pages_and_places_that_exist(browser: Any, published: RunResult, name: str) -> None:
    """Every link of a page leads to a published file, and every anchor to an element of the page."""
    page, _ = _open(browser, published.folder / f"{name}.html")
    for href in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
        target, _, anchor = href.partition("#")
        if target:
            assert (published.folder / target).resolve().is_file(), href
        elif anchor:
            assert page.query_selector(f"[id='{anchor}']"), href
    page.context.close()


@pytest.mark.parametrize("name", ["index", "sales"])
def test_a_partial_month_links_only_what_is_there(browser: Any, hostile: RunResult, name: str) -> None:
    """Where one report was made, no page links another department's; their names stay in the navigation."""
    page, heard = _open(browser, hostile.folder / f"{name}.html")
    assert heard == []
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    targets = {href.partition("#")[0] for href in hrefs} - {""}
    assert {"index.html", "sales.html"} <= targets
    assert all((hostile.folder / target).resolve().is_file() for target in targets), targets
    assert page.locator("header nav a[aria-disabled='true']").count() == len(PAGES) - 2
    page.context.close()


def test_the_archive_links_the_month(browser: Any, published: RunResult) -> None:
    """reports/index.html opens in silence and links the month's overview and reports."""
    page, heard = _open(browser, published.folder.parent / "index.html")
    assert heard == []
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    assert {f"2026-10/{name}.html" for name in PAGES} <= set(hrefs)
    page.context.close()


@pytest.fixture(scope="module")
def hostile(project: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A month of the sample company with hostile text in every field that people or systems fill in."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("params", "notebooks", "data"):
        shutil.copytree(project / name, folder / name)
    _replace(folder / "params" / "company.yml", "name: SayPro", f'name: "{HOSTILE}"')
    sales = folder / "params" / "departments" / "sales.yml"
    _replace(sales, "name: Sales", f'name: "{HOSTILE}"')
    _replace(sales, "name: Revenue", f'name: "{HOSTILE}"')
    _replace(sales, "owner: Head of Sales", f'owner: "{HOSTILE}"')
    causes = folder / "params" / "causes.yml"
    _replace(causes, "name: Lack of training", f'name: "{HOSTILE}"')
    for register in ("evidence", "actions"):
        _fill_notes(folder / "params" / register / "sales.csv")
    records = folder / "data" / "sample" / "opportunities.csv"
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    records.write_text(records.read_text("utf-8").replace(",North,", f",{quoted},"), "utf-8")
    order = Order(params=folder / "params", notebooks=folder / "notebooks", out=folder / "reports")
    return run(Order(**{**vars(order), "departments": ("sales",)}))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _fill_notes(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "note": HOSTILE} for row in rows)


@pytest.mark.parametrize("name", ["index", "sales"])
def test_hostile_text_stays_text(browser: Any, hostile: RunResult, name: str) -> None:
    """Names, notes and labels with markup are shown as they are written; nothing of them runs or changes the page."""
    assert hostile.exit_code == 0, [outcome.reason for outcome in hostile.outcomes]
    page, heard = _open(browser, hostile.folder / f"{name}.html")
    assert heard == []
    assert page.title() != "owned"
    assert page.query_selector("img") is None
    assert HOSTILE in page.inner_text("body")
    page.context.close()


def test_hostile_text_cannot_be_a_formula_in_the_scorecard(hostile: RunResult) -> None:
    """No text cell of scorecard.csv begins with a character that a spreadsheet would take for a formula."""
    with (hostile.folder / "scorecard.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    texts = [cell for cell in cells if not cell.replace(".", "").replace("-", "").replace("e", "").isdigit()]
    assert any("<script>" in cell for cell in texts)
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
