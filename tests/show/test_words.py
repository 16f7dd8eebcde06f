"""Sentences: each case of report.md section 9 has its own, and every number in it is the data's."""

import dataclasses
import re
from dataclasses import replace

import pandas as pd
import planted
import pytest

from saypro_analysis.gates import GATES
from saypro_analysis.kpi import Company
from saypro_analysis.show.cause_words import GATED, points_to, together
from saypro_analysis.show.chart_words import chart_description, chart_subtitle, chart_title
from saypro_analysis.show.headings import heading, section_sub
from saypro_analysis.show.lead import facts, lead
from saypro_analysis.show.limit_words import limit_notes
from saypro_analysis.show.numbers import Numbers, date_name, month_name, months
from saypro_analysis.show.readings import reading, what_happened
from saypro_analysis.show.recovery_words import recovery
from saypro_analysis.show.sections import show_head, show_missed, show_scorecard, show_watch_list
from saypro_analysis.show.severity_words import severity_notes
from saypro_analysis.show.signal_words import real_change
from saypro_analysis.show.since_words import worse_since
from saypro_analysis.show.story import Told, tell, tell_all
from saypro_analysis.show.trend_words import trend_figures, trend_sentence
from saypro_analysis.show.words import against, gap_text, usual_range

ALL = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.at_risk,
    planted.rebased,
]  # fmt: skip


def first(analysis) -> Told:
    return tell(analysis, analysis.scorecard[0])


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        (
            planted.shift,
            "Resolution time is 50% over target: 6.0 hours against 4.0, "
            "and it has missed every month since March 2026.",
        ),
        (
            planted.fall,
            "Revenue is 17% short of target: $250,000 against $300,000, and it has missed every month since May 2026.",
        ),
        (
            planted.first_miss,
            "Qualified leads are 2% short of target: 88 leads against 90, "
            "and they have missed for the first time since October 2025.",
        ),
        (
            planted.all_met,
            "Both targets were met in October 2026; Deal size is closest to missing, at $4,780 against $4,500.",
        ),
        (
            planted.bare,
            "New is 125% over target: 9.0 hours against 4.0, and it has missed in the first month that is held.",
        ),
    ],
)
def test_the_lead_says_what_by_how_much_since_when(story, sentence):
    """One sentence: KPI, size and side of the gap, actual against target, since when; or that all targets were met."""
    assert show_head(story()).text == sentence


@pytest.mark.parametrize(
    ("story", "message"),
    [
        (planted.shift, "Resolution time jumped in March 2026 and has not come back: 6.0 hours against 4.0"),
        (planted.fall, "Revenue has fallen eleven months running, to $250,000 against $300,000"),
        (planted.first_miss, "Qualified leads missed for the first time since October 2025: 88 leads against 90"),
        (planted.no_signal, "On-time delivery is hit or miss: 93.9% against 95.0%, within its usual swing"),
    ],
)
def test_headings_are_messages_by_case(story, message):
    """Shift, trend, first miss and no signal each have their own heading."""
    assert heading(first(story())) == message


def test_too_little_data_no_data_and_no_target_have_their_own_sentences():
    """Nothing is claimed about a change, a recovery or a gap that cannot be known."""
    new, open_, late = (tell(planted.bare(), v) for v in planted.bare().scorecard)
    assert "too little data to say more" in heading(new)
    assert real_change(new).startswith("Too early to say: one month with a value is held")
    assert recovery(new) == "Not known yet: there is too little data for a usual range."
    assert recovery(open_) == "There is no target to come back to."
    assert gap_text(open_) == ("", "")
    assert what_happened(late) == "There is no value for October 2026; the last is of September 2026."
    assert real_change(late) == "Too little data: the month has no value to judge."


def test_no_value_and_no_target_at_all_still_make_a_lead():
    """A month that cannot be judged says so in its first sentence."""
    kpi = planted.card("calls")
    nothing = planted.planted([(kpi, planted.rows(kpi, [5.0, planted.NAN]))])
    assert lead(planted.OCTOBER, tell_all(nothing)) == "There is no data for October 2026."
    aimless = planted.planted([(kpi, planted.rows(kpi, [5.0, 6.0]))])
    assert "No KPI has a target" in lead(planted.OCTOBER, tell_all(aimless))
    facts(aimless, tell_all(aimless))


def test_a_signal_is_called_real_and_noise_is_not():
    """The answer to "is it a real change?" follows the limits, names the range, and since when."""
    shifted, noisy = first(planted.shift()), first(planted.no_signal())
    bounds = usual_range(shifted)
    eight = f"Yes. Eight months in a row, March to October 2026, lie above the usual range of {bounds}."
    assert real_change(shifted) == eight
    assert real_change(noisy).startswith("No sign of it.")
    assert usual_range(noisy) in real_change(noisy)


