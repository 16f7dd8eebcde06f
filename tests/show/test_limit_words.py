"""Notes on limits that start anew, and the answer to "is it a real change?" with rule, months and since when."""

from dataclasses import replace

import pandas as pd
import planted

from saypro_analysis.show.limit_words import limit_notes, limit_summary
from saypro_analysis.show.sections import show_method
from saypro_analysis.show.signal_words import real_change
from saypro_analysis.show.story import tell
from saypro_analysis.show.words import usual_range
from saypro_analysis.verdict import Proposal


def first(analysis):
    return tell(analysis, analysis.scorecard[0])


def hours(values, target=1.0, **settings):
    kpi = planted.card("time", unit="hours", **settings)
    return first(planted.planted([(kpi, planted.rows(kpi, values, target))]))


def test_a_rebase_is_told_with_its_reason():
    """From when on limits hold, and why, in the section and in the method."""
    note = "Limits start anew in October 2025: the new phone system came into use."
    analysis = planted.rebased()
    assert limit_notes(first(analysis)) == (note,)
    assert f"Handling time: {note}" in show_method(analysis).html


def test_a_proposal_is_a_proposal():
    """Month, number of months and both levels; the method says how to accept it: nothing is rebased."""
    told = planted.changed(
        first(planted.shift()),
        proposal=Proposal(month=pd.Period("2026-03", "M"), months=8, before=4.12, after=5.88),
    )
    assert limit_notes(told) == (
        "New limits are proposed from March 2026, as eight months have held a new level of about 5.9 h. "
        "The present limits rest on an average of 4.1 h.",
    )
    note, how = limit_summary((told,))
    assert note.startswith("Resolution time: New limits are proposed")
    assert how == "New limits that are proposed are accepted by entering their reason in the params."
    assert limit_notes(planted.changed(told, proposal=None)) == ()


def test_a_rebase_before_the_months_shown_is_still_told():
    """Limits rest on it, however long ago it was; of those within the months shown each is told."""
    told = first(planted.rebased())
    assert limit_notes(replace(told, length=6)) == limit_notes(told)


def test_a_shift_counts_its_months():
    """Seven or more months on one side of the average: how many, from when to when."""
    told = hours([5.0, 4.9] * 8 + [5.3] * 8)
    shifted = planted.changed(told, limits=replace(told.verdict.limits, rule="shift", variation="improving"))
    row = "Eight months in a row, March to October 2026, lie above the average, which chance seldom does."
    assert real_change(shifted) == f"Yes, for the better. {row}"


def test_a_rise_counts_its_months():
    """Seven points that rise: in how many months it has risen, from when to when."""
    told = hours([*(5 + 0.3 * planted.NOISE[:16]), 4.6, 4.7, 4.8, 4.9, 5.0, 5.1, 5.2, 5.3])
    limits = replace(told.verdict.limits, rule="trend", variation="improving", since=pd.Period("2026-04", "M"))
    words = real_change(planted.changed(told, limits=limits))
    assert "It has risen seven months in a row, April to October 2026, which chance seldom does." in words
    assert "unlike usual since" not in words


def test_two_of_three_are_named():
    """The months near the edge are named; the third is not near it."""
    told = hours([5.0, 5.2] * 10 + [5.0, 5.1, 5.1, 5.1])
    sigma, mean = told.verdict.limits.sigma, told.verdict.limits.mean
    values = told.months["value"].to_numpy().copy()
    values[-3:] = mean + 2.4 * sigma, mean + 0.5 * sigma, mean + 2.5 * sigma
    near = replace(told, months=told.months.assign(value=values))
    near = planted.changed(
        near, limits=replace(told.verdict.limits, rule="two in three", variation="improving"),
        gap=replace(told.verdict.gap, actual=values[-1]),
    )  # fmt: skip
    assert "Two of the last three months, August 2026 and October 2026, lie near the edge" in real_change(near)


def test_a_signal_that_began_earlier_than_its_rule_says_since_when():
    """Where the latest rule holds for fewer months than the signal, the signal's begin is told, too."""
    told = first(planted.shift())
    since = replace(told.verdict.limits, since=pd.Period("2026-01", "M"))
    assert "It has been unlike usual since January 2026." in real_change(planted.changed(told, limits=since))
    assert "unlike usual since" not in real_change(told)


def test_months_before_a_rebase_are_not_counted():
    """A row of months outside the range ends where limits start anew: the range told is that of the months since."""
    told = first(planted.rebased())
    values = told.months["value"].where(told.months["month"] < pd.Period("2026-08", "M"), 9.0)
    values = values.where(told.months["month"] >= pd.Period("2025-10", "M"), 99.0)
    table = told.months.assign(value=values)
    limits = replace(told.verdict.limits, rule="outside limits", variation="concerning", since=None)
    out = planted.changed(replace(told, months=table), limits=limits, gap=replace(told.verdict.gap, actual=9.0))
    assert "Three months in a row, August to October 2026, lie above" in real_change(out)


def test_limits_that_follow_the_season_are_those_of_the_month():
    """A range that changes by the month is told with the month it is for."""
    told = first(planted.no_signal())
    seasonal = planted.changed(told, limits=replace(told.verdict.limits, seasonal=True))
    assert usual_range(seasonal) == f"{usual_range(told)} for October"
