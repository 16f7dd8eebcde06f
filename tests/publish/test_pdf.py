"""PDFs beside the pages: printed whole or not at all, never stale, and asked for before any work is done."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from saypro_analysis.errors import ParamsError, ReportError
from saypro_analysis.publish import pdf as module
from saypro_analysis.publish import run as run_module
from saypro_analysis.publish.pdf import PDFS, need_browser, print_month, print_outcome, print_pages
from saypro_analysis.publish.run import Order, RunResult, run

pytestmark = pytest.mark.xdist_group("run")

PAGES = ("index", "sales", "marketing", "customer_support", "operations", "employees")


@pytest.fixture(scope="module")
def chromium() -> None:
    """Skips, and says why, where no browser can print."""
    try:
        need_browser()
    except ParamsError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def printed(chromium: None, published: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the published month, with its PDFs."""
    out = tmp_path_factory.mktemp("printed")
    shutil.copytree(published.folder, out / "2026-10")
    print_month(out, "latest")
    return out / "2026-10"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder of two plain pages."""
    for name in ("index", "sales"):
        links = '<a href="../index.html">All</a> <a href="sales.html">Sales</a> <a href="#end">End</a>'
        body = f"<h1>{name}</h1>{links}<h2 id=end style='break-before:page'>End</h2>"
        (tmp_path / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>{body}", "utf-8")
    return tmp_path


def _tool(name: str, *arguments: str) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} of poppler is not installed")
    return subprocess.run([name, *arguments], capture_output=True, text=True, check=True).stdout


def test_every_page_has_its_pdf(printed: Path, published: RunResult) -> None:
    """One PDF per page of the month and none of the archive; the pages stay as they were, and nothing else is left."""
    assert {path.stem for path in printed.glob("*.pdf")} == set(PAGES)
    for path in published.folder.iterdir():
        if path.name != "manifest.json":
            assert (printed / path.name).read_bytes() == path.read_bytes(), path.name
    assert [path.name for path in printed.parent.iterdir()] == ["2026-10"]
    for path in printed.glob("*.pdf"):
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")


def test_the_manifest_lists_them_with_their_hashes(printed: Path, published: RunResult) -> None:
    """manifest.json names every file of the month with its hash; what else the run wrote into it stays."""
    document = json.loads((printed / "manifest.json").read_text("utf-8"))
    names = {path.name for path in printed.iterdir()} - {"manifest.json"}
    assert document.pop("files") == {name: hashlib.sha256((printed / name).read_bytes()).hexdigest() for name in names}
    before = json.loads((published.folder / "manifest.json").read_text("utf-8"))
    assert document == {key: value for key, value in before.items() if key != "files"}


@pytest.mark.parametrize("page", PAGES)
def test_a_pdf_is_a_tagged_a4_paper_with_its_pages_title(printed: Path, page: str) -> None:
    """A4, tagged for screen readers, several pages, the page's own title."""
    facts = dict(line.split(":", 1) for line in _tool("pdfinfo", str(printed / f"{page}.pdf")).splitlines())
    assert "A4" in facts["Page size"]
    assert facts["Tagged"].strip() == "yes"
    assert int(facts["Pages"]) >= 2
    title = (printed / f"{page}.html").read_text("utf-8").split("<title>")[1].split("</title>")[0]
    assert facts["Title"].strip() == title


def test_the_first_paper_page_has_the_headline(printed: Path) -> None:
    """The text of the first paper page has the lead sentence and the page's number, as the print style sets them."""
    text = " ".join(_tool("pdftotext", "-l", "1", str(printed / "sales.pdf"), "-").split())
    assert "Revenue is 17% short of target: $250,000 against $300,000" in text
    assert "Page 1 of" in text


def test_a_pdf_names_no_folder_and_links_within_itself_only(chromium: None, small: Path) -> None:
    """No address of the machine or of the print stands in a PDF; a link inside the page leads to its place."""
    print_pages(small)
    for path in small.glob("*.pdf"):
        content = path.read_bytes()
        assert b"/URI" not in content
        for text in (str(small).encode(), b"page.invalid", b"file:"):
            assert text not in content
        assert b"/Link" in content  # to the heading on the second paper page
        assert b"/Outlines" in content


