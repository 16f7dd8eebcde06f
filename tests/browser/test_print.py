"""On paper: the first A4 page of a department's report stands by itself, and no heading is alone at a page's foot."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cases import DEPARTMENT_PAGES, OVERVIEWS
from checked import ReadPage, tidy, words
from pages import Opened

TOOLS = ("pdftotext", "pdfinfo")
A4 = (595, 842)  # points
#: Texts of 400 characters in every field are no page that anybody prints.
ATTACKED = ("hostile", "harmless")
PRINTED = [name for name in DEPARTMENT_PAGES if not name.startswith(ATTACKED)]
ALL_PRINTED = [*PRINTED, *(name for name in OVERVIEWS if not name.startswith(ATTACKED))]
#: What is read back from a page of a right-to-left script has numbers and words in another order.
READABLE = [name for name in PRINTED if not name.startswith("right_to_left")]
FOOT = re.compile(r"\s*(?:.*monthly performance report.*\n?)?\s*Page (\d+) of (\d+)\s*$")
#: A mark after each heading, too small to move anything: the same words may stand in a table's last cell.
MARK = """() => document.querySelectorAll('h2,h3,caption').forEach(e => {
  if (e.textContent.trim())
    e.insertAdjacentHTML('beforeend', '<span style="font-size:.5px;line-height:0">@h@</span>') })"""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The text of each printed page, in reading order."""

    pages: tuple[str, ...]
    size: tuple[int, int]


@pytest.fixture(scope="module")
def paper(show: Callable[[str], Opened], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Paper]:
    """Prints a page and reads it back; each is printed once."""
    tools = [shutil.which(name) or pytest.skip(f"{name} (poppler-utils) is not installed") for name in TOOLS]
    held: dict[str, Paper] = {}
    folder = tmp_path_factory.mktemp("paper")

    def printed(name: str) -> Paper:
        if name not in held:
            held[name] = _printed(show(name), folder / f"{name.replace('/', '-')}.pdf", tools)
        return held[name]

    return printed


def _printed(shown: Opened, path: Path, tools: list[str]) -> Paper:
    shown.at(1280, details=False).page.emulate_media(media="print")
    shown.ask(MARK)
    shown.page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    shown.page.reload()
    read, info = (
        subprocess.run([tool, path, *rest], capture_output=True, text=True, check=True).stdout
        for tool, rest in zip(tools, (["-"], []), strict=True)
    )
    found = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info)
    assert found, info
    return Paper(pages=tuple(read.split("\f")[:-1]), size=(round(float(found[1])), round(float(found[2]))))


def _plain(text: str) -> str:
    """The ASCII signs of a text without spaces: paper gives other scripts back in another order or form."""
    return re.sub(r"[^!-~]+", "", text)


@pytest.mark.parametrize("name", READABLE)
def test_the_first_sheet_is_complete_by_itself(paper: Callable[[str], Paper], read: ReadPage, name: str) -> None:
    """[ ] page 1 complete: the lead, the decision, every row of the scorecard, and the key to it, on A4."""
    printed, page = paper(name), read(name)
    assert printed.size == A4
    first = _plain(printed.pages[0]).replace("@h@", "")
    wanted = {
        "lead": words(page.one(".lead")),
        "decision": words(page.one("section.ask h2")),
        **{f"row {number}": words(row.select_one("th")) for number, row in enumerate(page.rows)},
        "key": "How to read this table",
        "end of the key": words(page.all(".keys dd")[-1]) if page.all(".keys dd") else "How to read this table",
    }
    assert [what for what, text in wanted.items() if _plain(tidy(text)) not in first] == []


@pytest.mark.parametrize("name", ALL_PRINTED)
def test_no_heading_is_left_alone_at_a_foot(paper: Callable[[str], Paper], name: str) -> None:
    """[ ] A4: no orphan heading: no printed page ends with a heading or a caption."""
    bodies = [_plain(FOOT.sub("", text)) for text in paper(name).pages]
    assert any("@h@" in body for body in bodies)
    alone = [f"{number}: {body[-60:]}" for number, body in enumerate(bodies, start=1) if body.endswith("@h@")]
    assert alone == []


@pytest.mark.parametrize("name", ALL_PRINTED)
def test_sheets_are_numbered(paper: Callable[[str], Paper], name: str) -> None:
    """Each printed page says which it is, and of how many; none is empty."""
    pages = paper(name).pages
    numbers = [re.findall(r"Page (\d+) of (\d+)", text)[-1:] for text in pages]
    assert numbers == [[(str(number), str(len(pages)))] for number in range(1, len(pages) + 1)]
    assert [number for number, text in enumerate(pages, start=1) if len(_plain(FOOT.sub("", text))) < 40] == []


def test_the_checks_can_fail(show: Callable[[str], Opened], tmp_path: Path) -> None:
    """A heading that is put at a page's foot is found there."""
    tools = [shutil.which(name) or pytest.skip(f"{name} (poppler-utils) is not installed") for name in TOOLS]
    shown = show("new/2026-10/index")
    html = "<h2>alone</h2><p style='break-before:page'>text of the next sheet</p>"
    shown.ask("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html)
    printed = _printed(shown, tmp_path / "planted.pdf", tools)
    assert any(_plain(FOOT.sub("", text)).endswith("@h@") for text in printed.pages)
