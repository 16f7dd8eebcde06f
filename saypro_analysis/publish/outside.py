"""Find what a page would fetch or run: scripts, and addresses outside the page."""

import re
from html.parser import HTMLParser

_ADDRESSES = frozenset({"src", "href", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href"})
_OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.I)
_STYLE = re.compile(r"@import|url\(\s*[\"']?(?!data:|#)", re.I)


class _Scan(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_style = tag == "style"
        if tag in ("script", "iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            text = value or ""
            runs = name.startswith("on") or text.strip().lower().startswith("javascript:")
            if runs or (name in _ADDRESSES and _OUTSIDE.match(text)) or (name == "style" and _STYLE.search(text)):
                self.found.append(f"<{tag} {name}={text[:60]!r}>")

    def handle_endtag(self, tag: str) -> None:
        self.in_style = self.in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self.in_style and _STYLE.search(data):
            self.found.append("a style sheet's import or url()")


def outside_references(page: str) -> tuple[str, ...]:
    """Everything in the page that would run, or be fetched from elsewhere.

    >>> outside_references('<p>see &lt;script&gt; <a href="sales.html">Sales</a></p>')
    ()
    >>> outside_references('<img src="//example.org/x.png">')
    ("<img src='//example.org/x.png'>",)
    """
    scan = _Scan()
    scan.feed(page)
    scan.close()
    return tuple(scan.found)
