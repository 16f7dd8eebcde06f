"""A page is published only when it is the right one, whole, described, and tells the numbers of its results."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.analysis import analyse
from saypro_analysis.api import (
    export_results,
    show_changes,
    show_head,
    show_method,
    show_missed,
    show_progress,
    show_scorecard,
    show_watch_list,
)
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month
from saypro_analysis.publish.html import export_html
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.page_check import page_faults
from saypro_analysis.publish.run import RunResult
from saypro_analysis.show.results import RESULTS_MIME

pytestmark = pytest.mark.xdist_group("run")

PAGES = ("sales", "marketing", "customer_support", "operations", "employees", "index")
Pages = dict[str, tuple[str, dict[str, Any]]]
Spoil = Callable[[str], str]


@pytest.fixture(scope="module")
def good(published: RunResult) -> Pages:
    """Each published page of the sample company with the results that its notebook put out."""
    return {name: (_page(published, name), _results(published, name)) for name in PAGES}


def _page(published: RunResult, name: str) -> str:
    return (published.folder / f"{name}.html").read_text("utf-8")


def _results(published: RunResult, name: str) -> dict[str, Any]:
    notebook = json.loads((published.folder / f"{name}.ipynb").read_text("utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return next(output["data"][RESULTS_MIME] for output in outputs if RESULTS_MIME in output.get("data", {}))


def faults(good: Pages, name: str, *, page: str | None = None, results: Any = None) -> tuple[str, ...]:
    """What is wrong with a page, or with what it was spoilt to."""
    departments = {key: held for key, (_, held) in good.items() if key != "index"}
    own = good[name]
    return page_faults(
        own[0] if page is None else page, own[1] if results is None else results, page_name=name, month="2026-10",
        departments=departments,
    )  # fmt: skip


def swap(old: str, new: str, count: int = 1) -> Spoil:
    """The page with one text instead of another, which stands there."""

    def spoil(page: str) -> str:
        assert old in page
        return page.replace(old, new, count)

    return spoil


def cut(pattern: str) -> Spoil:
    """The page without what a pattern finds first."""

    def spoil(page: str) -> str:
        assert re.search(pattern, page, re.S)
        return re.sub(pattern, "", page, count=1, flags=re.S)

    return spoil


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_sample_company_passes(good: Pages, name: str) -> None:
    """Nothing is wrong with what a run publishes; the overview also passes without the departments' results."""
    assert faults(good, name) == ()
    assert page_faults(*good[name], page_name=name, month="2026-10") == ()


def emptied(section: str) -> Spoil:
    """The page with nothing in a section."""
    pattern = re.compile(rf'(<section id="{section}"[^>]*>).*?(</section>)', re.S)
    return lambda page: pattern.sub(r"\1\2", page)


def section(name: str) -> Spoil:
    """The page without a section."""
    return cut(rf'<section id="{name}".*?</section>')


def add(html: str) -> Spoil:
    """The page with something more at its end."""
    return swap("</main>", f"{html}</main>")


