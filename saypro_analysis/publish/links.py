"""Links between a month's pages: one to a page that is not there is no link, until the page is there."""

import re
from collections.abc import Set
from pathlib import Path

_TAG = re.compile(r"""<a\b(?:[^>"']|"[^"]*"|'[^']*')*>""")
_LINK = re.compile(r'(?<=\s)href="(([a-z][a-z0-9_]*)\.html(?:#[^"]*)?)"')
_ENDED = re.compile(r'(?<=\s)role="link" aria-disabled="true" data-page="(([a-z][a-z0-9_]*)\.html(?:#[^"]*)?)"')


def link_pages(html: str, pages: Set[str]) -> str:
    """The page with links to ``pages`` of its folder only. Those that lead nowhere keep in mind where they would.

    >>> link_pages('<a href="sales.html#kpi-revenue">Revenue</a>', {"index"})
    '<a role="link" aria-disabled="true" data-page="sales.html#kpi-revenue">Revenue</a>'
    >>> link_pages(link_pages('<a href="sales.html">Sales</a>', {"index"}), {"index", "sales"})
    '<a href="sales.html">Sales</a>'
    """
    return _TAG.sub(lambda tag: _linked(tag[0], pages), html)


def _linked(tag: str, pages: Set[str]) -> str:
    tag = _ENDED.sub(lambda found: f'href="{found[1]}"' if found[2] in pages else found[0], tag)
    ended = 'role="link" aria-disabled="true" data-page="{}"'
    return _LINK.sub(lambda found: found[0] if found[2] in pages else ended.format(found[1]), tag)


def link_folder(folder: Path) -> None:
    """Set the links of every page in ``folder`` by what lies there."""
    paths = sorted(folder.glob("*.html"))
    pages = {path.stem for path in paths}
    for path in paths:
        before = path.read_text("utf-8")
        after = link_pages(before, pages)
        if after != before:
            path.write_text(after, "utf-8")
