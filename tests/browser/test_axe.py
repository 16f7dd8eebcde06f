"""axe-core finds nothing on any page: WCAG 2.2 A and AA and best practices, as report.md's checklist asks."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases import PAGES
from pages import WIDTHS, Opened

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
#: What depends on the colour scheme; nothing else in the style sheets does.
COLOUR = ("color-contrast", "link-in-text-block")
ALL = {"type": "tag", "values": list(TAGS)}
RUN = """only => axe.run(document, {resultTypes: ['violations'], runOnly: only}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}`)))"""


@pytest.fixture(scope="module")
def axe(node_modules: Path) -> str:
    """The source of axe-core."""
    return (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")


def _violations(shown: Opened, axe: str, only: Mapping[str, Any] = ALL) -> list[str]:
    if not shown.ask("'axe' in window"):
        shown.ask(axe)
    return list(shown.ask(RUN, dict(only)))


# The harmless pages are the hostile ones with other letters.
@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("harmless")])
def test_axe_finds_nothing(show: Callable[[str], Opened], axe: str, name: str) -> None:
    """axe 0 in light, dark, 1280, 820, 390, 320, with all disclosures open and closed (T)."""
    shown = show(name)
    found: dict[str, list[str]] = {}
    for scheme, details, only, widths in (
        ("light", True, ALL, WIDTHS),
        ("light", False, ALL, WIDTHS[:1]),  # closed, a page has less of the same
        ("dark", True, {"type": "rule", "values": list(COLOUR)}, WIDTHS),
    ):
        for width in widths:
            for violation in _violations(shown.at(width, details=details, scheme=scheme), axe, only):
                found.setdefault(violation, []).append(f"{scheme} {width} {'open' if details else 'closed'}")
    assert not found, "\n".join(f"{violation} ({', '.join(where)})" for violation, where in found.items())


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<p style='color:#999;background:#fff'>faint</p>", "color-contrast"),
        ("<h5>too deep</h5>", "heading-order"),
        ("<a href='#main'></a>", "link-name"),
    ],
)
def test_axe_finds_what_is_planted(show: Callable[[str], Opened], axe: str, planted: str, rule: str) -> None:
    """The check can fail: a fault put into a page is found, by its rule."""
    shown = show("plain/2026-10/sales").at(1280)
    shown.ask(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', `<div id=planted>${html}</div>`)",
        planted,
    )
    found: Any = _violations(shown, axe)
    shown.ask("document.getElementById('planted').remove()")
    assert any(one.startswith(f"{rule}: ") for one in found), found
