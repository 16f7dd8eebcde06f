"""One zip of a month: it opens from any folder, holds what it should, and is the same each time."""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from months import kpi, write_month

from saypro_analysis.errors import ParamsError, ReportError
from saypro_analysis.publish import folders
from saypro_analysis.publish import published as published_module
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.pdf import need_browser
from saypro_analysis.publish.run import RunResult
from saypro_analysis.publish.share import pack, share_month

PAGES = ("index", "sales", "marketing", "customer_support", "operations", "employees")
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

pytestmark = pytest.mark.xdist_group("run")


class Anchors(HTMLParser):
    """The links of a page, its ids, and the links that were ended."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ended: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.ids |= {held["id"] or ""} if "id" in held else set()
        if tag == "a" and "href" in held:
            self.hrefs.append(held["href"] or "")
        if tag == "a" and held.get("aria-disabled") == "true":
            assert held["role"] == "link"
            self.ended.append(held["data-page"] or "")


def _names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_unzipped_anywhere_every_link_leads_somewhere(published: RunResult, tmp_path: Path) -> None:
    """In a folder of a stranger, each link leads to a file and a place that are there, and none out of the folder."""
    path = share_month(published.folder.parent, "2026-10", to=tmp_path)
    zipfile.ZipFile(path).extractall(tmp_path / "stranger")
    folder = tmp_path / "stranger" / "saypro-2026-10"
    pages = {page.name: Anchors(page.read_text("utf-8")) for page in folder.glob("*.html")}
    assert set(pages) == {f"{page}.html" for page in PAGES}
    for name, page in pages.items():
        assert "../index.html" in page.ended, name  # neither the page of all months nor other months are in the zip
        assert all(target.startswith("../") for target in page.ended), name
        assert outside_references((folder / name).read_text("utf-8")) == ()
        assert len(page.hrefs) > len(PAGES)
        for href in page.hrefs:
            target, _, place = href.partition("#")
            assert not target or target in pages, href
            assert not place or place in pages[target or name].ids, href


def test_it_holds_pages_and_numbers_and_nothing_else(published: RunResult) -> None:
    """Pages, workbook and scorecard; no notebook, no Parquet, and results.json only when asked for."""
    expected = {f"saypro-2026-10/{page}.html" for page in PAGES}
    expected |= {"saypro-2026-10/results.xlsx", "saypro-2026-10/scorecard.csv"}
    assert set(_names(pack(published.folder))) == expected
    assert set(_names(pack(published.folder, data=True))) == expected | {"saypro-2026-10/results.json"}


def test_published_pages_differ_in_ended_links_only(published: RunResult) -> None:
    """Apart from links that are ended, a page in the zip is the published one; the workbook is the same bytes."""
    bundle = zipfile.ZipFile(io.BytesIO(pack(published.folder)))
    ended = re.compile(r'role="link" aria-disabled="true" data-page=')
    for name in ("sales.html", "index.html"):
        held = bundle.read(f"saypro-2026-10/{name}").decode()
        page = (published.folder / name).read_text("utf-8")
        assert held != page
        assert ended.sub("href=", held) == ended.sub("href=", page)
    assert bundle.read("saypro-2026-10/results.xlsx") == (published.folder / "results.xlsx").read_bytes()


def test_the_same_month_gives_the_same_bytes(published: RunResult, tmp_path: Path) -> None:
    """A copy of the month with other file times and another order of files packs to the same bytes, sorted by name."""
    copy = tmp_path / "2026-10"
    copy.mkdir()
    for path in sorted(published.folder.iterdir(), reverse=True):
        shutil.copy(path, copy / path.name)
        os.utime(copy / path.name, (0, 0))
    content = pack(copy)
    assert content == pack(published.folder)
    assert _names(content) == sorted(_names(content))


def test_pdfs_go_with_their_pages(tmp_path: Path) -> None:
    """A PDF beside a page is packed; one of a page that is not there is not."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    for name in ("index", "sales", "gone"):
        (folder / f"{name}.pdf").write_bytes(b"%PDF-1.4 " + name.encode())
    names = [name.rpartition("/")[2] for name in _names(pack(folder)) if name.endswith(".pdf")]
    assert names == ["index.pdf", "sales.pdf"]


