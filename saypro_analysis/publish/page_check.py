"""Everything that is wrong with a finished page, in plain English: what it has to be before it is published.

A page is judged by what stands in it, against the results that its notebook put out and the report that was asked for.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from saypro_analysis.publish.outside import outside_of
from saypro_analysis.publish.page_rows import number_faults
from saypro_analysis.publish.page_sections import missing_sections
from saypro_analysis.publish.page_tree import Element, blanks, read_page
from saypro_analysis.show.page import OVERVIEW, page_json
from saypro_analysis.texts import SOURCE, month_name, speaking, t

Results = Mapping[str, Any]
INDEX = "index"  # the overview's page
_TITLE = "Executive overview"  # the overview's heading, as in head.html.j2
_ERROR = re.compile(r"Traceback \(most recent call last\)|\bCell In ?\[\d+\]|\[(?:0|\d+(?:;\d+)+)m")
_RAISED = re.compile(r"^\w*(?:Error|Exception|Warning|Interrupt): .*", re.M)  # in what a program printed
_NO_VALUE = re.compile(r"[-+−]?(?:nan|NaN|NaT|None|<NA>|[Ii]nf(?:inity)?|Infinity)")
_NUMERIC = frozenset({"n", "gap", "fc", "sp"})  # classes of cells that hold numbers
_LINKS = ("href", "xlink:href")
_LABELS = ("aria-labelledby", "aria-describedby")


def page_faults(
    page: str, results: Results, *, page_name: str, month: str, departments: Mapping[str, Results] | None = None
) -> tuple[str, ...]:
    """Everything that is wrong with a page, the gravest first; empty when it may be published.

    ``results`` are those that the page's notebook put out; ``page_name`` ("sales", "index") and ``month`` ("2026-10")
    what was asked for. ``departments`` (by id) are the results that the overview's numbers are compared with; what is
    not in it is not compared.

    >>> page_faults("<p>Sales", {}, page_name="sales", month="2026-10")
    ('the notebook put out no results; keep its last cell',)
    """
    if not results:
        return ("the notebook put out no results; keep its last cell",)
    asked = OVERVIEW if page_name == INDEX else page_name
    if (results.get("department"), results.get("month")) != (asked, month):
        found = f"{results.get('department')} in {results.get('month')}"
        return (f"the notebook reports {found} instead of {asked} in {month}",)
    elements = read_page(page)
    parts = tuple((departments or {}).values()) if asked == OVERVIEW else (results,)
    outside = (f"the page asks for something outside itself: {found}" for found in outside_of(elements))
    return (
        *_broken(page, elements), *outside, *_compared(elements, results, parts, month), *_errors(elements),
        *_ids(elements), *_charts(elements), *_cells(elements),
    )  # fmt: skip


def _compared(elements: Sequence[Element], results: Results, parts: Sequence[Results], month: str) -> list[str]:
    """What differs between page and results, in the page's language."""
    language = next((one.attributes.get("lang", "") for one in elements if one.tag == "html"), "")
    with speaking(language or SOURCE):
        try:
            return [
                *_wrong_page(elements, results, month),
                *missing_sections(elements, results, parts),
                *number_faults(elements, parts, month=month),
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return [f"the results are not as the notebook's last cell makes them: {type(error).__name__}, {error}"]


def _broken(page: str, elements: Sequence[Element]) -> Iterator[str]:
    """Whether the page is whole."""
    if not page.lstrip().lower().startswith("<!doctype html>") or not page.rstrip().endswith("</html>"):
        yield "the page is not whole: it does not go from <!doctype html> to </html>"
    headings = sum(one.tag == "h1" for one in elements)
    if headings != 1:
        yield f"the page is not whole: it has {headings} headings of the first level (h1) instead of one"


def _wrong_page(elements: Sequence[Element], results: Results, month: str) -> Iterator[str]:
    """Whether title, heading and navigation say the department and the month that were asked for."""
    asked, period = str(results["department"]), pd.Period(month, "M")
    name = t(_TITLE) if asked == OVERVIEW else results["name"]
    facts = page_json(company="", departments={asked: name}, current=asked, month=period)
    wanted = {"title": facts["title"], "h1": f"{name}, {month_name(period)}"}
    for tag, text in wanted.items():
        found = next((one.text for one in elements if one.tag == tag), "")
        if found != blanks(text):
            yield f"the page's {'title' if tag == 'title' else 'heading'} reads {found!r} instead of {text!r}"
    here = next((one.attributes.get("href") for one in elements if _is_here(one)), None)
    own = f"{INDEX if asked == OVERVIEW else asked}.html"
    if here != own:
        yield f"the page's navigation says that it is {here or 'no page'} instead of {own}"


def _is_here(element: Element) -> bool:
    """Whether this is the navigation's link to the page itself."""
    return element.tag == "a" and element.attributes.get("aria-current") == "page"


def _errors(elements: Sequence[Element]) -> Iterator[str]:
    """What looks like the output of an error."""
    for element in elements:
        for part in element.parts if element.tag != "style" else ():
            found = _found_error(part, printed=element.tag in ("pre", "code")) if isinstance(part, str) else ""
            if found:
                yield f"the page shows the output of an error: {found[:60]!r}"


def _found_error(text: str, *, printed: bool) -> str:
    found = _ERROR.search(text) or (_RAISED.search(text) if printed else None)
    return found[0] if found else ""


def _ids(elements: Sequence[Element]) -> Iterator[str]:
    """Ids that stand twice, and references to ids that are not there."""
    counts = Counter(one.attributes["id"] for one in elements if "id" in one.attributes)
    yield from (f"the id {name!r} stands {count} times on the page" for name, count in counts.items() if count > 1)
    wanted = dict.fromkeys(name for one in elements for name in _references(one))
    yield from (f"something on the page refers to #{name}, which is not there" for name in wanted if name not in counts)


def _references(element: Element) -> Iterator[str]:
    for name, text in element.pairs:
        if name in _LABELS:
            yield from text.split()
        elif name in _LINKS and text.startswith("#") and text not in ("#", "#top"):
            yield text[1:]


def _charts(elements: Sequence[Element]) -> Iterator[str]:
    """Charts and images that nobody can read who does not see them."""
    named = {one.attributes["id"]: one for one in elements if "id" in one.attributes}
    for element in elements:
        if element.tag == "img" and not element.attributes.get("alt", "").strip():
            yield "an image has no description (alt)"
        elif element.tag == "svg" and element.parent is not None:
            yield from _drawing(element, element.parent, named)


def _drawing(svg: Element, inside: Element, named: Mapping[str, Element]) -> Iterator[str]:
    """A drawing is hidden decoration, or an image with a name; the chart of a figure has a description, too."""
    labels = [named[name] for name in svg.attributes.get("aria-labelledby", "").split() if name in named]
    told = [one.tag for one in labels if one.text]
    name = svg.attributes.get("aria-label", "").strip() or told
    if inside.tag == "figure":
        heading = next((one.text for one in inside.within("h3")), "") or "without a title"
        if "desc" not in told or svg.attributes.get("role") != "img" or svg.attributes.get("aria-hidden") == "true":
            yield f"the chart {heading!r} has no description"
    elif svg.attributes.get("aria-hidden") != "true" and (not name or svg.attributes.get("role") != "img"):
        yield f"a drawing ({svg.attributes.get('class') or 'svg'}) has no description"


def _cells(elements: Sequence[Element]) -> Iterator[str]:
    """Cells of tables that show what a program calls a missing value. Heads of rows are names: they may be anything."""
    for element in elements:
        if element.tag != "td":
            continue
        text = element.text
        numeric = not _NUMERIC.isdisjoint(element.attributes.get("class", "").split())
        words = re.findall(r"[-+−]?[\w<>]+", text) if numeric else [text]
        if any(_NO_VALUE.fullmatch(word) for word in words):
            yield f"a cell of a table reads {text!r}"
