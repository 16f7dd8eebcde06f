"""A chart as an HTML figure: inline SVG in two widths, with title, description, and the figures behind it."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from saypro_analysis.show.chart_axes import chart_settings
from saypro_analysis.show.fragment import render
from saypro_analysis.show.tokens import as_variables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEAD = re.compile(r"^.*?<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.S)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.S)
_GLOBAL_STYLE = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')
_FONT = re.compile(r"font: (?:([0-9]+|bold) )?([0-9.]+)px [^;\"]*")
_FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_EMPTY = re.compile(r' (?:style|transform)="(?:\s*|rotate\(-?0 [^)]*\))"')
_TAG = re.compile(r"<[^>]*>")  # matplotlib escapes angle brackets in texts and attributes


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What stands around a chart. ``table`` holds the figures behind it: heads, then rows of text."""

    name: str  # unique in the page; prefix of all ids
    title: str
    subtitle: str
    description: str
    key: Sequence[tuple[str, str]] = ()  # symbol's id, its words
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    kind: str = ""  # CSS class of the drawing


def figure_html(figure: Figure, draw: Callable[..., "Axes"]) -> Markup:
    """The figure with the chart that ``draw(narrow=...)`` draws in both widths.

    Only one of the two is shown at a time; hiding the other hides it from assistive technology as well.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "-", figure.name)
    drawings = [
        svg_of(draw, narrow=narrow, name=f"{name}-{'n' if narrow else 'w'}", figure=figure) for narrow in (False, True)
    ]
    return render("figure", figure=figure, name=name, drawings=drawings)


def svg_of(draw: Callable[..., "Axes"], *, narrow: bool, name: str, figure: Figure) -> Markup:
    """One drawing as inline SVG, the same bytes for the same data."""
    import matplotlib as mpl
    import matplotlib.figure

    with mpl.rc_context(chart_settings()):
        axes = draw(narrow=narrow)
        buffer = io.StringIO()
        held = axes.get_figure()
        if not isinstance(held, mpl.figure.Figure):
            raise ValueError(f"{figure.name}: the chart's axes belong to no figure")
        held.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        held.clear()
    return Markup(_dressed(buffer.getvalue(), name=name, narrow=narrow, figure=figure))  # noqa: S704 (matplotlib escapes text)


def _dressed(svg: str, *, name: str, narrow: bool, figure: Figure) -> str:
    """The SVG as a described image without what only a file needs: metadata, fonts, unused ids, width and height."""
    box = _HEAD.match(svg)
    if box is None:
        raise ValueError(f"{figure.name}: the chart has no view box")
    body = svg[box.end() :]
    for pattern in (_METADATA, _GLOBAL_STYLE, _COMMENT):
        body = pattern.sub("", body)
    used = frozenset(_REFERENCE.findall(" ".join(_TAG.findall(body))))
    body = _TAG.sub(lambda tag: _clean_tag(tag[0], name, used), body)
    body = re.sub(r"\s+", " ", body).replace("> <", "><").strip()
    classes = f"{figure.kind} {'narrow' if narrow else 'wide'}".strip()
    labels = f'role="img" aria-labelledby="{name}-t {name}-d" focusable="false"'
    title, description = escape(figure.title), escape(figure.description)
    words = f'<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>'
    return f'<svg class="{classes}" viewBox="{box[1]}" {labels}>{words}{body}'


def _clean_tag(tag: str, name: str, used: frozenset[str]) -> str:
    """One tag: ids with the drawing's prefix, no fonts, short numbers. Texts between tags are left as they are."""
    tag = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", tag)
    tag = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", tag.replace("xlink:href", "href"))
    tag = _FONT.sub(lambda found: f"font-size:{found[2]}px" + (f";font-weight:{found[1]}" if found[1] else ""), tag)
    tag = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), _FAMILY.sub("", tag))
    return _EMPTY.sub("", as_variables(tag))
