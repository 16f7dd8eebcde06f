"""The report's look: style sheets, icons and fonts, for the page and inside JupyterLab."""

import base64
import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from saypro_analysis.show.fragment import Fragment

ASSETS = Path(__file__).parent / "assets"
_FONTS = (("Report Sans", "400 700", "inter-sub.woff2"), ("Report Serif", "600", "serif-sub.woff2"))
_ROOT = re.compile(r":root\b")


#: JupyterLab floats the terms of definition lists and sets its own sizes; inside a report they stand as on the page.
_LAB = Markup(
    ".jp-RenderedHTMLCommon .saypro dt{float:none;display:block;width:auto;margin:0}"
    ".jp-RenderedHTMLCommon .saypro dd{float:none;display:block;width:auto;padding-left:0}"
    ".jp-RenderedHTMLCommon .saypro dl.facts>div,.jp-RenderedHTMLCommon .saypro dl{overflow:visible}"
    ".jp-RenderedHTMLCommon .saypro table{table-layout:auto;margin:0}"
)


def use_report_style() -> Fragment:
    """The style sheet and the icons, for fragments shown in JupyterLab; its cell is tagged ``notebook-only``.

    Every rule is nested under ``.saypro``, so that it touches nothing but the fragments.
    """
    nested = Markup(".saypro{{{}}}").format(Markup(_asset("report.css")))  # noqa: S704 (our own file)
    tokens = Markup(_ROOT.sub(".saypro", _asset("tokens.css")))  # noqa: S704 (our own file)
    html = Markup("<style>{}{}{}{}</style>{}").format(_font_faces(), tokens, nested, _LAB, icons())
    return Fragment(html=html, text="The report's style is in use.")


@lru_cache(maxsize=1)
def stylesheet() -> Markup:
    """All style sheets of a page, with the fonts in them."""
    sheets = [_font_faces(), *(_asset(name) for name in ("tokens.css", "report.css", "page.css"))]
    return Markup("\n".join(sheets))  # noqa: S704 (our own files)


@lru_cache(maxsize=1)
def icons() -> Markup:
    """The sprite that ``<use href="#...">`` refers to."""
    return Markup(_asset("icons.svg"))  # noqa: S704 (our own file)


@lru_cache(maxsize=1)
def _font_faces() -> Markup:
    face = '@font-face{{font-family:"{}";font-weight:{};src:url(data:font/woff2;base64,{}) format("woff2")}}'
    faces = [
        face.format(family, weight, base64.b64encode((ASSETS / "fonts" / name).read_bytes()).decode())
        for family, weight, name in _FONTS
    ]
    return Markup("\n".join(faces))  # noqa: S704 (our own files)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")
