"""Charts and marks: described, in both widths, the same bytes for the same data, without anything to fetch."""

import itertools
import re
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import planted
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from saypro_analysis.show.chart_axes import nice_ticks
from saypro_analysis.show.chart_labels import spread
from saypro_analysis.show.chart_words import chart_title
from saypro_analysis.show.charts import xmr_chart
from saypro_analysis.show.kpi_section import chart_key, xmr_figure
from saypro_analysis.show.marks import bullet, evidence_bar, sparkline
from saypro_analysis.show.story import tell, tell_all
from saypro_analysis.show.tokens import NAMES, as_variables, sentinel

STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.all_met, planted.bare, planted.at_risk, planted.rebased,
    planted.hostile,
]  # fmt: skip


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
    """The disclosure holds one row per month, newest first, and before them the coming months, marked as forecast."""
    told = first(planted.at_risk())
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>((?:<td class="n">[^<]+</td>)+)</tr>', str(xmr_figure(told)))
    assert len(rows) == len(told.shown) + 3
    assert [name for name, _ in rows[:4]] == [
        "Jan 2027, forecast",
        "Dec 2026, forecast",
        "Nov 2026, forecast",
        "Oct 2026",
    ]
    cells = re.findall(r">([^<]+)</td>", rows[0][1])
    last = told.verdict.outlook.months[-1]
    assert cells == [f"{last.value:.0f}", "300", f"{last.low:.0f} to {last.high:.0f}", "forecast"]
    assert re.findall(r">([^<]+)</td>", rows[3][1])[0] == "290"


def test_without_a_forecast_the_figures_speak_of_none():
    """Too little data for a forecast: no row, no head, no key entry, no word about one."""
    told = first(planted.bare())
    html = str(xmr_figure(told))
    assert told.verdict.outlook.months == ()
    assert "orecast" not in html


def test_the_forecast_is_hollow_dotted_hatched_and_behind_a_divider():
    """Three hollow points after the latest month, joined to it by a dotted line; their interval is a hatched area."""
    told = first(planted.at_risk())
    axes, n = xmr_chart(told), len(told.shown)
    ahead = told.verdict.outlook.months
    hollow = next(line for line in axes.get_lines() if line.get_markerfacecolor() == sentinel("paper"))
    assert hollow.get_xdata().tolist() == [n, n + 1, n + 2]
    assert hollow.get_ydata().tolist() == [part.value for part in ahead]
    dotted = next(line for line in axes.get_lines() if len(line.get_xdata()) == 4 and line.get_xdata()[0] == n - 1)
    assert dotted.get_ydata()[0] == told.shown["value"].iloc[-1]
    assert dotted.is_dashed()
    hatched = next(area for area in axes.collections if area.get_hatch())
    corners = hatched.get_paths()[0].vertices
    assert corners[:, 0].min() == n - 0.5
    assert np.isclose(corners[:, 1].min(), min(part.low for part in ahead))
    assert np.isclose(corners[:, 1].max(), max(part.high for part in ahead))
    assert any(list(line.get_xdata()) == [n - 0.5, n - 0.5] for line in axes.get_lines())
    low, high = axes.get_ylim()
    assert low < min(part.low for part in ahead) < max(part.high for part in ahead) < high


def test_the_target_goes_on_through_the_coming_months_as_far_as_it_is_set():
    """Each coming month has the target of its own; where none is set the line ends."""
    base = first(planted.at_risk())
    months = tuple(planted.expected(at, 290, 5, target=value) for at, value in ((1, 300.0), (2, 310.0), (3, None)))
    told = planted.changed(base, outlook=replace(base.verdict.outlook, months=months))
    axes, n = xmr_chart(told), len(told.shown)
    line = next(line for line in axes.get_lines() if line.get_color() == sentinel("target"))
    drawn = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert (drawn[n - 1.5], drawn[n - 0.5], drawn[n + 0.5]) == (300.0, 300.0, 310.0)
    assert np.isnan(drawn[n + 1.5])
    assert "310 in Dec" in {text.get_text() for text in axes.texts}


def test_a_rebase_of_the_card_is_a_dotted_upright_with_words():
    """Where limits start anew within the months shown an upright says so, and the key with it; nowhere else."""
    told = first(planted.rebased())
    place = list(told.shown["month"]).index(pd.Period("2025-10", "M")) - 0.5
    axes = xmr_chart(told)
    assert [place, place] in [list(line.get_xdata()) for line in axes.get_lines()]
    assert "new limits" in {text.get_text() for text in axes.texts}
    assert ("k-limits", "New limits") in chart_key(told)
    late = replace(told, length=6)
    assert "new limits" not in {text.get_text() for text in xmr_chart(late).texts}
    assert "k-limits" not in dict(chart_key(late))


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("narrow", [False, True])
def test_labels_do_not_cover_each_other(story, narrow):
    """No two texts of a chart overlap: values at the axes, months, target, forecast, the latest value."""
    for told in tell_all(story()):
        axes = xmr_chart(told, narrow=narrow)
        figure = axes.get_figure()
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        held = [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in held if text.get_text()]
        for (one, box), (other, next_box) in itertools.combinations(boxes, 2):
            assert not box.padded(-1).overlaps(next_box.padded(-1)), (one, other)


def test_the_latest_value_avoids_the_line():
    """Of the places around its point the label takes one that covers none of the line, where there is one."""
    kpi = planted.card("calls", unit="count")
    for values in ([50.0] * 20 + [70, 90, 60, 80], [50.0] * 20 + [90, 60, 85, 40], [80.0, 20.0] * 12):
        told = first(planted.planted([(kpi, planted.rows(kpi, values, 55.0))]))
        axes = xmr_chart(told)
        figure = axes.get_figure()
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        label = next(
            text for text in axes.texts if text.get_text() == f"{values[-1]:.0f}" and text.get_fontsize() == 13.5
        )
        box = label.get_window_extent()
        points = axes.transData.transform(np.column_stack([np.arange(24), values]))
        assert not any(box.contains(*point) for point in points)


def test_labels_at_the_end_are_moved_apart():
    """Labels that are too near are moved until they are apart, in their order; others stay where they are."""
    moved = spread([50.0, 51.0, 49.0, 200.0], apart=16.0)
    assert moved[2] < moved[0] < moved[1]
    assert np.diff(sorted(moved)).min() >= 15.9
    assert moved[3] == 200.0
    assert sum(moved[:3]) == pytest.approx(150.0)


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


def test_what_is_at_risk_is_hatched_and_what_is_watched_is_hollow():
    """Met, at risk and to watch differ in the bullet without colour: filled, hollow with strokes, hollow."""
    risky = first(planted.at_risk())
    watched = planted.changed(risky, at_risk=False)
    met = planted.changed(watched, emerging=False)
    strokes = "l6 -6"
    assert [strokes in bullet(told) for told in (risky, watched, met)] == [True, False, False]
    assert ['fill="var(--paper)"' in bullet(told) for told in (risky, watched, met)] == [True, True, False]


def test_axes_have_few_round_ticks():
    """At most five grid lines, at round values inside the axis."""
    for low, high in [(0, 1), (3.4, 6.4), (-20, 55), (2.1e5, 3.6e5), (0.2, 0.32)]:
        ticks = nice_ticks(low, high)
        assert 1 <= len(ticks) <= 5
        assert all(low <= tick <= high for tick in ticks)


def test_every_token_has_a_sentinel_that_comes_back():
    """What is drawn in a sentinel's colour ends as the CSS variable of the same name."""
    assert [as_variables(sentinel(name)) for name in NAMES] == [f"var(--{name})" for name in NAMES]
