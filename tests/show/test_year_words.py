"""Sentences about the fiscal year: where it ends, and what the months left have to bring."""

from dataclasses import replace

import pandas as pd
import planted
import pytest

from saypro_analysis.show.readings import reading
from saypro_analysis.show.story import tell
from saypro_analysis.show.year_words import year_words
from saypro_analysis.year_end import YearEnd

JANUARY, DECEMBER = pd.Period("2026-01", "M"), pd.Period("2026-12", "M")
TOTAL = {
    "kind": "total", "so_far": 2_600_000.0, "estimate": 3_200_000.0, "low": 3_120_000.0, "high": 3_280_000.0,
    "target": 3_600_000.0, "chance": 0.046, "required": 500_000.0, "usual": 262_000.0, "best": 290_000.0,
    "reach": "out of reach",
}  # fmt: skip


def without_outlook(told, year):
    """The story with this year end and no outlook of the next months."""
    return planted.changed(told, year=year, outlook=replace(told.verdict.outlook, months=()))


def money(**fields):
    """Revenue with this year end."""
    kpi = planted.card("revenue", unit="currency")
    analysis = planted.planted([(kpi, planted.rows(kpi, 260_000 + 9_000 * planted.NOISE[:24], 300_000))])
    settings = {"first": JANUARY, "last": DECEMBER, "months": 10, **TOTAL, **fields}
    return without_outlook(tell(analysis, analysis.scorecard[0]), YearEnd(**settings))


def hours(**fields):
    """Resolution time, less is better, with this year end."""
    analysis = planted.shift()
    held = {
        "kind": "ratio", "so_far": 5.3, "estimate": 5.4, "low": 5.2, "high": 5.6, "target": 4.0, "chance": 0.001,
        "required": 3.1, "usual": 5.7, "best": 5.4, "reach": "out of reach",
    }  # fmt: skip
    settings = {"first": JANUARY, "last": DECEMBER, "months": 10, **held, **fields}
    return without_outlook(tell(analysis, analysis.scorecard[0]), YearEnd(**settings))


def test_a_total_is_told_with_what_each_month_must_bring():
    """So far, estimate with range, target and chance; required, usual and best; what that means."""
    assert year_words(money()) == (
        "Ten months into it, the year stands at $2,600,000. "
        "The year to December 2026 is forecast at about $3,200,000 ($3,120,000 to $3,280,000) against a target of "
        "$3,600,000. The chance of meeting it is about 5%. "
        "The two months left must bring $500,000 each. They are forecast at $262,000 on average; the best the "
        "process gives is $290,000. That is out of reach without a change of the process."
    )


def test_where_less_is_better_the_months_must_come_to_at_most():
    """A ratio over the year averages; more than required is too much."""
    words = year_words(hours())
    assert "The year to December 2026 as a whole is forecast at about 5.4 h (5.2 to 5.6 h)" in words
    assert "The two months left must come to at most 3.1 h on average. They are forecast at 5.7 h on average" in words


@pytest.mark.parametrize(
    ("fields", "ending"),
    [
        (
            {"reach": "on course", "required": 250_000.0},
            "The two months left are forecast at $262,000 on average; $250,000 would be enough.",
        ),
        ({"reach": "reached", "required": -1.0}, "The target is met whatever the months left bring."),
        (
            {"reach": "stretch", "required": 280_000.0},
            "That takes months better than forecast, but not better than the process can give.",
        ),
        (
            {"reach": "stretch", "required": 280_000.0, "months": 11},
            "The month left must bring $280,000. It is forecast at $262,000; the best the process gives is $290,000. "
            "That takes months better than forecast, but not better than the process can give.",
        ),
    ],
)
def test_each_reach_has_its_words(fields, ending):
    """Enough, certain, better than usual, beyond the process: each is said as what it is."""
    assert year_words(money(**fields)).endswith(ending)


@pytest.mark.parametrize("months", [9, 10, 11])
def test_the_outlook_tells_the_months_left(months):
    """Where the outlook holds every month left, its own values are averaged: no second forecast of the same months."""
    told = money(usual=262_000.0, months=months)
    ahead = [planted.expected(at, value, 9_000.0) for at, value in enumerate((238_000.0, 230_000.0, 222_000.0))]
    told = planted.changed(told, outlook=replace(told.verdict.outlook, months=tuple(ahead)))
    mean = {9: "$230,000", 10: "$234,000", 11: "$238,000"}[months]
    assert f"forecast at {mean}" in year_words(told)
    assert "$262,000" not in year_words(told)
    # ... but not where the target would be reached by the one and missed by the other.
    near = replace(told.verdict.year, required=250_000.0, reach="on course")
    assert "forecast at $262,000" in year_words(planted.changed(told, year=near))


def test_beyond_the_outlook_the_estimate_tells_the_months_left():
    """Of more months than the outlook holds, the year's own estimate is told, as an average of them all."""
    words = year_words(money(months=8))
    assert "They are forecast at $262,000 on average" in words
    assert "pace" not in words


def test_required_and_best_are_told_apart():
    """Where rounding would make what is required and what is possible the same number, all digits are told."""
    words = year_words(money(required=290_400.0))
    assert "must bring $290,400 each" in words
    assert "the process gives is $290,000" in words


def test_what_no_month_can_be_is_not_asked_for():
    """No month has negative hours: the target is said to be gone."""
    words = year_words(hours(required=-2.5))
    assert words.endswith("Even at 0.0 h, the two months left cannot bring the year to its target.")


def test_averages_and_last_months_have_their_own_subject():
    """The mean of the months, and the level of the last one, are not called the year's total."""
    assert "The average of the year to December 2026 is forecast at" in year_words(hours(kind="average"))
    last = year_words(hours(kind="last"))
    assert last.startswith("The year ends with December 2026, which is forecast at about 5.4 h")
    assert "must" not in last


def test_no_estimate_is_said_with_its_reason():
    """Why there is none, in one sentence, the month in words; where a year makes no sense the question is not asked."""
    settings = dict.fromkeys(("so_far", "estimate", "low", "high", "chance", "required", "usual", "best"))
    told = money(**settings, reach="", reason="2026-03 has no value")
    assert year_words(told) == "No year-end is forecast: March 2026 has no value."
    assert "Where does the year end?" in dict(reading(told))
    assert "Where does the year end?" not in dict(reading(planted.changed(told, year=None)))


def test_without_a_target_of_the_year_there_is_no_chance():
    """Estimate and range alone, and that no target is known."""
    words = year_words(money(target=None, chance=None, required=None, reach=""))
    assert words.endswith("No target is known for the whole year.")
    assert "chance" not in words


def test_a_year_that_is_over_is_not_forecast():
    """With all months over the year came to what it is, met or missed."""
    assert year_words(money(months=12, chance=0.0)) == (
        "The year to December 2026 came to $3,200,000 against a target of $3,600,000: missed."
    )
    assert year_words(money(months=12, chance=1.0)).endswith(": met.")
