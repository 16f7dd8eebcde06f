"""Severity in words: the level under the status, the score with its terms, and why a level is not its score's."""

import planted
import pytest

from saypro_analysis.severity import Severity
from saypro_analysis.show.headings import section_sub
from saypro_analysis.show.kpi_section import more_html
from saypro_analysis.show.sections import show_scorecard
from saypro_analysis.show.severity_words import level_word, severity_line, severity_notes, severity_terms, whole_points
from saypro_analysis.show.story import tell

SEVERE = Severity(
    level="severe", score=68.2, size=45.0, persistence=10.4, doubt=9.0, direction=3.8, relative=0.5, noise=2.4, odds=1.0
)


def first(analysis):
    return tell(analysis, analysis.scorecard[0])


def test_the_section_says_level_and_score():
    """Under the heading, in words and points of 100."""
    told = planted.changed(first(planted.shift()), severity=SEVERE)
    assert section_sub(told).endswith("Severity: severe, 68 of 100.")


def test_the_terms_add_up_to_the_score():
    """Rounded points are those of the score that is told: no reader's sum differs."""
    told = planted.changed(first(planted.shift()), severity=SEVERE)
    assert [points for _, points in severity_terms(told)] == ["45 of 45", "10 of 20", "9 of 20", "4 of 15"]
    assert whole_points([0.4, 0.4, 0.4, 0.4], 2) == [1, 1, 0, 0]
    assert sum(whole_points([28.5, 13.3, 20.0, 15.0], 77)) == 77


def test_other_views_of_the_gap_are_told_where_they_make_sense():
    """As a part of the target, against the noise, as failures; a view that is not known is left out."""
    told = planted.changed(first(planted.shift()), severity=SEVERE)
    assert severity_notes(told) == (
        "The gap is 50.0% of the target and 2.4 times its usual month-to-month noise. "
        "Failures are 2.0 times those that the target allows.",
    )
    bare = planted.changed(told, severity=Severity(level="severe", score=68.0, size=45.0, persistence=10.0, doubt=9.0,
                                                   direction=4.0))  # fmt: skip
    assert severity_notes(bare) == ()


def test_a_gap_against_a_target_of_zero_is_told_against_its_scale():
    """Nothing is a part of zero: the card's scale is named."""
    kpi = planted.card("accidents", unit="count", better="lower", noun="accidents", gap_scale=5.0)
    told = first(planted.planted([(kpi, planted.rows(kpi, [0.0, 1, 0, 0, 1, 0, 0, 2], 0.0))]))
    assert any("40.0% of the 5 accidents it is compared with" in note for note in severity_notes(told))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"capped": True, "level": "watch"}, "inside the KPI's usual month-to-month noise, so it is only to watch."),
        ({"level": "critical", "score": 55.0}, "A miss of this size is critical for this KPI, whatever its score."),
    ],
)
def test_a_level_that_is_not_its_scores_is_explained(fields, words):
    """A miss inside noise, and a card whose misses are critical at once."""
    told = planted.changed(first(planted.shift()), severity=Severity(**{"level": "severe", "score": 50.0, **fields}))
    assert severity_notes(told)[-1].endswith(words)


def test_a_miss_is_never_on_track():
    """The lowest levels have words that a missed target can bear; a met KPI keeps the level's own."""
    missed, met = first(planted.shift()), first(planted.all_met())
    for level, word in (("on track", "slight"), ("watch", "only to watch"), ("moderate", "moderate")):
        assert level_word(planted.changed(missed, severity=Severity(level=level, score=10.0))) == word
    assert level_word(planted.changed(met, severity=Severity(level="on track", score=0.0))) == "on track"


def test_the_scorecard_tells_the_level_of_the_missed_only():
    """Small under the status of a missed KPI; nothing under the others."""
    html = show_scorecard(planted.shift()).html
    assert 'Missed</span><span class="mut run">critical</span><span class="mut run">8 months</span>' in html
    assert "on track" not in show_scorecard(planted.all_met()).html


def test_nothing_is_said_of_a_severity_that_is_not_known_or_nothing():
    """Without target or value, and where a target is met without doubt, there is no line and no disclosure."""
    for told in (first(planted.all_met()), planted.changed(first(planted.shift()), severity=Severity())):
        assert severity_line(told) == ""
        assert "severity" not in str(more_html(told))


def test_the_disclosure_is_collapsed_and_holds_the_terms():
    """Body text has level and score; the terms stand in a disclosure, with the trend's test in another."""
    html = str(more_html(first(planted.shift())))
    assert html.count("<details>") == 2
    assert "<dt>Size of the gap</dt><dd>45 of 45</dd>" in html
    assert "<dt>Method</dt>" in html
