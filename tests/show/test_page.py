"""The whole page: assembled from all sections, it is safe, complete, and the same every time."""

import json
import re

import nbformat
import planted
import pytest

from saypro_analysis.errors import ParamsError
from saypro_analysis.publish.html import export_html
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.show import overview, sections
from saypro_analysis.show.departments import show_departments
from saypro_analysis.show.fragment import NOTHING, PAGE_MIME
from saypro_analysis.show.results import export_results
from saypro_analysis.show.segments import show_segments

STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.at_risk,
    planted.rebased, planted.hostile,
]  # fmt: skip
SHOWN = (
    sections.show_head, sections.show_scorecard, sections.show_missed, sections.show_watch_list,
    sections.show_progress, sections.show_method, export_results,
)  # fmt: skip


def notebook(shown):
    """An executed notebook whose cells put these things out."""
    cells = []
    for thing in shown:
        bundle = thing._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        output = nbformat.v4.new_output("execute_result", data=data, metadata=metadata, execution_count=1)
        cells.append(nbformat.v4.new_code_cell("show()", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


def page(analysis):
    return export_html(notebook([show(analysis) for show in SHOWN]))


def overview_page(*analyses, missing=None):
    held, month, gone = tuple(analyses), planted.OCTOBER, missing or {}
    shown = [
        overview.show_overview_head(held, month, gone),
        show_departments(held, gone),
        overview.show_all_missed(held),
        overview.show_causes(held),
        overview.show_overview_method(held),
    ]
    return export_html(notebook(shown))


def check_page(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert outside_references(html) == ()
    assert "<script" not in html
    assert "http:" not in html
    assert "https:" not in html
    assert html.count("<h1") == 1
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets <= set(ids)


@pytest.mark.parametrize("story", STORIES)
def test_a_page_is_safe_whole_and_the_same_twice(story):
    """Unique ids, nothing to run or fetch, one h1, links that resolve, and the same bytes for the same data."""
    html = page(story())
    check_page(html)
    assert html == page(story())


def test_the_overview_is_safe_and_counts_the_departments():
    """Counts are the sum of the departments; a report that is missing is named with its reason."""
    html = overview_page(planted.shift(), missing={"support": "the notebook failed: <b>KeyError</b>"})
    check_page(html)
    assert "One of one target" in html
    assert "the notebook failed: &lt;b&gt;KeyError&lt;/b&gt;" in html
    assert 'href="sales.html#kpi-resolution_time"' in html


@pytest.mark.parametrize("analyses", [(), (planted.all_met,), (planted.bare,), (planted.hostile,)])
def test_an_overview_of_anything_can_be_made(analyses):
    """No department, none missed, hardly any data, hostile text: the overview still stands."""
    check_page(overview_page(*(story() for story in analyses), missing={"support": "not run"}))


@pytest.mark.parametrize("make", [page, overview_page])
def test_text_from_outside_is_text(make):
    """Markup, formulas and math in names, notes and labels are shown as they are written, and do nothing."""
    html = make(planted.hostile())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<img" not in html
    tags = re.findall(r"<[^>]*>", html)
    assert not any(re.search(r"\son\w+=", tag) for tag in tags)
    title = re.search(r"<title>([^<]*)</title>", html)
    assert title is not None


def test_math_in_a_label_is_not_typeset():
    """Dollar signs in a segment's name stand in the chart as they are written."""
    fragment = show_segments(planted.hostile(), "time", "type")
    assert "$x$ &amp;" in fragment.html
    check = str(fragment.html)
    assert "<img" not in check
    assert "<script" not in check


def test_empty_sections_print_nothing():
    """No missed target, nothing to watch, nothing planned: no heading, no frame."""
    analysis = planted.all_met()
    for show in (sections.show_missed, sections.show_watch_list, sections.show_progress):
        assert show(analysis).html == ""
        assert show(analysis)._repr_mimebundle_()[0]["text/html"] == ""
    assert overview.show_all_missed((analysis,)) == NOTHING
    assert overview.show_causes((analysis,)) == NOTHING
    assert "Both targets were met" in page(analysis)


def test_the_head_carries_the_page():
    """Title, language, department, month and navigation travel with the head, as JSON."""
    data, _ = sections.show_head(planted.shift())._repr_mimebundle_()
    held = json.loads(json.dumps(data[PAGE_MIME]))
    assert (held["title"], held["lang"], held["department"], held["month"]) == (
        "Sales performance, October 2026", "en", "sales", "2026-10",
    )  # fmt: skip
    assert [entry["href"] for entry in held["nav"]] == ["index.html", "sales.html", "support.html"]
    assert [entry["current"] for entry in held["nav"]] == [False, True, False]


def test_sample_data_are_called_made_up():
    """A report on the sample company says so in words, at the top and where the data come from."""
    html = page(planted.shift())
    assert html.count("Made-up sample data") >= 2
    assert "Made-up" not in page(planted.fall())


def test_tables_can_be_read_without_seeing_them():
    """Captions, scopes and row headers; on a phone each cell has its label."""
    html = page(planted.shift())
    for table in re.findall(r"<table role.*?</table>", html, re.S):
        assert "<caption" in table
        assert 'scope="col"' in table
        assert 'scope="row"' in table
        assert len(re.findall(r'<td role="cell"(?![^>]*(?:data-l|colspan))', table)) == 0


def test_segments_are_worst_first_and_unknown_ones_are_refused():
    """The worst segment leads, with the figures behind the bars; a KPI or dimension that is not there is named."""
    fragment = show_segments(planted.shift(), "resolution_time", "type")
    assert "Two of two by type miss the target" in fragment.text
    with pytest.raises(ParamsError, match="no such KPI"):
        show_segments(planted.shift(), "revenue", "type")
    with pytest.raises(ParamsError, match="it is measured by type"):
        show_segments(planted.shift(), "resolution_time", "region")