def test_a_process_that_left_its_range_is_not_promised_to_recover():
    """Three misses running with a worse signal: it will miss, whatever the range that it has left would do."""
    kpi = planted.card("rate", unit="percent")
    values = [*(0.30 + 0.006 * planted.NOISE[:30]), 0.27, 0.265, 0.26, 0.255, 0.25]
    told = first(planted.planted([(kpi, planted.rows(kpi, values, 0.28))]))
    assert told.verdict.limits.assurance == "fail"
    assert recovery(told).startswith("Not by itself: it has missed five months in a row and is worse than usual.")


@pytest.mark.parametrize("story", ALL)
def test_no_sentence_claims_a_cause_or_prints_a_bare_nan(story):
    """Evidence points to something; nothing happens "because" of it. No sentence has a missing number in it."""
    analysis = story()
    texts = [str(show_head(analysis).html), str(show_missed(analysis).html), str(show_scorecard(analysis).html)]
    words = re.sub(r"<[^>]+>", " ", " ".join(texts)).lower()
    assert "because" not in words
    assert not re.search(r"\b(nan|none|inf|nat)\b", re.sub(r"none (known|in|of)\b", "", words))


def test_the_evidence_is_said_with_score_and_confidence():
    """A cause that is more likely than not comes with its score and how much the known signs can tell."""
    found = first(planted.shift()).diagnosis
    assert points_to(found) == "No cause is well supported by the signs that are known."  # the best has 47 of 100
    firm = replace(found, findings=(replace(found.findings[0], posterior=0.5), *found.findings[1:]))
    assert points_to(firm) == "The evidence points first to resource shortages (50 of 100, medium confidence)."
    unknown = first(planted.fall()).diagnosis
    assert points_to(unknown) == "No cause is well supported by the signs that are known."


def test_the_foot_of_the_plan_adds_up():
    """What the actions close and what remains make up the gap."""
    told = first(planted.shift())
    assert together(told, told.plan) == "Together: from 6.0 h to 5.1 h; that leaves 1.1 hours of the gap."


def test_every_kind_of_answer_has_its_sentence():
    """Each value that a plan's gate can take is known to the words."""
    assert {*GATES.values(), "reduce variation", "too little data"} <= set(GATED)


def test_a_steady_decline_above_target_is_on_the_watch_list():
    """A KPI that still meets its target but gets worse is told before it misses, and counted apart from the met."""
    kpi = planted.card("revenue", unit="currency")
    table = planted.rows(kpi, [*(400_000 + 2_000 * planted.NOISE[:14]), *range(396_000, 336_000, -6_000)], 300_000)
    analysis = planted.planted([(kpi, table)])
    assert show_watch_list(analysis).text == "Revenue still meets the target but has been getting worse"
    assert "To watch: Revenue." in show_head(analysis).html


def test_chart_words_come_from_the_data():
    """Title, subtitle and description name the months shown, lowest, highest, last, target and range."""
    told = first(planted.shift())
    assert chart_title(told) == "The last eight months lie above the usual range"
    subtitle = (
        "Resolution time in hours, November 2024 to October 2026, forecast to January 2027. "
        "The scale does not start at zero."
    )
    assert chart_subtitle(told, from_zero=False) == subtitle
    text = chart_description(told)
    low = told.shown["value"].min()
    assert f"Lowest {told.numbers.value(told.kpi, low)}" in text
    assert "last 6.0 h in October 2026. The target is 4.0 h." in text
    ahead = told.verdict.outlook.months[0]
    span = f"{ahead.low:.1f} to {ahead.high:.1f} h"
    assert f"Forecast with its range: November 2026 {ahead.value:.1f} h, {span};" in text


def test_numbers_follow_the_companys_locale_and_currency():
    """Grouping, decimal sign and the currency's place are the locale's; an unknown locale falls back to English."""
    euro, real = Numbers(locale="de_DE", currency="EUR"), Numbers(locale="pt-BR", currency="BRL")
    assert euro.money(250_000).replace("\xa0", " ") == "250.000 €"
    assert real.plain(1234.5, 1) == "1.234,5"
    assert Numbers(locale="tlh_QO").plain(1234.5, 1) == "1,234.5"
    assert Numbers().plain(-0.04, 1) == "0.0"
    assert Numbers().percent(1e300) == "1e+300"


@pytest.mark.parametrize(("unit", "shown"), [("percent", "6.0 points"), ("currency", "$0.06"), ("count", "0 calls")])
def test_differences_are_told_in_the_kpis_own_unit(unit, shown):
    """Shares differ by points, money by money, counts by what is counted."""
    assert Numbers().amount(planted.card("x", unit=unit, noun="calls"), 0.06, long=True) == shown


