"""Charts and marks: described, in both widths, the same bytes for the same data, without anything to fetch."""

import re

import matplotlib as mpl
import numpy as np
import planted
import pytest

from saypro_analysis.show.chart_words import chart_title
from saypro_analysis.show.charts import nice_ticks, xmr_chart
from saypro_analysis.show.kpi_section import xmr_figure
from saypro_analysis.show.marks import bullet, evidence_bar, sparkline
from saypro_analysis.show.story import tell, tell_all
from saypro_analysis.show.tokens import NAMES, as_variables, sentinel

STORIES = [planted.shift, planted.fall, planted.first_miss, planted.all_met, planted.bare, planted.hostile]


def first(analysis):
    return tell(analysis, analysis.scorecard[0])


@pytest.mark.parametrize("story", STORIES)
def test_a_figure_is_the_same_bytes_for_the_same_data(story):
    """Ids, numbers and order do not change from one drawing to the next."""
    assert xmr_figure(first(story())) == xmr_figure(first(story()))


@pytest.mark.parametrize("story", STORIES)
def test_a_figure_is_described_in_both_widths_and_fetches_nothing(story):
    """Each drawing is an image with title and description; ids are unique; no font, address, date or plain colour."""
    html = str(xmr_figure(first(story())))
    assert html.count('role="img"') == 2
    for name in re.findall(r'aria-labelledby="([^"]+)"', html):
        assert all(f'id="{part}"' in html for part in name.split())
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"http|font-family|<metadata|<script|#0a0b", tags)
    assert set(re.findall(r"url\(#([^)]+)\)", tags)) <= set(ids)


def test_the_figures_behind_the_chart_are_its_data():
    """The disclosure holds one row per month shown, newest first, with value, target, range and signal."""
    told = first(planted.shift())
    html = str(xmr_figure(told))
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="n">([^<]+)</td>', html)
    assert len(rows) == len(told.shown)
    assert rows[0] == ("Oct 2026", "6.0 h")


def test_signals_differ_in_shape_not_only_in_colour():
    """Worse is a square, better a diamond, usual a dot."""
    axes = xmr_chart(first(planted.shift()))
    markers = {
        line.get_marker() for line in axes.get_lines() if len(line.get_xdata()) and line.get_linestyle() == "None"
    }
    assert "s" in markers
    assert markers <= {"s", "D", "o"}


def test_the_chart_takes_axes_and_returns_them():
    """Data first, an Axes in, the same Axes out; without one it makes its own, outside of pyplot."""
    told = first(planted.shift())
    axes = mpl.figure.Figure().add_subplot()
    assert xmr_chart(told, ax=axes) is axes
    assert "matplotlib.pyplot" not in str(type(xmr_chart(told).figure.canvas))


def test_a_chart_says_nothing_that_its_limits_do_not():
    """Without limits there is no range in the drawing, and the title says why."""
    analysis = planted.bare()
    told = tell(analysis, analysis.scorecard[0])
    assert chart_title(told) == "New by month: too little data for a usual range"
    assert not xmr_chart(told).collections


def test_missing_months_break_the_line():
    """A missing month is missing, never zero: the sparkline's path starts anew after it."""
    kpi = planted.card("calls")
    values = [5.0, 6.0, np.nan, 7.0, 6.0, 5.0, 6.0, 7.0]
    told = first(planted.planted([(kpi, planted.rows(kpi, values, 4.0))]))
    path = re.search(r'<path d="(M[^"]+)" stroke="var\(--line\)"', sparkline(told, prefix="x"))
    assert path is not None
    assert path[1].count("M") == 2


def test_marks_survive_one_month_no_month_and_negative_values():
    """A bullet has no meaning without a positive target and value; a sparkline is drawn for whatever there is."""
    for told in tell_all(planted.bare()):
        assert sparkline(told, prefix="x").startswith("<svg")
    kpi = planted.card("nps", unit="score")
    assert bullet(first(planted.planted([(kpi, planted.rows(kpi, [-5.0], 40.0))]))) == ""
    assert bullet(first(planted.planted([(kpi, planted.rows(kpi, [400.0], 40.0))]))).count("<rect") == 2
    assert 'width="150.0"' in evidence_bar(140)


def test_axes_have_few_round_ticks():
    """At most five grid lines, at round values inside the axis."""
    for low, high in [(0, 1), (3.4, 6.4), (-20, 55), (2.1e5, 3.6e5), (0.2, 0.32)]:
        ticks = nice_ticks(low, high)
        assert 1 <= len(ticks) <= 5
        assert all(low <= tick <= high for tick in ticks)


def test_every_token_has_a_sentinel_that_comes_back():
    """What is drawn in a sentinel's colour ends as the CSS variable of the same name."""
    assert [as_variables(sentinel(name)) for name in NAMES] == [f"var(--{name})" for name in NAMES]
