"""An SVG file of matplotlib as a piece of a page: small, themed, with ids of its own, the same bytes every time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from saypro_analysis.show.tokens import as_variables

_HEAD = re.compile(r"^.*?<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.S)
_UNUSED = tuple(
    re.compile(pattern, re.S)
    for pattern in (
        r"<metadata>.*?</metadata>",
        r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>",
        r"<!--.*?-->",
        r"<clipPath.*?</clipPath>",  # charts hold their data inside their axes
        r' clip-path="[^"]*"',
    )
)
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')
_FONT = re.compile(r"font: (?:([0-9]+|bold) )?([0-9.]+)px [^;\"]*")
_FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
_DEFAULTS = re.compile(r"stroke-dashoffset: 0;? ?|stroke-linecap: square;? ?|stroke-linejoin: round;? ?")
_STROKE = re.compile(r"stroke(?:-[a-z]+)?: [^;\"]*;? ?")
_STYLE = re.compile(r' style="([^"]*)"')
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_EMPTY = re.compile(r' (?:style|transform)="(?:\s*|rotate\(-?0 [^)]*\))"')
_PATH = re.compile(r' d="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")  # matplotlib escapes angle brackets in texts and attributes


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What is left of an SVG file: its view box, and everything inside it."""

    box: str
    body: str


def drawing(svg: str, *, name: str) -> Drawing:
    """The file without what only a file needs; every id begins with ``name``. ValueError without a view box."""
    head = _HEAD.match(svg)
    if head is None:
        raise ValueError(f"{name}: the chart has no view box")
    body = svg[head.end() :].rsplit("</svg>", 1)[0]
    for pattern in _UNUSED:
        body = pattern.sub("", body)
    used = frozenset(_REFERENCE.findall(" ".join(_TAG.findall(body))))
    body = _TAG.sub(lambda tag: _clean_tag(tag[0], name, used), body)
    body = re.sub(r"\s+", " ", body).replace("> <", "><").strip()
    return Drawing(box=head[1], body=without_bare_groups(body))


def _clean_tag(tag: str, name: str, used: frozenset[str]) -> str:
    """One tag: ids with the drawing's prefix, no fonts, short numbers. Texts between tags are left as they are."""
    tag = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", tag)
    tag = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", tag.replace("xlink:href", "href"))
    tag = _FONT.sub(lambda found: f"font-size:{found[2]}px" + (f";font-weight:{found[1]}" if found[1] else ""), tag)
    tag = _DEFAULTS.sub("", _FAMILY.sub("", tag))
    if tag.startswith("<text"):
        tag = tag.replace("fill: #0a0b00", "")  # ink: the style sheet's colour of texts in charts
    if tag.startswith("<use"):
        tag = _STROKE.sub("", tag)  # a marker's outline stands with its shape, once
    tag = _STYLE.sub(lambda found: f' style="{found[1].replace(": ", ":").replace("; ", ";").strip(" ;")}"', tag)
    before, path, after = _PATH.split(tag) if " d=" in tag else (tag, "", "")
    rest = [_NUMBER.sub(_short, part) for part in (before, after)]
    return _EMPTY.sub("", as_variables(f' d="{short_path(path)}"'.join(rest) if path else rest[0]))


def _short(number: re.Match[str], digits: int = 1) -> str:
    text = f"{float(number[0]):.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short_path(path: str) -> str:
    """A path with short numbers; of straight lines, without points that are repeated or lie on the way of a level one.

    >>> short_path("M 0 5 L 10.04 5 L 10.04 5 L 20 5 L 20 8 z ")
    'M0 5 20 5 20 8z'
    >>> short_path("M 0 0 C 1 1 2 2 3.004 3 ")
    'M 0 0 C 1 1 2 2 3 3'
    """
    if set(re.findall("[A-Za-z]", path)) - set("MLz"):
        return _NUMBER.sub(lambda found: _short(found, 2), path.strip())
    return "".join(map(_straight, path.split("M ")[1:]))


def _straight(path: str) -> str:
    points: list[tuple[str, str]] = []
    for point in re.findall(r"([-0-9.]+) ([-0-9.]+)", _NUMBER.sub(_short, path)):
        while len(points) > 1 and _passes(points[-2], points[-1], point):
            points.pop()
        if not points or points[-1] != point:
            points.append(point)
    return "M" + " ".join(f"{x} {y}" for x, y in points) + ("z" if "z" in path else "")


def _passes(first: tuple[str, str], middle: tuple[str, str], last: tuple[str, str]) -> bool:
    """Whether the middle one lies on a level or upright line from the first to the last."""
    for fixed, along in ((0, 1), (1, 0)):
        if first[fixed] == middle[fixed] == last[fixed]:
            return float(first[along]) <= float(middle[along]) <= float(last[along]) or (
                float(first[along]) >= float(middle[along]) >= float(last[along])
            )
    return False


def without_bare_groups(body: str) -> str:
    """The body without groups that have no attribute, and without empty ones.

    >>> without_bare_groups('<g><g/><g id="a"><g><path d=""/></g></g></g>')
    '<g id="a"><path d=""/></g>'
    """
    return "".join(_kept(body.replace("<g/>", "").replace("<defs></defs>", "")))


def _kept(body: str) -> Iterator[str]:
    bare: list[bool] = []
    for part in re.split(r"(<g\b[^>]*>|</g>)", body):
        if part == "</g>":
            if bare.pop():
                continue
        elif part.startswith("<g") and not part.endswith("/>"):
            bare.append(part == "<g>")
            if bare[-1]:
                continue
        yield part
