"""Every page is sound HTML, whole in one file, small, silent, and the same when it is made twice."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases import MONTH, PAGES, SMALL, eight, publish
from pages import Opened
from small_company import small_company

KB = 1000
POLICY = (
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
)
#: What the checker has against the pages and is decided otherwise.
DECIDED = (
    # Rows become cards (display: block), and browsers then drop what table elements mean: report.md, section 11.
    re.compile(
        r"The “role” attribute must not be used on a “(?:tr|th|td|thead|tbody|tfoot)” element which has a “table”"
    ),
    re.compile(r"CSS: “paint-order”: Property “paint-order” doesn't exist"),  # it does, in CSS fill and stroke, level 3
)


def _messages(node_modules: Path, *paths: Path) -> list[dict[str, Any]]:
    """What the Nu HTML checker has against these pages, in one call for all of them."""
    java = shutil.which("java") or pytest.skip("Java is not installed, so the Nu HTML checker cannot run")
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always", "--stdout", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return list(json.loads(done.stdout)["messages"])


def test_the_nu_html_checker_finds_no_error(cases: Path, node_modules: Path) -> None:
    """No page has an error in the eyes of the Nu HTML checker."""
    paths = [cases / f"{name}.html" for name in PAGES]
    found: dict[str, list[str]] = {}
    for message in _messages(node_modules, *paths):
        if message["type"] == "error" and not any(known.match(message["message"]) for known in DECIDED):
            page = message.get("url", "").removeprefix(cases.as_uri().replace("file://", "file:")).lstrip("/")
            found.setdefault(f"{message['message']} [{message.get('extract', '').strip()[:100]}]", []).append(page)
    assert not found, "\n".join(f"{what} ({len(where)}: {where[0]})" for what, where in list(found.items())[:20])


def test_the_nu_html_checker_finds_what_is_planted(cases: Path, node_modules: Path, tmp_path: Path) -> None:
    """The check can fail: an id twice and a list item outside a list are errors."""
    text = (cases / f"plain/{MONTH}/sales.html").read_text("utf-8")
    path = tmp_path / "planted.html"
    path.write_text(text.replace("</main>", "<p id=main></p><li>out</li></main>"), "utf-8")
    found = " ".join(message["message"] for message in _messages(node_modules, path) if message["type"] == "error")
    assert "Duplicate ID" in found
    assert "li" in found


@pytest.mark.parametrize("name", PAGES)
def test_one_file_that_asks_for_nothing(show: Callable[[str], Opened], cases: Path, name: str) -> None:
    """One file, no request, no script, CSP present (T), and no word in the console."""
    assert show(name).heard == []
    text = (cases / f"{name}.html").read_text("utf-8")
    policies = show(name).ask("[...document.querySelectorAll('meta[http-equiv]')].map(m => m.content)")
    assert len(policies) == 1
    assert [part for part in POLICY if part not in policies[0]] == []
    assert "script-src" not in policies[0]
    assert re.findall(r"<(?:script|iframe|object|embed|link|base|form)\b", text) == []
    assert text.index("Content-Security-Policy") < 200, "what stands before the policy is not held to it"


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_small(cases: Path, name: str) -> None:
    """< 400 KB (T) for eight KPIs; texts of 400 characters in every field are no page that anybody has."""
    size = (cases / f"{name}.html").stat().st_size
    assert size < 400 * KB, f"{size / KB:.0f} kB"


@pytest.mark.parametrize("name", PAGES)
def test_every_link_resolves(show: Callable[[str], Opened], cases: Path, name: str) -> None:
    """Every link resolves (T): to a page that is there, and to an element that stands in it."""
    page = cases / f"{name}.html"
    hrefs = set(show(name).ask("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"))
    broken = []
    for href in sorted(hrefs):
        target, _, anchor = href.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.is_file() or (anchor and f'id="{anchor}"' not in path.read_text("utf-8")):
            broken.append(href)
    assert hrefs
    assert broken == []


@pytest.mark.parametrize("case", ["missed", "hostile"])
def test_the_same_bytes_twice(cases: Path, tmp_path: Path, case: str) -> None:
    """Same bytes when made twice (T), apart from the stated run time: another process, another folder."""
    stated = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
    lines, word, notes = SMALL[case]
    publish(tmp_path, small_company(tmp_path / "made-of", lines, word=word, notes=notes), {})
    for name in ("sales", "index"):
        first, second = (folder / MONTH / f"{name}.html" for folder in (cases / case, tmp_path))
        pages = [stated.subn(b"then", path.read_bytes()) for path in (first, second)]
        assert [times for _, times in pages] == [1, 1]
        assert len({hashlib.sha256(page).digest() for page, _ in pages}) == 1, name


def test_the_case_of_eight_is_one(cases: Path) -> None:
    """The case by which size is measured has eight KPIs, all missed."""
    kpis = json.loads((cases / "missed" / MONTH / "sales.json").read_text("utf-8"))["kpis"]
    assert [kpi["gap"]["status"] for kpi in kpis] == ["missed"] * len(eight(missed=True))
