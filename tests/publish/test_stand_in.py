"""The page in the place of an overview that could not be made."""

import re
from pathlib import Path

from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.stand_in import write_stand_in


def _page(folder: Path, *, sample: bool = False) -> str:
    (folder / "sales.html").write_text("good", "utf-8")
    write_stand_in(
        folder, company="A & <b>B</b>", month="2026-10", names={"sales": "Sales", "legal": "Legal <i>"},
        missing={"legal": "it <u>failed</u>"}, reason="KeyError: <script>alert(1)</script>", sample=sample,
    )  # fmt: skip
    return (folder / "index.html").read_text("utf-8")


def test_it_says_what_is_wrong_and_links_what_is_there(tmp_path: Path) -> None:
    """Month, reason and names as text; a link to each page that is there, the reason of each that is not."""
    page = _page(tmp_path)
    assert "The overview of October 2026 could not be made." in page
    assert "KeyError: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    body = page.split("<main")[1]
    assert re.findall(r'href="([a-z.]*/?[a-z]+\.html)"', body) == ["../index.html", "sales.html"]
    assert "Legal &lt;i&gt;: it &lt;u&gt;failed&lt;/u&gt;" in body
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in page


def test_it_is_a_page_like_the_others(tmp_path: Path) -> None:
    """One h1, a title, nothing from outside, and made-up data are called so."""
    page = _page(tmp_path, sample=True)
    assert outside_references(page) == ()
    assert page.count("<h1") == 1
    assert "<title>Company performance, October 2026</title>" in page
    assert "Made-up sample data" in page.split("<main")[1].split("</main")[0]
    assert "Made-up" not in _page(tmp_path)