def test_singular_and_plural():
    """One of something is singular in words and numbers."""
    calls = planted.card("calls", unit="count", noun="calls")
    assert (months(1), months(2)) == ("one month", "two months")
    assert Numbers().value(calls, 1, long=True) == "1 call"
    assert (month_name(planted.OCTOBER), date_name(pd.Timestamp("2026-11-03"))) == ("October 2026", "3 Nov 2026")


def test_a_range_target_names_the_side():
    """Inside a range: below or above it, told against both bounds."""
    kpi = planted.card("csat", unit="percent", better="inside")
    told = first(planted.planted([(kpi, planted.rows(kpi, [0.85] * 12 + [0.70], 0.80, 0.92))]))
    assert "below its range" in section_sub(told)
    assert against(told) == "70.0% against a range of 80.0% to 92.0%"


@pytest.mark.parametrize("story", ALL)
def test_every_story_answers_the_three_questions(story):
    """What happened, is it real, will it recover: each KPI has an answer of its own, in full sentences."""
    for told in tell_all(story()):
        for _, answer in reading(told):
            assert answer[0].isupper()
            assert answer.endswith(".")


@pytest.mark.parametrize("story", ALL)
def test_sentences_are_short(story):
    """At most 25 words in each sentence beside a chart, under a heading and in a note."""
    for told in tell_all(story()):
        texts = [answer for _, answer in reading(told)] + [section_sub(told), *limit_notes(told), *severity_notes(told)]
        for sentence in re.split(r"(?<=[.?!]) +(?=[A-Z])", " ".join(texts)):
            assert len(sentence.split()) <= 25, sentence


def test_a_trend_is_told_with_its_size_and_range():
    """Unit and percent with the interval; shares in points alone; no p and no test's name in body text."""
    falling = first(planted.fall())
    change = dataclasses.replace(
        falling.verdict.trend, change=-60_400.0, change_percent=-0.2, change_low=-75_000.0, change_high=-45_000.0
    )
    told = planted.changed(falling, trend=change)
    words = "The trend is a fall of about $60,000, or 20%, a year ($45,000 to $75,000)."
    assert what_happened(told).endswith(words)
    rate = dataclasses.replace(told.verdict.kpi, unit="percent")
    share = dataclasses.replace(change, change=0.034, change_low=-0.001, change_high=0.08)
    both = trend_sentence(planted.changed(told, kpi=rate, trend=share))
    assert both == ("The trend is a rise of about 3.4 points a year (a fall of 0.1 to a rise of 8.0 points).")
    steady = dataclasses.replace(change, verdict="stable")
    assert trend_sentence(planted.changed(told, trend=steady)) == ""
    body = " ".join(answer for _, answer in reading(told))
    assert change.method not in body
    assert not re.search(r"\bp\b", body)


def test_the_test_behind_a_trend_stands_in_the_figures():
    """Change with sign, interval, share, both p and the method; a p is never told as zero."""
    trend = dataclasses.replace(first(planted.fall()).verdict.trend, p=0.0000004, adjusted_p=0.0312)
    rows = dict(trend_figures(planted.changed(first(planted.fall()), trend=trend)))
    assert rows["p of the test alone"] == "below 0.001"
    assert rows["p among all tests of the report"] == "0.031"
    assert rows["Method"] == trend.method
    assert rows["Change over twelve months"].startswith("−$")
    assert trend_figures(first(planted.bare())) == ()


def test_a_target_of_zero_is_told_in_the_unit():
    """Without a percentage of the target the gap is told in the KPI's unit."""
    kpi = planted.card("accidents", unit="count", better="lower", noun="accidents")
    analysis = planted.planted([(kpi, planted.rows(kpi, [0, 0, 2], 0.0))], company=Company(name="Acme"))
    assert "2 accidents over target" in show_head(analysis).text
    assert dataclasses.asdict(analysis.scorecard[0].gap)["percent"] is None


def test_what_was_so_a_year_ago_is_said_to_have_been_so():
    """A peak that the same month of last year had too may be a season: that month is named; a step has none."""
    kpi = planted.card("stock", better="lower")
    wave = [10.0 + (4.0 if at % 12 in (9, 10, 11) else 0.0) + 0.1 * planted.NOISE[at] for at in range(24)]
    told = first(planted.planted([(kpi, planted.rows(kpi, wave, 12.0))]))
    since = planted.changed(told, limits=replace(told.verdict.limits, since=pd.Period("2026-08", "M")))
    assert worse_since(since) == "Stock has been worse than usual since then, as it was in October 2025."
    stepped = first(planted.shift())
    assert "2025" not in worse_since(stepped)