def test_a_link_to_a_page_that_is_not_there_is_ended(tmp_path: Path) -> None:
    """A department whose page is missing is no link in the zip, wherever it was linked from."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")], legal=[kpi("Cases")])
    (folder / "legal.html").unlink()
    bundle = zipfile.ZipFile(io.BytesIO(pack(folder)))
    page = Anchors(bundle.read("saypro-2026-10/index.html").decode())
    assert page.hrefs == ["sales.html#top"]
    assert page.ended == ["../index.html", "legal.html#top"]


@pytest.mark.parametrize(
    ("company", "name"),
    [
        ("SayPro", "saypro-2026-10.zip"),
        ("../../etc/passwd", "etc-passwd-2026-10.zip"),
        ("Ünïcode & Söhne\r\n", "unicode-sohne-2026-10.zip"),
        ("株式会社", "reports-2026-10.zip"),
        ("x" * 500, f"{'x' * 40}-2026-10.zip"),
    ],
)
def test_the_name_is_the_companys_and_stays_beside_the_month(tmp_path: Path, company: str, name: str) -> None:
    """Whatever the company is called, its zip has a plain name and lies in the reports' folder."""
    write_month(tmp_path / "reports", company=company, sales=[kpi("Revenue")])
    path = share_month(tmp_path / "reports", "latest")
    assert path == tmp_path / "reports" / name
    roots = {entry.partition("/")[0] for entry in _names(path.read_bytes())}
    assert roots == {name.removesuffix(".zip")}


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails, the zip of before stays, no part of a new one does, and the message says where."""
    write_month(tmp_path, sales=[kpi("Revenue")])
    path = share_month(tmp_path, "2026-10")
    before = path.read_bytes()

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_flush", full)
    with pytest.raises(ReportError, match="No space left") as caught:
        share_month(tmp_path, "2026-10", data=True)
    assert caught.value.exit_code == 1
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["2026-10", path.name]
    with pytest.raises(ReportError, match=r"nowhere.*cannot be written"):
        share_month(tmp_path, "2026-10", to=tmp_path / "nowhere" / "x.zip")


@pytest.mark.parametrize("month", ["2026-09", "../2026-10", "2026-13", "", "October"])
def test_months_that_are_not_published_are_refused(tmp_path: Path, month: str) -> None:
    """Such a month is exit code 2, the months that there are are named, and nothing is written."""
    write_month(tmp_path, sales=[kpi("Revenue")])
    with pytest.raises(ParamsError, match="published: 2026-10") as caught:
        share_month(tmp_path, month)
    assert caught.value.exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["2026-10"]


def test_a_folder_without_months_says_what_makes_one(tmp_path: Path) -> None:
    """Where nothing is published, or no folder is, the message names the command that publishes."""
    for out in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ParamsError, match="'saypro run' publishes a month"):
            share_month(out, "latest")


def test_a_month_that_is_published_meanwhile_is_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a run publishes the month while it is packed, no zip of two months is made."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    times = iter(["2026-11-02", "2026-11-03"])
    monkeypatch.setattr(published_module, "read_manifest", lambda _folder: {"made_at": next(times)})
    with pytest.raises(ReportError, match="try again"):
        pack(folder)


def test_a_month_without_its_numbers_is_not_packed(tmp_path: Path) -> None:
    """Each file that is missing is named."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    for name in ("results.xlsx", "scorecard.csv"):
        (folder / name).unlink()
    with pytest.raises(ReportError, match=r"no results\.xlsx") as caught:
        pack(folder)
    assert "no scorecard.csv" in str(caught.value)


def _commands() -> list[str]:
    block = re.search(r"^## Hand the reports on\n```sh\n(.*?)^```", README, flags=re.M | re.S)
    assert block
    return block[1].splitlines()


@pytest.mark.parametrize("command", [c for c in _commands() if not c.startswith("saypro run")])
def test_readmes_commands_work_as_they_stand(published: RunResult, project: Path, tmp_path: Path, command: str) -> None:
    """Each command by which README hands a month on ends with exit code 0 and leaves the file that it names."""
    if command.startswith("saypro pdf"):
        try:
            need_browser()
        except ParamsError as error:
            pytest.skip(str(error))
    shutil.copytree(published.folder, tmp_path / "reports" / "2026-10")
    shutil.copytree(project / "params", tmp_path / "params")
    program = [sys.executable, "-m", "saypro_analysis", *shlex.split(command)[1:]]
    shown = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    for line in shown.stdout.splitlines():
        assert (tmp_path / line.removeprefix("Wrote ")).is_file()
