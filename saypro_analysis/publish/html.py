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
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor

from saypro_analysis.show.fragment import PAGE_MIME
from saypro_analysis.show.page import page_words
from saypro_analysis.show.style import icons, stylesheet
from saypro_analysis.texts import SOURCE, speaking, t

TEMPLATES = Path(__file__).parent / "templates"
#: Cells with one of these tags are for analysts, not for the report.
HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "notebook-only", "remove-cell"})
_HEADING = re.compile(r"(</?h)([1-6])(>)")
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,")
_NEAR = re.compile(r"(?:mailto:|#|(?![/\\\\])(?![A-Za-z][A-Za-z0-9+.-]*:))")
_FOOT = 90  # letters below a printed page
_ID = re.compile(r'\bid="([^"]+)"')
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # in HTML; data may hold them
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\].*?(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f]")


class PrepareReport(Preprocessor):
    """Puts the parts of the page into ``resources["saypro"]``, which the template prints."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook as it is, and resources with title, language, navigation and body."""
        cells = [cell for cell in nb.cells if not HIDDEN_TAGS & set(cell.metadata.get("tags", ()))]
        page = _page_facts(cells)
        with speaking(page.get("lang") or SOURCE):
            body = unique_ids([html for cell in cells for html in _cell_html(cell) if html])
        resources["saypro"] = {
            "title": page.get("title") or nb.metadata.get("title") or "Report",
            "lang": page.get("lang") or SOURCE,
            "company": page.get("company", ""),
            "words": page.get("words") or page_words(""),
            "sample": bool(page.get("sample")),
            "nav": page.get("nav", ()),
            "style": stylesheet() + _page_margins(page),
            "icons": icons(),
            "body": body,
        }
        return nb, resources


def _page_facts(cells: list[Any]) -> dict[str, Any]:
    outputs = (output for cell in cells for output in cell.get("outputs", ()))
    return next((dict(o.data[PAGE_MIME]) for o in outputs if PAGE_MIME in o.get("data", {})), {})


def _page_margins(page: dict[str, Any]) -> Markup:
    """What stands below each printed page. All but letters, digits and spaces is written as a CSS escape."""
    words = page.get("words") or page_words("")
    before, between, after = (_css_text(part) for part in words["page"].split("\n"))
    font = "font:8pt 'Report Sans',sans-serif;color:#444"
    numbers = f'content:"{before}" counter(page) "{between}" counter(pages) "{after}"'
    left = f'@bottom-left{{content:"{_css_text(_cut(words["foot"]))}";{font}}}'
    right = f"@bottom-right{{{numbers};{font};white-space:nowrap}}"
    rule = f"@page{{size:A4;margin:11mm 13mm 14mm;{left}{right}}}"
    return Markup(rule)  # noqa: S704 (escaped above)


def _cut(text: str) -> str:
    """What has room beside the number of the page."""
    return text if len(text) <= _FOOT else f"{text[: _FOOT - 1]}…"


def _css_text(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):06x} ", text)  # a blank ends an escape


def unique_ids(parts: list[str]) -> list[str]:
    """The parts of a page with no id twice: a later one gets a number, and so does what refers to it in its part.

    >>> unique_ids(['<p id="a">', '<p id="a"><a href="#a">'])
    ['<p id="a">', '<p id="a-2"><a href="#a-2">']
    """
    seen: set[str] = set()
    return [_renumbered(part, seen) for part in parts]


def _renumbered(part: str, seen: set[str]) -> str:
    own = set(_ID.findall(part))
    renamed = {}
    for name in sorted(own & seen):
        number = 2
        while f"{name}-{number}" in seen | own:
            number += 1
        renamed[name] = f"{name}-{number}"
    seen |= (own - set(renamed)) | set(renamed.values())
    if not renamed:
        return part
    names = "|".join(re.escape(name) for name in sorted(renamed, key=len, reverse=True))
    reference = re.compile(rf"""(?<=[ "#])(?:{names})(?=[ ")])""")
    return re.sub(r"<[^>]*>", lambda tag: _renamed_tag(tag[0], reference, renamed), part)


