"""Find what a page would fetch or run: scripts, and addresses outside the page."""

import re
from collections.abc import Sequence

from saypro_analysis.publish.page_tree import Element, read_page

_RUNNING = frozenset({"script", "iframe", "frame", "object", "embed", "applet", "base", "form"})
#: Where a reader is led. Every other attribute that holds an address is fetched with the page.
_LINKING = frozenset({"a", "area"})
_ADDRESSES = frozenset({
    "src", "href", "xlink:href", "srcset", "imagesrcset", "data", "poster", "action", "formaction", "background",
    "ping",
})  # fmt: skip
_STYLED = frozenset({
    "style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker-start", "marker-mid", "marker-end",
})  # fmt: skip
_SCHEME = re.compile(r"(?!mailto:)[a-z][a-z0-9+.-]*:|//", re.I)
_HELD = re.compile(r"data:(?:image|font)/|#", re.I)
_DESCRIPTOR = re.compile(r"[0-9.]+[wxh]")
_STYLE = re.compile(r"@import|url\(\s*[\"']?(?!data:|#)", re.I)
_IMAGE_SET = re.compile(r"image-set\(((?:[^()]|\([^()]*\))*)", re.I)
_OTHER_TEXT = re.compile(r"[\"'](?!data:)[^\"']*[\"']", re.I)


def _asks(element: Element) -> list[str]:
    """What one element runs, fetches or leads to outside the reports."""
    tag, pairs = element.tag, element.pairs
    refreshes = tag == "meta" and any(key == "http-equiv" and text.strip().lower() == "refresh" for key, text in pairs)
    found = [f"<{tag} {name}={text[:60]!r}>" for name, text in pairs if _leads(tag, name, text)]
    if tag in _RUNNING or refreshes or (tag == "link" and "href" in element.attributes):
        found.insert(0, f"<{tag}>")
    if tag == "style" and element.closed and _styles("".join(part for part in element.parts if isinstance(part, str))):
        found.append("a style sheet's import or url()")
    return found


def _leads(tag: str, name: str, text: str) -> bool:
    """Whether an attribute runs something, fetches something, or leads out of the reports."""
    if name.startswith("on"):
        return True
    if name in _STYLED:
        return _styles(text)
    if name not in _ADDRESSES:
        return False
    if name.endswith("srcset"):
        return any(not _is_held(part) for part in text.split() if not _DESCRIPTOR.fullmatch(part.strip(",")))
    if name.endswith("href") and tag in _LINKING:
        return _SCHEME.match(_as_read(text)) is not None
    return not _is_held(text)


def _as_read(address: str) -> str:
    """An address as a browser reads it: without blanks around it, controls, line breaks; backslashes are slashes."""
    return re.sub(r"[\x00-\x1f]", "", address).strip().replace("\\", "/")


def _is_held(address: str) -> bool:
    return _HELD.match(_as_read(address)) is not None


def _styles(text: str) -> bool:
    sets = (re.sub(r"type\([^()]*\)", "", found[1]) for found in _IMAGE_SET.finditer(text))
    return _STYLE.search(text) is not None or any(_OTHER_TEXT.search(part) for part in sets)


def outside_references(page: str) -> tuple[str, ...]:
    """Everything in the page that would run, be fetched from elsewhere, or lead out of the reports.

    >>> outside_references('<p>see &lt;script&gt; <a href="sales.html">Sales</a></p>')
    ()
    >>> outside_references('<img src="//example.org/x.png">')
    ("<img src='//example.org/x.png'>",)
    """
    return outside_of(read_page(page))


def outside_of(elements: Sequence[Element]) -> tuple[str, ...]:
    """As ``outside_references``, of a page that is read already."""
    found = [text for element in elements for text in _asks(element)]
    if any(element.tag == "style" and not element.closed for element in elements):
        found.append("a style sheet without an end")  # what it hides cannot be judged
    return tuple(found)
