"""Sentences about the months to come: forecast, range, chance, and what they say of the target."""

from dataclasses import replace

import planted
import pytest

from saypro_analysis.outlook import Outlook
from saypro_analysis.show.departments import show_departments
from saypro_analysis.show.headings import watch_heading
from saypro_analysis.show.lead import facts, tally
from saypro_analysis.show.numbers import Numbers
from saypro_analysis.show.outlook_words import chance_text, coarse, estimate_text, outlook_words
from saypro_analysis.show.overview import show_overview_head
from saypro_analysis.show.readings import reading
from saypro_analysis.show.recovery_words import recovery
from saypro_analysis.show.sections import show_head, show_scorecard, show_watch_list
from saypro_analysis.show.story import tell, tell_all
from saypro_analysis.show.words import assurance_word, status_of


def first(analysis):
    return tell(analysis, analysis.scorecard[0])


def with_months(told, *months, **settings):
    return planted.changed(told, outlook=Outlook(months=months, basis="average", **settings))


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "less than 1%"), (0.0099, "less than 1%"), (0.01, "about 1%"), (0.043, "about 4%"), (0.099, "about 10%"),
        (0.31, "about 30%"), (0.649, "about 65%"), (0.943, "about 94%"), (0.99, "about 99%"), (0.991, "more than 99%"),
        (1.0, "more than 99%"),
    ],
)  # fmt: skip
def test_chances_are_never_certain_and_no_finer_than_known(chance, words):
    """Below 1 % "less than", above 99 % "more than"; near either end to the percent, between to the nearest five."""
    assert chance_text(chance, Numbers()) == words


def test_a_range_takes_the_digits_away_that_it_makes_void():
    """An estimate is told to a tenth of the size of its range, never finer than the KPI is; no range, no brackets."""
    money = planted.card("revenue", unit="currency")
    told = first(planted.planted([(money, planted.rows(money, [300_000.0] * 12, 300_000))]))
    assert estimate_text(told, 251_400.8, 231_796.9, 271_004.7) == ("$251,000", "$232,000 to $271,000")
    assert estimate_text(told, 251_400.8, 251_400.8, 251_400.8) == ("$251,401", "")
    hours = first(planted.shift())
    assert estimate_text(hours, 5.74, 5.55, 5.93) == ("5.7 h", "5.6 to 5.9 h")
    assert estimate_text(hours, 5.74, 5.739, 5.741) == ("5.7 h", "")
    assert coarse(0.0, 12.3) == (12.3,)


def test_different_months_are_told_one_by_one():
    """The next month and the third each have value, range and the chance of their own target."""
    told = with_months(
        first(planted.shift()),
        planted.expected(1, 5.9, 0.5, target=4.0, chance=0.04),
        planted.expected(2, 5.6, 0.6, target=4.0, chance=0.1),
        planted.expected(3, 5.2, 0.7, target=5.0, chance=0.33),
    )
    assert outlook_words(told) == (
        "November is forecast at about 5.9 h (5.4 to 6.4 h); the chance of meeting 4.0 h is about 4%. "
        "January 2027 is forecast at about 5.2 h (4.5 to 5.9 h); the chance of meeting 5.0 h is about 35%. "
        "No month of the coming year is forecast to reach its target."
    )


def test_months_alike_are_told_once():
    """Where the same holds for all coming months it is said once."""
    months = [planted.expected(at, 5.7, 0.2, target=4.0, chance=0.001) for at in (1, 2, 3)]
    assert outlook_words(with_months(first(planted.shift()), *months)).startswith(
        "Each month to January 2027 is forecast at about 5.7 h (5.5 to 5.9 h). "
        "In each, the chance of meeting 4.0 h is less than 1%."
    )


def test_without_targets_nothing_is_said_of_meeting_them():
    """Months without a target have no chance; neither "reached" nor "not reached" is claimed."""
    words = outlook_words(with_months(first(planted.shift()), *(planted.expected(at, 5.7, 0.2) for at in (1, 2, 3))))
    assert words.endswith("No target is set for these months yet.")
    assert "chance" not in words
    assert "reach" not in words


def test_a_range_target_has_its_own_words():
    """Inside a range: "lying in"; a range with one bound: at least or at most."""
    kpi = planted.card("csat", unit="percent", better="inside")
    told = first(planted.planted([(kpi, planted.rows(kpi, [0.85] * 12 + [0.70], 0.80, 0.92))]))
    both = with_months(told, planted.expected(1, 0.85, 0.02, target=0.80, target_upper=0.92, chance=0.97))
    assert "the chance of lying in 80.0% to 92.0% is about 97%" in outlook_words(both)
    one = with_months(told, planted.expected(1, 0.85, 0.02, target_upper=0.92, chance=0.97))
    assert "the chance of being at most 92.0% is about 97%" in outlook_words(one)