def _renamed_tag(tag: str, reference: re.Pattern[str], renamed: dict[str, str]) -> str:
    attributes = re.compile(r"""(?:\b(?:id|href|aria-labelledby|aria-describedby|for)="[^"]*"|url\(#[^)]*\))""")
    return attributes.sub(lambda found: reference.sub(lambda name: renamed[name[0]], found[0]), tag)


def _cell_html(cell: Any) -> list[str]:
    if cell.cell_type == "markdown":
        return [_prose(_markdown(cell.source))]
    return [_output_html(output) for output in cell.get("outputs", ())]


def _output_html(output: Any) -> str:
    """One output as HTML. Streams, errors, scripts, widgets and the like are not for readers of a report."""
    data = output.get("data", {})
    if "text/html" in data:
        ours = output.get("metadata", {}).get("text/html", {}).get("saypro") is True
        return str(data["text/html"]) if ours else _prose(data["text/html"])
    if "image/svg+xml" in data:
        return _image(f"data:image/svg+xml,{quote(data['image/svg+xml'])}", output, "image/svg+xml")
    if "image/png" in data:
        return _image(f"data:image/png;base64,{re.sub(r'[^A-Za-z0-9+/=]', '', data['image/png'])}", output, "image/png")
    if "text/markdown" in data:
        return _prose(_markdown(data["text/markdown"]))
    if set(data) == {"text/plain"} and output.output_type in ("execute_result", "display_data"):
        return f'<pre class="plain">{escape(_CONTROL.sub("", data["text/plain"]))}</pre>'
    return ""


def _markdown(source: str) -> str:
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)  # a new one: it remembers headings
    return str(MarkdownWithMath(renderer=renderer).render(source))


def _image(source: str, output: Any, kind: str) -> str:
    alt = output.get("metadata", {}).get(kind, {}).get("alt") or t("Chart; its author gave no description.")
    return f'<figure class="image"><img src="{source}" alt="{escape(str(alt))}"></figure>'


def _prose(html: str) -> str:
    """What was not made by our own functions: cleaned, and its headings below the page's own."""
    cleaned = clean_html(html).strip()
    return f'<div class="prose">{cleaned}</div>' if cleaned else ""


def clean_html(html: str) -> str:
    """HTML of unknown origin with nothing left in it that runs, loads, restyles or clashes with the page.

    Headings move down by one: a page has one h1.

    >>> clean_html('<h1>Note</h1><p onclick="x()">Sales<script>alert(1)</script> <b>up</b></p>')
    '<h2>Note</h2><p>Sales <b>up</b></p>'
    """
    attributes = {**nh3.ALLOWED_ATTRIBUTES, "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
    # Before it is judged: taken out later, a control character would leave "javascript:" where there was none.
    html = _FORBIDDEN.sub("", html)
    cleaned = nh3.clean(
        html, attributes=attributes, url_schemes={"mailto", "data"}, strip_comments=True, attribute_filter=_inside
    )
    return _HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) + 1, 6)}{found[3]}", cleaned)


def _inside(tag: str, attribute: str, value: str) -> str | None:
    """An attribute that asks for nothing outside the page and its neighbours: links within, images as data."""
    if attribute in ("src", "srcset", "cite", "background"):
        return value if tag == "img" and attribute == "src" and _DATA_IMAGE.match(value) else None
    if attribute == "href":
        return value if _NEAR.match(value) else None
    return value


class ReportExporter(TemplateExporter):
    """Our template and nothing else: the stock HTML exporter parses and rewrites each page once more."""

    file_extension = ".html"

    def get_prefix_root_dirs(self) -> list[str]:
        """No templates but ours: one of its name, or settings, in a user's Jupyter folders would change the pages."""
        return []


@lru_cache(maxsize=1)
def shared_exporter() -> Any:
    """The exporter with our template, its template compiled; one for all notebooks (compiling is most of the cost)."""
    make: Any = ReportExporter  # nbconvert has no types
    exporter = make(template_name="saypro", extra_template_basedirs=[str(TEMPLATES)])
    _ = exporter.template
    return exporter


def export_html(notebook: Any, *, exporter: Any = None) -> str:
    """The page of an executed notebook as one self-contained HTML file."""
    page, _ = (exporter or shared_exporter()).from_notebook_node(notebook)
    return _FORBIDDEN.sub("", str(page))