def test_printing_works_beside_an_event_loop(chromium: None, small: Path) -> None:
    """As in a notebook, where a loop runs already."""

    async def beside() -> tuple[Path, ...]:
        return print_pages(small)

    with ThreadPoolExecutor(1) as pool:  # this process may have the browser tests' loop running
        made = pool.submit(lambda: asyncio.run(beside())).result()
    assert [path.name for path in made] == ["index.pdf", "sales.pdf"]


def test_one_browser_prints_all_pages(chromium: None, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages, one process is started."""
    started = []
    found = module._found

    def counted(playwright: object) -> object:
        started.append(playwright)
        return found(playwright)

    monkeypatch.setattr(module, "_found", counted)
    print_pages(small)
    assert len(started) == 1


def test_nothing_of_a_page_is_fetched_or_run(chromium: None, small: Path) -> None:
    """A page that was tampered with can neither read a file beside it nor write its text by script."""
    (small / "secret.txt").write_text("the secret", "utf-8")
    secret = (small / "secret.txt").as_uri()
    body = f"<p>page</p><iframe src='{secret}'></iframe><script>document.write('scripted')</script>"
    (small / "sales.html").write_text(f"<!doctype html><title>sales</title>{body}", "utf-8")
    print_pages(small)
    text = _tool("pdftotext", str(small / "sales.pdf"), "-")
    assert "page" in text
    assert "secret" not in text
    assert "scripted" not in text


def test_when_one_page_fails_none_is_written(chromium: None, published: RunResult, tmp_path: Path) -> None:
    """The published month stays byte by byte what it was, and the message says what happened; exit code 1."""
    shutil.copytree(published.folder, tmp_path / "2026-10")
    before = {path.name: path.read_bytes() for path in (tmp_path / "2026-10").iterdir()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_printed", _failing_at("sales"))
        with pytest.raises(ReportError, match="the browser: the page broke") as caught:
            print_month(tmp_path, "2026-10")
    assert caught.value.exit_code == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "2026-10").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]


def test_a_full_disk_costs_the_pdfs_alone(
    chromium: None, published: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the second PDF cannot be written, the first goes too, and the reason is told instead of a traceback."""
    folder = tmp_path / "2026-10"
    folder.mkdir()
    for name in ("index", "sales"):
        shutil.copy(published.folder / f"{name}.html", folder)
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "sales.pdf":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    outcome = print_outcome(folder, lambda _name, _state: None)
    assert not outcome.made
    assert outcome.reason
    assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".html"]