def test_a_recovery_that_is_forecast_is_dated():
    """The first month whose forecast meets a target that is missed now is named."""
    month = planted.expected(1, 4.4, 0.5, target=4.0, chance=0.2)
    told = with_months(first(planted.shift()), month, recovers=planted.OCTOBER + 5)
    assert outlook_words(told).endswith("It is forecast to reach its target in March 2027.")


def test_without_a_forecast_the_question_is_not_asked():
    """Too little data: no question about coming months, no empty answer."""
    told = first(planted.bare())
    assert outlook_words(told) == ""
    assert "What if nothing changes?" not in dict(reading(told))
    assert "What if nothing changes?" in dict(reading(first(planted.shift())))


def test_at_risk_is_told_everywhere_by_the_same_word():
    """Met now, forecast to miss: status, lead, facts, tally, watch list, overview and answer agree."""
    analysis = planted.at_risk()
    told, stories = first(analysis), tell_all(analysis)
    held = tally(stories)
    assert status_of(told.verdict) == "at risk"
    assert [len(group) for group in (held.missed, held.at_risk, held.watched, held.met)] == [0, 1, 0, 1]
    assert held.judged == 2
    assert show_head(analysis).text == (
        "Both targets were met in October 2026, but Open tickets are forecast to miss in January 2027."
    )
    assert "At risk: Open tickets." in dict(facts(analysis, stories))["What"]
    score = show_scorecard(analysis).html
    assert '<use href="#s-risk"/></svg>At risk</span>' in score
    assert '<i class="r"></i></span><span><b>1</b> met, at risk</span>' in score
    assert show_watch_list(analysis).text == (
        "Open tickets still meet the target but are forecast to miss in January 2027"
    )
    assert recovery(told) == ("Not as things stand: the target is met now, but forecast to be missed in January 2027.")
    assert "January 2027 is forecast at about" in outlook_words(told)
    assert "0 missed, 1 at risk, 0 to watch, 1 met." in show_overview_head((analysis,), planted.OCTOBER, {}).html
    cards = show_departments((analysis,), {}).html
    assert '<i class="r"></i><i class="g"></i>' in cards
    assert "Open tickets are met, but forecast to miss in January 2027." in cards


def test_a_kpi_to_watch_is_not_at_risk():
    """Without the forecast of a miss the words stay those of the watch list, with a symbol of their own."""
    analysis = planted.at_risk()
    verdicts = tuple(replace(verdict, at_risk=False) for verdict in analysis.verdicts)
    calm = replace(analysis, verdicts=verdicts)
    held = tally(tell_all(calm))
    assert [len(group) for group in (held.at_risk, held.watched, held.met)] == [0, 1, 1]
    score = show_scorecard(calm).html
    assert '<use href="#s-watch"/></svg>Met, watch</span>' in score
    assert "at risk" not in score.lower().split("<details")[0]  # the key below explains all words
    months = (planted.expected(at, 290, 5, target=300.0, chance=0.97) for at in (1, 2, 3))
    assert recovery(with_months(first(calm), *months)) == (
        "For now: every month to January 2027 is forecast to meet the target, but it has been getting worse."
    )


def test_what_is_at_risk_will_not_be_said_to_meet():
    """A range that meets the target is no promise where a miss is forecast."""
    verdict = planted.at_risk().scorecard[0]
    assert assurance_word(verdict) == "Would meet if usual"
    assert assurance_word(replace(verdict, at_risk=False)) == "Will meet"


def test_several_to_watch_are_counted_by_kind():
    """The heading of the watch list counts those at risk and those to watch apart, the first kind first."""
    told = first(planted.at_risk())
    watched = planted.changed(told, at_risk=False, kpi=replace(told.kpi, name="Calls waiting"))
    assert watch_heading((watched, told)) == "One KPI at risk and one to watch: Open tickets and Calls waiting"
    assert watch_heading((watched, watched)) == "Two KPIs to watch: Calls waiting and Calls waiting"


def test_an_improving_kpi_that_will_not_make_it_is_not_called_on_its_way():
    """Recovery by trend alone is no answer where no coming month reaches the target."""
    told = first(planted.rebased())
    assert told.verdict.progress == "recovering"
    assert recovery(told).startswith("It is getting better, but not fast enough.")
    soon = replace(told.verdict.outlook, recovers=planted.OCTOBER + 3)
    assert recovery(planted.changed(told, outlook=soon)).startswith("It is on its way.")
