"""Links between the months' pages: one to a page that is not there is no link, until the page is there."""

import re
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from saypro_analysis.errors import ReportError
from saypro_analysis.publish.folders import change_month, write_whole
from saypro_analysis.publish.manifest import NAME, list_again

TAG = re.compile(r"""<a\b(?:[^>"']|"[^"]*"|'[^']*')*>""")
_PAGE = r'((?:\.\./[0-9]{4}-[0-9]{2}/)?[a-z][a-z0-9_]*)\.html(?:#[^"]*)?'
_LINK = re.compile(rf'(?<=\s)href="({_PAGE})"')
_ENDED = re.compile(rf'(?<=\s)role="link" aria-disabled="true" data-page="({_PAGE})"')
ENDED = 'role="link" aria-disabled="true" data-page="{}"'
_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"


def link_pages(html: str, pages: Set[str]) -> str:
    """The page with links to ``pages`` only: "sales" of its folder, "../2026-09/sales" of another month.

    Links that lead nowhere keep in mind where they would.

    >>> link_pages('<a href="sales.html#kpi-revenue">Revenue</a>', {"index"})
    '<a role="link" aria-disabled="true" data-page="sales.html#kpi-revenue">Revenue</a>'
    >>> link_pages(link_pages('<a href="sales.html">Sales</a>', {"index"}), {"index", "sales"})
    '<a href="sales.html">Sales</a>'
    """
    return TAG.sub(lambda tag: _linked(tag[0], pages), html)


def _linked(tag: str, pages: Set[str]) -> str:
    tag = _ENDED.sub(lambda found: f'href="{found[1]}"' if found[2] in pages else found[0], tag)
    return _LINK.sub(lambda found: found[0] if found[2] in pages else ENDED.format(found[1]), tag)


def link_later(out: Path, month: str) -> None:
    """Set the links of the months published after ``month`` anew: they may lead to it now."""
    for folder in sorted(out.glob(_MONTH)):
        if folder.name > month and (folder / NAME).is_file():
            with suppress(ReportError):  # a damaged manifest.json is that month's fault, not this run's
                change_month(out, folder.name, _linked_again)


def _linked_again(staging: Path) -> bool:
    changed = link_folder(staging)
    if changed:
        list_again(staging)
    return changed


def link_folder(folder: Path) -> bool:
    """Set the links of every page in a month's ``folder`` by what lies there and in the months beside it.

    Returns whether any page changed.
    """
    changed = False
    paths = sorted(folder.glob("*.html"))
    pages = {path.stem for path in paths}
    beside = {f"../{path.parent.name}/{path.stem}" for path in folder.parent.glob(f"{_MONTH}/*.html")}
    for path in paths:
        before = path.read_text("utf-8")
        after = link_pages(before, pages | beside)
        if after != before:
            write_whole(path, after)
            changed = True
    return changed
