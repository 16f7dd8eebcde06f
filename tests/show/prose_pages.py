"""The prose of a report's page, block by block: where each stands, of which KPI it tells, and its text."""

import re
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, NavigableString, Tag

_SKIPPED = ("nav", "i")
_CLASSES = {
    "lead": "lead", "kicker": "kicker", "gate": "gate", "sample": "sample", "cause": "card cause", "big": "card count",
    "sub": "sub",
}  # fmt: skip
_TAGS = {"h1": "title", "h2": "heading", "h3": "figure title", "li": "item", "summary": "summary", "p": "text"}
_LISTS = {"facts": "fact", "reading": "reading", "terms": "term"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """One text of a page.

    ``kind`` says what it is: "lead", "fact: Why", "reading: What happened", "cell: Due". ``section`` is the id of its
    section, ``kpi`` the name of the KPI that the section (or the row of a scorecard) tells of, ``figure`` the name of
    its chart, ``row`` the head of its row in a table. What a block does not have is empty.
    """

    kind: str
    text: str
    section: str = ""
    kpi: str = ""
    figure: str = ""
    row: str = ""


def blocks_of(html: str) -> list[Block]:
    """Every block of words in a page's HTML, in order."""
    found: list[Block] = []
    for top in BeautifulSoup(html, "html.parser").find_all(True, recursive=False):
        _walk(top, Block(kind="", text="", section=str(top.get("id") or "")), found)
    held, kpi = [], ""
    for block in found:  # a KPI's name stands in the kicker above what tells of it
        if block.kind == "heading" or (block.kind == "kicker" and block.text.startswith("Watch list :")):
            kpi = kpi if block.section.startswith("kpi-") else ""
        elif block.kind == "kicker":
            kpi = re.sub(r"^\d+\. ", "", block.text.split(" : ")[0])
        held.append(replace(block, kpi=kpi or block.kpi))
    return held


def _walk(tag: Tag, near: Block, found: list[Block]) -> None:
    classes = list(tag.get("class") or ())
    if tag.name in _SKIPPED or "unit" in classes:
        return
    if tag.name == "figure":
        near = replace(near, figure=str(tag["aria-labelledby"]).removesuffix("-h"))
    kind = next((_CLASSES[name] for name in classes if name in _CLASSES), _TAGS.get(tag.name, ""))
    if tag.name == "svg":
        _drawing(tag, near, found)
    elif tag.name == "table":
        _table(tag, near, found)
    elif tag.name == "dl":
        kind = next((_LISTS[name] for name in classes if name in _LISTS), "provenance")
        found += [
            replace(near, kind=f"{kind}: {text_of(term)}", text=text_of(term.find_next("dd")))
            for term in tag.find_all("dt")
        ]
    elif kind:
        found.append(replace(near, kind=kind, text=text_of(tag)))
    else:
        for child in tag.children:
            if isinstance(child, Tag):
                _walk(child, near, found)
            elif isinstance(child, NavigableString) and child.strip():
                found.append(replace(near, kind="text", text=" ".join(child.split())))


def _drawing(svg: Tag, near: Block, found: list[Block]) -> None:
    """Title and description of a drawing: its text alternative."""
    for name in ("title", "desc"):
        part = svg.find(name)
        if part is not None:
            found.append(replace(near, kind=f"svg {name}", text=text_of(part)))


def _table(table: Tag, near: Block, found: list[Block]) -> None:
    caption = table.find("caption")
    if caption is not None:
        note = caption.find("span")
        if note is not None:
            found.append(replace(near, kind="note of caption", text=text_of(note)))
            note.extract()
        found.append(replace(near, kind="caption", text=text_of(caption)))
    heads = [text_of(head) for head in table.find("thead").find_all(["th", "td"])]
    found += [replace(near, kind="head", text=head) for head in heads]
    for row in table.find("tbody").find_all("tr"):
        _row(row, heads, near, found)
    foot = table.find("tfoot")
    if foot is not None:
        found.append(replace(near, kind="foot", text=text_of(foot)))


def _row(row: Tag, heads: list[str], near: Block, found: list[Block]) -> None:
    cells = row.find_all(["th", "td"], recursive=False)
    name = text_of(cells[0])
    score = "score" in (row.find_parent("table").get("class") or ())
    near = replace(near, row=name, kpi=name if score else near.kpi)
    for head, cell in zip(heads, cells, strict=True):
        for drawing in cell.find_all("svg"):
            _drawing(drawing, near, found)
            drawing.extract()
        found.append(replace(near, kind=f"cell: {head}", text=text_of(cell)))


def text_of(tag: Tag | None) -> str:
    """The words of a tag on one line, without marks that only keep a line together.

    >>> text_of(BeautifulSoup("<p><b>2</b> of\\u00a04</p>", "html.parser").p)
    '2 of 4'
    """
    if tag is None:
        return ""
    return " ".join(tag.get_text(" ").replace("\u2060", "").replace("\u00a0", " ").split())