#: How a page is spoilt, the page, and what the sentence about it says.
WRONG_PAGE = {
    "month in the title": (
        "sales",
        swap("performance, October", "performance, May"),
        "title reads 'Sales performance, May",
    ),
    "department in the heading": (
        "sales",
        swap("<h1><b>Sales<", "<h1><b>Law<"),
        "reads 'Law, October 2026' instead of 'Sales",
    ),
    "month of the overview": (
        "index",
        swap("October 2026</h1>", "May 2026</h1>"),
        "reads 'Executive overview, May 2026'",
    ),
    "navigation": (
        "sales",
        swap('sales.html" aria-cur', 'it.html" aria-cur'),
        "says that it is it.html instead of sales.html",
    ),
    "cut off": ("sales", cut(r"</main>.*"), "not whole: it does not go from <!doctype html> to </html>"),
    "no doctype": ("sales", cut(r"<!doctype html>"), "not whole: it does not go from"),
    "two headings": ("sales", swap("</h1>", "</h1><h1>Sales</h1>"), "2 headings of the first level"),
    "no heading": ("sales", cut(r"<h1>.*?</h1>"), "0 headings of the first level"),
    "outside": (
        "sales",
        add('<img alt="x" src="//a.org/x.png">'),
        "something outside itself: <img src='//a.org/x.png'>",
    ),
}
MISSING = {
    "scorecard": ("sales", section("scorecard"), "has no scorecard (show_scorecard)"),
    "changes": ("sales", section("changes"), "no section of changes (show_changes)"),
    "empty changes": ("sales", emptied("changes"), "no section of changes (show_changes)"),
    "missed KPI": ("sales", section("kpi-conversion_rate"), "no section of Conversion rate, which missed its target"),
    "chart": ("sales", cut(r'<figure aria-labelledby="xmr-revenue-h">.*?</figure>'), "no chart of Revenue by month"),
    "causes of the department": ("sales", section("department-causes"), "no section of the department's causes"),
    "watch list": ("customer_support", section("watch"), "no watch list (show_watch_list)"),
    "earlier actions": ("sales", section("progress"), "no section of earlier actions (show_progress)"),
    "method": ("sales", section("method"), "no section of method and data quality (show_method)"),
    "decisions": ("sales", cut(r'<section class="ask".*?</section>'), "no block of decisions (show_head)"),
    "departments": ("index", section("departments"), "no section of the departments"),
    "missed targets": ("index", section("missed"), "no table of the missed targets"),
    "matrix": ("index", section("matrix"), "no table of variation and assurance"),
    "causes": ("index", section("causes"), "no section of the causes"),
    "changes of all": ("index", section("changes"), "no section of changes (show_overview_changes)"),
    "decisions of all": ("index", section("decisions"), "no block of decisions (show_decisions)"),
    "row": ("sales", cut(r'<tr role="row" data-kpi="sales.pipeline".*?</tr>'), "the scorecard has no row of Pipeline"),
    "missed row": ("index", cut(r'<tr role="row" data-kpi="sales.revenue".*?</tr>'), "no row of sales.revenue"),
    "count of rows": ("index", cut(r'<tr role="row" data-kpi="sales.revenue".*?</tr>'), "6 rows, the results 7 missed"),
    "card": ("index", cut(r'<li data-department="sales">.*?</li>'), "the overview has no card of sales"),
}
BROKEN = {
    "traceback": (
        "sales",
        add("<p>Traceback (most recent call last):</p>"),
        "error: 'Traceback (most recent call last)'",
    ),
    "printed error": ("sales", add('<pre class="plain">KeyError: 3</pre>'), "output of an error: 'KeyError: 3'"),
    "coloured error": ("sales", add("<p>[0;31mKeyError</p>"), "output of an error: '[0;31m'"),
    "chart without description": (
        "sales",
        cut(r'<desc id="xmr-revenue-d">.*?</desc>'),
        "usual range' has no description",
    ),
    "chart without role": (
        "sales",
        swap('xmr wide" viewBox="0 0 700 324" role="img"', 'xmr"'),
        "usual range' has no description",
    ),
    "hidden chart": ("sales", swap('class="xmr wide"', 'aria-hidden="true"'), "usual range' has no description"),
    "sparkline without title": (
        "sales",
        cut(r'<title id="score-revenue-spark-t".*?</title>'),
        "drawing (spark) has no",
    ),
    "image without alt": (
        "sales",
        add('<img src="data:image/png;base64,AA" alt=" ">'),
        "an image has no description (alt)",
    ),
    "id twice": ("sales", add('<p id="method"></p>'), "the id 'method' stands 2 times on the page"),
    "link to nowhere": (
        "sales",
        swap('href="#kpi-revenue"', 'href="#kpi-rev"'),
        "refers to #kpi-rev, which is not there",
    ),
    "label of nothing": ("sales", swap('aria-labelledby="method-h"', 'aria-labelledby="m-h"'), "refers to #m-h"),
    "icon of nothing": ("sales", swap('href="#s-missed"', 'href="#s-mist"'), "refers to #s-mist"),
    "nan": ("sales", swap('<td class="n">$250,000<', '<td class="n">$nan<'), "a cell of a table reads '$nan'"),
    "None": ("sales", swap('data-l="Owner">Training Lead<', 'data-l="Owner">None<'), "a cell of a table reads 'None'"),
    "inf": (
        "sales",
        swap(">$309,084 to $355,894<", ">-inf to $355,894<"),
        "a cell of a table reads '-inf to $355,894'",
    ),
    "NaT": ("sales", swap('data-l="Due">30 Sep 2026<', 'data-l="Due">NaT<'), "a cell of a table reads 'NaT'"),
}
OTHER_NUMBERS = {
    "text": (
        "sales",
        swap('<b data-num="actual 250000.0">$250', '<b data-num="actual 250000.0">$260'),
        "Revenue, actual: the page reads '$260,000', the results make it '$250,000'",
    ),
    "value behind it": (
        "sales",
        swap('"actual 250000.0"', '"actual 250000.25"'),
        "Revenue, actual: the page was made of 250000.25, the results have 250000.0",
    ),
    "no value behind it": ("sales", swap('"actual 250000.0"', '"actual x"'), "made of x, the results have 250000.0"),
    "not said": ("sales", swap(' data-num="actual 250000.0"', ""), "the row of Revenue does not say its actual"),
    "not known": (
        "sales",
        swap('"actual 250000.0"', '"profit 250000.0"'),
        "shows a profit, '$250,000', that the results do not",
    ),
    "end of a range": (
        "customer_support",
        swap("to 92.0% <", "to 93.0% <"),
        "target: the page reads '80.0% to 93.0% range'",
    ),
    "status": (
        "sales",
        swap("</svg>Missed<", "</svg>Met<"),
        "status: the page reads 'Met', the results make it 'Missed'",
    ),
    "level": ("sales", swap(">critical<", ">severe<"), "standing: the page reads 'Missedsevere4 months'"),
    "variation": (
        "sales",
        swap(">Worse than usual<", ">Usual range<"),
        "the page reads 'Usual range', the results make it 'Worse",
    ),
    "assurance": (
        "sales",
        swap(">Will miss<", ">Will meet<"),
        "the page reads 'Will meet', the results make it 'Will miss'",
    ),
    "heading": (
        "sales",
        swap("to $250,000 against", "to $251,000 against"),
        "the section of Revenue, headline: the page reads",
    ),
    "line below": (
        "sales",
        swap('">$50,000 short of', '">$51,000 short of'),
        "the section of Revenue, shortfall: the page reads",
    ),
    "severity": (
        "sales",
        swap("critical, 93 of 100.</p>", "critical, 83 of 100.</p>"),
        "Revenue, shortfall: the page reads",
    ),
    "figures of a chart": (
        "sales",
        swap('"n">$264,839<', '"n">$264,838<'),
        "figures behind the chart of Revenue read '$264,838'",
    ),
    "months of a chart": (
        "sales",
        cut(r'<tr><th scope="row">Sep 2026.*?</tr>'),
        "are of 26 months, in the results of 27",
    ),
    "cause": ("index", swap(">95 of 100<", ">96 of 100<"), "the row of Revenue, cause: the page reads '96 of 100'"),
    "card": ("index", swap("<b>2</b> of 4 missed", "<b>1</b> of 4 missed"), "the card of sales reads '1 of 4 missed'"),
    "another KPI": (
        "sales",
        swap('"sales.pipeline"', '"hr.leave"'),
        "a row of hr.leave, which the results do not have",
    ),
}
SPOILT = [
    pytest.param(*case, id=f"{kind}: {name}")
    for kind, cases in (("page", WRONG_PAGE), ("missing", MISSING), ("broken", BROKEN), ("number", OTHER_NUMBERS))
    for name, case in cases.items()
]


