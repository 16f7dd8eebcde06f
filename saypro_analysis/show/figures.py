"""A chart as an HTML figure: inline SVG in two widths, with title, description, and the figures behind it."""

import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from saypro_analysis.show.chart_axes import chart_settings
from saypro_analysis.show.fragment import render
from saypro_analysis.show.svg import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    drawings = [svg_of(draw, narrow=narrow, name=name, figure=figure) for narrow in (False, True)]
    return render("figure", figure=figure, name=name, drawings=drawings)


def svg_of(draw: Callable[..., "Axes"], *, narrow: bool, name: str, figure: Figure) -> Markup:
    """One drawing as inline SVG, the same bytes for the same data."""
    import matplotlib as mpl
    import matplotlib.figure

    with mpl.rc_context(chart_settings()), warnings.catch_warnings():
        # The browser draws the texts, in fonts that have their letters; matplotlib only places them.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        axes = draw(narrow=narrow)
        buffer = io.StringIO()
        held = axes.get_figure()
        if not isinstance(held, mpl.figure.Figure):
            raise ValueError(f"{figure.name}: the chart's axes belong to no figure")
        held.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        held.clear()
    return Markup(_dressed(buffer.getvalue(), name=name, narrow=narrow, figure=figure))  # noqa: S704 (matplotlib escapes text)


def _dressed(svg: str, *, name: str, narrow: bool, figure: Figure) -> str:
    """The SVG as a described image. The narrow drawing has the wide one's words for its own: they stand there once."""
    found = drawing(svg, name=f"{name}-{'n' if narrow else 'w'}")
    classes = f"{figure.kind} {'narrow' if narrow else 'wide'}".strip()
    labels = f'role="img" aria-labelledby="{name}-t {name}-d" focusable="false"'
    title, description = escape(figure.title), escape(figure.description)
    words = f'<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>'
    return f'<svg class="{classes}" viewBox="{found.box}" {labels}>{"" if narrow else words}{found.body}</svg>'
