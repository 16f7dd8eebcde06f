"""Links between a month's pages lead to pages that are there."""

import hashlib
import json
from pathlib import Path

import pytest

from saypro_analysis.publish.links import link_folder, link_later, link_pages
from saypro_analysis.publish.manifest import NAME

PAGES = frozenset({"index", "sales"})


@pytest.mark.parametrize(
    ("html", "linked"),
    [
        ('<a href="legal.html">L</a>', '<a role="link" aria-disabled="true" data-page="legal.html">L</a>'),
        (
            '<a class="x" href="legal.html#kpi-a" id="y">L</a>',
            '<a class="x" role="link" aria-disabled="true" data-page="legal.html#kpi-a" id="y">L</a>',
        ),
        (
            '<a title="a > b" href="legal.html">L</a>',
            '<a title="a > b" role="link" aria-disabled="true" data-page="legal.html">L</a>',
        ),
    ],
)
def test_links_to_pages_that_are_not_there_are_none(html: str, linked: str) -> None:
    """Such a link keeps its text and its other attributes; when the page is there, it leads there again."""
    assert link_pages(html, PAGES) == linked
    assert link_pages(linked, PAGES) == linked
    assert link_pages(linked, PAGES | {"legal"}) == html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="sales.html#kpi-revenue">S</a>',
        '<a href="../index.html">All months</a>',
        '<a href="#kpi-a">A</a>',
        '<a href="mailto:a@example.org">M</a>',
        "<p>&lt;a href=&quot;legal.html&quot;&gt; and href=\"legal.html\"</p>",
        '<abbr href="legal.html">x</abbr>',
        '<a title=\'href="legal.html"\'>x</a>',
    ],
)  # fmt: skip
def test_all_else_stays_as_it_is(html: str) -> None:
    """Links to pages that are there, to other folders and places, and text that looks like a link are left alone."""
    assert link_pages(html, PAGES) == html


def test_all_pages_of_a_folder_are_linked(tmp_path: Path) -> None:
    """A page that was kept links the one that came later."""
    (tmp_path / "sales.html").write_text('<a href="legal.html">', "utf-8")
    link_folder(tmp_path)
    assert 'data-page="legal.html"' in (tmp_path / "sales.html").read_text("utf-8")
    (tmp_path / "legal.html").write_text('<a href="sales.html">', "utf-8")
    link_folder(tmp_path)
    assert (tmp_path / "sales.html").read_text("utf-8") == '<a href="legal.html">'
    assert (tmp_path / "legal.html").read_text("utf-8") == '<a href="sales.html">'


def test_a_month_is_linked_by_those_after_it_once_it_is_there(tmp_path: Path) -> None:
    """October's page waits for September's; when that is published late, the link leads there, and hashes follow."""
    october = tmp_path / "2026-10"
    october.mkdir()
    (october / "index.html").write_text('<a href="../2026-09/sales.html">September</a>', "utf-8")
    (october / NAME).write_text("{}", "utf-8")
    link_folder(october)
    assert 'data-page="../2026-09/sales.html"' in (october / "index.html").read_text("utf-8")
    (tmp_path / "2026-09").mkdir()
    (tmp_path / "2026-09" / "sales.html").write_text("<p>", "utf-8")
    link_later(tmp_path, "2026-09")
    page = october / "index.html"
    assert page.read_text("utf-8") == '<a href="../2026-09/sales.html">September</a>'
    known = json.loads((october / NAME).read_text("utf-8"))["files"]["index.html"]
    assert known == hashlib.sha256(page.read_bytes()).hexdigest()