@pytest.mark.parametrize(("name", "spoil", "says"), SPOILT)
def test_a_page_spoilt_in_one_way_is_caught(good: Pages, name: str, spoil: Spoil, says: str) -> None:
    """Whatever is wrong is said in a sentence that names it; the page as it was has no fault."""
    page = spoil(good[name][0])
    assert page != good[name][0]
    assert any(says in fault for fault in faults(good, name, page=page))


def test_rows_in_another_order_are_caught(good: Pages) -> None:
    """The scorecard is worst first, as the results are."""
    page, _ = good["sales"]
    rows = re.findall(r'<tr role="row" data-kpi=.*?</tr>\n', page, re.S)
    swapped = page.replace(rows[1], "").replace(rows[0], rows[1] + rows[0])
    assert faults(good, "sales", page=swapped) == (
        "the rows of the scorecard are not in the order of the results, worst first",
    )


def test_a_row_that_stands_twice_is_caught(good: Pages) -> None:
    """A KPI has one row."""
    page, _ = good["employees"]
    row = re.findall(r'<tr role="row" data-kpi=.*?</tr>\n', page, re.S)[0]
    assert "the scorecard has a KPI twice" in faults(good, "employees", page=page.replace(row, 2 * row))


def test_a_page_of_another_report_is_caught(good: Pages) -> None:
    """Another department's page, or another department's or month's results, are not the report that was asked for."""
    sales, marketing = good["sales"], good["marketing"]
    assert any("instead of 'Sales, October 2026'" in fault for fault in faults(good, "sales", page=marketing[0]))
    assert faults(good, "sales", results=marketing[1]) == (
        "the notebook reports marketing in 2026-10 instead of sales in 2026-10",
    )
    assert page_faults(*sales, page_name="sales", month="2026-09") == (
        "the notebook reports sales in 2026-10 instead of sales in 2026-09",
    )
    said = page_faults(sales[0], {**sales[1], "month": "2026-09"}, page_name="sales", month="2026-09")
    assert any("'Sales performance, October 2026' instead of 'Sales performance, September 2026'" in s for s in said)


