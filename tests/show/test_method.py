"""The method section: the error budget in plain words, and what is true of how the numbers are made."""

import re

import planted
import pytest

from saypro_analysis.budget import ErrorBudget
from saypro_analysis.show.method import METHOD, chance_words
from saypro_analysis.show.numbers import Numbers, numeral
from saypro_analysis.show.overview import show_overview_method
from saypro_analysis.show.sections import show_method


def budget(**fields):
    """Five KPIs, two flags, one trend."""
    given = {"kpis": 5, "flags": 2, "expected": 0.12, "swings": 0, "swings_expected": 0.2, "tested": 5, "trends": 1}
    return ErrorBudget(**{**given, "false_share": 0.05, **fields})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {},
            "Of five KPIs judged, two differ from usual this month; chance alone would make about 0.1 of them do so. "
            "One of five trends tested is declared; at most 5% of such declarations are expected to be false.",
        ),
        (
            {"kpis": 1, "flags": 1, "expected": 0.02, "tested": 1},
            "Of one KPI judged, one differs from usual this month; chance alone would make less than 0.1 of it do so. "
            "One of one trend tested is declared; at most 5% of such declarations are expected to be false.",
        ),
        (
            {"flags": 0, "trends": 0},
            "Of five KPIs judged, none differs from usual this month; chance alone would make about 0.1 of them do so. "
            "None of five trends tested is declared.",
        ),
        (
            {"kpis": 500, "flags": 30, "expected": 12.3, "tested": 500, "trends": 2, "false_share": 0.1},
            "Of 500 KPIs judged, 30 differ from usual this month; chance alone would make about 12 of them do so. "
            "Two of 500 trends tested are declared; at most 10% of such declarations are expected to be false.",
        ),
        (
            {"swings": 1, "tested": 0},
            "Of five KPIs judged, two differ from usual this month; chance alone would make about 0.1 of them do so. "
            "One swings more than it should; by chance alone about 0.2 would.",
        ),
        ({"kpis": 0}, "No KPI has enough data to tell what is unlike usual."),
    ],
)
def test_the_error_budget_is_told_in_numbers(fields, words):
    """Flags against chance, swings where there are any, declared trends against those tested; singular and plural."""
    assert chance_words(budget(**fields), Numbers()) == words


def test_the_overview_tells_the_budgets_of_all_departments_together():
    """KPIs, flags and trends of the departments are added up."""
    both = (planted.shift(), planted.at_risk())
    flags = sum(analysis.budget.flags for analysis in both)
    assert "Of one KPI judged" in show_method(both[0]).html
    assert f"Of three KPIs judged, {numeral(flags)} differ" in show_overview_method(both).html


def test_the_method_says_what_the_report_does():
    """Forecast, year-end, severity, rebases and the family of tests are described; no text denies a forecast."""
    text = " ".join(part for _, parts in METHOD for part in parts)
    assert "makes no forecast" not in text
    for word in ("At risk means", "carries on the average", "year-end is the mean", "four terms", "start anew only"):
        assert word in text
    assert "over the KPIs of all departments" in text


def test_method_sentences_are_short():
    """At most 25 words each."""
    for _, parts in METHOD:
        for sentence in re.split(r"(?<=[.?!]) +(?=[A-Z])", " ".join(parts)):
            assert len(sentence.split()) <= 25, sentence
