"""The overview's sections: they count what the departments count, and lead to what there is."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import planted
import pytest

from saypro_analysis.analysis import analyse
from saypro_analysis.kpi import Company
from saypro_analysis.show.by_month import ends, met_shares, show_targets_by_month, slip_heading
from saypro_analysis.show.decisions import MOST, show_decisions
from saypro_analysis.show.earlier_months import MONTHS, show_earlier_months, target_counts
from saypro_analysis.show.matrix import show_matrix
from saypro_analysis.show.month_map import month_map
from saypro_analysis.show.numbers import Numbers, capital, numeral
from saypro_analysis.show.sections import show_head
from saypro_analysis.show.story import tell_all

STORIES = [planted.shift, planted.fall, planted.first_miss, planted.all_met, planted.bare, planted.at_risk]


def company():
    """All planted departments as one company."""
    return tuple(story() for story in STORIES)


def test_the_matrix_adds_up_to_all_kpis_with_a_value():
    """Every KPI with a value stands in one cell, by name; the numbers of the cells add up to all of them."""
    held = company()
    html = show_matrix(held).html
    stories = [told for one in held for told in tell_all(one) if told.verdict.gap.status != "no data"]
    assert sum(map(int, re.findall(r'class="cnt">(\d+)<', html))) == len(stories)
    names = re.findall(r"<li>(?:<b>)?([^<(]+?)(?:</b>)?(?: \([^)]*\))?</li>", html)
    assert sorted(names) == sorted(told.kpi.name for told in stories)
    missed = [told.kpi.name for told in stories if told.verdict.gap.status == "missed"]
    assert sorted(re.findall(r"<li><b>([^<]+)</b>", html)) == sorted(missed)


def test_the_matrix_of_many_sound_kpis_names_some_and_counts_the_rest():
    """Beyond twelve of a cell, those that are met are counted; the numbers still add up."""
    kpis = [planted.card(f"kpi_{at}", target=1.0) for at in range(30)]
    flat = [3.0 + 0.01 * value for value in planted.NOISE[:24]]
    held = (planted.planted([(kpi, planted.rows(kpi, flat, 1.0)) for kpi in kpis]),)
    html = show_matrix(held).html
    assert 'class="cnt">30<' in html
    assert "and 18 more that are met" in html


def test_counts_by_month_are_those_of_the_scorecards():
    """In the report's month they equal the departments' own; a month without a value counts as nothing."""
    held = company()
    counts = target_counts(held, months=6)
    assert len(counts) == 6 * len(held)
    for analysis, (_, now) in zip(held, counts[counts["month"] == planted.OCTOBER].iterrows(), strict=True):
        verdicts = [verdict.gap.status for verdict in analysis.scorecard]
        assert now["missed"] == verdicts.count("missed")
        assert now["judged"] == verdicts.count("missed") + verdicts.count("met")


def shares(**rows):
    """Shares of targets met by department over the months up to October."""
    months = pd.period_range(end="2026-10", periods=len(next(iter(rows.values()))), freq="M")
    return pd.DataFrame(rows, index=months).T


@pytest.mark.parametrize(
    ("rows", "heading"),
    [
        ({"Sales": [1, 1, 1, *[0.75] * 6, 0.5, 0.5, 0.5], "Staff": [1.0] * 12},
         "Sales has slipped most: from 100% to 50% of its targets met"),
        ({"Sales": [0.5] * 9 + [1.0] * 3, "Staff": [1.0] * 12}, "Sales meets more of its targets than a year ago"),
        ({"Sales": [0.5] * 9 + [1.0] * 3, "Staff": [0.0] * 3 + [1.0] * 9},
         "Staff and Sales meet more of their targets than a year ago"),
        ({"Sales": [1.0] * 12, "Staff": [0.5] * 12}, "No department’s share of targets met has changed much"),
        ({"Sales": [0.5, 1.0, 1.0, 1.0]}, "Sales: more targets met than at first"),
        ({"Sales": [np.nan] * 3 + [0.5] * 9}, "Too little is held to compare the departments’ shares of targets met"),
        ({"Sales": [1.0] * 9 + [0.9] * 3}, "Sales has slipped most: from 100% to 90% of its targets met"),
        ({"Sales": [0.8] * 9 + [0.7] * 3}, "Sales has slipped most: from 80% to 70% of its targets met"),
    ],
)  # fmt: skip
def test_the_heading_compares_the_ends(rows, heading):
    """Three months at either end are compared, fewer where fewer are held; what is not known is no change."""
    assert slip_heading(shares(**rows), Numbers()) == heading


def test_ends_never_share_a_month():
    """Of a short history the halves are compared."""
    found = ends(shares(Sales=[0.0, 1.0, 1.0]))
    assert (found["first"].iloc[0], found["last"].iloc[0]) == (0.0, 1.0)


def test_a_share_of_nothing_is_unknown():
    """Months in which no target could be judged are empty, not zero."""
    counts = pd.DataFrame(
        {
            "department": "s", "name": "Sales", "month": pd.period_range("2026-09", periods=2, freq="M"),
            "missed": [0, 1], "judged": [0, 2],
        }
    )  # fmt: skip
    assert met_shares(counts).to_numpy().tolist()[0][1] == 0.5
    assert np.isnan(met_shares(counts).to_numpy()[0][0])


def test_the_archive_reaches_back_twelve_months_newest_first():
    """A row for each month before the report's, each with a link to its overview and to every department's page."""
    html = show_earlier_months((planted.fall(),)).html
    months = re.findall(r'href="\.\./(\d{4}-\d{2})/index\.html"', html)
    assert months == [str(planted.OCTOBER - at) for at in range(1, MONTHS + 1)]
    assert re.findall(r'href="\.\./(\d{4}-\d{2})/sales\.html"', html) == months


def test_without_a_past_there_are_no_sections_of_it():
    """One month alone has no archive and no map."""
    kpi = planted.card("calls")
    held = (planted.planted([(kpi, planted.rows(kpi, [3.0], 4.0))]),)
    assert show_earlier_months(held).html == ""
    assert show_targets_by_month(held).html == ""
    assert show_matrix(()).html == show_decisions(()).html == ""


def test_decisions_stand_on_the_first_screen_and_in_the_companys_table():
    """An overdue action is asked about with its date and effect, in the department and in the overview."""
    analysis = planted.shift()
    assert [decision.ask for decision in analysis.decisions] == ["settle"]
    for html in (show_head(analysis).html, show_decisions((analysis,)).html):
        assert "Continue, change or stop: hire staff. It has been overdue since 30 Sep 2026." in html
        assert "Expected effect: 0.9 hours less on Resolution time." in html
        assert "13 Nov 2026" in html
    assert "Decision needed" in show_head(analysis).html


def test_no_decision_is_said_to_be_none():
    """A department on target says that nothing is asked, and so does the company; without departments nobody does."""
    analysis = planted.all_met()
    assert "No decision needed" in show_head(analysis).html
    assert "No decision needed" in show_decisions((analysis,)).html
    assert show_decisions(()).html == ""


def test_the_companys_table_says_what_it_leaves_out():
    """Many decisions: the first ones are shown, the worst KPI's first, and the rest is counted."""
    analysis = planted.shift()
    verdicts = tuple(replace(v, severity=replace(v.severity, score=1.0)) for v in analysis.verdicts)
    other = replace(analysis.month, department=replace(analysis.month.department, id="mild"))
    mild = replace(analysis, month=other, verdicts=verdicts)
    many = replace(analysis, decisions=analysis.decisions * (MOST + 1))
    fragment = show_decisions((mild, many))
    assert "mild.html" not in fragment.html  # its KPI is the least severe of all
    assert "sales.html" in show_decisions((mild, analysis)).html.split("mild.html")[0]
    assert fragment.html.count("Continue, change or stop") == MOST
    assert "Two more stand in the departments’ reports." in fragment.html
    assert fragment.text == f"{capital(numeral(MOST + 2))} decisions needed by 13 Nov 2026"