#: A number of the results as a path, and what is said of the page when only the results have another.
NUMBERS = {
    "actual": ("kpis", 0, "actual"),
    "target": ("kpis", 0, "target"),
    "gap": ("kpis", 0, "gap", "size"),
    "share of the gap": ("kpis", 0, "gap", "percent"),
    "misses": ("kpis", 0, "misses"),
    "month before": ("kpis", 0, "series", -2, "value"),
    "first month shown": ("kpis", 0, "series", -24, "value"),
    "target of an earlier month": ("kpis", 0, "series", -5, "target"),
    "forecast": ("kpis", 0, "outlook", "months", -1, "value"),
    "range of the forecast": ("kpis", 0, "outlook", "months", -1, "high"),
    "severity": ("kpis", 0, "severity", "score"),
}


@pytest.mark.parametrize("path", [pytest.param(path, id=name) for name, path in NUMBERS.items()])
def test_results_with_another_number_are_caught(good: Pages, path: tuple[Any, ...]) -> None:
    """A number that only the results have otherwise, by one in a hundred thousand or by one, is not the page's."""
    results = copy.deepcopy(good["sales"][1])
    held = results
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = held[path[-1]] + (1 if isinstance(held[path[-1]], int) else max(1.0, held[path[-1]] / 1e5))
    assert any("Revenue" in fault for fault in faults(good, "sales", results=results))


def test_a_missing_report_must_be_told_with_its_reason(good: Pages) -> None:
    """A department that the overview's results call missing has a card with the reason, and no counts."""
    results = copy.deepcopy(good["index"][1])
    results["departments"] = [part for part in results["departments"] if part["department"] != "sales"]
    results["missing"] = {"sales": "the notebook failed", "law": "no data"}
    said = faults(good, "index", results=results)
    assert "the card of sales does not say why there is no report" in said
    assert "the card of sales reads '2 of 4 missed', the results have no counts" in said
    assert "the overview has no card of law" in said


def test_the_same_number_in_the_overview_and_the_department(good: Pages) -> None:
    """The overview's rows are those of the departments' results; a department that is not known is not compared."""
    overview = good["index"]
    sales = copy.deepcopy(good["sales"][1])
    sales["kpis"][0]["actual"] += 1.0
    said = page_faults(*overview, page_name="index", month="2026-10", departments={"sales": sales})
    assert said == ("the row of Revenue, actual: the page was made of 250000.0, the results have 250001.0",)


@pytest.mark.parametrize("results", [{"kpis": 3}, {"kpis": [{}]}, {"changes": None}, {"kpis": [None]}])
def test_results_of_another_form_are_a_fault_and_no_crash(good: Pages, results: dict[str, Any]) -> None:
    """Results that a notebook made up itself are refused in a sentence."""
    own = {"department": "sales", "month": "2026-10", "name": "Sales", **results}
    assert any(fault.startswith("the results are not as") for fault in faults(good, "sales", results=own))


