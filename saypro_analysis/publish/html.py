"""From an executed notebook to one self-contained page, with nbconvert and our own template.

The template's preprocessor does the work in Python, so that ``jupyter nbconvert --template saypro`` gives the same
page: code is hidden, our own fragments pass, and everything else a notebook prints is cleaned.
"""

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nh3
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor

from saypro_analysis.show.fragment import PAGE_MIME
from saypro_analysis.show.style import icons, stylesheet

TEMPLATES = Path(__file__).parent / "templates"
#: Cells with one of these tags are for analysts, not for the report.
HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "notebook-only", "remove-cell"})
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\].*?(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f]")


class PrepareReport(Preprocessor):  # type: ignore[misc]  # nbconvert has no types
    """Puts the parts of the page into ``resources["saypro"]``, which the template prints."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook as it is, and resources with title, language, navigation and body."""
        cells = [cell for cell in nb.cells if not HIDDEN_TAGS & set(cell.metadata.get("tags", ()))]
        page = _page_facts(cells)
        resources["saypro"] = {
            "title": page.get("title") or nb.metadata.get("title") or "Report",
            "lang": page.get("lang") or "en",
            "company": page.get("company", ""),
            "nav": page.get("nav", ()),
            "style": stylesheet(),
            "icons": icons(),
            "body": [html for cell in cells for html in _cell_html(cell) if html],
        }
        return nb, resources


def _page_facts(cells: list[Any]) -> dict[str, Any]:
    outputs = (output for cell in cells for output in cell.get("outputs", ()))
    return next((dict(o.data[PAGE_MIME]) for o in outputs if PAGE_MIME in o.get("data", {})), {})


def _cell_html(cell: Any) -> list[str]:
    if cell.cell_type == "markdown":
        return [clean_html(_markdown(cell.source))]
    return [_output_html(output) for output in cell.get("outputs", ())]


def _output_html(output: Any) -> str:
    """One output as HTML. Streams, errors, scripts, widgets and the like are not for readers of a report."""
    data = output.get("data", {})
    if "text/html" in data:
        ours = output.get("metadata", {}).get("text/html", {}).get("saypro") is True
        return str(data["text/html"]) if ours else clean_html(data["text/html"])
    if "image/svg+xml" in data:
        return _image(f"data:image/svg+xml,{quote(data['image/svg+xml'])}", output, "image/svg+xml")
    if "image/png" in data:
        return _image(f"data:image/png;base64,{re.sub(r'[^A-Za-z0-9+/=]', '', data['image/png'])}", output, "image/png")
    if "text/markdown" in data:
        return clean_html(_markdown(data["text/markdown"]))
    if set(data) == {"text/plain"} and output.output_type in ("execute_result", "display_data"):
        return f"<pre>{escape(_CONTROL.sub('', data['text/plain']))}</pre>"
    return ""


def _markdown(source: str) -> str:
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)  # a new one: it remembers headings
    return str(MarkdownWithMath(renderer=renderer).render(source))


def _image(source: str, output: Any, kind: str) -> str:
    alt = output.get("metadata", {}).get(kind, {}).get("alt") or "Chart; its author gave no description."
    return f'<figure class="card"><img src="{source}" alt="{escape(str(alt))}"></figure>'


def clean_html(html: str) -> str:
    """HTML of unknown origin with nothing left in it that runs, loads, restyles or clashes with the page.

    >>> clean_html('<p onclick="x()">Sales<script>alert(1)</script> <b>up</b></p>')
    '<p>Sales <b>up</b></p>'
    """
    attributes = {**nh3.ALLOWED_ATTRIBUTES, "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
    links = {"mailto"}  # a report asks for nothing outside itself; nh3 keeps links within it
    return nh3.clean(html, attributes=attributes, url_schemes={*links, "data"}, strip_comments=True)


class ReportExporter(TemplateExporter):  # type: ignore[misc]  # nbconvert has no types
    """Our template and nothing else: the stock HTML exporter parses and rewrites each page once more."""

    file_extension = ".html"
    export_from_notebook = None


def make_exporter() -> Any:
    """An exporter with our template; make one and use it for many notebooks (compiling the template is the cost)."""
    return ReportExporter(template_name="saypro", extra_template_basedirs=[str(TEMPLATES)])


@lru_cache(maxsize=1)
def _shared_exporter() -> Any:
    return make_exporter()


def export_html(notebook: Any, *, exporter: Any = None) -> str:
    """The page of an executed notebook as one self-contained HTML file."""
    page, _ = (exporter or _shared_exporter()).from_notebook_node(notebook)
    return str(page)