def test_decisions_are_asked_for_by_the_companys_day():
    """Another number of days gives another date."""
    analysis = planted.shift()
    later = replace(analysis.month, company=Company(name="Acme", decide_within=30))
    assert "30 Nov 2026" in show_head(analyse(later)).html


def test_departments_of_one_name_stay_apart():
    """Two departments may be called the same: each has its row, and its own link in the archive."""
    first = planted.fall()
    twin = replace(first.month, department=replace(first.month.department, id="twin"))
    held = (first, replace(first, month=twin))
    assert met_shares(target_counts(held)).shape[0] == 2
    assert {"sales.html", "twin.html"} <= set(re.findall(r"[a-z]+\.html", show_earlier_months(held).html))


def test_the_map_writes_what_the_table_writes():
    """Halves are rounded away from zero in the drawing as in the figures behind it: 5 of 8 are 63 %."""
    axes = month_map(shares(Sales=[0.625] * 12))
    assert {text.get_text() for text in axes.texts} == {"63"}


def test_a_kpi_that_left_what_it_would_meet_says_so():
    """In the matrix as in the scorecard: it would meet its target if it were as usual."""
    kpi = planted.card("calls")
    values = [*(100 + planted.NOISE[:23]), 80.0]
    analysis = planted.planted([(kpi, planted.rows(kpi, values, 90.0))])
    assert "would meet if usual" in show_matrix((analysis,)).html.lower()


def test_the_hot_cell_is_the_one_that_needs_care():
    """The tinted cells are those of KPIs that got worse and miss, or may miss."""
    html = show_matrix(company()).html
    rows = re.findall(r"<tr role=\"row\"><th role=\"rowheader\".*?</tr>", html, re.S)
    tones = [re.findall(r"<td role=\"cell\" data-l=\"([^\"]+)\"(?: class=\"(\w+)\")?", row) for row in rows]
    assert {(at, label) for at, row in enumerate(tones) for label, tone in row if tone == "hot"} <= {
        (0, "Will miss"), (0, "Hit or miss"),
    }  # fmt: skip
    assert any(tone == "hot" for row in tones for _, tone in row)