def _digits(page: str) -> list[int]:
    """Where the digits stand in the cells of the page's scorecard: in their texts, and in the values behind these."""
    table = re.search(r'<table role="table" class="score.*?</table>', page, re.S)
    assert table is not None
    texts = [
        (table.start() + cell.start() + text.start(group), text[group])
        for cell in re.finditer(r'<td role="cell".*?</td>', table[0], re.S)
        for group, text in _texts(cell[0])
    ]
    return [start + at for start, text in texts for at, sign in enumerate(text) if sign.isdigit()]


def _texts(cell: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The texts of a cell and the values behind them, with the group that holds each."""
    for found in re.finditer(r'data-num="[a-z]+ ([^"]*)"|>([^<]+)<', cell):
        yield (1 if found[1] is not None else 2), found


def test_one_other_digit_in_a_scorecard_is_caught(good: Pages) -> None:
    """Whichever digit of a scorecard's cell is another one, in a text or in the value behind it, is noticed."""
    places = [(name, at) for name in PAGES for at in _digits(good[name][0])]
    assert len(places) > 1500

    @settings(max_examples=80, deadline=None)
    @given(place=st.sampled_from(places), other=st.integers(1, 9))
    def change(place: tuple[str, int], other: int) -> None:
        name, at = place
        page, _ = good[name]
        assert faults(good, name, page=f"{page[:at]}{(int(page[at]) + other) % 10}{page[at + 1 :]}")

    change()


def test_a_page_in_another_language_and_locale_passes(sample_params: Params, sample_snapshot: Snapshot) -> None:
    """What a page has to read follows its language and the company's locale and currency: here Portuguese and euros."""
    company = replace(sample_params.company, language="pt", locale="pt_PT", currency="EUR")
    month = resolve_month("2026-10", sample_snapshot)
    shown = [show_head, show_scorecard, show_changes, show_missed, show_watch_list, show_progress, show_method]
    for name in ("sales", "customer_support"):
        params = replace(sample_params, company=company)
        analysis = analyse(department_month(params, sample_snapshot, name, month))
        results = export_results(analysis)
        page = export_html(_notebook([*(show(analysis) for show in shown), results]))
        assert '<html lang="pt">' in page
        assert page_faults(page, results.data, page_name=name, month="2026-10") == ()
        english = page.replace('<html lang="pt">', '<html lang="en">')
        assert page_faults(english, results.data, page_name=name, month="2026-10")


def _notebook(shown: list[Any]) -> Any:
    """An executed notebook whose cells put these things out."""
    bundles = (
        bundle if isinstance(bundle, tuple) else (bundle, {}) for bundle in (x._repr_mimebundle_() for x in shown)
    )
    outputs = [nbformat.v4.new_output("display_data", data=data, metadata=about) for data, about in bundles]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])


@pytest.mark.parametrize(
    "html",
    [
        '<table><tr><th scope="row">None</th><td class="n">1</td></tr></table>',
        "<table><tr><td>None known</td><td>Nan Goldin</td><td>Order nan and inf</td></tr></table>",
        "<p>ValueError: what our customers call it; see cell In the office, and the unit [12m]</p>",
        '<p><a href="#">up</a> <a href="#top">up</a> <a href="sales.html#nowhere">there</a></p>',
        '<svg aria-hidden="true"><path d=""/></svg>',
        "<p>$1,234 and 17</p>",
    ],
)
def test_what_an_analyst_may_write_is_fine(good: Pages, html: str) -> None:
    """Names that look like missing values, words about errors, links to the top, and numbers in prose are no faults."""
    assert faults(good, "sales", page=add(html)(good["sales"][0])) == ()


@pytest.mark.parametrize(
    "html",
    [
        "<style/>p{background:url(//example.org/a.png)}</style>",
        '<meta http-equiv="refresh" http-equiv="x" content="0;url=//example.org">',
        '<img src="//example.org/a.png" src="data:image/png;base64,AA">',
    ],
)
def test_what_a_browser_reads_otherwise_is_found(html: str) -> None:
    """A browser takes "<style/>" for a beginning, and of an attribute that stands twice the first."""
    assert outside_references(f"<!doctype html><html><body>{html}</body></html>")