def test_printing_that_is_ended_leaves_nothing_behind(chromium: None, published: RunResult, tmp_path: Path) -> None:
    """At SIGTERM no more pages are printed, the staging is removed, and the month is what it was; exit code 143."""
    shutil.copytree(published.folder, tmp_path / "reports" / "2026-10")
    before = {path.name: path.read_bytes() for path in (tmp_path / "reports" / "2026-10").iterdir()}
    command = [sys.executable, "-m", "saypro_analysis", "pdf"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as started:
        end = time.monotonic() + 120
        while not list((tmp_path / "reports").glob(".staging*")):
            assert time.monotonic() < end, "nothing was staged"
            time.sleep(0.05)
        started.send_signal(signal.SIGTERM)
        _, said = started.communicate(timeout=60)
    assert (started.returncode, "Traceback" in said) == (143, False)
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2026-10"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "reports" / "2026-10").iterdir()} == before


def _failing_at(name: str) -> object:
    def failing(_browser: object, _html: str, page: str) -> bytes:
        from playwright.sync_api import Error

        if page == name:
            raise Error("the page broke")
        return b"%PDF-"

    return failing


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with neither a Chromium on the PATH nor Playwright's own."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    monkeypatch.setattr(module.shutil, "which", lambda _name: None)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))


def test_without_a_browser_the_message_says_how_to_get_one(no_browser: None) -> None:
    """Exit code 2; the programs that are looked for, and the command that installs one, are named."""
    with pytest.raises(ParamsError, match="Chromium: is not installed") as caught:
        need_browser()
    assert caught.value.exit_code == 2
    for part in ("chromium, chromium-browser, google-chrome", "'playwright install chromium'", "nothing was run"):
        assert part in str(caught.value)


def test_without_playwright_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the extra is not installed, its name is in the message, and a month is left alone."""
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(ParamsError, match=r"'pip install playwright', or .* its extra 'pdf'"):
        need_browser()


def test_a_browser_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program on the PATH that is no browser: its place is named; exit code 2."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setattr(module.shutil, "which", lambda _name: str(fake))
    with pytest.raises(ParamsError, match="chromium: does not start"):
        need_browser()


def _order(project: Path, out: Path, **changes: object) -> Order:
    return replace(Order(params=project / "params", notebooks=project / "notebooks", out=out), **changes)


def test_a_run_without_a_browser_does_no_work(no_browser: None, tmp_path: Path) -> None:
    """The browser is looked for first: neither params nor data are read, and no folder is made."""
    with pytest.raises(ParamsError, match="PDFs need a browser"):
        run(_order(tmp_path / "nothing-here", tmp_path / "reports", pdf=True))
    assert not (tmp_path / "reports").exists()


def test_the_command_line_without_a_browser_is_exit_2(tmp_path: Path) -> None:
    """``saypro run --pdf``: one message, no traceback."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    without = {**os.environ, "PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "browsers")}
    command = [sys.executable, "-m", "saypro_analysis", "run", "--pdf"]
    shown = subprocess.run(command, cwd=tmp_path, env=without, capture_output=True, text=True, check=False)
    assert (shown.returncode, "Traceback" in shown.stderr) == (2, False)
    assert "Chromium: is not installed" in shown.stderr


def test_a_page_that_is_remade_keeps_no_pdf_of_before(
    published: RunResult, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When printing fails within a run, the month is published without the PDFs of the pages made anew; exit code 1.

    A page that stays keeps its PDF, and manifest.json lists what there is and why the rest is not.
    """
    shutil.copytree(published.folder, tmp_path / "2026-10")
    for page in PAGES:
        (tmp_path / "2026-10" / f"{page}.pdf").write_bytes(b"%PDF- of before")

    def broken(_folder: Path) -> tuple[Path, ...]:
        raise ReportError("The pages could not be printed.")

    monkeypatch.setattr(run_module, "need_browser", lambda: None)
    monkeypatch.setattr(module, "print_pages", broken)
    result = run(_order(project, tmp_path, departments=("operations",), pdf=True, force=True))
    assert result.exit_code == 1
    assert [(one.page, one.made) for one in result.outcomes] == [("operations", True), ("index", True), (PDFS, False)]
    left = {path.stem for path in result.folder.glob("*.pdf")}
    assert left == set(PAGES) - {"operations", "index"}
    document = json.loads((result.folder / "manifest.json").read_text("utf-8"))
    assert {name.removesuffix(".pdf") for name in document["files"] if name.endswith(".pdf")} == left
    assert document["reports"][PDFS]["reason"] == "The pages could not be printed."


def test_a_run_prints_what_it_publishes(chromium: None, published: RunResult, project: Path, tmp_path: Path) -> None:
    """``run --pdf`` of one department prints every page of the month, those that stay too, before it is published."""
    shutil.copytree(published.folder, tmp_path / "2026-10")
    seen: list[tuple[str, str]] = []
    order = _order(project, tmp_path, departments=("operations",), pdf=True)
    result = run(order, progress=lambda name, state: seen.append((name, state)))
    assert result.exit_code == 0
    assert {path.stem for path in result.folder.glob("*.pdf")} == set(PAGES)
    assert seen[-1][0] == PDFS
    assert seen[-1][1].startswith("6 made in")
    document = json.loads((result.folder / "manifest.json").read_text("utf-8"))
    assert document["files"]["sales.pdf"] == hashlib.sha256((result.folder / "sales.pdf").read_bytes()).hexdigest()
