"""A page as its elements: read once, for every check of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Elements without content, and so without an end.
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_UNSEEN = frozenset({"style", "script", "svg", "template"})
_FOREIGN = frozenset({"svg", "math"})
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True, eq=False)  # neither frozen nor keyword-only: thousands are made of a page while it is read
class Element:
    """One element, with its texts and elements in order.

    ``pairs`` are its attributes as they stand, ``attributes`` those that count: of a name, the first.
    """

    tag: str
    pairs: tuple[tuple[str, str], ...]
    attributes: dict[str, str]
    parent: "Element | None"
    parts: "list[str | Element]" = field(default_factory=list)
    closed: bool = False

    @property
    def text(self) -> str:
        """What a reader sees of it: without drawings and styles, every run of blanks as one."""
        return blanks("".join(self._texts()))

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif part.tag not in _UNSEEN:
                yield from part._texts()

    def around(self) -> "Iterator[Element]":
        """The elements that it stands in, the nearest first."""
        held = self.parent
        while held is not None:
            yield held
            held = held.parent

    def within(self, tag: str) -> "Iterator[Element]":
        """The elements of that tag in it, at any depth, in order."""
        for part in self.parts:
            if not isinstance(part, str):
                if part.tag == tag:
                    yield part
                yield from part.within(tag)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open = [Element("", (), {}, None)]
        self.foreign = 0  # how many drawings or formulas are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = self.open[-1]
        pairs = tuple([(name, text or "") for name, text in attrs])
        element = Element(tag, pairs, dict(reversed(pairs)), inside)
        self.elements.append(element)
        inside.parts.append(element)
        if tag in _VOID:
            element.closed = True
        else:
            self.open.append(element)
            self.foreign += tag in _FOREIGN

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.foreign:  # elsewhere a browser takes "<style/>" for a beginning
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):  # an end without a beginning is nothing
            if self.open[depth].tag == tag:
                self.open[depth].closed = True
                self.foreign -= sum([element.tag in _FOREIGN for element in self.open[depth:]])
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read_page(page: str) -> tuple[Element, ...]:
    """Every element of a page, in order.

    >>> [element.tag for element in read_page("<p>Sales <b>fell</b></p>")]
    ['p', 'b']
    >>> read_page("<p>Sales\\n <b>fell</b></p>")[0].text
    'Sales fell'
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return tuple(reader.elements)


def blanks(text: str) -> str:
    """The text with every run of blanks as one, and none around it.

    >>> blanks(" 1\\u00a0234\\n h ")
    '1 234 h'
    """
    return _BLANKS.sub(" ", text).strip()
